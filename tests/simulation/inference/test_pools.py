"""What pools of whole instances keep of the rate at which prefill and decode are in balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studio import api
from studio.design.edits import set_field
from studio.design.model import Design
from studio.design.scenario import Inference
from studio.simulation.inference.disaggregation import in_turn_rate, pooled_rate, pools_rate
from studio.simulation.inference.estimate import InferenceResult
from studio.simulation.result import SimResult
from tests.simulation.inference.conftest import cloudmatrix


def test_prompts_wait_where_whole_instances_leave_them_too_few_npus() -> None:
    """Rates 5/3 and 5/2 are 1 in balance, 3/5 for prompts; one of 32 of 48 leaves 1/3: 5/9."""
    assert pools_rate(48, 32.0, 5 / 3, 5 / 2, 1.0, 1.0) == pytest.approx(5 / 9)


def test_of_two_splits_beside_the_balance_the_better_one_is_taken() -> None:
    """Balance wants 1.4 instances of 10: one gives 25 / 35 x 1, two give 15 / 21 x 1 and less."""
    assert pools_rate(35, 10.0, 35 / 21, 35 / 14, 1.0, 1.0) == pytest.approx(
        max(min(25 / 21, 10 / 14), min(15 / 21, 20 / 14))
    )


def test_phases_that_take_turns_on_one_instance_lose_nothing() -> None:
    assert in_turn_rate(5 / 3, 5 / 2, 1.0, 1.0) == pytest.approx(1.0)
    assert pools_rate(30, 30.0, 5 / 3, 5 / 2, 1.0, 1.0) == pytest.approx(1.0)


@given(npus=st.integers(2, 400), share=st.floats(0.01, 0.99), instance=st.integers(1, 200))
def test_pools_deliver_what_the_best_whole_number_of_instances_does(
    npus: int, share: float, instance: int
) -> None:
    """Every number of instances is tried; rates 1 / x and 1 / (1 - x) give 1 in balance."""
    rates = 1 / share, 1 / (1 - share)
    splits = [
        1 - n * instance / npus for n in range(1, npus // instance + 1) if npus > n * instance
    ]
    if splits:
        best = max(float(pooled_rate(y, *rates, 1.0, 1.0)) for y in splits)
        assert pools_rate(npus, float(instance), *rates, 1.0, 1.0) == pytest.approx(best)


def served(design: Design, **fields: Any) -> SimResult:
    """Return what a design delivers with a plan that nobody named."""
    job = Inference(name="served", **({"model": "DeepSeek-V3"} | fields))
    return api.Supernode(msgspec.structs.replace(design, scenarios={"served": job})).simulate(
        "served"
    )


CLOUDMATRIX = api.load("cloudmatrix-384").design


@pytest.mark.parametrize("counts", [(1, 2, 3, 4), (5, 6, 7, 8), (12, 13, 16)])
@pytest.mark.parametrize("model", ["DeepSeek-V3", "Qwen3-235B-A22B", "Llama-3-70B"])
def test_another_rack_never_lowers_what_is_served(counts: tuple[int, ...], model: str) -> None:
    """Racks of 32 NPUs and an array of as many nodes as a rack holds less."""
    one = set_field(CLOUDMATRIX, ["racks", "compute-east", "array", "count"], 1)
    one = set_field(one, ["racks", "compute-west", "first"], 31)
    for nodes in (2, 4):
        part = set_field(one, ["racks", "compute-west", "contents", "N", "array", "count"], nodes)
        part = set_field(part, ["racks", "compute-east", "contents", "N", "array", "count"], nodes)
        found = [
            served(
                set_field(part, ["racks", "compute-west", "array", "count"], count), model=model
            ).tokens_per_s
            for count in counts
        ]
        assert found == sorted(found)


@settings(deadline=None, max_examples=20)
@given(
    few=st.integers(16, 200), more=st.integers(1, 100),
    prompt=st.sampled_from([512, 1024, 4096]), output=st.sampled_from([256, 1024, 4096]),
)  # fmt: skip
def test_more_npus_never_lower_what_is_served(
    few: int, more: int, prompt: int, output: int
) -> None:
    """Where pools would lame each other, phases take turns and the rest is idle."""
    fewer, all_ = (
        served(CLOUDMATRIX, npus=npus, input_tokens=prompt, output_tokens=output)
        for npus in (few, few + more)
    )
    assume(fewer.headline_s <= 0.05)
    assert all_.tokens_per_s >= fewer.tokens_per_s * (1 - 1e-9)


def test_npus_that_would_slow_the_service_are_left_idle_and_named() -> None:
    found = served(CLOUDMATRIX, npus=80)
    assert sum(phase.npus for phase in found.phases) == 64
    assert any("16 NPUs are idle" in str(warning) for warning in found.warnings)
    assert found.tokens_per_s == pytest.approx(served(CLOUDMATRIX, npus=64).tokens_per_s)
    assert found.tokens_per_s_per_npu == pytest.approx(found.tokens_per_s / 80)


@pytest.mark.parametrize(("npus", "instance"), [(32, 32), (48, 16)])
def test_a_plan_that_is_chosen_suits_pools_of_whole_instances(
    npus: int, instance: int, estimate: Callable[..., InferenceResult]
) -> None:
    """Half as many NPUs again are of no use to instances of two thirds of them all."""
    found = estimate(cloudmatrix(npus), "DeepSeek-R1", precision="int8", output=256, in_pools=True)
    assert found.instance_npus == instance
