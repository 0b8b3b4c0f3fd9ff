"""Both phases in every instance: what a step carries, what it is held to, which NPUs work."""

from __future__ import annotations

from functools import cache

import pytest

from studio import api
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.result import InferenceResult
from studio.simulation.result import SimResult

SYSTEMS = ("cloudmatrix-384", "gb200-nvl72")


@cache
def served(system: str, **choices: float | str) -> SimResult:
    design = api.load(system)
    for name, value in choices.items():
        design = design.edit(["scenarios", "decode-r1", name], value)
    return design.simulate("decode-r1")


def detail(result: SimResult) -> InferenceResult:
    assert isinstance(result.detail, InferenceResult)
    return result.detail


@pytest.mark.parametrize("system", SYSTEMS)
def test_tokens_per_second_are_sequences_over_time_per_token(system):
    """Little's law over all NPUs that work, prompts in every step."""
    found = served(system, phases="together")
    instance = scalar(detail(found).plan.ranks) / (2 if system == "cloudmatrix-384" else 1)
    used = found.load.machine_npus // instance * instance
    assert found.load.npus == used
    sequences = detail(found).sequences_per_npu * used
    assert found.tokens_per_s == pytest.approx(sequences / found.headline_s)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_objective_holds_with_prompts_in_the_step(system):
    """The largest batch that only decodes within 50 ms is too large for steps with prompts."""
    free = {"ep": 0, "redundant_experts": 0, "batch_per_npu": 0}
    together = served(system, phases="together", **free)
    assert together.headline_s <= 0.05
    assert not any("misses the objective" in str(text) for text in together.warnings)
    plan = {"ep": 32, "redundant_experts": 0, "batch_per_npu": 0}
    apart, beside = (served(system, phases=way, **plan) for way in ("apart", "together"))
    assert detail(beside).sequences_per_npu < detail(apart).sequences_per_npu
    assert beside.headline_s <= 0.05


def test_instances_that_leave_npus_over_say_so_and_power_counts_them():
    """Two instances of 160 in 384 NPUs: 64 are idle."""
    found = served("cloudmatrix-384", phases="together")
    assert found.load.npus == 320
    assert any("64 NPUs are idle" in str(text) for text in found.warnings)
    assert found.tokens_per_s_per_npu == pytest.approx(found.tokens_per_s / 384)
    filling, stepping = found.phases
    assert (filling.shared_npus, stepping.shared_npus) == (320, 320)
    assert filling.npus + stepping.npus == pytest.approx(320)
    working = sum(phase.npus * phase.npu_power_w for phase in found.phases)
    assert working == pytest.approx(found.load.npus * found.load.npu_power_w)


def test_what_only_pools_have_is_left_out_and_named():
    plain = served("gb200-nvl72", phases="together")
    named = served("gb200-nvl72", phases="together", prefill_share=0.3, prefill_tp=4)
    assert named.tokens_per_s == plain.tokens_per_s
    assert named.ttft_s == plain.ttft_s
    assert any("are not used" in str(text) for text in named.warnings)
    assert not any("are not used" in str(text) for text in plain.warnings)


def test_what_fits_nowhere_delivers_nothing_and_says_so():
    found = served("cloudmatrix-384", phases="together", npus=1, ep=0, redundant_experts=0)
    assert not found.memory.fits
    assert found.tokens_per_s == 0
    assert "over 16 devices" in found.memory.remedy
