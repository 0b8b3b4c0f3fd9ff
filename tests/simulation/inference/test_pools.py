"""What pools of whole instances keep of the rate at which prefill and decode are in balance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.inference.disaggregation import kept_in_pools, pooled_rate
from studio.simulation.inference.estimate import InferenceResult
from tests.simulation.inference.conftest import cloudmatrix


def test_prompts_wait_where_whole_instances_leave_them_too_few_npus() -> None:
    """Balance wants 3/5 of 48 NPUs for prompts; one instance of 32 leaves 1/3: 5/9 of the rate."""
    assert kept_in_pools(48, 0.6, 32.0) == pytest.approx(5 / 9)


def test_phases_that_take_turns_on_one_instance_lose_nothing() -> None:
    assert kept_in_pools(32, 0.6, 32.0) == 1.0


@given(npus=st.integers(2, 400), share=st.floats(0.01, 0.99), instance=st.integers(1, 200))
def test_what_is_kept_is_what_the_slower_pool_gives(npus: int, share: float, instance: int) -> None:
    """Balanced pools of rates 1 / x and 1 / (1 - x) give 1; whole instances what is kept."""
    kept = float(kept_in_pools(npus, share, float(instance)))
    assert 0 < kept <= 1 + 1e-12
    filling = [
        1 - n * instance / npus for n in range(1, npus // instance + 1) if npus > n * instance
    ]
    rates = [float(pooled_rate(y, 1 / share, 1 / (1 - share), 1.0, 1.0)) for y in filling]
    assert not rates or any(kept == pytest.approx(rate) for rate in rates)


@pytest.mark.parametrize(("npus", "instance"), [(32, 32), (48, 16)])
def test_a_plan_that_is_chosen_suits_pools_of_whole_instances(
    npus: int, instance: int, estimate: Callable[..., InferenceResult]
) -> None:
    """Half as many NPUs again are of no use to instances of two thirds of them all."""
    found = estimate(cloudmatrix(npus), "DeepSeek-R1", precision="int8", output=256, in_pools=True)
    assert found.instance_npus == instance
