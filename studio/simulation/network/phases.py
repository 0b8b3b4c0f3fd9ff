"""What a collective is laid out of: the ranks by domain, and phases of transfers among them.

Knows no algorithm, no path and no time; ranks are vertices of a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import lcm

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.hashing import scrambled
from studio.fabric.flow.pattern import Pattern

_MOST_PARTS = 128
"""Parts into which a payload is cut at most where domains differ in size."""


@dataclass(frozen=True, eq=False)
class Members:
    """Ranks of a group, those of one domain next to each other."""

    ranks: IntArray
    """Shape (ranks,)."""
    domain: IntArray
    """Shape (ranks,): ascending number of the domain."""
    position: IntArray
    """Shape (ranks,): index of each rank in the group as it was given."""
    looks: Callable[[IntArray], IntArray] | None = None
    """Number that ranks share which look alike in the fabric, told when asked; None for all."""

    @property
    def size(self) -> int:
        """Ranks of the group."""
        return len(self.ranks)

    @cached_property
    def counts(self) -> IntArray:
        """Ranks of every domain, shape (domains,)."""
        return np.bincount(self.domain)

    @cached_property
    def first(self) -> IntArray:
        """Where the ranks of every domain begin, shape (domains,)."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def place(self) -> IntArray:
        """Position of every rank within its domain, shape (ranks,)."""
        return np.arange(self.size) - self.first[self.domain]

    @property
    def is_even(self) -> bool:
        """Whether all domains have the same number of ranks."""
        return bool(np.all(self.counts == self.counts[0]))

    @cached_property
    def look(self) -> IntArray:
        """Number that domains share which look alike, rank by rank; shape (domains,)."""
        word = np.zeros(len(self.counts), dtype=np.uint64)
        shown = np.zeros(self.size, np.int64) if self.looks is None else self.looks(self.ranks)
        # A sum of one word per place: domains of other sizes differ in how many they add up.
        np.add.at(word, self.domain, scrambled(scrambled(shown).view(np.int64) ^ self.place))
        return np.unique(word, return_inverse=True)[1].reshape(-1)

    @cached_property
    def are_alike(self) -> bool:
        """Whether all domains have the same number of ranks and look alike."""
        return self.is_even and int(self.look.max()) == 0

    @cached_property
    def alone(self) -> Members:
        """The same ranks, each a domain of its own."""
        return Members(self.ranks, np.arange(self.size), self.position, self.looks)

    @cached_property
    def parts(self) -> int:
        """Equal parts of a payload, so many that every rank of a domain takes equally many.

        The ranks of a domain where all have the same number; otherwise the least common multiple,
        or where that is large, the number of the largest domain, which is nearly as even.
        """
        sizes = [int(count) for count in np.unique(self.counts)]
        parts = lcm(*sizes)
        return parts if parts <= max(_MOST_PARTS, sizes[-1]) else sizes[-1]

    @cached_property
    def table(self) -> IntArray:
        """The rank that takes each part in each domain, shape (domains, parts)."""
        return self.ranks[self.takers(np.arange(len(self.counts)))]

    def takers(self, domain: IntArray) -> IntArray:
        """Return the index of the rank that takes each part, shape (entries of domain, parts)."""
        count = self.counts[domain][:, None]
        return np.asarray(self.first[domain][:, None] + np.arange(self.parts) % count)

    def ranks_of(self, domains: IntArray) -> IntArray:
        """Return the indices of the ranks of some domains of one size, (domains, ranks)."""
        return np.asarray(self.first[domains][:, None] + np.arange(self.counts[domains[0]]))


@dataclass(frozen=True, eq=False)
class Together:
    """Several demands at the same time."""

    demands: tuple[Flows | Exchange | Pattern, ...]
    alike: Pattern | None = None
    """The same flows, tried first, where listing them is out of the question."""


Demand = Flows | Exchange | Pattern | Together


@dataclass(frozen=True, eq=False)
class Phase:
    """One pattern of transfers, repeated; repetitions depend on each other."""

    name: str
    demand: Demand
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
    legs: float = 1.0
    """Messages, one after the other, that carry one transfer: more where ranks hand it on."""
    has_one_size: bool = True
    """Whether all transfers are of one size, or cut into chunks that are."""


Scheduler = Callable[[Members, float], tuple[Phase, ...]]


def group_members(
    ranks: IntArray,
    domain_of_rank: IntArray,
    looks: Callable[[IntArray], IntArray] | None = None,
) -> Members:
    """Return ranks sorted by domain, domains in the order in which they first appear."""
    _, first, number = np.unique(domain_of_rank, return_index=True, return_inverse=True)
    position = np.argsort(np.argsort(first))[number.reshape(-1)]
    order = np.argsort(position, kind="stable")
    return Members(ranks[order], position[order], order, looks)


def flows(source: IntArray, target: IntArray, size: FloatArray | float) -> Flows:
    """Return flows of one size, or of a size each. [byte]."""
    return Flows(source, target, np.zeros(source.shape) + size)


def merged(source: IntArray, target: IntArray, size: FloatArray | float) -> Flows:
    """Return flows in which transfers between the same two ranks are summed. [byte]."""
    given = flows(source.reshape(-1), target.reshape(-1), np.reshape(size, -1))
    top = int(max(given.source.max(), given.target.max())) + 1
    key, place = np.unique(given.source * top + given.target, return_inverse=True)
    size_of_key = np.zeros(len(key))
    np.add.at(size_of_key, place.reshape(-1), given.size)
    return Flows(key // top, key % top, size_of_key)


def joined(*parts: Flows) -> Flows:
    """Return the flows of several lists in one."""
    return Flows(
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.target for part in parts]),
        np.concatenate([part.size for part in parts]),
    )


def every_pair(exchange: Exchange) -> Flows:
    """Return the flows of an exchange one by one."""
    sends, receives = np.flatnonzero(exchange.send > 0), np.flatnonzero(exchange.receive > 0)
    first, second = np.nonzero(sends[:, None] != receives)
    first, second = sends[first], receives[second]
    size = exchange.send[first] * exchange.receive[second]
    return Flows(exchange.ranks[first], exchange.ranks[second], size)


def listed(demand: Demand) -> Flows:
    """Return every flow of a demand."""
    if isinstance(demand, Flows):
        return demand
    if isinstance(demand, Pattern):
        return demand.listed()
    if isinstance(demand, Exchange):
        return every_pair(demand)
    return joined(*map(listed, demand.demands))


def exchanges_of(demand: Demand) -> tuple[Exchange, ...]:
    """Return the exchanges that a demand is, none where it has other flows too."""
    parts = demand.demands if isinstance(demand, Together) else (demand,)
    found = tuple(part for part in parts if isinstance(part, Exchange))
    return found if len(found) == len(parts) else ()


def flow_count(demand: Demand) -> int:
    """Return how many flows a demand has, without listing them."""
    if isinstance(demand, Together):
        return sum(flow_count(part) for part in demand.demands)
    if isinstance(demand, Pattern):
        return demand.flow_count
    if isinstance(demand, Exchange):
        sends, receives = demand.send > 0, demand.receive > 0
        return int(sends.sum()) * int(receives.sum()) - int((sends & receives).sum())
    return len(demand.source)
