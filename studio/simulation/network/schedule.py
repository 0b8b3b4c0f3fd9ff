"""Phases of a collective on given ranks: who sends how much to whom, and how often.

Knows no path and no time; ranks are vertices of a graph grouped in domains that share switches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Exchange, Flows, uniform_exchange
from studio.simulation.network.traffic import Algorithm, Collective


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


def _flows(source: IntArray, target: IntArray, size: FloatArray | float) -> Flows:
    return Flows(source, target, np.zeros(source.shape) + size)


def _ring_orders(members: Members) -> IntArray:
    """Return ranks in the order of as many rings as a domain has ranks, shape (rings, ranks).

    Notes
    -----
    Ring k enters a domain by the position at which it left the one before, so that it stays on
    the adapters and switches of that position, as on rails. Positions are walked forwards in one
    domain and backwards in the next; an odd number of domains closes over three positions. Every
    position is entered by one ring and left by one.
    """
    count = members.domain_size
    table = members.ranks.reshape(-1, count)
    up = np.arange(count)
    walk = np.where(np.arange(len(table))[:, None] % 2, up[::-1], up)
    if len(table) % 2 and len(table) > 1 and count > 2:
        walk[-3:] = (
            up,
            np.roll(up, 1),
            np.concatenate([[count - 2, count - 1], up[1 : count - 2], [0]]),
        )
    position = (walk + np.arange(count)[:, None, None]) % count
    return table[np.arange(len(table))[:, None], position].reshape(count, -1)


def _ring_step(members: Members, byte: float) -> Flows:
    """One step of all rings.

    Transfers between the same two ranks in several rings are summed: all chunks have one size, so
    the slowest link's load decides either way.
    """
    orders = _ring_orders(members)
    return _merged(orders, np.roll(orders, -1, axis=1), byte / len(orders))


def _merged(source: IntArray, target: IntArray, byte: float) -> Flows:
    """Return transfers of one size, those between the same two ranks summed."""
    top = int(max(source.max(), target.max())) + 1
    key, count = np.unique((source * top + target).reshape(-1), return_counts=True)
    return _flows(key // top, key % top, count.astype(np.float64) * byte)


def _ring(laps: int) -> Scheduler:
    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        step = _ring_step(members, payload / members.size)
        return (Phase("ring", step, laps * (members.size - 1), is_relayed=True),)

    return schedule


def _chain(members: Members, payload: float) -> tuple[Phase, ...]:
    """Broadcast along all rings at once, each cut before the first rank, chunk by chunk."""
    orders = _ring_orders(members)
    first = np.argmax(orders == members.ranks[0], axis=1)
    place = (first[:, None] + np.arange(members.size)) % members.size
    orders = np.take_along_axis(orders, place, axis=1)
    step = _merged(orders[:, :-1], orders[:, 1:], payload / len(orders))
    return (Phase("chain", step, 1, members.size - 1, is_relayed=True),)


def _parents(count: int) -> IntArray:
    """Return the parent of every position in a binary tree over 0 .. count - 1; -1 at the root.

    The lowest set bit of a position is its height, so neighbours in rank are near in the tree.
    """
    position = np.arange(1, count, dtype=np.int64)
    low = position & -position
    up = (position & ~low) | (low << 1)
    parent = np.where(up < count, up, position & ~low)
    return np.concatenate([[-1], parent]).astype(np.int64)


def _tree(passes: int) -> Scheduler:
    """Two complementary trees, each with half of the payload, streaming at the same time.

    Where domains are alike, every position has trees of its own across domains, on its own rail,
    that carry its part of the payload; inside a domain the part comes along a chain.
    """

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside = members.domain_size
        domains = members.size // inside
        if inside == 1 or domains == 1:
            flows = _both_ways(_tree_down(members.ranks[:, None], payload), passes)
            return (Phase("tree", flows, 1, passes * _depth(members.size)),)
        table = members.ranks.reshape(domains, inside)
        chain = _chain_down(table, payload, from_first=passes == 1)
        down = _joined(_tree_down(table, payload / inside), chain)
        outside = passes * _depth(domains)
        depth = outside + passes * (inside - 1)
        flows = _both_ways(down, passes)
        return (Phase("tree", flows, 1, depth, outside_hops=outside),)

    return schedule


def _depth(count: int) -> int:
    return int(np.ceil(np.log2(count)))


def _tree_down(table: IntArray, payload: float) -> Flows:
    """Return the flows from parents to children of both trees of every column of ranks."""
    count = len(table)
    parent, child = _parents(count)[1:], np.arange(1, count)
    trees = [table, np.roll(table[::-1], count % 2, axis=0)]
    source = np.concatenate([tree[parent].reshape(-1) for tree in trees])
    target = np.concatenate([tree[child].reshape(-1) for tree in trees])
    return _flows(source, target, payload / 2)


def _chain_down(table: IntArray, payload: float, *, from_first: bool) -> Flows:
    """Return the flows that spread every position's part inside its domain, rank by rank.

    In a broadcast the first domain hands all parts on from its first rank.
    """
    inside = table.shape[1]
    step = np.arange(inside - 1)
    start = np.arange(inside)[:, None]
    here, there = (start + step) % inside, (start + step + 1) % inside
    rest = table[1:] if from_first else table
    parts = [_flows(rest[:, here].reshape(-1), rest[:, there].reshape(-1), payload / inside)]
    if from_first:
        parts.append(_flows(table[0, :-1], table[0, 1:], payload))
    return _joined(*parts)


def _both_ways(down: Flows, passes: int) -> Flows:
    """Return flows down, and for a reduction up before them."""
    return down if passes == 1 else _joined(down, Flows(down.target, down.source, down.size))


def _joined(*parts: Flows) -> Flows:
    return Flows(
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.target for part in parts]),
        np.concatenate([part.size for part in parts]),
    )


def _halving(laps: int) -> Scheduler:
    """Recursive halving, and doubling back; ranks beyond a power of two fold in first."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        ranks = members.ranks
        whole = 1 << (members.size.bit_length() - 1)
        extra = members.size - whole
        phases = []
        if extra:
            fold = _flows(ranks[whole:], ranks[:extra], payload)
            phases.append(Phase("fold", fold, 1))
        active, distance, part = ranks[:whole], 1, payload / 2
        index = np.arange(whole)
        while distance < whole:
            swap = _flows(active, active[index ^ distance], part)
            phases.append(Phase(f"swap over {distance}", swap, laps))
            distance, part = distance * 2, part / 2
        if extra:
            unfold = _flows(ranks[:extra], ranks[whole:], payload if laps == 2 else payload / whole)
            phases.append(Phase("unfold", unfold, 1))
        return tuple(phases)

    return schedule


