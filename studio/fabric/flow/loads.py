"""Bytes on every arc class for a demand pushed along routes; knows no time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.routing import Routes
from studio.fabric.flow.sorting import first_of_each, stable_order

_SPARSE = 20
"""Cells per entry from which a table of cells is slower than sorting the entries."""


def push(routes: Routes, place: IntArray, amount: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the load of every arc class when amounts at places run to their destinations.

    Parameters
    ----------
    routes :
        Hops towards every destination.
    place :
        Shape (n,): where the amounts start; see `Routes.place`.
    amount :
        Shape (n,): total over the members of the source class. [byte]
    weight :
        Shape (columns,): destinations that a column stands for.

    Returns
    -------
    Shape (class arcs,): total over all real arcs of a class. [byte]
    """
    here = summed(place, amount * weight[routes.column_of(place)], routes.place_count)
    moved = np.empty(len(routes.arc))
    for hops in routes.by_distance:
        moved[hops] = here[routes.hop_place[hops]] * routes.share[hops]
        _add(here, routes.next_place[hops], moved[hops])
    return summed(routes.arc, moved, routes.quotient.arc_class_count)


def _add(total: FloatArray, index: IntArray, values: FloatArray) -> None:
    if 4 * len(index) < len(total):
        np.add.at(total, index, values)
    else:
        total += summed(index, values, len(total))


def summed(index: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return the sum of the values of every index below `count`."""
    return np.bincount(index, weights=values, minlength=count).astype(np.float64, copy=False)


@dataclass(frozen=True, eq=False)
class Incidence:
    """Which part of each flow runs over which arc class, as a list of non-zeros."""

    flow_count: int
    flow: IntArray
    """Shape (nonzeros,), ascending."""
    arc: IntArray
    """Shape (nonzeros,)."""
    part: FloatArray
    """Shape (nonzeros,): share of one flow's rate carried by all arcs of the class together."""

    @classmethod
    def in_turn(cls, first: IntArray, arc: IntArray, part: FloatArray) -> Incidence:
        """Return the incidence whose entries of flow f are first[f]:first[f + 1]."""
        count = len(first) - 1
        return cls(count, np.repeat(np.arange(count), np.diff(first)), arc, part)

    @property
    def first(self) -> IntArray:
        """Shape (flows + 1,): entries of flow f are first[f]:first[f + 1]."""
        return first_of_each(self.flow, self.flow_count)


def spread(routes: Routes, place: IntArray) -> Incidence:
    """Return the share of every arc class in flows that start at the given places.

    Parameters
    ----------
    routes :
        Hops towards every destination.
    place :
        Shape (flows,): where each flow starts; see `Routes.place`.
    """
    flow_count = len(place)
    flow = np.arange(flow_count, dtype=np.int64)
    part = np.ones(len(place))
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    while len(flow):
        hop, owner = routes.leaving(place)
        moved = part[owner] * routes.share[hop]
        carrier = flow[owner]
        found.append((carrier, routes.arc[hop], moved))
        flow, place, part = _merged(routes, carrier, routes.next_place[hop], moved, flow_count)
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return Incidence(flow_count, empty, empty, np.zeros(0))
    carriers, arcs, parts = (np.concatenate(column) for column in zip(*found, strict=True))
    order = stable_order(carriers, flow_count)
    return Incidence(flow_count, carriers[order], arcs[order], parts[order])


def _merged(
    routes: Routes, flow: IntArray, place: IntArray, part: FloatArray, flows: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return one entry per flow and place, parts summed; a flow stays in its column."""
    classes = routes.quotient.class_count
    vertex = place % classes
    key = flow * classes + vertex
    if flows * classes > _SPARSE * len(key):
        key, inverse = np.unique(key, return_inverse=True)
        total = summed(inverse.reshape(-1), part, len(key))
    else:
        total = summed(key, part, flows * classes)
        key = np.flatnonzero(total > 0)
        total = total[key]
    column = np.zeros(flows, dtype=np.int64)
    column[flow] = place - vertex
    flow = key // classes
    return flow, column[flow] + key % classes, total
