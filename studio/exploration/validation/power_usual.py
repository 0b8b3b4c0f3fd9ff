"""What accelerators draw at rest, while training and over a mix of jobs: usual activity."""

from __future__ import annotations

from studio.exploration.validation.power_case import NODE_NPUS, PowerCase, Reading, nodes_power_w
from studio.simulation.inference.plan import scalar
from studio.simulation.machine import Accelerator
from studio.simulation.power.activity import Activity
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile

TRAINING = Activity(compute=0.5, matrix=0.8, memory=0.1, network=0.2)
"""Medians of `step_activity` over the training runs of the reference table, all families."""
MIXED = Activity(compute=0.25, matrix=0.5, memory=0.1, network=0.1)
"""A mix of jobs, of which some compute: an assumption."""


def idle_power(case: PowerCase) -> Reading:
    """Power with nothing to do: of one chip, or of nodes at the plug."""
    idle_w = case.machine.accelerator.idle_w
    if case.says("scope", "chip", "gpu mean"):
        return lambda _: idle_w
    if case.says("scope", "gpus only"):
        return lambda _: idle_w * max(case.units, 1)
    npus = case.units or NODE_NPUS
    return lambda power: nodes_power_w(power, idle_w, npus, load=0.0)


def usual_power(case: PowerCase) -> Reading:
    """Mean power while training, or over a mix of jobs."""
    doing = TRAINING if case.says("workload", "train") else MIXED
    accelerator = case.machine.accelerator
    npus = case.units or NODE_NPUS

    def watts(power: PowerProfile) -> float:
        npu = _drawn_w(accelerator, power, doing)
        if case.says("scope", "chip", "gpu mean"):
            return npu
        if case.says("scope", "gpus only"):
            return npu * npus
        return nodes_power_w(power, npu, npus)

    return watts


def provisioned_share(case: PowerCase) -> Reading:
    """Mean power of nodes over the most they may draw."""
    doing = TRAINING if case.says("workload", "train") else MIXED
    accelerator = case.machine.accelerator
    span = accelerator.tdp_w - accelerator.idle_w

    def share(power: PowerProfile) -> float:
        most = accelerator.idle_w + span * power.peak_share
        drawn = nodes_power_w(power, _drawn_w(accelerator, power, doing), NODE_NPUS)
        return drawn / nodes_power_w(power, most, NODE_NPUS)

    return share


def _drawn_w(accelerator: Accelerator, power: PowerProfile, doing: Activity) -> float:
    return scalar(npu_power_w(accelerator, power, doing))
