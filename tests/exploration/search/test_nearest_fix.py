"""What a search names in place of a degree that leaves no mapping leaves some."""

from __future__ import annotations

import math

import msgspec
import pytest

from studio.design.scenario import Training
from studio.errors import BrokenRule
from studio.exploration.search.nearest_fix import nearest_fix
from studio.exploration.search.serving_space import instance_plans, variants
from studio.exploration.search.training_grid import Choices, training_grid
from studio.simulation.job import SimInput
from studio.simulation.scenario_rules import FIELD_NAMES
from tests.exploration.explanation.bases import basis

LABELS = {str(label): field for field, label in FIELD_NAMES.items()}
TRAINING = ("tp", "pp", "dp", "ep", "cp", "zero_stage", "micro_batch", "virtual_stages")
SERVING = ("tp", "pp", "dp", "ep", "mtp_tokens", "chunk_tokens")
WRONG = (0, -1, 3, 7, 100, 2.5, 999_999, 10**12, math.nan)


def tried(given: SimInput, choices: Choices) -> BrokenRule | None:
    """Return why some choices leave no mapping, None where they leave some."""
    scenario = given.scenario
    try:
        if isinstance(scenario, Training):
            training_grid(given.model, scenario, given.machine.npu_count, choices)
        else:
            for variant in variants(scenario, choices):
                devices = round(given.machine.npu_count * given.serving.devices_per_npu)
                instance_plans(given.model, devices, choices, variant.redundant_experts)
    except BrokenRule as broken:
        return broken
    return None


@pytest.mark.parametrize(
    ("job", "field"),
    [("train-dense", field) for field in TRAINING] + [("decode-r1", field) for field in SERVING],
)
def test_the_value_that_is_named_leaves_mappings(job: str, field: str) -> None:
    given = basis("dgx-h100-su32", job).given
    for wrong in WRONG:
        choices = {field: (wrong,)}
        broken = tried(given, choices)
        if broken is None:
            continue
        text = str(nearest_fix(given, choices, broken))
        reason, _, named = text.partition("; nearest valid: ")
        assert reason == broken.reason
        label, value = named.rsplit(" ", 1)
        assert LABELS[label] == field
        assert tried(given, {field: (msgspec.json.decode(value),)}) is None, text


def test_two_wrong_values_are_told_one_after_the_other() -> None:
    given = basis("dgx-h100-su32", "train-dense").given
    choices = {"tp": (7,), "cp": (3,)}
    broken = tried(given, choices)
    assert broken
    assert nearest_fix(given, choices, broken) is broken
    assert "nearest valid: 8" in str(broken)
