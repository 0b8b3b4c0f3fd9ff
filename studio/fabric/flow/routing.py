"""Shortest-path routing towards many destinations at once, split at every hop.

Works on a quotient, one column per destination class; a graph is its own quotient along the
partition in which every vertex is alone. Knows no demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray, ShortArray
from studio.fabric.flow.graph import ranges
from studio.fabric.flow.quotient import Quotient

FAR = np.iinfo(np.int16).max


class Split(StrEnum):
    """How a vertex shares its traffic among the arcs on shortest paths."""

    EQUAL = "equal"
    CAPACITY = "capacity"


@dataclass(frozen=True, eq=False)
class Routes:
    """All shortest-path hops towards each destination.

    A place is (column, class): number column * classes + class. When a destination class has
    several members, its other members are the extra place columns * classes + column: they send,
    but nothing passes through them.
    """

    quotient: Quotient
    destination: IntArray
    """Shape (columns,): class of the destination."""
    distance: ShortArray
    """Shape (columns, classes): hops to go; `FAR` where there is no path."""
    first: IntArray
    """Shape (places + 1,): hops out of each place, as rows of the arrays below."""
    hop_place: IntArray
    """Shape (hops,), ascending: place every hop leaves."""
    arc: IntArray
    """Shape (hops,): arc class."""
    next_place: IntArray
    """Shape (hops,)."""
    share: FloatArray
    """Shape (hops,): part of what is at the place that takes this arc class."""
    to_go: IntArray
    """Shape (hops,): distance of the place the hop leaves."""

    @property
    def column_count(self) -> int:
        """Number of destinations."""
        return len(self.destination)

    @property
    def place_count(self) -> int:
        """Number of places, those of fellow members included."""
        return len(self.first) - 1

    def place(self, source: IntArray, column: IntArray) -> IntArray:
        """Return where flows from class `source` to the destination of `column` start."""
        classes = self.quotient.class_count
        own = self.destination[column] == source
        return np.where(own, self.column_count * classes + column, column * classes + source)

    def hops_from(self, place: IntArray) -> IntArray:
        """Return the hops to go from a starting place; `FAR` where there is no path."""
        leaves = self.first[place + 1] > self.first[place]
        hop = np.where(leaves, self.first[place], 0)
        known = self.to_go[hop] if len(self.to_go) else np.zeros(len(place), dtype=np.int64)
        return np.where(leaves, known, FAR)

    @cached_property
    def latency(self) -> FloatArray:
        """Longest latency among the shortest-hop paths from each place, shape (places,). [s]."""
        longest = np.zeros(self.place_count)
        for hops in reversed(self.by_distance):
            ahead = self.quotient.latency[self.arc[hops]] + longest[self.next_place[hops]]
            np.maximum.at(longest, self.hop_place[hops], ahead)
        return longest

    @cached_property
    def by_distance(self) -> tuple[IntArray, ...]:
        """Hops grouped by the distance of the place they leave, farthest first."""
        order = np.argsort(-self.to_go.astype(np.int16), kind="stable")
        farthest = int(self.to_go.max()) if len(self.to_go) else 0
        counts = np.bincount(self.to_go, minlength=farthest + 1)[::-1]
        return tuple(np.split(order, np.cumsum(counts)[:-1]))


def route(quotient: Quotient, destination: IntArray, split: Split = Split.EQUAL) -> Routes:
    """Return all shortest-path hops towards one member of each destination class.

    Parameters
    ----------
    quotient :
        Destination classes hold one vertex, or twins that do not forward.
    destination :
        Shape (columns,): destination classes.
    split :
        Whether parallel next hops share equally or by bandwidth.
    """
    columns, classes = len(destination), quotient.class_count
    distance = _distances(quotient, destination)
    column = np.arange(columns)
    to_go = distance[:, quotient.source]
    beyond = distance[:, quotient.target]
    ends = destination[:, None] == quotient.target[None, :]
    may_pass = ends | quotient.is_transit[quotient.target][None, :]
    on_path = (to_go == beyond + 1) & may_pass & (to_go < FAR)
    hop_column, arc = np.nonzero(on_path)
    place = hop_column * classes + quotient.source[arc]
    hops = to_go[hop_column, arc].astype(np.int64)
    # One member of the destination class is meant; its twins are not on the way to it.
    whole = np.where(ends[hop_column, arc], quotient.size[destination[hop_column]], 1)
    fan = quotient.fan[arc] / whole
    extra = _fellow_hops(quotient, destination, distance, column)
    place = np.concatenate([place, columns * classes + extra[0]])
    hop_column = np.concatenate([hop_column, extra[0]])
    arc = np.concatenate([arc, extra[1]])
    hops = np.concatenate([hops, extra[2]])
    fan = np.concatenate([fan, quotient.fan[extra[1]].astype(np.float64)])
    if split is Split.CAPACITY:
        fan = fan * quotient.bandwidth[arc]
    places = columns * classes + columns
    total = np.bincount(place, weights=fan, minlength=places)
    first = np.zeros(places + 1, dtype=np.int64)
    np.cumsum(np.bincount(place, minlength=places), out=first[1:])
    return Routes(
        quotient=quotient,
        destination=destination,
        distance=distance,
        first=first,
        hop_place=place,
        arc=arc,
        next_place=hop_column * classes + quotient.target[arc],
        share=fan / total[place],
        to_go=hops,
    )


def _distances(quotient: Quotient, destination: IntArray) -> ShortArray:
    """Breadth-first search over incoming arcs from all destinations together."""
    columns, classes = len(destination), quotient.class_count
    distance = np.full(columns * classes, FAR, dtype=np.int16)
    order = np.argsort(quotient.target, kind="stable")
    first = np.zeros(classes + 1, dtype=np.int64)
    np.cumsum(np.bincount(quotient.target, minlength=classes), out=first[1:])
    sources = quotient.source[order]
    frontier = np.arange(columns) * classes + destination
    distance[frontier] = 0
    for hops in range(1, FAR):
        vertex = frontier % classes
        rows, owner = ranges(first[vertex], first[vertex + 1])
        reached = (frontier - vertex)[owner] + sources[rows]
        reached = reached[distance[reached] == FAR]
        if not len(reached):
            break
        distance[reached] = hops
        frontier = _distinct(reached, len(distance))
        frontier = frontier[quotient.is_transit[frontier % classes]]
    return distance.reshape(columns, classes)


def _distinct(values: IntArray, limit: int) -> IntArray:
    """Return the distinct values below `limit`, ascending."""
    if len(values) * 20 < limit:
        return np.unique(values)
    seen = np.zeros(limit, dtype=np.bool_)
    seen[values] = True
    return np.flatnonzero(seen)


def _fellow_hops(
    quotient: Quotient, destination: IntArray, distance: ShortArray, column: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return (column, arc class, hops to go) of the first hops from a destination's twins."""
    empty = np.zeros(0, dtype=np.int64)
    shared = column[quotient.size[destination] > 1]
    if not len(shared):
        return empty, empty, empty
    first = np.searchsorted(quotient.source, np.arange(quotient.class_count + 1))
    own = destination[shared]
    arcs, owner = ranges(first[own], first[own + 1])
    beyond = distance[shared[owner], quotient.target[arcs]].astype(np.int64)
    beyond = np.where(quotient.is_transit[quotient.target[arcs]], beyond, FAR)
    nearest = np.full(len(shared), FAR, dtype=np.int64)
    np.minimum.at(nearest, owner, beyond)
    chosen = (beyond == nearest[owner]) & (beyond < FAR)
    return shared[owner[chosen]], arcs[chosen], beyond[chosen] + 1
