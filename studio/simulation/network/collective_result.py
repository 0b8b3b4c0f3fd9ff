"""Times of a collective by every algorithm and protocol, and the fastest of them per candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.simulation.network.traffic import Algorithm, Collective, bus_factor


@dataclass(frozen=True)
class OptionTerms:
    """Of one algorithm and protocol; arrays that broadcast to the candidates' shape."""

    startup_s: FloatArray
    latency_s: FloatArray
    wire_s: FloatArray
    wire_by_level_s: tuple[FloatArray, ...]


@dataclass(frozen=True)
class CollectiveTime:
    """Time of one collective per candidate; the terms it is made of are worked out when asked."""

    time_s: FloatArray
    op: Collective
    payload_byte: FloatArray
    size: FloatArray
    """Ranks of the group."""
    option: IntArray
    """Index of the fastest way per candidate: algorithms in order, protocols within each."""
    options: tuple[OptionTerms, ...]
    algorithms: tuple[Algorithm, ...]

    @property
    def algorithm(self) -> IntArray:
        """Index into `algorithms`, per candidate."""
        return self.option // (len(self.options) // len(self.algorithms))

    @property
    def startup_s(self) -> FloatArray:
        """Kernel launch and set-up."""
        return self._of_fastest([terms.startup_s for terms in self.options])

    @property
    def latency_s(self) -> FloatArray:
        """Dependent steps and addressed peers."""
        return self._of_fastest([terms.latency_s for terms in self.options])

    @property
    def wire_s(self) -> FloatArray:
        """Streaming, levels overlapped as the algorithm allows."""
        return self._of_fastest([terms.wire_s for terms in self.options])

    @property
    def wire_by_level_s(self) -> tuple[FloatArray, ...]:
        """Streaming time of each span alone, innermost first."""
        by_level = zip(*(terms.wire_by_level_s for terms in self.options), strict=True)
        return tuple(self._of_fastest(values) for values in by_level)

    @property
    def bus_bandwidth_byte_per_s(self) -> FloatArray:
        """As the common collective benchmarks count it; 0 for idle candidates."""
        is_busy = self.time_s > 0
        moved = np.where(is_busy, self.payload_byte * bus_factor(self.op, self.size), 0.0)
        return np.divide(moved, self.time_s, out=np.zeros(self.time_s.shape), where=is_busy)

    def algorithm_names(self) -> list[str]:
        """Return the chosen algorithm of every candidate, flattened."""
        return [self.algorithms[i].value for i in self.algorithm.ravel()]

    def _of_fastest(self, values: Sequence[FloatArray]) -> FloatArray:
        """Return, per candidate, the value of its fastest option; 0 where it is idle."""
        used = np.flatnonzero(np.bincount(self.option.ravel()))
        found = values[used[0]] if used.size else np.zeros(())
        for row in used[1:]:
            found = np.where(self.option == row, values[row], found)
        return np.where(_is_idle(self.payload_byte, self.size), 0.0, found)


def fastest_option(
    op: Collective,
    options: Sequence[OptionTerms],
    algorithms: tuple[Algorithm, ...],
    payload: FloatArray,
    size: FloatArray,
) -> CollectiveTime:
    """Return the terms of the fastest option of every candidate; idle candidates cost nothing.

    Options are in the order of `algorithms`, equally many of each.
    """
    best = np.full(payload.shape, np.inf)
    chosen = np.zeros(payload.shape, dtype=np.int64)
    for row, option in enumerate(options):
        time = option.startup_s + option.latency_s + option.wire_s
        chosen = np.where(time < best, row, chosen)
        best = np.minimum(best, time)
    time = np.where(_is_idle(payload, size), 0.0, best)
    return CollectiveTime(time, op, payload, size, chosen, tuple(options), algorithms)


def _is_idle(payload: FloatArray, size: FloatArray) -> BoolArray:
    return np.asarray((size <= 1) | (payload <= 0))
