"""Published network measurements by the constants that predict them, and how they follow."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.errors import StudioError
from studio.exploration.validation.network import predict
from studio.exploration.validation.network_collectives import CollectiveInputs, collective_inputs
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.profile_table import ProfileTable, decode_profiles
from studio.simulation.network.spans import Span

ROWS = Path(__file__).parent / "network.csv"
MEASURED = ("value", "latency_us")
SECTIONS = ("profiles", "expert", "access")

Key = tuple[str, str]
"""Section and name of a set of constants in the file of profiles."""
Document = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One row, what it measured and, of a collective, its inputs."""

    row: Mapping[str, str]
    value: float
    inputs: CollectiveInputs | None

    @property
    def is_certain(self) -> bool:
        """Whether the row leaves nothing open that was taken as usual: others teach nothing."""
        return self.inputs is None or not self.inputs.doubt


def decoded(document: Document) -> ProfileTable:
    """Return the profiles of a document."""
    return decode_profiles(json.dumps(document).encode())


def inputs_of(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row without what was measured."""
    return {key: "" if key in MEASURED else text for key, text in row.items()}


def load(document: Document) -> dict[Key, list[Measured]]:
    """Return the rows that score, by the constants that predict them."""
    found: dict[Key, list[Measured]] = defaultdict(list)
    others: list[Measured] = []
    with ROWS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = row.get(row["primary_metric"]) or ""
            if row["use"] != "score" or not text:
                continue
            inputs = collective_inputs(inputs_of(row))
            if isinstance(inputs, CollectiveInputs):
                found["profiles", inputs.profile].append(Measured(row, float(text), inputs))
            else:
                others.append(Measured(row, float(text), None))
    for key, rows in _by_what_moves(document, others).items():
        found[key] += rows
    return found


def _by_what_moves(document: Document, rows: Sequence[Measured]) -> dict[Key, list[Measured]]:
    """Return rows by the only set of constants whose change changes them."""
    found: dict[Key, list[Measured]] = defaultdict(list)
    usual = [answer(item, decoded(document)) for item in rows]
    for section in SECTIONS:
        for name in document[section]:
            table = decoded(moved(document, (section, name), 0.9))
            for item, before in zip(rows, usual, strict=True):
                if before is not None and answer(item, table) != before:
                    found[section, name].append(item)
    return found


def moved(document: Document, key: Key, factor: float) -> Document:
    """Return a copy with all constants of one set scaled."""
    copy: Document = json.loads(json.dumps(document))
    for constant in copy[key[0]][key[1]]["constants"].values():
        constant["value"] *= factor
    return copy


def answer(item: Measured, table: ProfileTable) -> float | None:
    """Return the prediction of one row."""
    try:
        return predict(inputs_of(item.row), table).value
    except StudioError:
        return None


def _part_of(document: Document, key: Key) -> Document:
    """Return a document with one set of constants: a fifth of the time to read."""
    section, name = key
    empty: Document = {each: {} for each in SECTIONS}
    return document | empty | {section: {name: document[section][name]}}


class Predictor:
    """Predicts rows of one set of constants; one call for collectives that differ in size."""

    def __init__(self, rows: Sequence[Measured], key: Key | None = None) -> None:
        """Take rows, and the set of constants they all follow from where there is only one."""
        self.rows, self._key = list(rows), key
        self._groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        self._alone = [i for i, item in enumerate(self.rows) if item.inputs is None]
        for i, item in enumerate(self.rows):
            if item.inputs is not None:
                spans = tuple((span.level, int(span.ranks)) for span in item.inputs.spans)
                how = (item.inputs.op, item.inputs.algorithm, item.inputs.is_captured)
                self._groups[(*how, item.inputs.profile, spans)].append(i)

    def __call__(self, document: Document) -> np.ndarray:
        """Return the predictions, shape (rows,), in the units of the rows."""
        table = decoded(_part_of(document, self._key) if self._key else document)
        found = np.ones(len(self.rows))
        for i in self._alone:
            found[i] = answer(self.rows[i], table) or 1e-9
        for (op, algorithm, captured, profile, levels), members in self._groups.items():
            sizes = np.array([self.rows[i].inputs.size_byte for i in members])
            result = collective_time_s(
                op,
                sizes,
                tuple(Span(level, np.array(ranks)) for level, ranks in levels),
                table.profiles[profile],
                algorithm=algorithm,
                is_captured=captured,
            )
            for place, i in enumerate(members):
                row = self.rows[i].row
                is_time = row["primary_metric"] == "latency_us" or row["unit"] == "us"
                rate = result.bus_bandwidth_byte_per_s[place] / 1e9
                found[i] = result.time_s[place] * 1e6 if is_time else rate
        return found