def _hierarchical(laps: int) -> Scheduler:
    """Exchange inside domains, then rings of equal positions across domains on what is left."""

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside = members.domain_size
        table = members.ranks.reshape(-1, inside)
        domains = len(table)
        phases = []
        if inside > 1:
            first, second = np.nonzero(~np.eye(inside, dtype=np.bool_))
            swap = _flows(
                table[:, first].reshape(-1), table[:, second].reshape(-1), payload / inside
            )
            phases.append(Phase("inside domains", swap, laps, peers=inside - 1))
        if domains > 1:
            ring = _flows(
                table.reshape(-1),
                np.roll(table, -1, axis=0).reshape(-1),
                payload / inside / domains,
            )
            steps = laps * (domains - 1)
            phases.append(Phase("across domains", ring, steps, is_relayed=True))
        return tuple(phases)

    return schedule


def _direct(laps: int) -> Scheduler:
    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        exchange = uniform_exchange(members.ranks, payload / members.size)
        return (Phase("exchange", exchange, laps, peers=members.size - 1),)

    return schedule


def _hierarchical_exchange(members: Members, payload: float) -> tuple[Phase, ...]:
    """Sort inside domains, then exchange with equal positions of the other domains."""
    inside = members.domain_size
    table = members.ranks.reshape(-1, inside)
    domains = len(table)
    phases = []
    for name, rows, count in (
        ("inside domains", table, inside),
        ("across domains", table.T, domains),
    ):
        if count > 1:
            first, second = np.nonzero(~np.eye(count, dtype=np.bool_))
            swap = _flows(rows[:, first].reshape(-1), rows[:, second].reshape(-1), payload / count)
            phases.append(Phase(name, swap, 1, peers=count - 1))
    return tuple(phases)


