"""What a collective is laid out of: the ranks by domain, and phases of transfers among them.

Knows no algorithm, no path and no time; ranks are vertices of a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows


@dataclass(frozen=True, eq=False)
class Members:
    """Ranks of a group, those of one domain next to each other."""

    ranks: IntArray
    """Shape (ranks,)."""
    domain: IntArray
    """Shape (ranks,): ascending number of the domain."""
    position: IntArray
    """Shape (ranks,): index of each rank in the group as it was given."""

    @property
    def size(self) -> int:
        """Ranks of the group."""
        return len(self.ranks)

    @property
    def domain_size(self) -> int:
        """Ranks in every domain, or 1 where domains differ in size."""
        counts = np.bincount(self.domain)
        return int(counts[0]) if np.all(counts == counts[0]) else 1


@dataclass(frozen=True, eq=False)
class Phase:
    """One pattern of transfers, repeated; repetitions depend on each other."""

    name: str
    demand: Flows | Exchange
    steps: int
    """Dependent repetitions that each move `demand`."""
    hops_per_step: int = 1
    """Dependent messages inside one step: the depth of a pipeline that moves it."""
    peers: int = 0
    """Other ranks that one rank addresses in turn in every step."""
    is_relayed: bool = False
    """Whether every rank passes on in a step what it received in the step before."""
    outside_hops: int = 0
    """Of `hops_per_step`, those between domains where the others stay inside; 0 for one kind."""


Scheduler = Callable[[Members, float], tuple[Phase, ...]]


def group_members(ranks: IntArray, domain_of_rank: IntArray) -> Members:
    """Return ranks sorted by domain, domains in the order in which they first appear."""
    _, first, number = np.unique(domain_of_rank, return_index=True, return_inverse=True)
    position = np.argsort(np.argsort(first))[number.reshape(-1)]
    order = np.argsort(position, kind="stable")
    return Members(ranks[order], position[order], order)


def flows(source: IntArray, target: IntArray, size: FloatArray | float) -> Flows:
    """Return flows of one size, or of a size each. [byte]."""
    return Flows(source, target, np.zeros(source.shape) + size)
