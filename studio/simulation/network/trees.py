"""Collectives along trees: two complementary ones, on every rail where there are rails.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.simulation.network.phases import Members, Phase, Scheduler, flows


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

    Where domains are alike, every position has trees of its own across domains, on its own rail,
    that carry its part of the payload; inside a domain the part comes along a chain.
    """

    def schedule(members: Members, payload: float) -> tuple[Phase, ...]:
        inside = members.domain_size
        domains = members.size // inside
        if inside == 1 or domains == 1:
            moved = _both_ways(_tree_down(members.ranks[:, None], payload), passes)
            return (Phase("tree", moved, 1, passes * _depth(members.size)),)
        table = members.ranks.reshape(domains, inside)
        chain = _chain_down(table, payload, from_first=passes == 1)
        down = _joined(_tree_down(table, payload / inside), chain)
        outside = passes * _depth(domains)
        depth = outside + passes * (inside - 1)
        moved = _both_ways(down, passes)
        return (Phase("tree", moved, 1, depth, outside_hops=outside),)

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
    return flows(source, target, payload / 2)


def _chain_down(table: IntArray, payload: float, *, from_first: bool) -> Flows:
    """Return the flows that spread every position's part inside its domain, rank by rank.

    In a broadcast the first domain hands all parts on from its first rank.
    """
    inside = table.shape[1]
    step = np.arange(inside - 1)
    start = np.arange(inside)[:, None]
    here, there = (start + step) % inside, (start + step + 1) % inside
    rest = table[1:] if from_first else table
    parts = [flows(rest[:, here].reshape(-1), rest[:, there].reshape(-1), payload / inside)]
    if from_first:
        parts.append(flows(table[0, :-1], table[0, 1:], payload))
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
