"""Run the job of a scenario; a new kind of job is a new row in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from studio.design.scenario import Inference, Training
from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.inference_job import simulate_inference
from studio.simulation.job import SimInput
from studio.simulation.power.terms import with_activity
from studio.simulation.result import SimResult
from studio.simulation.training.placement import EVERYWHERE
from studio.simulation.training_job import simulate_training

_JOBS: Mapping[type, Callable[[SimInput, Any], SimResult]] = {
    Training: simulate_training,
    Inference: simulate_inference,
}


def simulate(given: SimInput) -> SimResult:
    """Return what a job delivers.

    Raises
    ------
    BrokenRule : the scenario is impossible on this machine; says what would be possible.
    """
    result = _JOBS[type(given.scenario)](_joined(given), given.scenario)
    accelerator = given.machine.accelerator
    phases = tuple(with_activity(phase, accelerator, given.power) for phase in result.phases)
    return replace(result, phases=phases)


def _joined(given: SimInput) -> SimInput:
    """Refuse a job on NPUs that no network joins; one NPU needs none."""
    machine = given.machine
    npus = given.scenario.npus or machine.npu_count
    if machine.levels:
        return given
    if npus > 1:
        raise BrokenRule(
            say(
                "no network joins the {npus} NPUs of the job; draw links on a scale-up or "
                "scale-out plane, or run it on 1 NPU",
                npus=npus,
            )
        )
    return replace(given, machine=replace(machine, levels=(EVERYWHERE,)))
