"""The validation run: sets recognised, measured values never seen, nothing dropped."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from studio.errors import FileProblem
from studio.exploration.validation.aims import standings
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.runner import (
    KINDS,
    blanked,
    read_cases,
    recognise,
    shipped_predictors,
    validate,
)

REFERENCE = Path(__file__).parent.parent / "reference"
SAMPLE = 12


def table(name: str, step: int = 1) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))[::step]


def text(rows: Sequence[Mapping[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("name", ["training", "memory"])
def test_shuffled_measurements_leave_predictions_unchanged(name: str) -> None:
    rows = table(name, SAMPLE)
    kind = next(kind for kind in KINDS if kind.name == name)
    shuffled = [dict(row) for row in rows]
    order = list(range(len(rows)))
    random.Random(7).shuffle(order)
    for target, source in zip(shuffled, order, strict=True):
        for column in kind.measured:
            target[column] = rows[source].get(column, "")
    before = validate({"a": text(rows)})
    after = validate({"a": text(shuffled)})
    assert [row.predicted for row in before.rows] == [row.predicted for row in after.rows]
    assert [row.measured for row in before.rows] != [row.measured for row in after.rows]


def test_predictor_sees_no_measured_column() -> None:
    seen: list[Mapping[str, str]] = []

    def predictor(rows: Sequence[Mapping[str, str]]) -> list[Prediction]:
        seen.extend(rows)
        return [Prediction(1.0) for _ in rows]

    validate({"a": text(table("training", 100))}, {"training": predictor})
    kind = next(kind for kind in KINDS if kind.name == "training")
    assert all(row[column] == "" for row in seen for column in kind.measured if column in row)


def test_every_row_is_answered_or_explained() -> None:
    rows = table("training", SAMPLE)
    report = validate({"a": text(rows)})
    assert [row.id for row in report.rows] == [row["id"] for row in rows]
    assert all(row.reason for row in report.rows)


def test_absent_predictor_is_not_modelled() -> None:
    report = validate({"a": text(table("memory", 30))}, {})
    assert report.sets["memory"].modelled == 0
    assert all("not modelled" in row.reason for row in report.rows)


def test_unknown_columns_are_ignored_and_sets_recognised() -> None:
    rows = [{"extra": "1", **row} for row in table("memory", 40)]
    assert read_cases("a", text(rows))[0].name == "memory"
    assert recognise(["a", "b"]) is None


def test_json_has_the_agreed_shape() -> None:
    report = validate({"a": text(table("memory", 20))}).as_json()
    assert set(report) == {"sets", "rows"}
    assert {
        "rows",
        "scored",
        "modelled",
        "median_abs_error",
        "mean_abs_error",
        "share_within_20",
        "share_within_30",
        "bias",
    } <= set(report["sets"]["memory"])  # type: ignore[index]
    assert set(report["rows"][0]) == {"id", "set", "predicted", "measured", "error", "reason"}  # type: ignore[index]


def test_a_sum_of_latencies_is_also_scored_quantity_by_quantity() -> None:
    """A time per token that is far off hides in a sum with a time to first token."""
    row = {"id": "A", "use": "score", "isl": "512", "osl": "128", "ttft_ms": "3000",
           "tpot_ms": "20", "primary_metric": "ttft_ms+tpot_ms"}  # fmt: skip
    said = Prediction(3030.0, "how", {"ttft_ms": 3000.0, "tpot_ms": 30.0})
    report = validate({"a": text([row])}, {"inference": lambda rows: [said for _ in rows]})
    assert report.sets["inference"].median_abs_error == pytest.approx(10 / 3020)
    apart = report.quantities("inference")
    assert {name: score.median_abs_error for name, score in apart.items()} == {
        "ttft_ms": 0.0, "tpot_ms": pytest.approx(0.5),
    }  # fmt: skip
    written = json.loads(json.dumps(report.as_json()))
    assert written["rows"][0]["quantities"]["tpot_ms"]["measured"] == 20
    assert set(written["sets"]["inference"]["quantities"]) == {"ttft_ms", "tpot_ms"}
    inputs = row | {"hw": "NVIDIA H100-SXM5-80GB"}
    lines = standings({"A": inputs}, [*report.rows, *report.parts])
    medians = {line.aim.name: line.median for line in lines}
    assert medians["inference, time per output token on Hopper"] == pytest.approx(0.5)
    assert medians["inference, offline and serving throughput"] == pytest.approx(10 / 3020)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\x00", "id;value\n"])
def test_text_that_is_no_set_is_refused(content: str) -> None:
    with pytest.raises(FileProblem, match="bad"):
        validate({"bad": content})


@pytest.mark.parametrize("name", ["training", "memory"])
@pytest.mark.parametrize("junk", ["", "NaN", "-1", "1e300", "x" * 1000, "0", "∞", "1e9"])
def test_junk_in_input_columns_never_crashes(name: str, junk: str) -> None:
    rows = table(name, 120)
    columns = ("gpus", "layers", "seq", "tp", "pp", "mbs", "gbs", "hw", "precision", "heads")
    changed = [dict(row) | {column: junk} for row in rows for column in columns]
    report = validate({"a": text(changed)}, {name: shipped_predictors()[name]})
    assert len(report.rows) == len(changed)


def test_blanking_keeps_inputs() -> None:
    row = table("training", 300)[0]
    kind = next(kind for kind in KINDS if kind.name == "training")
    assert blanked(row, kind)["model"] == row["model"]
