"""What a device does beside the model: waiting for the host is not the same as sampling."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.exploration.serving_library import power_profile
from studio.simulation.machine import Accelerator
from studio.simulation.power.activity import Activity
from studio.simulation.power.npu import npu_power_w

CHIP = Accelerator("chip", "generic", {"bf16": 1e15}, 80e9, 3e12, 600.0, 100.0)
BUSY = Activity(compute=0.2, matrix=0.3, memory=0.4, network=0.1)


def test_power_by_hand():
    """100 + 500 (0.2 (1 - 0.5 x 0.5) + 0.8 x 0.3 + 0.5 x 0.4 + 0.1 x 0.1 + 0.4 x 0.25) = 450 W."""
    profile = replace_shares(0.2, 0.8, 0.5, 0.1, 0.4, 0.5)
    doing = replace(BUSY, waiting=0.5, bookkeeping=0.25)
    assert npu_power_w(CHIP, profile, doing) == pytest.approx(450.0)


def test_bookkeeping_draws_and_waiting_saves():
    profile = replace_shares(0.2, 0.8, 0.5, 0.1, 0.4, 0.5)
    quiet = npu_power_w(CHIP, profile, BUSY)
    assert npu_power_w(CHIP, profile, replace(BUSY, bookkeeping=0.3)) > quiet
    assert npu_power_w(CHIP, profile, replace(BUSY, waiting=0.3)) < quiet


def test_half_the_pace_is_half_the_work_and_waiting():
    """Half of the time is left over: 0.5 of waiting, and half of each share of work."""
    slow = replace(BUSY, waiting=0.2).at_pace(0.5)
    assert (slow.compute, slow.matrix, slow.memory) == pytest.approx((0.1, 0.15, 0.2))
    assert slow.waiting == pytest.approx(0.5 * 0.2 + 0.5)


def test_a_faster_device_does_not_wait_less_than_nothing():
    fast = replace(BUSY, waiting=0.9).at_pace(4.0)
    assert fast.matrix == 1.0
    assert fast.waiting == 1.0


def replace_shares(active, compute, memory, network, sequence, launch):
    import msgspec

    return msgspec.structs.replace(
        power_profile("generic"),
        active_share=active,
        compute_share=compute,
        memory_share=memory,
        network_share=network,
        sequence_share=sequence,
        launch_share=launch,
        peak_share=1.0,
    )
