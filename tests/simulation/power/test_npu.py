"""Power from activity: limits, monotonicity, hand-worked node."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exploration.serving_library import power_profile
from studio.simulation.machine import Accelerator
from studio.simulation.power.activity import Activity
from studio.simulation.power.node import node_power_w
from studio.simulation.power.npu import capped_rate, npu_power_w

CHIP = Accelerator("chip", "nvidia-hopper", {"bf16": 1e15}, 80e9, 3e12, 700.0, 70.0)
SHARE = st.floats(0, 1)


def doing(matrix: float, memory: float, network: float = 0.0, waiting: float = 0.0) -> Activity:
    return Activity(matrix, matrix, memory, network, waiting)


@given(matrix=SHARE, memory=SHARE, network=SHARE, waiting=SHARE)
def test_power_lies_between_idle_and_peak(matrix, memory, network, waiting):
    profile = power_profile("nvidia-hopper")
    found = npu_power_w(CHIP, profile, doing(matrix, memory, network, waiting))
    assert CHIP.idle_w <= found <= CHIP.idle_w + 630 * profile.peak_share + 1e-9


@given(matrix=SHARE, memory=SHARE, more=SHARE)
def test_more_activity_never_draws_less(matrix, memory, more):
    profile = power_profile("nvidia-hopper")
    base = npu_power_w(CHIP, profile, doing(matrix, memory))
    assert npu_power_w(CHIP, profile, doing(matrix + more, memory)) >= base
    assert npu_power_w(CHIP, profile, doing(matrix, memory + more)) >= base


def test_prompts_reach_the_rated_power():
    """Splitwise measured prompts at TDP on A100."""
    chip = replace(CHIP, family="nvidia-ampere", tdp_w=400.0, idle_w=50.0)
    found = npu_power_w(chip, power_profile("nvidia-ampere"), doing(0.95, 0.3, 0.2))
    assert found == pytest.approx(400.0, rel=0.12)


def test_a_node_adds_hosts_fans_and_conversion():
    """(8 x 500 + 1000) x 1.1 / 0.95 = 5,789 W."""
    profile = replace_power(node_fixed_w=1000.0, fan_share=0.1, conversion_efficiency=0.95)
    assert node_power_w(profile, 500.0, 8.0) == pytest.approx(5789.5, abs=0.1)


def test_a_cap_slows_only_what_would_exceed_it():
    profile = replace_power(cap_exponent=0.5)
    assert capped_rate(profile, 350.0, 700.0) == pytest.approx(0.5**0.5)
    assert capped_rate(profile, 700.0, 500.0) == 1.0


def replace_power(**changes: float):
    import msgspec

    return msgspec.structs.replace(power_profile("nvidia-hopper"), **changes)
