"""How utilisation and power run over time while a simulated job repeats its phases.

Each phase runs on NPUs of its own and repeats its terms, one after another; phases on different
NPUs, such as prompts and decoding, run side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.messages import Listed
from studio.simulation import words
from studio.simulation.result import Phase, SimResult, Utilisation

UNITS = 3
"""Compute, memory and network: columns of a lane's levels."""


@dataclass(frozen=True)
class Lane:
    """What the NPUs of one phase repeat; a row each for the terms that take time."""

    npus: float
    end_s: FloatArray
    """When each term ends, counted from the start of the phase, shape (n_terms,)."""
    levels: FloatArray
    """Use of compute, memory and network, 0..1, shape (n_terms, 3)."""
    npu_power_w: FloatArray
    """Draw of one NPU, shape (n_terms,)."""
    names: tuple[str, ...]

    @property
    def period_s(self) -> float:
        """Return how long one repetition takes."""
        return float(self.end_s[-1])

    def means(self, edges_s: FloatArray) -> FloatArray:
        """Return levels and power, averaged between moments.

        Parameters
        ----------
        edges_s : increasing moments since the job began, shape (n + 1,). [s]

        Returns
        -------
        Shape (n, 4): compute, memory, network, draw of one NPU. [1, 1, 1, W]
        """
        values = np.column_stack((self.levels, self.npu_power_w))
        starts = np.concatenate(([0.0], self.end_s))
        sums = np.concatenate((np.zeros((1, UNITS + 1)), np.cumsum(
            values * np.diff(starts)[:, None], axis=0)))  # fmt: skip
        rounds, inside = np.divmod(edges_s, self.period_s)
        place = np.clip(np.searchsorted(starts, inside, side="right") - 1, 0, len(values) - 1)
        until = sums[place] + (inside - starts[place])[:, None] * values[place]
        integral = until + rounds[:, None] * sums[-1]
        return np.asarray(np.diff(integral, axis=0) / np.diff(edges_s)[:, None])

    def name_at(self, time_s: float) -> str:
        """Return the term a moment lies in."""
        place = int(np.searchsorted(self.end_s, time_s % self.period_s, side="right"))
        return self.names[min(place, len(self.names) - 1)]


@dataclass(frozen=True)
class Timeline:
    """A job while it runs."""

    lanes: tuple[Lane, ...]
    other_power_w: float
    """Equipment but for the NPUs that work, under load."""

    @property
    def period_s(self) -> float:
        """Return how long the slowest phase takes; 0 where nothing runs."""
        return max((lane.period_s for lane in self.lanes), default=0.0)

    def means(self, edges_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return utilisation of all NPUs and power of the equipment, averaged between moments.

        Parameters
        ----------
        edges_s : increasing moments since the job began, shape (n + 1,). [s]

        Returns
        -------
        Compute, memory and network over all NPUs, 0..1, and power [W]; shape (n,) each.
        """
        npus = max(1, sum(lane.npus for lane in self.lanes))
        total = np.zeros((len(edges_s) - 1, UNITS + 1))
        for lane in self.lanes:
            total += lane.npus * lane.means(edges_s)
        compute, memory, network, power = total.T
        return compute / npus, memory / npus, network / npus, power + self.other_power_w

    def names_at(self, time_s: float) -> tuple[str, ...]:
        """Return what each phase does at a moment."""
        return tuple(lane.name_at(time_s) for lane in self.lanes)


def timeline_of(result: SimResult) -> Timeline:
    """Return the timeline of a result whose terms carry utilisation and power."""
    lanes = tuple(_lane(phase) for phase in result.phases if phase.npus and phase.seconds > 0)
    working = sum(phase.npus * phase.npu_power_w for phase in result.phases)
    return Timeline(lanes, result.equipment_power_w - working)


def _lane(phase: Phase) -> Lane:
    terms = [term for term in phase.terms if term.seconds > 0]
    uses = [term.utilisation or Utilisation(0.0, 0.0, 0.0) for term in terms]
    return Lane(
        phase.npus,
        np.cumsum([term.seconds for term in terms]),
        np.array([(use.compute, use.memory, use.network) for use in uses]),
        np.array([term.npu_power_w for term in terms]),
        tuple(Listed((words.term(phase.name), words.term(one.name)), ": ") for one in terms),
    )
