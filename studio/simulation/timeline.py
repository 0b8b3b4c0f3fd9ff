"""How utilisation and power run over time while a simulated job repeats its phases.

The phases of a result are laid one after another, their terms in order; the pattern repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.messages import Listed
from studio.simulation import words
from studio.simulation.result import Bound, Phase, SimResult

_BUSY_AXIS: Mapping[Bound, int] = {"compute": 0, "memory": 1, "network": 2}


@dataclass(frozen=True)
class Timeline:
    """One period of a job; arrays have shape (n_segments,)."""

    end_s: FloatArray
    """When each segment ends, counted from the start of the period."""
    compute: FloatArray
    memory: FloatArray
    network: FloatArray
    power_w: FloatArray
    """Of the whole equipment."""
    names: tuple[str, ...]

    @property
    def period_s(self) -> float:
        """Return how long one period takes."""
        return float(self.end_s[-1]) if len(self.end_s) else 0.0

    def at(self, times_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return compute, memory, network utilisation and power at some moments.

        Parameters
        ----------
        times_s : shape (n_times,). Since the job began; later periods repeat the first. [s]

        Returns
        -------
        Four arrays of shape (n_times,).
        """
        place = self.segment_at(times_s)
        return self.compute[place], self.memory[place], self.network[place], self.power_w[place]

    def segment_at(self, times_s: FloatArray) -> IntArray:
        """Return the segment each moment lies in, shape (n_times,)."""
        if not len(self.end_s):
            return np.zeros(0, dtype=np.int64)
        inside = np.mod(times_s, self.period_s)
        place = np.searchsorted(self.end_s, inside, side="right")
        return np.minimum(place, len(self.end_s) - 1).astype(np.int64)


def timeline_of(result: SimResult, idle_power_w: float) -> Timeline:
    """Return the timeline of a result.

    Parameters
    ----------
    idle_power_w : what the equipment draws while nothing runs. [W]

    Notes
    -----
    Within a phase a term keeps the unit it is bound by busy: the phase's mean utilisation of that
    unit is reached by the terms it bounds, so that the time average over the phase is the phase's
    utilisation wherever that does not exceed one. Power above idle follows the same shares.
    """
    segments: list[tuple[float, FloatArray, float]] = []
    names: list[str] = []
    for phase in result.phases:
        above_idle = max(0.0, result.equipment_power_w - idle_power_w)
        for term, levels, weight in _phase_segments(phase):
            segments.append((term, levels, idle_power_w + above_idle * weight))
        names.extend(
            Listed((words.term(phase.name), words.term(one.name)), ": ")
            for one in phase.terms
            if one.seconds > 0
        )
    seconds = np.array([segment[0] for segment in segments])
    levels_all = np.array([segment[1] for segment in segments]).reshape(-1, 3)
    power = np.array([segment[2] for segment in segments])
    compute, memory, network = levels_all.T
    return Timeline(np.cumsum(seconds), compute, memory, network, power, tuple(names))


def _phase_segments(phase: Phase) -> list[tuple[float, FloatArray, float]]:
    terms = [term for term in phase.terms if term.seconds > 0]
    mean = np.array(
        [phase.utilisation.compute, phase.utilisation.memory, phase.utilisation.network]
    )
    busy = np.zeros(3)
    for term in terms:
        if term.bound in _BUSY_AXIS:
            busy[_BUSY_AXIS[term.bound]] += term.seconds
    total = sum(term.seconds for term in terms)
    made = []
    for term in terms:
        levels = np.zeros(3)
        axis = _BUSY_AXIS.get(term.bound)
        if axis is not None:
            levels[axis] = min(1.0, mean[axis] * total / busy[axis])
        # Compute-bound terms stream memory too, and the reverse: the mean that no term claims
        # for itself is spread over all busy terms.
        for other in range(3):
            if busy[other] == 0 and axis is not None:
                levels[other] = min(1.0, mean[other] * total / max(busy.sum(), 1e-30))
        made.append((term.seconds, levels))
    activity = np.array([max(levels) for _, levels in made])
    weights = np.array([seconds for seconds, _ in made])
    average = float((activity * weights).sum() / total) if total else 0.0
    return [
        (seconds, levels, float(activity[place] / average) if average else 1.0)
        for place, (seconds, levels) in enumerate(made)
    ]
