"""Turns of a group by position, by domain and by bit of the index, and what they make of flows.

Domains that look alike turn into each other, all of them or those of a stretch that repeats.
Knows no path: whether a fabric takes part in a turn is for it to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.pattern import Motif, Turn, in_sum
from studio.simulation.network.phases import Members

_LONGEST_PERIOD = 64
"""Domains after which a stretch repeats at most."""


def motif(
    turns: tuple[Turn, ...], source: object, target: object, size: FloatArray | float
) -> Motif:
    """Return a motif of one example or of several, of one size or of a size each. [byte]."""
    ends = (np.atleast_1d(np.asarray(end, dtype=np.int64)) for end in (source, target))
    first, second = np.broadcast_arrays(*ends)
    return Motif(turns, first, second, np.zeros(first.shape) + size)


def places(members: Members) -> Turn:
    """Return the turn that moves every rank on by one place in its domain."""
    return places_of(members, np.arange(len(members.counts)))


def places_of(members: Members, domains: IntArray) -> Turn:
    """Return the turn that moves every rank of some domains of one size on by one place."""
    image = np.arange(members.size)
    ranks = members.ranks_of(domains)
    image[ranks] = np.roll(ranks, -1, axis=1)
    return Turn(image, ranks.shape[1])


def moved_on(members: Members, domains: IntArray, by: int = 1) -> Turn:
    """Return the turn that sends some domains to those so many further on, which divide them.

    Domains whose place is the same modulo `by` are of one size; each rank keeps its place.
    """
    image = np.arange(members.size)
    for start in range(by):
        ranks = members.ranks_of(domains[start::by])
        image[ranks] = np.roll(ranks, -1, axis=0)
    return Turn(image, len(domains) // by)


def next_domains(members: Members, by: int = 1) -> Turn:
    """Return the turn that moves every domain on by some, which divide their number."""
    return moved_on(members, np.arange(len(members.counts)), by)


def all_alike(members: Members) -> tuple[Turn, ...]:
    """Return turns that make every rank of the first, by position and by domain.

    Bits of the two numbers flip as far as they go in pairs, the odd rest moves on: meshes and
    trees of switches take part in flips of any bit.
    """
    inside, count = int(members.counts[0]), len(members.counts)
    by_place = (
        Turn(members.domain * inside + image[members.place], order)
        for image, order in _flips_and_rest(inside)
    )
    across = (
        Turn(image[members.domain] * inside + members.place, order)
        for image, order in _flips_and_rest(count)
    )
    return (*by_place, *across)


def _flips_and_rest(count: int) -> Iterator[tuple[IntArray, int]]:
    number = np.arange(count)
    pairs = count & -count
    for bit in range(pairs.bit_length() - 1):
        yield number ^ (1 << bit), 2
    if pairs < count:
        yield (number + pairs) % count, count // pairs


def flipped(count: int, bits: int) -> tuple[Turn, ...]:
    """Return the turns that flip each of the lowest bits of an index, as far as pairs go."""
    turns = []
    for bit in range(bits):
        image = np.arange(count)
        whole = count >> (bit + 1) << (bit + 1)
        image[:whole] ^= 1 << bit
        turns.append(Turn(image, 2))
    return tuple(turns)


def kinds(members: Members) -> list[IntArray]:
    """Return the domains of every look."""
    return [np.flatnonzero(members.look == look) for look in range(int(members.look.max()) + 1)]


def in_stretches(
    members: Members, leaving: Callable[[IntArray], Motif], multiple: int = 1, odd: int = 0
) -> tuple[Motif, ...]:
    """Return flows that leave every domain for itself or the next: what repeats is turned.

    Parameters
    ----------
    members :
        The ranks; the first domain is next to the last.
    leaving :
        Flows that leave some domains, one by one; alike for domains that look alike, as far apart
        as `multiple` and with such a one next to them.
    multiple :
        Domains after which flows are alike at the earliest.
    odd :
        So many domains at the end are like none.
    """
    count = len(members.counts)
    rest = np.ones(count, dtype=np.bool_)
    found, single = [], []
    for begin, period, times in stretches(members.look[: count - odd], multiple):
        domains = begin + np.arange(period * times)
        rest[domains] = False
        turn = moved_on(members, domains, period)
        first = leaving(domains[:period])
        found.append(Motif((turn,), first.source, first.target, first.size))
        # What leaves the last period enters what is next to it, not the first one.
        on = members.domain[first.target] != members.domain[first.source]
        on &= ~np.isin(members.domain[first.target], domains[:period])
        back = np.empty(members.size, dtype=np.int64)
        back[turn.image] = np.arange(members.size)
        single.append(motif((), back[first.source[on]], back[first.target[on]], -first.size[on]))
        last = leaving(domains[-period:])
        on = ~np.isin(members.domain[last.target], domains[-period:])
        single.append(motif((), last.source[on], last.target[on], last.size[on]))
    if rest.any():
        single.append(leaving(np.flatnonzero(rest)))
    left = [one for one in single if len(one.source)]
    summed = [in_sum(left)] if left else []
    return (*found, *(one for one in summed if len(one.source)))


def stretches(look: Sequence[int] | IntArray, multiple: int = 1) -> list[tuple[int, int, int]]:
    """Return where a row repeats itself: begin, period and times, three or more.

    The period is a multiple of `multiple`, one for all stretches: that which leaves least over.
    """
    row = np.asarray(look)
    best: list[tuple[int, int, int]] = []
    least = len(row)
    for period in range(multiple, min(_LONGEST_PERIOD, len(row) // 3) + 1, multiple):
        found = _repeating(row, period)
        left = len(row) - sum(period * (times - 1) for _, _, times in found)
        if left < least:
            best, least = found, left
    return best


def _repeating(row: IntArray, period: int) -> list[tuple[int, int, int]]:
    same = np.concatenate([[False], row[period:] == row[:-period], [False]])
    edges = np.flatnonzero(same[1:] != same[:-1]).reshape(-1, 2)
    found, end = [], 0
    for begin, last in edges:
        start = max(int(begin), end)
        times = (int(last) + period - start) // period
        if times >= 3:
            found.append((start, period, times))
            end = start + times * period
    return found
