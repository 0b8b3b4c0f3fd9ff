"""Collectives along trees: two complementary ones, on every rail where there are rails.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import Members, Phase, Scheduler, flows, joined


def _parents(count: int) -> IntArray:
    """Return the parent of every position in a binary tree over 0 .. count - 1; -1 at the root.

    The lowest set bit of a position is its height, so neighbours in rank are near in the tree.
    """
    position = np.arange(1, count, dtype=np.int64)
    low = position & -position
    up = (position & ~low) | (low << 1)
    parent = np.where(up < count, up, position & ~low)
    return np.concatenate([[-1], parent]).astype(np.int64)


def tree(passes: int) -> Scheduler:
    """Two complementary trees, each with half of the payload, streaming at the same time.

    Where domains have several ranks, every part of the payload has trees of its own across
    domains, on the rail of the ranks that take it; inside a domain it comes along a chain.
    """
    from_first = passes == 1

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        domains, inside = len(members.counts), int(members.counts.max())
        if inside == 1 or domains == 1:
            down = _tree_down(members.ranks[:, None], payload, from_first=from_first)
            return (Phase("tree", _both_ways(down, passes), 1, passes * _depth(members.size)),)
        chain = _chain_down(members, payload, from_first=from_first)
        part = payload / members.parts
        down = joined(_tree_down(members.table, part, from_first=from_first), *chain)
        outside = passes * _depth(domains)
        depth = outside + passes * (inside - 1)
        moved = _both_ways(down, passes)
        return (Phase("tree", moved, 1, depth, outside_hops=outside),)

    return schedule


def _depth(count: int) -> int:
    return int(np.ceil(np.log2(count)))


def _tree_down(table: IntArray, payload: float, *, from_first: bool) -> Flows:
    """Return the flows from parents to children of both trees of every column of ranks.

    Of an even number the second tree has the first rank as its last leaf. In a broadcast that rank
    feeds the root of this tree instead.
    """
    count = len(table)
    parent, child = _parents(count)[1:], np.arange(1, count)
    mirrored = np.roll(table[::-1], count % 2, axis=0)
    above, below = table[parent], table[child]
    if from_first and count % 2 == 0:
        parent, child = np.append(parent[:-1], count - 1), np.append(child[:-1], 0)
    source = np.concatenate([above.reshape(-1), mirrored[parent].reshape(-1)])
    target = np.concatenate([below.reshape(-1), mirrored[child].reshape(-1)])
    return flows(source, target, payload / 2)


def _chain_down(members: Members, payload: float, *, from_first: bool) -> list[Flows]:
    """Return the flows that spread every rank's part inside its domain, rank by rank.

    In a broadcast the first domain hands all parts on from its first rank.
    """
    chains = []
    counts = members.counts.copy()
    if from_first:
        first = members.ranks[: counts[0]]
        chains.append(flows(first[:-1], first[1:], payload))
        counts[0] = 1
    for count in np.unique(counts[counts > 1]):
        rows = members.first[counts == count][:, None] + np.arange(count)
        table = members.ranks[rows]
        start, step = np.arange(count)[:, None], np.arange(count - 1)
        here, there = (start + step) % count, (start + step + 1) % count
        parts = flows(table[:, here].reshape(-1), table[:, there].reshape(-1), payload / count)
        chains.append(parts)
    return chains


def _both_ways(down: Flows, passes: int) -> Flows:
    """Return flows down, and for a reduction up before them."""
    return down if passes == 1 else joined(down, Flows(down.target, down.source, down.size))
