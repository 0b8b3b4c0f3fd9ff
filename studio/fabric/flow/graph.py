"""The network as arrays: vertices, cables and the two arcs of each cable.

Failing, restoring or re-rating a cable gives a new graph that shares everything else. Knows no
design, part or plane; vertices are numbers that a caller may name for messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput, UnknownName
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.fabric.flow.wiring import Wiring
from studio.messages import say

NameOf = Callable[[int], str]


@dataclass(frozen=True, eq=False)
class Graph:
    """Vertices, cables and their state; every cable carries its bandwidth in each direction."""

    wiring: Wiring
    is_endpoint: BoolArray
    """Shape (vertices,): may send and receive."""
    is_transit: BoolArray
    """Shape (vertices,): forwards what is addressed to others."""
    kind: IntArray
    """Shape (cables,): index into the `kind_*` arrays."""
    is_alive: BoolArray
    """Shape (cables,)."""
    kind_bandwidth: FloatArray
    """Shape (kinds,). Per direction. [byte/s]"""
    kind_latency: FloatArray
    """Shape (kinds,). First byte, fibre and the switch entered. [s]"""
    kind_bundle: IntArray
    """Shape (kinds,): drawn bundle or axis; distinguishes what symmetry must keep apart."""
    name_of: NameOf | None = None

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return self.wiring.vertex_count

    @property
    def cable_count(self) -> int:
        """Number of cables, dead ones included."""
        return len(self.kind)

    @property
    def arc_count(self) -> int:
        """Number of arcs, twice that of cables."""
        return len(self.wiring.source)

    @cached_property
    def cable_word(self) -> HashArray:
        """An odd word of its kind for every cable, 0 for a dead one, shape (cables,)."""
        return self._words(np.arange(self.cable_count))

    def _words(self, cables: IntArray) -> HashArray:
        word = scrambled(np.arange(len(self.kind_bandwidth)) + (1 << 40)) | np.uint64(1)
        return np.asarray(np.where(self.is_alive[cables], word[self.kind[cables]], np.uint64(0)))

    def _succeeded_by(self, graph: Graph, cables: IntArray) -> Graph:
        """Hand what was worked out to an edited graph, except for the cables that changed."""
        known = self.__dict__.get("cable_word")
        if known is not None:
            patched = known.copy()
            patched[cables] = graph._words(cables)
            graph.__dict__["cable_word"] = patched
        return graph

    @cached_property
    def vertex_bandwidth(self) -> FloatArray:
        """What the working cables of each vertex carry away, shape (vertices,). [byte/s]."""
        rate = np.where(self.arc_is_alive(), self.arc_bandwidth(), 0.0)
        total = np.bincount(self.wiring.source, weights=rate, minlength=self.vertex_count)
        return total.astype(np.float64)

    @cached_property
    def last_found(self) -> dict[str, tuple[IntArray, object]]:
        """What was worked out of this graph last, by topic, with what it was worked out for."""
        return {}

    def name(self, vertex: int) -> str:
        """Return the caller's name of a vertex."""
        return self.name_of(vertex) if self.name_of else say("vertex {vertex}", vertex=vertex)

    def arc_bandwidth(self) -> FloatArray:
        """Return the bandwidth of every arc, shape (arcs,), dead ones included. [byte/s]."""
        return self.kind_bandwidth[self.kind[self.wiring.cable]]

    def arc_latency(self) -> FloatArray:
        """Return the latency of every arc, shape (arcs,). [s]."""
        return self.kind_latency[self.kind[self.wiring.cable]]

    def arc_is_alive(self) -> BoolArray:
        """Return which arcs carry data, shape (arcs,)."""
        return self.is_alive[self.wiring.cable]

    def endpoints(self) -> IntArray:
        """Return the vertices that may send and receive."""
        return np.flatnonzero(self.is_endpoint)

    def with_failed(self, cables: IntArray) -> Graph:
        """Return the graph with `cables` dead."""
        return self._with_alive(cables, alive=False)

    def with_restored(self, cables: IntArray) -> Graph:
        """Return the graph with `cables` working again."""
        return self._with_alive(cables, alive=True)

    def with_failed_vertices(self, vertices: IntArray) -> Graph:
        """Return the graph with every cable of `vertices` dead."""
        _check_indices(vertices, self.vertex_count, say("vertex"))
        arcs, _ = self.wiring.arcs_from(np.asarray(vertices, dtype=np.int64))
        return self.with_failed(np.unique(self.wiring.cable[arcs]))

    def with_bandwidth(self, cables: IntArray, bandwidth_byte_per_s: float) -> Graph:
        """Return the graph with `cables` re-rated per direction. [byte/s].

        Raises
        ------
        InvalidInput : the bandwidth is not positive and finite; use `with_failed` for dead cables.
        """
        _check_indices(cables, self.cable_count, say("cable"))
        if not (bandwidth_byte_per_s > 0 and np.isfinite(bandwidth_byte_per_s)):
            raise InvalidInput(
                "a cable's bandwidth must be positive, not {bandwidth_byte_per_s} byte/s; "
                "mark it failed instead",
                bandwidth_byte_per_s=bandwidth_byte_per_s,
            )
        kind = self.kind.copy()
        old = kind[cables]
        distinct, inverse = np.unique(old, return_inverse=True)
        kind[cables] = len(self.kind_bandwidth) + inverse
        edited = replace(
            self,
            kind=kind,
            kind_bandwidth=np.append(
                self.kind_bandwidth, np.full(len(distinct), float(bandwidth_byte_per_s))
            ),
            kind_latency=np.append(self.kind_latency, self.kind_latency[distinct]),
            kind_bundle=np.append(self.kind_bundle, self.kind_bundle[distinct]),
        )
        return self._succeeded_by(edited, cables)

    def _with_alive(self, cables: IntArray, *, alive: bool) -> Graph:
        _check_indices(cables, self.cable_count, say("cable"))
        is_alive = self.is_alive.copy()
        is_alive[cables] = alive
        return self._succeeded_by(replace(self, is_alive=is_alive), cables)


def _check_indices(indices: IntArray, count: int, noun: str) -> None:
    wrong = np.asarray(indices)[(np.asarray(indices) < 0) | (np.asarray(indices) >= count)]
    if len(wrong):
        raise UnknownName(
            "there is no {noun} {wrong}; the graph has {count}",
            noun=noun,
            wrong=int(wrong[0]),
            count=count,
        )