def _point_to_point(members: Members, payload: float) -> tuple[Phase, ...]:
    """The first rank sends to the last."""
    return (Phase("send", _flows(members.ranks[:1], members.ranks[-1:], payload), 1),)


_EXCHANGE: Mapping[Algorithm, Scheduler] = {
    Algorithm.DIRECT: _direct(1),
    Algorithm.HIERARCHICAL: _hierarchical_exchange,
}

SCHEDULES: Mapping[Collective, Mapping[Algorithm, Scheduler]] = {
    Collective.ALL_REDUCE: {
        Algorithm.RING: _ring(2),
        Algorithm.TREE: _tree(2),
        Algorithm.HALVING_DOUBLING: _halving(2),
        Algorithm.HIERARCHICAL: _hierarchical(2),
        Algorithm.DIRECT: _direct(2),
    },
    Collective.REDUCE_SCATTER: {
        Algorithm.RING: _ring(1),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _hierarchical(1),
        Algorithm.DIRECT: _direct(1),
    },
    Collective.ALL_GATHER: {
        Algorithm.RING: _ring(1),
        Algorithm.HALVING_DOUBLING: _halving(1),
        Algorithm.HIERARCHICAL: _hierarchical(1),
        Algorithm.DIRECT: _direct(1),
    },
    Collective.ALL_TO_ALL: _EXCHANGE,
    Collective.BROADCAST: {Algorithm.RING: _chain, Algorithm.TREE: _tree(1)},
    Collective.POINT_TO_POINT: {Algorithm.DIRECT: _point_to_point},
    Collective.DISPATCH: _EXCHANGE,
    Collective.COMBINE: _EXCHANGE,
}
"""Algorithms that can be laid over a graph."""


def skewed(phase: Phase, members: Members, popularity: FloatArray, *, is_reversed: bool) -> Phase:
    """Return an exchange in which ranks receive in proportion to their popularity.

    Parameters
    ----------
    phase :
        Of a uniform exchange, direct or by way of domains.
    members :
        The ranks and their domains.
    popularity :
        Shape (ranks,), in the order of the members: relative; scaled to a mean of one.
    is_reversed :
        Whether popular ranks send instead, as when results come back.

    Notes
    -----
    Inside a domain a rank passes on what is for its position in every domain, hence their mean.
    """
    share = popularity / popularity.mean()
    demand = phase.demand
    if isinstance(demand, Exchange):
        send, receive = demand.send, demand.receive
        changed = (
            Exchange(demand.ranks, send * share, receive)
            if is_reversed
            else Exchange(demand.ranks, send, receive * share)
        )
        return replace(phase, demand=changed)
    order = np.argsort(members.ranks)
    ends = [
        order[np.searchsorted(members.ranks, end, sorter=order)]
        for end in (demand.source, demand.target)
    ]
    popular = ends[0] if is_reversed else ends[1]
    inside = members.domain_size
    is_inside = members.domain[ends[0]] == members.domain[ends[1]]
    of_position = share.reshape(-1, inside).mean(axis=0)
    factor = np.where(is_inside, of_position[popular % inside], share[popular])
    return replace(phase, demand=Flows(demand.source, demand.target, demand.size * factor))
