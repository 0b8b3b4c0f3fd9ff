"""Turns of a group whose domains have one size, by position, by domain and by bit of the index.

Knows no path: whether a fabric takes part in a turn is for it to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.pattern import Motif, Turn
from studio.simulation.network.phases import Members


def motif(
    turns: tuple[Turn, ...], source: object, target: object, size: FloatArray | float
) -> Motif:
    """Return a motif of one example or of several, of one size or of a size each. [byte]."""
    ends = (np.atleast_1d(np.asarray(end, dtype=np.int64)) for end in (source, target))
    first, second = np.broadcast_arrays(*ends)
    return Motif(turns, first, second, np.zeros(first.shape) + size)


def places(members: Members) -> Turn:
    """Return the turn that moves every rank on by one place in its domain."""
    count = int(members.counts[0])
    return Turn(members.domain * count + (members.place + 1) % count, count)


def by_domain(members: Members, image: IntArray, order: int) -> Turn:
    """Return the turn that sends every domain to another, each rank to its own place there."""
    return Turn(image[members.domain] * int(members.counts[0]) + members.place, order)


def next_domains(members: Members, by: int = 1) -> Turn:
    """Return the turn that moves every domain on by some, which divide their number."""
    count = len(members.counts)
    return by_domain(members, (np.arange(count) + by) % count, count // by)


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
    across = (by_domain(members, image, order) for image, order in _flips_and_rest(count))
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
