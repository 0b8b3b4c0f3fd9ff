"""Published training runs as inputs of the simulation, in groups that share a batch."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np

from studio.exploration.validation.aims import same_run
from studio.exploration.validation.runner import KINDS, blanked, measured_value
from studio.exploration.validation.training import (
    Batch,
    TrainingCase,
    batch_of,
    predict_batch,
    prepare,
)
from studio.workload.profile import CONSTANT_NAMES, ComputeProfile

PATH = Path(__file__).parent / "training.csv"
KIND = next(kind for kind in KINDS if kind.name == "training")
WEIGHTS = {"score": 1.0, "soft": 0.1}

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


def series_pairs(groups: Sequence[Group]) -> np.ndarray:
    """Return which runs are compared with the smallest one of their series, shape (pairs, 2).

    Places count the cases of all groups in order: (a run, the smallest that is the same otherwise).
    """
    series: dict[tuple[str, ...], list[tuple[float, int]]] = defaultdict(list)
    cases = [case for group in groups for case in group.batch.cases]
    for place, case in enumerate(cases):
        if case.row["use"] == "score" and case.row["tp"]:
            series[same_run(case.row)].append((case.machine.npu_count, place))
    found = []
    for runs in series.values():
        smallest = min(runs)
        found += [(place, smallest[1]) for size, place in runs if size != smallest[0]]
    return np.array(found, dtype=np.intp).reshape(-1, 2)


def log_errors(group: Group, profile: ComputeProfile) -> np.ndarray:
    """Return log(predicted / measured) of every case of a group; large where it has no answer."""
    answers, _ = predict_batch(group.batch, profile)
    values = [answer.value or math.nan for answer in answers]
    found = np.log(np.array(values) / group.measured)
    return np.where(np.isfinite(found), found, 1.0)


def log_errors_of(group: Group, profiles: Sequence[ComputeProfile]) -> np.ndarray:
    """Return the log errors under each of some profiles, shape (profiles, cases).

    The group's cases are down to one plan each. All profiles run as one batch, which is some ten
    times as fast as one after the other.
    """
    cases = group.batch.cases
    values = {name: [getattr(one, name) for one in profiles] for name in CONSTANT_NAMES}
    varied = {name: np.repeat(own, len(cases)) for name, own in values.items() if len(set(own)) > 1}
    batch = batch_of(cases * len(profiles))
    answers, _ = predict_batch(batch, msgspec.structs.replace(profiles[0], **varied))
    found = np.log(np.array([answer.value or math.nan for answer in answers]))
    found = found.reshape(len(profiles), len(cases)) - np.log(group.measured)
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
