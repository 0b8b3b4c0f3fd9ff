"""The published serving measurements as rows a fit can predict again and again."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    share: float = 1.0
    """Of the row: below 1 where its metric is a sum and this is one of the quantities summed."""
    part: str = ""
    """Column of that quantity."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the measurements that are scored."""
        return self.use == "score" and self.id.startswith("IN")


def measured_value(row: dict[str, str], column: str) -> float | None:
    """Return what a column says was measured."""
    try:
        return float(row[column].split("M")[0])
    except (ValueError, KeyError):
        return None


def columns_of(row: dict[str, str]) -> list[str]:
    """Return the columns a row is compared by: a metric that names several means their sum."""
    return [column.strip() for column in row["primary_metric"].split("+")]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table of measurements."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def load() -> dict[Key, list[Measured]]:
    """Return all rows that can be compared, by family and generation."""
    groups: dict[Key, list[Measured]] = defaultdict(list)
    for path in ROWS:
        for row in read_rows(path):
            case = serving_case({k: "" if k in MEASURED else v for k, v in row.items()})
            if isinstance(case, str):
                continue
            family = serving_family(case.machine.accelerator)
            profile = inference_profile(family, case.generation)
            groups[profile.family, profile.generation] += _quantities(row, case)
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


def _quantities(row: dict[str, str], case: ServingCase) -> Iterator[Measured]:
    """Yield what a row measured; of a sum each quantity apart, so that none hides in another.

    A time to first token is a hundred times the time of the next: their sum says nothing of it.
    """
    columns = columns_of(row)
    values = [measured_value(row, column) for column in columns]
    if len(columns) == 1 and values[0] is not None:
        yield Measured(row["id"], row["series"], row["use"], case, values[0], row)
    elif None not in values:
        for column, value in zip(columns, values, strict=True):
            apart = replace(case, metric=column)
            yield Measured(
                f"{row['id']} {column}", row["series"], row["use"], apart, value or 0.0, row,
                share=1 / len(columns), part=column,
            )  # fmt: skip


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


def whole_rows(errors: Iterable[tuple[Measured, float]]) -> list[tuple[Measured, float]]:
    """Return the log error of every row, of quantities that are summed that of their sum."""
    rows: dict[str, list[tuple[Measured, float]]] = defaultdict(list)
    for one, error in errors:
        rows[one.row["id"]].append((one, error))
    return [some[0] if len(some) == 1 else _summed(some) for some in rows.values()]


def _summed(parts: Sequence[tuple[Measured, float]]) -> tuple[Measured, float]:
    first = parts[0][0]
    measured = sum(one.value for one, _ in parts)
    said = sum(one.value * math.exp(error) for one, error in parts)
    whole = Measured(first.row["id"], first.series, first.use, first.case, measured, first.row)
    return whole, math.log(said / measured)
