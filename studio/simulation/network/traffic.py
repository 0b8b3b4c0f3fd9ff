"""What collectives and their algorithms are, and the traffic one of them makes.

Knows no bandwidth, latency or library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from studio.fabric.flow.arrays import FloatArray


class Collective(StrEnum):
    """What a group of ranks does together.

    `payload_byte` means, for each:

    * ALL_REDUCE, BROADCAST, POINT_TO_POINT: the buffer held by every rank (or the sender).
    * REDUCE_SCATTER: the input of every rank, n times its result.
    * ALL_GATHER: the result of every rank, n times its input.
    * ALL_TO_ALL: the buffer of every rank, of which 1/n goes to each rank, itself included.
    * DISPATCH, COMBINE: as ALL_TO_ALL: all token copies of one rank, local ones included.
    """

    ALL_REDUCE = "all-reduce"
    REDUCE_SCATTER = "reduce-scatter"
    ALL_GATHER = "all-gather"
    ALL_TO_ALL = "all-to-all"
    BROADCAST = "broadcast"
    POINT_TO_POINT = "point-to-point"
    DISPATCH = "dispatch"
    COMBINE = "combine"


SKEWED = (Collective.ALL_TO_ALL, Collective.DISPATCH, Collective.COMBINE)
"""Collectives in which ranks may receive different amounts."""


class Algorithm(StrEnum):
    """How a collective is carried out."""

    RING = "ring"
    TREE = "tree"
    HALVING_DOUBLING = "halving-doubling"
    HIERARCHICAL = "hierarchical"
    DIRECT = "direct"
    IN_NETWORK = "in-network"


@dataclass(frozen=True)
class Groups:
    """Rank counts of a group along every level, innermost first; arrays broadcast together."""

    ranks: tuple[FloatArray, ...]
    is_scale_up: tuple[bool, ...]
    chain_ranks: int = 0
    """Innermost domains up to this size are walked rank by rank in a tree."""

    @property
    def size(self) -> FloatArray:
        """Ranks of the whole group."""
        return self.inner(len(self.ranks))

    def inner(self, level: int) -> FloatArray:
        """Ranks of the group inside one domain of the level below `level`."""
        return self._products[level]

    @cached_property
    def _products(self) -> tuple[FloatArray, ...]:
        products = [np.ones(())]
        for ranks in self.ranks:
            products.append(products[-1] * ranks)
        return tuple(products)

    @property
    def scale_up_levels(self) -> int:
        """Levels, counted from the inside, that switches of the scale-up plane serve."""
        return sum(self.is_scale_up)


@dataclass(frozen=True)
class Traffic:
    """Load of one algorithm, per rank and level; each entry has the candidates' shape."""

    wire_byte: tuple[FloatArray, ...]
    """Leaves one rank into this level. [byte]"""
    hops: tuple[FloatArray, ...]
    """Dependent steps that cross this level."""
    peers: tuple[FloatArray, ...]
    """Other ranks addressed one after the other through this level."""
    local_byte: FloatArray
    """Copied or reduced without leaving its rank. [byte]"""
    is_pipelined: bool
    """Whether levels work at the same time on different chunks."""
    in_network_byte: tuple[FloatArray, ...] = ()
    """Share of `wire_byte` handled by reducing switches instead of the ranks. [byte]"""


def bus_factor(op: Collective, ranks: FloatArray) -> FloatArray:
    """Return bus bandwidth over algorithm bandwidth, as the common collective benchmarks do.

    References
    ----------
    [1] NVIDIA, "Performance reported by NCCL tests", nccl-tests, doc/PERFORMANCE.md.
    """
    if op in (Collective.BROADCAST, Collective.POINT_TO_POINT):
        return np.ones(np.shape(ranks))
    laps = 2.0 if op is Collective.ALL_REDUCE else 1.0
    return laps * (ranks - 1) / ranks
