"""Loads, time and max-min rates of an exchange among all ranks of a group.

No flow is ever materialised: what is alike is computed once. Knows no collective or library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Exchange, check_ranks, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import push, spread, summed
from studio.fabric.flow.orbits import proven_orbits
from studio.fabric.flow.quotient import Quotient, fold, fold_for_demand
from studio.fabric.flow.refinement import Partition, individualised, refine, refine_after_edit
from studio.fabric.flow.routing import FAR, Routes, Split, route
from studio.fabric.flow.sorting import distinct
from studio.fabric.flow.waterfill import Filling, max_min_rates

_BLOCK = 4_000_000
"""Columns times arc classes handled at once: bounds memory to a few hundred megabytes."""
_LIVE_WORK = 2_500_000
"""Columns times arc classes up to which every destination is pushed while a user waits."""
_MOST_ORBITS = 96
"""Orbits of ranks up to which a destination is pushed for each, where colours are fewer."""
_MANY_COLOURS = 128
"""Colours of ranks from which pushing to every destination may be faster."""
_LIVE_RANKS = 2048
_LIVE_ARCS = 300_000
"""A larger group on a larger graph is not even folded with its ranks apart."""


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


@dataclass(frozen=True, eq=False)
class Symmetry:
    """What looks alike in a graph for one group: kept from edit to edit of a large fabric."""

    graph: Graph
    partition: Partition
    is_proven: bool = False
    """Whether automorphisms of the graph map what looks alike to each other."""

    def after_edit(self, graph: Graph, cables: IntArray) -> Symmetry:
        """Return the symmetry after the state or rating of some cables changed."""
        wiring = graph.wiring
        touched = wiring.source[wiring.arcs_of_cable[cables].reshape(-1)]
        return Symmetry(graph, refine_after_edit(self.partition, graph, touched))


def symmetry_of(graph: Graph, exchange: Exchange) -> Symmetry:
    """Return what looks alike when the ranks of an exchange are told from other endpoints."""
    marked = marks(graph, exchange)
    return Symmetry(graph, refine(graph, np.where(marked > 0, marked + 1, graph.is_endpoint)))


def proven_symmetry(graph: Graph, exchange: Exchange) -> Symmetry:
    """Return what is alike beyond doubt, or what looks alike where that leaves too many orbits."""
    assumed = symmetry_of(graph, exchange)
    orbits = proven_orbits(graph, assumed.partition)
    orbit_count = len(distinct(orbits.colour[exchange.ranks]))
    if orbit_count > max(_MOST_ORBITS, len(distinct(assumed.partition.colour[exchange.ranks]))):
        return assumed
    return Symmetry(graph, orbits, is_proven=True)


def exchange_loads(
    graph: Graph,
    exchange: Exchange,
    split: Split = Split.EQUAL,
    *,
    is_proven: bool = False,
    is_certified: bool = False,
    symmetry: Symmetry | None = None,
) -> LoadResult:
    """Return the bytes on every arc when all ranks exchange.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchange :
        Ranks and what each pair sends.
    split :
        Rule at every hop.
    is_proven :
        Push to every destination however long it takes: exact on any graph.
    is_certified :
        Prove what looks alike by automorphisms: half a second for a million arcs.
    symmetry :
        Of this graph and group, where it is known from the edit before.

    Notes
    -----
    Up to a few hundred groups of twins every destination group is pushed, which is exact for
    any graph. Above, one destination per colour stands for its colour and arcs of one class share
    the sum, which is exact where colours are orbits: the result says whether that is proven.
    For equal amounts that start together the makespan is the slowest arc's load over bandwidth.

    Raises
    ------
    InvalidInput : a rank is no endpoint, or no path joins two ranks.
    """
    check_ranks(graph, exchange.ranks)
    is_large = len(exchange.ranks) > _LIVE_RANKS and graph.arc_count > _LIVE_ARCS
    if is_proven or (symmetry is None and not is_large):
        quotient = fold_for_demand(graph, marks(graph, exchange))
        columns = distinct(quotient.partition.colour[exchange.ranks])
        if is_proven or len(columns) * quotient.arc_class_count <= _LIVE_WORK:
            return _push_all(exchange, quotient, columns, split)
    if symmetry is None:
        symmetry = (proven_symmetry if is_certified else symmetry_of)(graph, exchange)
    colours = len(distinct(symmetry.partition.colour[exchange.ranks]))
    if colours > _MANY_COLOURS:
        # Little is alike any more: every colour costs a look at the whole graph.
        quotient = fold_for_demand(graph, marks(graph, exchange))
        columns = distinct(quotient.partition.colour[exchange.ranks])
        if len(columns) * quotient.arc_class_count <= colours * graph.arc_count:
            return _push_all(exchange, quotient, columns, split)
    return _push_by_symmetry(symmetry, exchange, split)


def marks(graph: Graph, exchange: Exchange) -> IntArray:
    """Return per vertex a number shared by ranks of equal demand, 0 for the others."""
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    if exchange.is_uniform:
        marked[exchange.ranks] = 1
        return marked
    described = np.stack([exchange.send, exchange.receive], axis=1)
    _, number = np.unique(described, axis=0, return_inverse=True)
    marked[exchange.ranks] = number.reshape(-1) + 1
    return marked


@dataclass(frozen=True, eq=False)
class ClassDemand:
    """Demand per class: how many ranks it holds, what one sends and how popular one is."""

    members: FloatArray
    send: FloatArray
    receive: FloatArray


def class_demand(quotient: Quotient, exchange: Exchange) -> ClassDemand:
    """Return the demand of an exchange per class of ranks that are alike."""
    colour, count = quotient.partition.colour[exchange.ranks], quotient.class_count
    members = np.bincount(colour, minlength=count).astype(np.float64)
    whole = np.maximum(members, 1)
    return ClassDemand(
        members,
        summed(colour, exchange.send, count) / whole,
        summed(colour, exchange.receive, count) / whole,
    )


def starts(routes: Routes, demand: ClassDemand) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return (source class, column, place, senders) of every pair of classes that exchanges."""
    sources = np.flatnonzero(demand.members > 0)
    column = np.repeat(np.arange(routes.column_count), len(sources))
    source = np.tile(sources, routes.column_count)
    own = routes.destination[column] == source
    senders = demand.members[source] - own
    sends = senders > 0
    source, column, senders = source[sends], column[sends], senders[sends]
    return source, column, routes.place(source, column), senders


