"""Published training runs as inputs of the simulation, in groups that share a batch."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from studio.exploration.validation.runner import KINDS, blanked, measured_value
from studio.exploration.validation.training import (
    Batch,
    TrainingCase,
    batch_of,
    predict_batch,
    prepare,
)
from studio.workload.profile import ComputeProfile

PATH = Path(__file__).parent / "training.csv"
KIND = next(kind for kind in KINDS if kind.name == "training")
WEIGHTS = {"score": 1.0, "soft": 0.25}

Key = tuple[str, str]
"""Hardware family and software generation."""


@dataclass(frozen=True)
class Group:
    """Cases simulated together, with what was measured and how much each counts."""

    key: Key
    batch: Batch
    measured: np.ndarray
    weight: np.ndarray
    moved_by: dict[str, bool] = field(default_factory=dict)
    """Whether a constant moves any case, once that is known."""


def load_groups(keep: Callable[[Mapping[str, str]], bool] = lambda _: True) -> list[Group]:
    """Return the rows of `training.csv` that are kept, as groups."""
    found: dict[tuple[object, ...], list[tuple[TrainingCase, float, float]]] = defaultdict(list)
    with PATH.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if keep(row)]
    for row in rows:
        measured = measured_value(row, KIND)
        weight = WEIGHTS.get(row["use"], 0.0)
        if measured is None or weight == 0:
            continue
        case = prepare(blanked(row, KIND))
        if isinstance(case, TrainingCase):
            found[case.key].append((case, measured, weight))
    return [
        Group(
            (entries[0][0].machine.accelerator.family, entries[0][0].generation),
            batch_of([case for case, _, _ in entries]),
            np.array([measured for _, measured, _ in entries]),
            np.array([weight for _, _, weight in entries]),
        )
        for entries in found.values()
    ]


def log_errors(group: Group, profile: ComputeProfile) -> np.ndarray:
    """Return log(predicted / measured) of every case of a group; large where it has no answer."""
    answers, _ = predict_batch(group.batch, profile)
    values = [answer.value or math.nan for answer in answers]
    found = np.log(np.array(values) / group.measured)
    return np.where(np.isfinite(found), found, 1.0)


def chosen(group: Group, profile: ComputeProfile) -> Group:
    """Return a group whose cases keep only the plan that is chosen under a profile."""
    if all(case.candidates.count == 1 for case in group.batch.cases):
        return group
    _, places = predict_batch(group.batch, profile)
    cases, start = [], 0
    for case, place in zip(group.batch.cases, places, strict=True):
        cases.append(replace(case, candidates=case.candidates.take(np.array([place - start]))))
        start += case.candidates.count
    return replace(group, batch=batch_of(cases))
