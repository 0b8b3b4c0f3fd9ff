"""Collectives along trees: two complementary ones, on every rail where there are rails.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.pattern import Motif, Pattern
from studio.simulation.network.phases import Members, Phase, Scheduler, flows, joined
from studio.simulation.network.turns import by_domain, motif, next_domains, places


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
        count, inside = len(members.counts), int(members.counts.max())
        if inside == 1 or count == 1:
            # One rank after the other, whatever their domain.
            alone = Members(members.ranks, np.arange(members.size), members.position)
            down = Pattern(alone.ranks, _alike_down(alone, payload, from_first=from_first))
            return (Phase("tree", _both_ways(down, passes), 1, passes * _depth(members.size)),)
        part = payload / members.parts
        across: Flows | Pattern = (
            Pattern(
                members.ranks,
                (
                    *_alike_down(members, part, from_first=from_first),
                    *_alike_chains(members, payload, from_first=from_first),
                ),
            )
            if members.is_even
            else joined(
                _tree_down(members.table, part, from_first=from_first),
                *_chain_down(members, payload, from_first=from_first),
            )
        )
        outside = passes * _depth(count)
        depth = outside + passes * (inside - 1)
        moved = _both_ways(across, passes)
        return (Phase("tree", moved, 1, depth, outside_hops=outside),)

    return schedule


def _depth(count: int) -> int:
    return int(np.ceil(np.log2(count)))


def _alike_down(members: Members, payload: float, *, from_first: bool) -> tuple[Motif, ...]:
    """Return `_tree_down` of domains of one size, edges of one height as turns of two.

    Notes
    -----
    At a height of b = 2^h the block of positions from 4 b k has its edges from 4 b k + b and
    4 b k + 3 b to 4 b k + 2 b, so blocks turn into each other. What is left is given one by one.
    """
    count, inside = len(members.counts), int(members.counts[0])
    rails = places(members)
    parent = _parents(count)
    up = np.arange(count)
    down = np.roll(up[::-1], count % 2)
    found = []
    for domain, is_mirrored in ((up, False), (down, True)):
        rest: list[int] = []
        for height in range((count - 1).bit_length()):
            low, block = 1 << height, 4 << height
            whole = count // block * block
            rest += range(whole + low, count, 2 * low)
            if not whole:
                continue
            # The other way round in the mirror, which often is the same turn.
            shift = -block if is_mirrored else block
            image = up.copy()
            image[domain[:whole]] = domain[(up[:whole] + shift) % whole]
            turns = (rails, by_domain(members, image, whole // block))
            ends = domain[[2 * low, 2 * low]], domain[[low, 3 * low]]
            found.append(motif(turns, inside * ends[0], inside * ends[1], payload / 2))
        left = np.array(rest, dtype=np.int64)
        above, below, size = parent[left], left, np.full(len(left), payload / 2)
        if is_mirrored and from_first and count % 2 == 0:
            # The last leaf is the first rank: it feeds the root instead.
            above = np.append(above, [parent[count - 1], count - 1])
            below = np.append(below, [count - 1, 0])
            size = np.append(size, [-payload / 2, payload / 2])
        found.append(motif((rails,), inside * domain[above], inside * domain[below], size))
    return tuple(found)


def _alike_chains(members: Members, payload: float, *, from_first: bool) -> tuple[Motif, ...]:
    """Return `_chain_down` of domains of one size: every rank's part passes all others."""
    inside = int(members.counts[0])
    rails, byte = places(members), payload * (inside - 1) / inside
    around = motif((rails, next_domains(members)), 0, 1, byte)
    if not from_first:
        return (around,)
    first = np.arange(inside - 1)
    return around, motif((rails,), 0, 1, -byte), motif((), first, first + 1, payload)


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


def _both_ways(down: Flows | Pattern, passes: int) -> Flows | Pattern:
    """Return flows down, and for a reduction up before them."""
    if passes == 1:
        return down
    if isinstance(down, Pattern):
        return Pattern(down.ranks, (*down.motifs, *down.backwards().motifs))
    return joined(down, Flows(down.target, down.source, down.size))
