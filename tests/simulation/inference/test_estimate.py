"""The live estimate: every number there, mappings chosen, bad input answered in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from studio.errors import InvalidInput, UnknownName
from studio.simulation.inference.plan import InferencePlan
from tests.simulation.inference.conftest import cloudmatrix, hopper


def test_cloudmatrix_serves_deepseek(estimate):
    found = estimate(cloudmatrix(), "DeepSeek-R1", precision="int8")
    assert found.fits
    assert found.meets_tpot
    assert found.remedy == ""
    assert found.tokens_per_s == pytest.approx(
        found.tokens_per_s_per_npu * found.instances * found.instance_npus
    )
    assert 0 < found.prefill_share < 1
    for phase in (found.prefill, found.decode):
        assert sum(phase.terms.values()) == pytest.approx(phase.time_s)
        for share in (phase.compute_utilisation, phase.memory_utilisation):
            assert 0 < share <= 1
        assert phase.operators
    assert found.memory.total <= found.memory.usable
    assert math.isfinite(found.energy_j_per_token)


def test_a_larger_model_gets_a_larger_instance(estimate):
    small = estimate(hopper(), "Llama-3-8B")
    large = estimate(hopper(), "Llama-3.1-405B")
    assert small.instance_npus < large.instance_npus


def test_what_does_not_fit_says_so_and_names_the_remedy(estimate):
    found = estimate(hopper(1), "Llama-3.1-405B")
    assert not found.fits
    assert found.limited_by == "nothing fits"
    assert "spread the instance over" in found.remedy
    assert found.tokens_per_s == 0


def test_a_batch_too_large_names_what_memory_holds(estimate):
    found = estimate(hopper(1), "Llama-3-70B", batch=100_000)
    assert not found.fits
    assert "lower the batch" in found.remedy


def test_a_cached_prefix_saves_prompt_work(estimate):
    plan = InferencePlan(tensor=8.0)
    cold = estimate(hopper(), "Llama-3-70B", plan=plan)
    warm = estimate(hopper(), "Llama-3-70B", plan=plan, cached_share=0.9)
    assert warm.ttft_s < cold.ttft_s
    assert warm.tokens_per_s > cold.tokens_per_s


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"prompt": 0}, "prompt of 0 tokens, of 1 to 100,000,000 possible; nearest valid: 1"),
        ({"output": float("nan")}, "output of nan"),
        ({"cached_share": 1.5}, "nearest valid: 1"),
        ({"batch": -1}, "nearest valid: 0"),
        ({"tpot_limit_s": 0}, "TPOT limit.*nearest valid: 1e-06"),
        ({"plan": InferencePlan(tensor=3.0)}, "nearest valid: 2"),
        ({"plan": InferencePlan(tensor=0.5)}, "whole number from 1"),
        ({"plan": InferencePlan(tensor=16.0)}, "there are 8"),
        ({"plan": InferencePlan(attention_data=2.0)}, "has no experts to share"),
        ({"plan": InferencePlan(tensor=8.0, expert=3.0)}, "expert parallelism 3"),
    ],
)
def test_impossible_choices_name_the_rule_and_the_nearest_valid(estimate, choices, words):
    with pytest.raises(InvalidInput, match=words):
        estimate(hopper(), "Llama-3-70B", **choices)


def test_too_many_stages_name_the_layers(estimate):
    machine = replace(hopper(), npu_count=256)
    with pytest.raises(InvalidInput, match="nearest valid: 32"):
        estimate(machine, "Llama-3-8B", plan=InferencePlan(pipeline=64.0))


def test_unknown_formats_list_the_known_ones(estimate):
    with pytest.raises(UnknownName, match="bf16"):
        estimate(hopper(), "Llama-3-8B", precision="fp7")


def test_same_input_gives_the_same_result(estimate):
    assert estimate(hopper(), "Llama-3-8B") == estimate(hopper(), "Llama-3-8B")
