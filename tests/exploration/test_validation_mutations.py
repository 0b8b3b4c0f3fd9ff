"""Rows nobody has seen: other names, missing columns, other sizes. All stay modelled and sane."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.runner import (
    KINDS,
    blanked,
    shipped_predictors,
    validate,
)
from tests.exploration.test_validation_runner import text

REFERENCE = Path(__file__).parent.parent / "reference"
SETS = {"training": 23, "inference": 17, "memory": 7, "power": 11, "reliability": 3}
"""Sets, and which share of their score rows is taken: every 23rd and so on."""
Row = Mapping[str, str]
Change = Callable[[Row], dict[str, str]]


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["use"].startswith("score")]
    return rows[:: SETS[name]]


def _predicted(name: str, rows: Sequence[Row]) -> list[Prediction]:
    kind = next(kind for kind in KINDS if kind.name == name)
    return list(shipped_predictors()[name]([blanked(row, kind) for row in rows]))


def _renamed(row: Row) -> dict[str, str]:
    return dict(row) | {"series": "new_2025", "source": "somebody, June 2025", "note": ""}


def _new_model(row: Row) -> dict[str, str]:
    return dict(row) | {"model": "Unheard-Of 1"}


def _new_hardware(row: Row) -> dict[str, str]:
    return dict(row) | {"hw": "Some Board 7"}


def _without_options(row: Row) -> dict[str, str]:
    dropped = ("vpp", "recompute", "sharding", "overlap_or_impl", "fabric", "gpus_per_node", "note",
               "kv_precision", "arch_conf", "attn", "task", "framework", "constraint")  # fmt: skip
    return {key: value for key, value in row.items() if key not in dropped}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("change", [_renamed, _new_model, _new_hardware, _without_options])
def test_rows_stay_modelled_finite_and_positive(name: str, change: Change) -> None:
    rows = _rows(name)
    before = sum(answer.value is not None for answer in _predicted(name, rows))
    answers = _predicted(name, [change(row) for row in rows])
    kept = [answer for answer in answers if answer.value is not None]
    assert len(kept) >= 0.9 * before
    for answer in kept:
        assert answer.value is not None
        assert math.isfinite(answer.value)
        assert answer.value >= 0
    assert all(answer.reason for answer in answers if answer.value is None)


def test_what_stands_in_is_said() -> None:
    row = _rows("training")[0]
    assert "stand in" in _predicted("training", [_new_hardware(row)])[0].reason
    plain = dict(row) | {"series": "x", "source": "", "overlap_or_impl": ""}
    assert "lower confidence" in _predicted("training", [plain])[0].reason


@pytest.mark.parametrize("name", SETS)
def test_measured_columns_are_never_read(name: str) -> None:
    rows = _rows(name)
    kind = next(kind for kind in KINDS if kind.name == name)
    wrong = [dict(row) | dict.fromkeys(kind.measured & row.keys(), "123456789") for row in rows]
    before = validate({"a": text(rows)})
    after = validate({"a": text(wrong)})
    assert [row.predicted for row in before.rows] == [row.predicted for row in after.rows]


@pytest.mark.parametrize("primary", ["", "nonsense", "step_time_s", "ttft_ms", "energy"])
@pytest.mark.parametrize("name", SETS)
def test_any_metric_gets_a_number_or_a_reason(name: str, primary: str) -> None:
    rows = [dict(row) | {"primary_metric": primary} for row in _rows(name)[:4]]
    report = validate({"a": text(rows)})
    assert len(report.rows) == len(rows)
    assert all(row.predicted is not None or row.reason for row in report.rows)


def _times(name: str, rows: Sequence[Row], metric: str) -> list[float]:
    answers = _predicted(name, [dict(row) | {"primary_metric": metric} for row in rows])
    return [answer.value if answer.value is not None else math.nan for answer in answers]


def _scaled(row: Row, column: str, by: int) -> dict[str, str]:
    return dict(row) | {column: str(int(float(row[column])) * by)}


def test_twice_the_batch_takes_longer_but_not_more_than_twice() -> None:
    rows = [row for row in _rows("training") if row["gbs"].isdigit() and row["tp"]]
    once = _times("training", rows, "step_time_s")
    twice = _times("training", [_scaled(row, "gbs", 2) for row in rows], "step_time_s")
    assert len(rows) >= 10
    for first, second in zip(once, twice, strict=True):
        assert first < second <= 2.02 * first


def test_longer_prompts_take_longer_to_first_token() -> None:
    rows = [row for row in _rows("inference") if row["isl"].isdigit() and row["tp"]]
    once = _times("inference", rows, "ttft_ms")
    twice = _times("inference", [_scaled(row, "isl", 2) for row in rows], "ttft_ms")
    assert len(rows) >= 8
    for first, second in zip(once, twice, strict=True):
        assert second > first or math.isnan(second)


def test_longer_sequences_hold_more_memory() -> None:
    rows = [row for row in _rows("memory") if row["seq"].isdigit() and "peak" in row["quantity"]]
    rows = [row for row in rows if row["use"] == "score"]
    once = _times("memory", rows, "value")
    twice = _times("memory", [_scaled(row, "seq", 2) for row in rows], "value")
    assert len(rows) >= 3
    for first, second in zip(once, twice, strict=True):
        assert second >= first


def test_more_nodes_fail_more_often() -> None:
    rows = [row for row in _rows("reliability") if row["unit"] == "count"]
    once = _times("reliability", rows, "value")
    twice = _times("reliability", [_scaled(row, "nodes", 2) for row in rows], "value")
    assert twice == pytest.approx([2 * value for value in once])
