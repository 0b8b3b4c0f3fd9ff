"""Totals and results as plain data: complete, serialisable, sums that add up."""

from __future__ import annotations

import csv
import io
import json

import pytest

from studio.exchange.result_json import result_json
from studio.exchange.table import Table, to_csv
from studio.exchange.totals_json import totals_json
from studio.session.evaluation import evaluate
from tests.builders import fabric_of, two_racks


def test_totals_are_plain_data_with_their_terms() -> None:
    fabric = fabric_of(two_racks())
    tree = totals_json(fabric, evaluate(fabric).totals)
    assert json.loads(json.dumps(tree, allow_nan=False)) == tree
    assert tree["design"] == "Two racks"
    assert tree["npu_count"] == 16
    assert tree["compute_flops"] == {"bf16": 1.6e15, "fp8": 3.2e15}
    for name, figure in tree["terms"].items():
        terms = figure["sum_of"]
        assert sum(term["value"] for term in terms) == pytest.approx(figure["value"]), name
        assert all(term["value"] == term["count"] * term["each"] for term in terms)
    (memory,) = tree["terms"]["memory_bytes"]["sum_of"]
    assert memory["part"] == "chip"
    assert (memory["source"], memory["grade"]) == ("Data sheet", "vendor")
    assert memory["quoted"] == "64 GB"


def test_a_result_is_plain_data_with_its_terms() -> None:
    result = evaluate(fabric_of(two_racks())).result
    assert result is not None
    tree = result_json(result)
    assert json.loads(json.dumps(tree, allow_nan=False)) == tree
    assert tree["step_time_s"] == result.headline_s
    assert "ttft_s" not in tree
    (step,) = tree["phases"]
    assert sum(term["seconds"] for term in step["terms"]) == pytest.approx(step["seconds"])
    assert sum(tree["cost_terms"].values()) == pytest.approx(tree["cost_usd_per_million_tokens"])
    assert all(0 <= share <= 1 for share in step["utilisation"].values())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝"])
def test_no_cell_of_a_csv_begins_like_a_formula(start: str) -> None:
    hostile = f"{start}HYPERLINK(1)"
    text = to_csv(Table(("name", hostile), [(hostile, -1.5), ("plain", 2)]))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[0][1] == rows[1][0] == f"'{hostile}"
    assert rows[1][1] == "-1.5"
    assert rows[2] == ["plain", "2"]
