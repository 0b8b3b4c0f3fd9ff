"""Run the job of a scenario; a new kind of job is a new row in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.design.scenario import Training
from studio.errors import InvalidInput
from studio.simulation.job import SimInput
from studio.simulation.result import SimResult
from studio.simulation.training_job import simulate_training

_JOBS: Mapping[type, Callable[[SimInput, Any], SimResult]] = {
    Training: simulate_training,
}


def simulate(given: SimInput) -> SimResult:
    """Return what a job delivers.

    Raises
    ------
    InvalidInput : the scenario is impossible on this machine; says what would be possible.
    """
    job = _JOBS.get(type(given.scenario))
    if job is None:
        raise InvalidInput(f"{given.scenario.name}: no simulation for this kind of job")
    return job(given, given.scenario)