def check_reached(routes: Routes, source: IntArray, column: IntArray, place: IntArray) -> IntArray:
    """Return the hops of every pair; raise where there is no path."""
    hops = routes.hops_from(place)
    missing = np.flatnonzero(hops == FAR)
    if len(missing):
        colour = routes.quotient.partition.colour
        here, there = source[missing[0]], routes.destination[column[missing[0]]]
        ends = np.flatnonzero(colour == here)[0], np.flatnonzero(colour == there)[-1]
        raise disconnected(routes.quotient.graph, int(ends[0]), int(ends[1]))
    return hops


def _push_all(
    exchange: Exchange, quotient: Quotient, columns: IntArray, split: Split
) -> LoadResult:
    demand = class_demand(quotient, exchange)
    load = np.zeros(quotient.arc_class_count)
    latency, most = 0.0, 0
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    for begin in range(0, len(columns), block):
        part = columns[begin : begin + block]
        routes = route(quotient, part, split)
        source, column, place, senders = starts(routes, demand)
        hops = check_reached(routes, source, column, place)
        popular = demand.members[part] * demand.receive[part]
        load += push(routes, place, senders * demand.send[source], popular)
        latency = max(latency, float(routes.latency[place].max(initial=0.0)))
        most = max(most, int(hops.max(initial=0)))
    return LoadResult(
        quotient,
        load / np.maximum(quotient.arcs_in_class, 1),
        latency,
        most,
        Exactness.EXACT if exchange.is_uniform else Exactness.LOWER_BOUND,
    )


