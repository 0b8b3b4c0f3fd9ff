"""The network as arrays: vertices, cables and the two arcs of each cable.

Failing, restoring or re-rating a cable gives a new graph that shares everything else. Knows no
design, part or plane; vertices are numbers that a caller may name for messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studio.errors import InvalidDesign, InvalidInput, UnknownName
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.hashing import HashArray, scrambled
from studio.messages import say

NameOf = Callable[[int], str]


@dataclass(frozen=True, eq=False)
class Wiring:
    """Who is joined to whom, in compressed rows; shared by all edits of a graph."""

    source: IntArray
    """Shape (arcs,), ascending: arcs are stored by their source vertex."""
    target: IntArray
    """Shape (arcs,)."""
    cable: IntArray
    """Shape (arcs,): the cable an arc is a direction of."""
    first: IntArray
    """Shape (vertices + 1,): arcs of vertex v are first[v]:first[v + 1]."""
    arcs_of_cable: IntArray
    """Shape (cables, 2): arc from end a to end b, and back."""

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return len(self.first) - 1

    def reverse(self) -> IntArray:
        """Return the opposite arc of every arc."""
        opposite = np.empty(len(self.source), dtype=np.int64)
        opposite[self.arcs_of_cable[:, 0]] = self.arcs_of_cable[:, 1]
        opposite[self.arcs_of_cable[:, 1]] = self.arcs_of_cable[:, 0]
        return opposite

    def arcs_from(self, vertices: IntArray) -> tuple[IntArray, IntArray]:
        """Return the arcs that leave `vertices`, and for each arc the position of its vertex."""
        return ranges(self.first[vertices], self.first[vertices + 1])


def ranges(start: IntArray, stop: IntArray) -> tuple[IntArray, IntArray]:
    """Return all integers of the given ranges in a row, and which range each belongs to."""
    length = stop - start
    owner = np.repeat(np.arange(len(start), dtype=np.int64), length)
    offset = np.cumsum(length) - length
    return np.arange(len(owner), dtype=np.int64) - offset[owner] + start[owner], owner


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


def build_graph(
    end_a: IntArray,
    end_b: IntArray,
    bandwidth_byte_per_s: FloatArray,
    latency_s: FloatArray,
    is_endpoint: BoolArray,
    *,
    is_transit: BoolArray | None = None,
    bundle: IntArray | None = None,
    is_alive: BoolArray | None = None,
    name_of: NameOf | None = None,
) -> Graph:
    """Return the graph of undirected cables.

    Parameters
    ----------
    end_a, end_b :
        Shape (cables,): the vertices a cable joins. Parallel cables are allowed.
    bandwidth_byte_per_s :
        Shape (cables,). Per direction. [byte/s]
    latency_s :
        Shape (cables,). First byte along the cable, with the switch it enters. [s]
    is_endpoint :
        Shape (vertices,): which vertices send and receive.
    is_transit :
        Shape (vertices,): which forward; all that are no endpoints unless given.
    bundle :
        Shape (cables,): cables that symmetry may exchange share a number; all do unless given.
    is_alive :
        Shape (cables,): working cables; all unless given.
    name_of :
        Names a vertex in messages.

    Raises
    ------
    InvalidDesign : a cable joins a vertex to itself, or to one that does not exist.
    InvalidInput : a bandwidth is not positive and finite, or a latency negative or not finite.
    """
    endpoint = np.asarray(is_endpoint, dtype=np.bool_)
    ends = np.stack([np.asarray(end_a, np.int64), np.asarray(end_b, np.int64)], axis=1)
    bandwidth = np.asarray(bandwidth_byte_per_s, dtype=np.float64)
    latency = np.asarray(latency_s, dtype=np.float64)
    transit = ~endpoint if is_transit is None else np.asarray(is_transit, dtype=np.bool_)
    axis = np.zeros(len(ends), np.int64) if bundle is None else np.asarray(bundle, np.int64)
    alive = np.ones(len(ends), np.bool_) if is_alive is None else np.asarray(is_alive, np.bool_)
    _check_cables(ends, bandwidth, latency, len(endpoint), name_of)
    example, kind = _kinds(bandwidth, latency, axis)
    return Graph(
        wiring=_wire(ends, len(endpoint)),
        is_endpoint=endpoint,
        is_transit=transit,
        kind=kind,
        is_alive=alive.copy(),
        kind_bandwidth=bandwidth[example],
        kind_latency=latency[example],
        kind_bundle=axis[example],
        name_of=name_of,
    )


def _kinds(*columns: FloatArray | IntArray) -> tuple[IntArray, IntArray]:
    """Return one cable of every distinct description, and the number of each cable's."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    example = np.zeros(0, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = number * len(values) + place.reshape(-1)
        _, example, number = np.unique(key, return_index=True, return_inverse=True)
        number = number.reshape(-1)
    return example, number


def _check_cables(
    ends: IntArray, bandwidth: FloatArray, latency: FloatArray, vertices: int, name: NameOf | None
) -> None:
    def cable(index: int) -> str:
        a, b = (
            name(int(v)) if name else say("vertex {vertex}", vertex=int(v)) for v in ends[index]
        )
        return say("the cable between {a} and {b}", a=a, b=b)

    if not len(bandwidth) == len(latency) == len(ends):
        raise InvalidInput("ends, bandwidth and latency must have one entry per cable")
    outside = np.flatnonzero(((ends < 0) | (ends >= vertices)).any(axis=1))
    if len(outside):
        a, b = ends[outside[0]]
        raise InvalidDesign(
            "cable {outside} joins vertices {a} and {b} of {vertices}",
            outside=outside[0],
            a=a,
            b=b,
            vertices=vertices,
        )
    loops = np.flatnonzero(ends[:, 0] == ends[:, 1])
    if len(loops):
        raise InvalidDesign(
            "{cable} joins a vertex to itself; remove it",
            cable=cable(loops[0]),
        )
    bad = np.flatnonzero(~((bandwidth > 0) & np.isfinite(bandwidth)))
    if len(bad):
        raise InvalidInput(
            "{cable} has a bandwidth of {bandwidth} byte/s; it must be positive, or the "
            "cable marked failed",
            cable=cable(bad[0]),
            bandwidth=bandwidth[bad[0]],
        )
    bad = np.flatnonzero(~((latency >= 0) & np.isfinite(latency)))
    if len(bad):
        raise InvalidInput(
            "{cable} has a latency of {latency} s",
            cable=cable(bad[0]),
            latency=latency[bad[0]],
        )


def _wire(ends: IntArray, vertices: int) -> Wiring:
    count = len(ends)
    source = np.concatenate([ends[:, 0], ends[:, 1]])
    target = np.concatenate([ends[:, 1], ends[:, 0]])
    order = np.lexsort((target, source))
    position = np.empty(2 * count, dtype=np.int64)
    position[order] = np.arange(2 * count)
    first = np.zeros(vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=vertices), out=first[1:])
    return Wiring(
        source=source[order],
        target=target[order],
        cable=order % count if count else order,
        first=first,
        arcs_of_cable=np.stack([position[:count], position[count:]], axis=1),
    )
