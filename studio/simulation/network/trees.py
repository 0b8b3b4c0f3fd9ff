"""Collectives along trees: two complementary ones, on every rail where there are rails.

Knows no path and no time.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.pattern import Motif, Pattern, Turn, in_sum
from studio.simulation.network.phases import Members, Phase, Scheduler
from studio.simulation.network.turns import kinds, motif, moved_on, places, places_of


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
            down = Pattern(members.ranks, tree_down(members.alone, payload, from_first=from_first))
            return (Phase("tree", _both_ways(down, passes), 1, passes * _depth(members.size)),)
        across = Pattern(
            members.ranks,
            (
                *tree_down(members, payload, from_first=from_first),
                *chain_down(members, payload, from_first=from_first),
            ),
        )
        outside = passes * _depth(count)
        depth = outside + passes * (inside - 1)
        moved = _both_ways(across, passes)
        return (Phase("tree", moved, 1, depth, outside_hops=outside),)

    return schedule


def _depth(count: int) -> int:
    return int(np.ceil(np.log2(count)))


def tree_down(members: Members, payload: float, *, from_first: bool) -> tuple[Motif, ...]:
    """Return the flows from parents to children of both trees of every part of the payload.

    Notes
    -----
    At a height of b = 2^h the block of positions from 4 b k has its edges from 4 b k + b and
    4 b k + 3 b to 4 b k + 2 b, so blocks that look alike turn into each other. What is left is
    given one by one.

    Of an even number the second tree has the first rank as its last leaf. In a broadcast that rank
    feeds the root of this tree instead.
    """
    count = len(members.counts)
    rails = (places(members),) if members.are_alike else ()
    parent = _parents(count)
    up = np.arange(count)
    down = np.roll(up[::-1], count % 2)
    found, single = [], []
    for domain, is_mirrored in ((up, False), (down, True)):
        rest: list[int] = []
        for height in range((count - 1).bit_length()):
            low, block = 1 << height, 4 << height
            whole = count // block * block
            rest += range(whole + low, count, 2 * low)
            for begin, blocks in _alike_blocks(members.look[domain[:whole]], block):
                first = begin * block
                if blocks == 1:
                    rest += [first + low, first + 3 * low]
                    continue
                row = domain[first : first + blocks * block]
                # The other way round in the mirror, which often is the same turn.
                turn = moved_on(members, row[::-1] if is_mirrored else row, block)
                ends = row[[2 * low, 2 * low]], row[[low, 3 * low]]
                found.append(_edges(members, (*rails, turn), *ends, payload))
        left = np.array(rest, dtype=np.int64)
        above, below, size = parent[left], left, np.ones(len(left))
        if is_mirrored and from_first and count % 2 == 0:
            # The last leaf is the first rank: it feeds the root instead.
            above = np.append(above, [parent[count - 1], count - 1])
            below = np.append(below, [count - 1, 0])
            size = np.append(size, [-1.0, 1.0])
        single.append(_edges(members, rails, domain[above], domain[below], payload * size))
    return (*found, *single)


def _alike_blocks(look: IntArray, block: int) -> list[tuple[int, int]]:
    """Return where blocks of domains that look alike follow each other: first one and number."""
    if not len(look):
        return []
    rows = look.reshape(-1, block)
    differs = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1
    begin = np.concatenate([[0], differs])
    return list(zip(begin.tolist(), np.diff(np.append(begin, len(rows))).tolist(), strict=True))


def _edges(
    members: Members,
    turns: tuple[Turn, ...],
    above: IntArray,
    below: IntArray,
    payload: FloatArray | float,
) -> Motif:
    """Return what domains pass down of half of the payload, part by part or the first for all."""
    size = np.zeros(len(above)) + payload / (2 * members.parts)
    if members.are_alike or not len(above):
        return motif(turns, members.first[above], members.first[below], size)
    each = np.repeat(size, members.parts)
    source, target = (members.takers(domains).reshape(-1) for domains in (above, below))
    whole = in_sum([motif((), source, target, each)])
    return Motif(turns, whole.source, whole.target, whole.size)


def chain_down(members: Members, payload: float, *, from_first: bool) -> tuple[Motif, ...]:
    """Return the flows that spread every rank's part inside its domain, rank by rank.

    Each part passes all other ranks. In a broadcast the first domain hands all parts on from its
    first rank.
    """
    found = []
    for domains in kinds(members):
        inside = int(members.counts[domains[0]])
        if inside == 1:
            continue
        turns = (places_of(members, domains), moved_on(members, domains))
        start = int(members.first[domains[0]])
        byte = payload * (inside - 1) / inside
        found.append(motif(turns, start, start + 1, byte))
        if from_first and domains[0] == 0:
            first = np.arange(inside - 1)
            found.append(motif((turns[0],), 0, 1, -byte))
            found.append(motif((), first, first + 1, payload))
    return tuple(found)


def _both_ways(down: Pattern, passes: int) -> Pattern:
    """Return flows down, and for a reduction up before them."""
    if passes == 1:
        return down
    return Pattern(down.ranks, (*down.motifs, *down.backwards().motifs))