def _push_by_symmetry(symmetry: Symmetry, exchange: Exchange, split: Split) -> LoadResult:
    """Push to one destination of every colour and share its load among arcs that look alike."""
    graph, partition = symmetry.graph, symmetry.partition
    coarse = fold(graph, partition)
    total = np.zeros(coarse.arc_class_count)
    latency, most = 0.0, 0
    colours, example, sizes = np.unique(
        partition.colour[exchange.ranks], return_index=True, return_counts=True
    )
    for k in range(len(colours)):
        vertex = int(exchange.ranks[example[k]])
        fine = fold(graph, individualised(partition, graph, vertex))
        routes = route(fine, fine.partition.colour[[vertex]], split)
        demand = class_demand(fine, exchange)
        source, column, place, senders = starts(routes, demand)
        hops = check_reached(routes, source, column, place)
        weight = np.array([sizes[k] * exchange.receive[example[k]]], dtype=np.float64)
        load = push(routes, place, senders * demand.send[source], weight)
        total += summed(_coarse_arc(coarse, fine), load, len(total))
        latency = max(latency, float(routes.latency[place].max(initial=0.0)))
        most = max(most, int(hops.max(initial=0)))
    return LoadResult(
        coarse,
        total / np.maximum(coarse.arcs_in_class, 1),
        latency,
        most,
        _exactness_by_symmetry(symmetry, exchange),
    )


def _exactness_by_symmetry(symmetry: Symmetry, exchange: Exchange) -> Exactness:
    if not symmetry.is_proven:
        return Exactness.ASSUMED_SYMMETRIC
    return Exactness.EXACT if exchange.is_uniform else Exactness.LOWER_BOUND


def _coarse_arc(coarse: Quotient, fine: Quotient) -> IntArray:
    """Return the arc class of a coarser partition that each finer arc class lies in."""
    parent = np.zeros(fine.class_count, dtype=np.int64)
    parent[fine.partition.colour] = coarse.partition.colour
    return coarse.arc_class_between(parent[fine.source], parent[fine.target], fine.kind)


@dataclass(frozen=True, eq=False)
class RateResult:
    """Exact max-min fair rates of an exchange, one entry per class of alike flows."""

    quotient: Quotient
    source: IntArray
    """Shape (flow classes,): class of the senders."""
    target: IntArray
    """Shape (flow classes,): class of the receivers."""
    count: FloatArray
    """Shape (flow classes,): flows of the class."""
    rate: FloatArray
    """Shape (flow classes,): of one flow, all flows running. [byte/s]"""
    finished_s: FloatArray
    """Shape (flow classes,): completion, all flows starting together. [s]"""

    def pair_rate(self, source: int, target: int) -> float:
        """Return the rate between two ranks. [byte/s]."""
        colour = self.quotient.partition.colour
        here = (self.source == colour[source]) & (self.target == colour[target])
        return float(self.rate[here][0])


def exchange_rates(
    graph: Graph, exchange: Exchange, split: Split = Split.EQUAL, limit: float | None = None
) -> RateResult:
    """Return the max-min fair rate and completion of every class of flows of an exchange.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchange :
        Ranks and what each pair sends.
    split :
        Rule at every hop.
    limit :
        Largest rate of one flow, such as window over round trip. [byte/s]

    Notes
    -----
    Memory and time grow with the square of the number of groups of twins, not with the flows.
    """
    check_ranks(graph, exchange.ranks)
    quotient = fold_for_demand(graph, marks(graph, exchange))
    demand = class_demand(quotient, exchange)
    routes = route(quotient, distinct(quotient.partition.colour[exchange.ranks]), split)
    source, column, place, senders = starts(routes, demand)
    check_reached(routes, source, column, place)
    target = routes.destination[column]
    count = senders * demand.members[target]
    incidence = spread(routes, place)
    filling = Filling(
        len(place),
        incidence.flow,
        incidence.arc,
        incidence.part * count[incidence.flow] / quotient.arcs_in_class[incidence.arc],
        quotient.bandwidth,
    )
    ceiling = None if limit is None else np.full(len(place), limit)
    size = demand.send[source] * demand.receive[target]
    rate = max_min_rates(filling, ceiling)
    finished = size / rate if exchange.is_uniform else completion_times(filling, size, count)
    return RateResult(quotient, source, target, count, rate, finished)
