"""The model library against published parameter counts and the dimensions runs are published with.

Counts and their sources are in `tests/reference/models.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.workload.library import load_model, models
from studio.workload.model import AiModel, Attention, DenseFeedForward, MixtureOfExperts
from studio.workload.parameters import model_parameters

REFERENCE = Path(__file__).parent.parent / "reference"
UNPUBLISHED = {
    "Nemotron-3.5-Lightning", "MegaScale-MoE-352B", "DeepSeek-V4-Pro",
    "GPT-7.5B(ZeRO)",  # a count of parameters in the ZeRO paper, not a model
}  # fmt: skip
"""Models whose dimensions no public source gives."""


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows("models.csv"), ids=lambda row: str(row["model"]))
def test_parameters_are_as_published(row: dict[str, str]) -> None:
    counted = model_parameters(load_model(row["model"]))
    tolerance = float(row["tolerance"])
    assert counted.total / 1e9 == pytest.approx(float(row["total_billion"]), rel=tolerance)
    if row["active_billion"]:
        assert counted.active / 1e9 == pytest.approx(float(row["active_billion"]), rel=tolerance)
    assert row["source"]


def _dimensions() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every model of the tables of measurements once, with the dimensions it is given."""
    seen = set()
    for table in ("training.csv", "memory.csv", "inference.csv"):
        for row in _rows(table):
            name = row["model"]
            is_whole = "layer-reduced" not in row.get("note", "")
            if name not in seen and name not in UNPUBLISHED and is_whole and row.get("hidden"):
                seen.add(name)
                yield name, row


@pytest.mark.parametrize(("name", "row"), list(_dimensions()), ids=lambda value: str(value)[:24])
def test_dimensions_are_those_runs_are_published_with(name: str, row: dict[str, str]) -> None:
    model = load_model(name)
    assert model.hidden == int(row["hidden"])
    assert model.layers == int(row["layers"])
    mixers = [block.mixer for block in model.blocks if isinstance(block.mixer, Attention)]
    assert {mixer.heads for mixer in mixers} == {int(row["heads"])}
    assert {mixer.kv_heads for mixer in mixers} <= {int(row["kv_heads"]), int(row["heads"])}
    _same_feed_forward(model, row)


def _same_feed_forward(model: AiModel, row: dict[str, str]) -> None:
    parts = [block.feed_forward for block in model.blocks]
    experts = [part for part in parts if isinstance(part, MixtureOfExperts)]
    dense = [part for part in parts if isinstance(part, DenseFeedForward)]
    assert bool(experts) == (int(row["experts"] or 0) > 0)
    for part in experts:
        assert part.experts == int(row["experts"])
        assert part.top_k == int(row["topk"])
        assert part.width == int(row["expert_ffn"])
    if not experts:
        assert {part.width for part in dense} == {int(row["ffn"])}
        assert {part.gated for part in dense} == {row["gated_ffn"] == "1"}


def test_every_model_of_the_tables_is_in_the_library() -> None:
    tables = ("training.csv", "memory.csv", "inference.csv")
    named = {row["model"] for table in tables for row in _rows(table) if row["model"]}
    assert named - set(models()) == UNPUBLISHED
