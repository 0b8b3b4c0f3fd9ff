"""Shortest-path routing towards many destinations at once, split at every hop.

Works on a quotient, one column per destination class; a graph is its own quotient along the
partition in which every vertex is alone. Knows no demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray, ShortArray
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.sorting import distinct, first_of_each, stable_order
from studio.fabric.flow.wiring import ranges

FAR = np.iinfo(np.int16).max


class Split(StrEnum):
    """How a vertex shares its traffic among the arcs on shortest paths."""

    EQUAL = "equal"
    CAPACITY = "capacity"


@dataclass(frozen=True, eq=False)
class Routes:
    """All shortest-path hops towards each destination, those farthest from it first.

    A place is (column, class): number column * classes + class. When a destination class has
    several members, its other members are the extra place columns * classes + column: they send,
    but nothing passes through them.
    """

    quotient: Quotient
    destination: IntArray
    """Shape (columns,): class of the destination."""
    distance: ShortArray
    """Shape (columns, classes): hops to go; `FAR` where there is no path."""
    fellow_distance: IntArray
    """Shape (columns,): hops to go from the extra place; `FAR` where there is no path."""
    hop_place: IntArray
    """Shape (hops,): place every hop leaves."""
    arc: IntArray
    """Shape (hops,): arc class."""
    next_place: IntArray
    """Shape (hops,)."""
    share: FloatArray
    """Shape (hops,): part of what is at the place that takes this arc class."""
    by_distance: tuple[slice, ...]
    """The hops that are equally far from their destinations, farthest first."""

    @property
    def column_count(self) -> int:
        """Number of destinations."""
        return len(self.destination)

    @property
    def place_count(self) -> int:
        """Number of places, those of fellow members included."""
        return self.column_count * (self.quotient.class_count + 1)

    def place(self, source: IntArray, column: IntArray) -> IntArray:
        """Return where flows from class `source` to the destination of `column` start."""
        classes = self.quotient.class_count
        own = self.destination[column] == source
        return np.where(own, self.column_count * classes + column, column * classes + source)

    def column_of(self, place: IntArray) -> IntArray:
        """Return the column of each place."""
        classes = self.quotient.class_count
        extra = self.column_count * classes
        return np.where(place < extra, place // classes, place - extra)

    def hops_from(self, place: IntArray) -> IntArray:
        """Return the hops to go from a starting place; `FAR` where there is no path."""
        known = np.concatenate([self.distance.reshape(-1), self.fellow_distance])
        return known[place].astype(np.int64)

    def leaving(self, place: IntArray) -> tuple[IntArray, IntArray]:
        """Return the hops out of some places, and for each the position of its place."""
        order, first = self._rows
        hop, owner = ranges(first[place], first[place + 1])
        return order[hop], owner

    @cached_property
    def _rows(self) -> tuple[IntArray, IntArray]:
        places = self.place_count
        return stable_order(self.hop_place, places), first_of_each(self.hop_place, places)

    @cached_property
    def latency(self) -> FloatArray:
        """Longest latency among the shortest-hop paths from each place, shape (places,). [s]."""
        longest = np.zeros(self.place_count)
        for hops in reversed(self.by_distance):
            ahead = self.quotient.latency[self.arc[hops]] + longest[self.next_place[hops]]
            np.maximum.at(longest, self.hop_place[hops], ahead)
        return longest


@dataclass(frozen=True, eq=False)
class _Layer:
    """Hops that start equally far from their destinations."""

    tail: IntArray
    arc: IntArray
    head: IntArray
    fan: FloatArray
    """Arcs of the class that lead from one member of the tail to the destination's side."""

    def with_more(self, other: _Layer) -> _Layer:
        return _Layer(
            np.concatenate([self.tail, other.tail]),
            np.concatenate([self.arc, other.arc]),
            np.concatenate([self.head, other.head]),
            np.concatenate([self.fan, other.fan]),
        )


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
    classes, places = quotient.class_count, len(destination) * (quotient.class_count + 1)
    distance, layers = _search(quotient, destination)
    fellow_distance = _add_fellows(quotient, destination, distance, layers)
    layers.reverse()
    empty = np.zeros(0, dtype=np.int64)
    place = np.concatenate([layer.tail for layer in layers] or [empty])
    arc = np.concatenate([layer.arc for layer in layers] or [empty])
    fan = np.concatenate([layer.fan for layer in layers] or [np.zeros(0)])
    if split is Split.CAPACITY:
        fan = fan * quotient.bandwidth[arc]
    ends = np.cumsum([0] + [len(layer.tail) for layer in layers]).tolist()
    return Routes(
        quotient=quotient,
        destination=destination,
        distance=distance.reshape(len(destination), classes),
        fellow_distance=fellow_distance,
        hop_place=place,
        arc=arc,
        next_place=np.concatenate([layer.head for layer in layers] or [empty]),
        share=fan / np.bincount(place, weights=fan, minlength=places)[place],
        by_distance=tuple(slice(*part) for part in pairwise(ends)),
    )


