"""What a demand loads every link with, and how far that is proven."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.quotient import Quotient


class Exactness(StrEnum):
    """How far a result is proven."""

    EXACT = "exact"
    ASSUMED_SYMMETRIC = "assumed symmetric"
    UPPER_BOUND = "upper bound"
    LOWER_BOUND = "lower bound"


@dataclass(frozen=True, eq=False)
class LoadResult:
    """Bytes carried by every class of arcs, and what follows from them."""

    quotient: Quotient
    load: FloatArray
    """Shape (class arcs,): bytes on one real arc of the class. [byte]"""
    latency_s: float
    """Longest path, first byte. [s]"""
    hops: int
    """Most arcs on any path."""
    exactness: Exactness
    gap: float = 0.0
    """How much less the slowest arc class could need at most, where that is a choice. [1]"""

    @property
    def busy_s(self) -> FloatArray:
        """Time each arc class needs for its load, shape (class arcs,). [s]."""
        return self.load / self.quotient.bandwidth

    @property
    def wire_s(self) -> float:
        """Time of the slowest arc class. [s]."""
        return float(self.busy_s.max(initial=0.0))

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        return self.quotient.arc_values(self.load)

    def arc_busy_s(self) -> FloatArray:
        """Return the time every arc needs for its load, shape (arcs,). [s]."""
        return self.quotient.arc_values(self.busy_s)

    def bottleneck_arc(self) -> int:
        """Return one arc of the slowest class; -1 where nothing is sent."""
        if not np.any(self.load > 0):
            return -1
        worst = int(np.argmax(self.busy_s))
        return int(np.flatnonzero(self.quotient.arc_class_of() == worst)[0])
