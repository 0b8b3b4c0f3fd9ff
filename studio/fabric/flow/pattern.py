"""Flows that look alike, given by a few of them and by how the others follow; knows no routes.

References
----------
[1] D. F. Holt, B. Eick, E. A. O'Brien, "Handbook of Computational Group Theory", 2005, chapter 4:
    orbits under generators.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import Flows

_NOTHING = 1e-12
"""What is left of a flow that was taken away again, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Turn:
    """A way to renumber the ranks of a group; after `order` times all are back."""

    image: IntArray
    """Shape (ranks,): the index that every index becomes."""
    order: int

    def repeated(self, times: int) -> Turn:
        """Return the turn done `times` times in a row; `times` divides the order."""
        image, square, left = np.arange(len(self.image)), self.image, times
        while left:
            if left % 2:
                image = square[image]
            square, left = square[square], left // 2
        return Turn(image, self.order // times)


@dataclass(frozen=True, eq=False)
class Motif:
    """Some flows, and turns that make all others of them.

    Turns commute, and no two ways to combine them make the same flow of an example.
    """

    turns: tuple[Turn, ...]
    source: IntArray
    """Shape (examples,): index of a rank."""
    target: IntArray
    """Shape (examples,): index of a rank."""
    size: FloatArray
    """Shape (examples,). Below zero it takes away what another motif has. [byte]"""

    @property
    def times(self) -> int:
        """Flows that every example stands for."""
        return prod(turn.order for turn in self.turns)

    def backwards(self) -> Motif:
        """Return the motif with every flow the other way."""
        return Motif(self.turns, self.target, self.source, self.size)

    def opened(self, turns: Iterable[Turn]) -> Motif:
        """Return a motif without turns: the examples under all combinations of `turns`."""
        source, target, size = self.source, self.target, self.size
        for turn in turns:
            sources, targets = [source], [target]
            for _ in range(turn.order - 1):
                sources.append(turn.image[sources[-1]])
                targets.append(turn.image[targets[-1]])
            source, target = np.concatenate(sources), np.concatenate(targets)
            size = np.tile(size, turn.order)
        return Motif((), source, target, size)


@dataclass(frozen=True, eq=False)
class Pattern:
    """The flows of all motifs among the same ranks, together."""

    ranks: IntArray
    """Shape (ranks,): endpoint vertices."""
    motifs: tuple[Motif, ...]

    @property
    def flow_count(self) -> int:
        """How many flows there are, those taken away not counted."""
        return sum(motif.times * int(np.sign(motif.size).sum()) for motif in self.motifs)

    def backwards(self) -> Pattern:
        """Return the pattern with every flow the other way."""
        return Pattern(self.ranks, tuple(motif.backwards() for motif in self.motifs))

    @cached_property
    def sent(self) -> FloatArray:
        """What every rank sends, shape (ranks,). [byte]."""
        return self._passed([motif.source for motif in self.motifs])

    @cached_property
    def received(self) -> FloatArray:
        """What every rank receives, shape (ranks,). [byte]."""
        return self._passed([motif.target for motif in self.motifs])

    def _passed(self, ends: list[IntArray]) -> FloatArray:
        """Return the bytes at one end of the flows: alike for ranks that turn into each other."""
        total = np.zeros(len(self.ranks))
        for motif, end in zip(self.motifs, ends, strict=True):
            first = np.arange(len(self.ranks))
            for turn in motif.turns:
                first = least_image(first, turn.image, turn.order)
            share = motif.times / np.bincount(first, minlength=len(first))[first[end]]
            passed = np.bincount(first[end], motif.size * share, minlength=len(first))
            total += passed[first]
        return total

    def listed(self) -> Flows:
        """Return every flow, those between the same two ranks summed."""
        whole = in_sum([motif.opened(motif.turns) for motif in self.motifs])
        return Flows(self.ranks[whole.source], self.ranks[whole.target], whole.size)


def in_sum(motifs: Sequence[Motif]) -> Motif:
    """Return one motif of some without turns, flows between the same two ranks summed.

    What is taken away wholly is left out.
    """
    source, target, size = (
        np.concatenate([getattr(motif, name) for motif in motifs])
        for name in ("source", "target", "size")
    )
    count = int(max(source.max(), target.max())) + 1
    key, place = np.unique(source * count + target, return_inverse=True)
    total = np.bincount(place.reshape(-1), weights=size, minlength=len(key))
    is_left = np.abs(total) > _NOTHING * np.abs(size).max()
    key = key[is_left]
    return Motif((), key // count, key % count, total[is_left])


def least_image(first: IntArray, image: IntArray, order: int) -> IntArray:
    """Return the smallest of each index's images, where some turns are known already.

    Parameters
    ----------
    first :
        Shape (n,): the smallest image of every index under the turns so far.
    image :
        Shape (n,): a further turn that commutes with them.
    order :
        Times after which it is back.
    """
    reach = 1
    while reach < order:
        first = np.minimum(first, first[image])
        image, reach = image[image], 2 * reach
    return first
