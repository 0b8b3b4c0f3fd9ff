"""Loads and shares of classes that send to many destinations, by whichever means is at hand.

Compiled kernels walk from destination to destination, numpy takes them by the block; both give
the same figures. Knows no collective.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.class_demand import ClassDemand, check_reached, lost_pair, starts
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.loads import Incidence, push, spread
from studio.fabric.flow.pair_routes import PairRoutes
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import Split, route
from studio.fabric.flow.sorting import first_of_each

_BLOCK = 4_000_000
"""Columns times arc classes handled at once: bounds memory to a few hundred megabytes."""
_PUSH_S = 6e-8
"""What numpy takes per column and arc class. [s]"""
_SPREAD_S = 1e-5
"""What numpy takes per flow. [s]"""


@dataclass(frozen=True, eq=False)
class Pushed:
    """What pairs of classes load the arcs with."""

    load: FloatArray
    """Shape (class arcs,): total over all real arcs of a class. [byte]"""
    latency_s: float
    """Longest path, first byte. [s]"""
    hops: int
    """Most arcs on any path."""


def push_towards(
    quotient: Quotient, columns: IntArray, demand: ClassDemand, weight: FloatArray, split: Split
) -> Pushed:
    """Return the loads when every class of ranks sends to some destinations.

    Parameters
    ----------
    columns :
        Shape (columns,): classes of the destinations.
    demand :
        What one rank of each class sends.
    weight :
        Shape (columns,): destinations that a column stands for, times their popularity.

    Raises
    ------
    InvalidInput : no path joins two ranks; names both.
    """
    total = Pushed(np.zeros(quotient.arc_class_count), 0.0, 0)
    worth_s = _PUSH_S * len(columns) * quotient.arc_class_count
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    begin = 0
    while begin < len(columns):
        kernels = ready(worth_s)
        part = slice(begin, None if kernels else begin + block)
        chosen, times = columns[part], weight[part]
        if kernels:
            found = _pushed_compiled(kernels, quotient, chosen, demand, times, split)
        else:
            found = _pushed_by_arrays(quotient, chosen, demand, times, split)
        begin += len(chosen)
        total = Pushed(
            total.load + found.load,
            max(total.latency_s, found.latency_s),
            max(total.hops, found.hops),
        )
    return total


def _pushed_by_arrays(
    quotient: Quotient, columns: IntArray, demand: ClassDemand, weight: FloatArray, split: Split
) -> Pushed:
    routes = route(quotient, columns, split)
    source, column, senders = starts(columns, demand)
    place = routes.place(source, column)
    hops = routes.hops_from(place)
    check_reached(quotient, source, columns[column], hops)
    load = push(routes, place, senders * demand.send[source], weight)
    latency = float(routes.latency[place].max(initial=0.0))
    return Pushed(load, latency, int(hops.max(initial=0)))


def _pushed_compiled(
    kernels: ModuleType,
    quotient: Quotient,
    columns: IntArray,
    demand: ClassDemand,
    weight: FloatArray,
    split: Split,
) -> Pushed:
    load, hops, latency, here, there = kernels.push_towards(
        net_of(quotient, split), columns, demand.senders, demand.send, weight
    )
    if here >= 0:
        raise lost_pair(quotient, here, there)
    return Pushed(load, latency, hops)


def spread_towards(
    quotient: Quotient, columns: IntArray, column: IntArray, source: IntArray, split: Split
) -> PairRoutes:
    """Return how flows spread over arc classes, with hops and longest latency of each.

    Parameters
    ----------
    columns :
        Shape (columns,): classes of the destinations.
    column :
        Shape (flows,), ascending: where each flow goes.
    source :
        Shape (flows,): class it leaves; the destination's own means one of its other members.
    """
    kernels = ready(_SPREAD_S * len(source))
    if kernels is None:
        routes = route(quotient, columns, split)
        place = routes.place(source, column)
        return PairRoutes(spread(routes, place), routes.hops_from(place), routes.latency[place])
    first, arc, part, hops, latency = kernels.spread_towards(
        net_of(quotient, split), columns, first_of_each(column, len(columns)), source
    )
    return PairRoutes(Incidence.in_turn(first, arc, part), hops, latency)


def net_of(quotient: Quotient, split: Split) -> tuple[IntArray | FloatArray | BoolArray, ...]:
    """Return the fields of the kernels' `Net`."""
    weight = quotient.fan.astype(np.float64)
    if split is Split.CAPACITY:
        weight *= quotient.bandwidth
    return (
        quotient.first_out,
        quotient.target,
        quotient.first_in,
        quotient.by_target,
        quotient.source[quotient.by_target],
        weight,
        quotient.latency,
        quotient.size,
        quotient.is_transit,
    )
