"""Valid mappings with what each of them delivers, as arrays; how they rank and their front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.design.scenario import Scenario
from studio.errors import StudioError
from studio.exploration.search.goals import Goal, Job
from studio.messages import Message, say
from studio.workload.operators import FloatArray

BoolArray = NDArray[np.bool_]
Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


class SearchCancelled(StudioError):
    """The search was stopped before its end."""


@dataclass(frozen=True)
class Counts:
    """How much of the space was looked at, and why nothing better was missed."""

    combinations: float
    """Product of the values of all degrees."""
    valid: int
    """Combinations that keep all rules, each a mapping."""
    evaluated: int
    """Configurations simulated."""
    left_out: tuple[tuple[Message, int], ...]
    """Why valid mappings were not simulated, and how many."""
    proof: Message
    """Why the winner is the best of all valid mappings."""

    def looked_at(self, job: Job) -> Message:
        """Return how many mappings are valid and how many configurations of them were simulated.

        A mapping of training is one configuration, one of serving many: by batch and split.
        """
        if job == "training":
            return say(
                "{valid:,} valid mappings, {simulated:,} of them simulated",
                valid=self.valid,
                simulated=self.evaluated,
            )
        return say(
            "{valid:,} valid mappings, {simulated:,} configurations of them simulated (batch and "
            "split between prefill and decode)",
            valid=self.valid,
            simulated=self.evaluated,
        )


@dataclass(frozen=True)
class Limit:
    """A figure held to a bound: at most, or at least where more of it is better."""

    goal: Goal
    bound: float

    def excess(self, metrics: Mapping[str, FloatArray]) -> FloatArray:
        """Return by which share the bound is missed, 0 where it is kept; shape (n,)."""
        values = metrics[self.goal.metric]
        ratio = self.bound / values if self.goal.is_more_better else values / self.bound
        # The tolerance of the simulation's own check of an objective.
        return np.where(ratio <= 1 + 1e-9, 0.0, ratio - 1)


@dataclass(frozen=True)
class Mappings:
    """Mappings of a job; every array has shape (n,)."""

    job: Job
    metrics: Mapping[str, FloatArray]
    fits: BoolArray
    scenario_at: Callable[[int], Scenario]
    """The scenario that chooses the mapping at a position."""
    text_at: Callable[[int], str]
    counts: Counts

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.fits.size)

    def keeps(self, limits: tuple[Limit, ...]) -> BoolArray:
        """Return which mappings fit and keep all limits."""
        return np.asarray(self.fits & (self._excess(limits) == 0))

    def order(self, goal: Goal, limits: tuple[Limit, ...] = ()) -> NDArray[np.intp]:
        """Return positions from best to worst.

        First those that fit and keep all limits, by the goal; then those that fit, by how far they
        miss; last those that do not fit, by their memory.
        """
        excess = self._excess(limits)
        key = self.metrics[goal.metric] * (-1.0 if goal.is_more_better else 1.0)
        rank = np.where(self.fits, np.where(excess > 0, 1, 0), 2)
        second = np.where(rank == 0, key, np.where(rank == 1, excess, self.metrics["memory_byte"]))
        return np.lexsort((self.metrics["memory_byte"], second, rank))

    def front(self, across: Goal, upward: Goal, among: BoolArray) -> NDArray[np.intp]:
        """Return the positions no other mapping beats in both figures, along the first one."""
        places = np.flatnonzero(among)
        x, y = (
            self.metrics[goal.metric][places] * (-1.0 if goal.is_more_better else 1.0)
            for goal in (across, upward)
        )
        order = np.lexsort((y, x))
        least = np.minimum.accumulate(y[order])
        is_new = np.ones(order.size, dtype=bool)
        is_new[1:] = y[order][1:] < least[:-1]
        return places[order[is_new]]

    def _excess(self, limits: tuple[Limit, ...]) -> FloatArray:
        total: FloatArray = np.zeros(self.count)
        for limit in limits:
            total = total + limit.excess(self.metrics)
        return total
