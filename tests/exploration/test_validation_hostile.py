"""Tables nobody has seen: fields that are wrong never end the run, and no row is dropped."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.errors import FileProblem
from studio.exploration.validation.case_table import read_csv
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.runner import validate

CASES = Path(__file__).parent.parent / "reference"
CHAT = "isl,osl,tpot_ms,ttft_ms\n"
ODD = ("", "-1", "0", "1e30", "nan", "inf", "abc", "999999999999", "3.7", '"x', "8x8", "½")


def _damaged(name: str, seed: int) -> tuple[str, int]:
    chance = random.Random(seed)
    text = (CASES / f"{name}.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    chosen = chance.sample(rows, 25)
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], "unknown column"])
    writer.writeheader()
    for row in chosen:
        kept = ("id", "primary_metric")
        writer.writerow(
            {
                column: chance.choice(ODD)
                if column not in kept and chance.random() < 0.15
                else value
                for column, value in row.items()
            }
        )
    return out.getvalue(), len(chosen)


@pytest.mark.parametrize("name", ["training", "inference", "memory", "network", "power"])
@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_rows_are_answered_or_explained(name: str, seed: int) -> None:
    text, count = _damaged(name, seed)
    report = validate({name: text})
    assert len(report.rows) == count
    for row in report.rows:
        assert row.predicted is not None or row.reason


def test_a_row_that_fails_leaves_the_others_answered() -> None:
    def predict(rows: object) -> list[Prediction]:
        return [Prediction(1000.0 / float(row["seq"]), "") for row in rows]  # type: ignore[attr-defined]

    head = "id,use,seq,step_time_s,tokens_per_s_per_gpu,mfu_pct,primary_metric\n"
    rows = "a,score,10,100,,,step_time_s\nb,score,x,100,,,step_time_s\nc,score,0,1,,,step_time_s\n"
    report = validate({"mine": head + rows}, {"training": predict})
    assert [row.predicted for row in report.rows] == [100.0, None, None]
    assert "can't be read" in report.rows[1].reason


def test_a_row_that_overflows_says_so_and_leaves_the_others_answered() -> None:
    def predict(rows: Any) -> list[Prediction]:
        found = np.array([float(row["seq"]) for row in rows]) * 1e300
        return [Prediction(float(value), "") for value in found]

    head = "id,use,seq,step_time_s,tokens_per_s_per_gpu,mfu_pct,primary_metric\n"
    rows = "a,score,10,100,,,step_time_s\nb,score,1e20,100,,,step_time_s\n"
    report = validate({"mine": head + rows}, {"training": predict})
    assert [row.predicted for row in report.rows] == [10e300, None]
    assert "overflow" in report.rows[1].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the first line names no columns"),
        (",,\n1,2,3\n", "the first line names no columns"),
        ("id,model,id\n1,2,3\n", "more than one column is called id"),
        (CHAT + '1,2,3,4\n"5,6\n7,8\n9,9\n', "line 3: a quotation mark is opened and never closed"),
        (CHAT + "1," + "x" * 2_000_000, "line 2: field larger"),
        ("1,2,3\n4,5,6\n", "the columns fit no set"),
        (CHAT.replace(",", ";"), "separated by ';'; separate them by commas"),
        (CHAT.replace(",", "\t"), "separated by '.t'; separate them by commas"),
        (CHAT + "1,2,3,4\n" * 200_001, "more than 200000 rows"),
        (",".join(f"c{n}" for n in range(100_000)) + "\n", "the columns fit no set"),
    ],
    ids=range(10),
)
def test_what_is_no_table_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(FileProblem, match=words):
        validate({"cases.csv": text})


def test_quotation_marks_inside_a_field_are_read_as_they_stand() -> None:
    columns, rows = read_csv("x", 'id,note\n1,a 19" rack\n2,"said ""so"""\n3,"a"b\n')
    assert columns == ["id", "note"]
    assert [row["note"] for row in rows] == ['a 19" rack', 'said "so"', "ab"]


def test_lines_may_end_as_on_any_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        columns, rows = read_csv("x", end.join(["id,note", "1,a", "2,b", ""]))
        assert columns == ["id", "note"]
        assert [row["note"] for row in rows] == ["a", "b"]


def test_a_number_below_zero_is_the_reason_of_its_row() -> None:
    text = (CASES / "training.csv").read_text(encoding="utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    for column in ("gpus", "tp", "seq", "layers", "gbs"):
        writer.writerow(row | {column: "-8", "id": column})
    for answer in validate({"training": out.getvalue()}).rows:
        assert answer.predicted is None
        assert f"{answer.id} = -8 is below zero" in answer.reason
