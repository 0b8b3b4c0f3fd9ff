"""Published measurements that no fit has read: half of a table whose other half the fits know.

Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models",
arXiv 2205.05198, Table 5 (seconds per step on A100) and Table 3 (dimensions and mappings).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from studio.exploration.validation.rows import Row
from studio.exploration.validation.runner import validate
from studio.exploration.validation.score import ScoredRow

SERIES = "korthikanti2022"
TRAINING = Path(__file__).parents[1] / "reference" / "training.csv"
SHAPES = {
    "GPT-175B": {
        "layers": 96, "hidden": 12288, "heads": 96, "kv_heads": 96, "head_dim": 128, "ffn": 49152,
        "gpus": 64, "pp": 8, "vpp": 3, "gbs": 64,
    },
    "GPT-1008B": {
        "layers": 128, "hidden": 25600, "heads": 160, "kv_heads": 160, "head_dim": 160,
        "ffn": 102400, "gpus": 512, "pp": 64, "vpp": 1, "gbs": 512,
    },
}  # fmt: skip
FULL, SELECTIVE = "full (all layers), no sequence parallel", "selective + sequence parallel"
STEP_S = {
    ("GPT-175B", FULL): 18.13, ("GPT-175B", SELECTIVE): 13.75,
    ("GPT-1008B", FULL): 94.42, ("GPT-1008B", SELECTIVE): 71.49,
}  # fmt: skip


def whole_table() -> list[Row]:
    """Return all eight rows of the table: four the fits know, and the four they do not."""
    with TRAINING.open(newline="") as file:
        known: list[Row] = [row for row in csv.DictReader(file) if row["series"] == SERIES]
    return [*known, *(_row(known, *key) for key in STEP_S)]


@pytest.fixture(scope="module")
def scored() -> dict[str, ScoredRow]:
    """Return the rows of the table with what is predicted of them."""
    rows = whole_table()
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {row.id: row for row in validate({"training": text.getvalue()}).rows}


def _row(known: list[Row], model: str, recompute: str) -> Row:
    like = next(row for row in known if row["pp"] != "1" and row["recompute"] == recompute)
    given = SHAPES[model] | {
        "id": f"{model} {recompute}", "model": model, "step_time_s": STEP_S[model, recompute],
        "ga": "", "tokens_per_s_per_gpu": "",
    }  # fmt: skip
    return {**like, **{name: str(value) for name, value in given.items()}}


def test_no_fit_has_read_them(scored):
    with TRAINING.open(newline="") as file:
        read = {row["model"] for row in csv.DictReader(file) if row["series"] == SERIES}
    assert not read & set(SHAPES)
    assert len(scored) == 8


@pytest.mark.parametrize(("model", "recompute"), STEP_S)
def test_each_is_met_within_the_aim_for_mappings_that_are_known(scored, model, recompute):
    row = scored[f"{model} {recompute}"]
    assert row.measured == STEP_S[model, recompute]
    assert abs(row.error) < 0.08
