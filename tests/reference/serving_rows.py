"""The published serving measurements as rows a fit can predict again and again."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.exploration.serving_library import generation_of, inference_profile, serving_family
from studio.exploration.validation.inference import answer_with, engine_for, possible_plans
from studio.exploration.validation.power_serving import serving_row, steady_at
from studio.exploration.validation.serving_case import ServingCase, serving_case
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.inference.profile import InferenceProfile
from tests.reference import fronts

ROWS = tuple(Path(__file__).parent / name for name in ("inference.csv", "serving.csv"))
"""Measurements to be scored, and further published ones the fit sees beside them."""
POWER_ROWS = Path(__file__).parent / "power.csv"
MEASURED = ("ttft_ms", "tpot_ms", "throughput", "tokens_per_s_per_gpu", "latency_s", "other_metric")
Key = tuple[str, str]
"""Serving family and engine generation."""


@dataclass
class Measured:
    """One row: its inputs, its value, and the plan that was best when last searched."""

    id: str
    series: str
    use: str
    case: ServingCase | None
    """None for a point of a front, which names no single case."""
    value: float
    row: dict[str, str]
    plans: Sequence[InferencePlan] = ()
    is_steady: bool = False
    """Output rate of a serving benchmark at its mean batch."""
    way: fronts.Way | None = None
    """The same as `plans` of a point of a front."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the measurements that are scored."""
        return self.use == "score" and self.id.startswith("IN")


def measured_value(row: dict[str, str]) -> float | None:
    """Return the measurement of a row; a metric that names two columns means their sum."""
    total = 0.0
    for column in row["primary_metric"].split("+"):
        try:
            total += float(row[column].split("M")[0])
        except (ValueError, KeyError):
            return None
    return total


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table of measurements."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def load() -> dict[Key, list[Measured]]:
    """Return all rows that can be compared, by family and generation."""
    groups: dict[Key, list[Measured]] = defaultdict(list)
    for path in ROWS:
        for row in read_rows(path):
            value = measured_value(row)
            case = serving_case({k: "" if k in MEASURED else v for k, v in row.items()})
            if value is None or isinstance(case, str):
                continue
            family = serving_family(case.machine.accelerator)
            profile = inference_profile(family, case.generation)
            key = (profile.family, profile.generation)
            groups[key].append(Measured(row["id"], row["series"], row["use"], case, value, row))
    for row in read_rows(POWER_ROWS):
        if row["series"] != "ml_energy":
            continue
        case = serving_case(serving_row(row))
        assert not isinstance(case, str)
        profile = inference_profile(serving_family(case.machine.accelerator), case.generation)
        value = float(row["throughput"]) / float(row["units"])
        groups[profile.family, profile.generation].append(
            Measured(row["id"], row["series"], row["use"], case, value, row, is_steady=True)
        )
    for row in fronts.rows():
        profile = inference_profile(fronts.family_of(row), generation_of(row["framework"]))
        value = float(row["tokens_per_s_per_user"])
        groups[profile.family, profile.generation].append(
            Measured(row["id"], "front", "score", None, value, row)
        )
    return groups


def predicted(row: Measured, profile: InferenceProfile) -> float | None:
    """Return what the studio says for a row, by the best of the plans last chosen."""
    if row.case is None:
        return fronts.tokens_per_s_per_user(row.row, profile, row.way)
    if not row.is_steady:
        return answer_with(row.case, profile, row.plans)[0].value
    engine = engine_for(row.case, row.plans[0], profile)
    return scalar(steady_at(row.case, engine).tokens_per_s_per_npu) * profile.devices_per_npu


def search_plans(rows: Sequence[Measured], profile: InferenceProfile) -> None:
    """Choose the plan of every row afresh."""
    for row in rows:
        if row.case is None:
            row.way = fronts.fastest_way(row.row, profile)
            continue
        if row.is_steady:
            row.plans = possible_plans(row.case, profile)
            continue
        best = answer_with(row.case, profile, possible_plans(row.case, profile))[1]
        row.plans = (best,) if best else possible_plans(row.case, profile)


def log_errors(rows: Sequence[Measured], profile: InferenceProfile) -> np.ndarray:
    """Return log(predicted / measured) of every row, with the plans last chosen."""
    found = []
    for row in rows:
        value = predicted(row, profile)
        found.append(math.log(value / row.value) if value else -1.0)
    return np.array(found)