def _search(quotient: Quotient, destination: IntArray) -> tuple[ShortArray, list[_Layer]]:
    """Search breadth-first over incoming arcs from all destinations together.

    Returns
    -------
    Shape (columns * classes,): hops to go. The hops of all shortest paths, nearest first: those
    that reach a place not seen before.
    """
    columns, classes = len(destination), quotient.class_count
    distance = np.full(columns * classes, FAR, dtype=np.int16)
    order, first = quotient.by_target, quotient.first_in
    sources = quotient.source[order]
    fan = quotient.fan[order].astype(np.float64)
    frontier = np.arange(columns) * classes + destination
    distance[frontier] = 0
    layers: list[_Layer] = []
    for hops in range(1, FAR):
        vertex = frontier % classes
        rows, owner = ranges(first[vertex], first[vertex + 1])
        tail = (frontier - vertex)[owner] + sources[rows]
        is_new = np.flatnonzero(distance[tail] == FAR)
        if not len(is_new):
            break
        tail, rows, owner = tail[is_new], rows[is_new], owner[is_new]
        distance[tail] = hops
        ways = fan[rows]
        if hops == 1:
            # One member of the destination class is meant; its twins are not on the way to it.
            ways = ways / quotient.size[vertex[owner]]
        layers.append(_Layer(tail, order[rows], frontier[owner], ways))
        frontier = _distinct(tail, len(distance))
        frontier = frontier[quotient.is_transit[frontier % classes]]
    return distance, layers


def _distinct(values: IntArray, limit: int) -> IntArray:
    """Return the distinct values below `limit`, ascending."""
    if len(values) * 20 < limit:
        return distinct(values)
    seen = np.zeros(limit, dtype=np.bool_)
    seen[values] = True
    return np.flatnonzero(seen)


def _add_fellows(
    quotient: Quotient, destination: IntArray, distance: ShortArray, layers: list[_Layer]
) -> IntArray:
    """Add the first hops from a destination's twins to the layers; return their hops to go."""
    classes = quotient.class_count
    found = np.full(len(destination), FAR, dtype=np.int64)
    shared = np.flatnonzero(quotient.size[destination] > 1)
    if not len(shared):
        return found
    first = quotient.first_out
    own = destination[shared]
    arcs, owner = ranges(first[own], first[own + 1])
    head = shared[owner] * classes + quotient.target[arcs]
    beyond = distance[head].astype(np.int64)
    beyond[~quotient.is_transit[quotient.target[arcs]]] = FAR
    nearest = np.full(len(shared), FAR, dtype=np.int64)
    np.minimum.at(nearest, owner, beyond)
    found[shared] = np.where(nearest < FAR, nearest + 1, FAR)
    for hops in np.unique(nearest[nearest < FAR]):
        chosen = (beyond == hops) & (nearest[owner] == hops)
        tail = len(destination) * classes + shared[owner[chosen]]
        fan = quotient.fan[arcs[chosen]].astype(np.float64)
        more = _Layer(tail, arcs[chosen], head[chosen], fan)
        layers[hops : hops + 1] = [layers[hops].with_more(more) if hops < len(layers) else more]
    return found
