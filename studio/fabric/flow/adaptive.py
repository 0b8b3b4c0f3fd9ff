"""Adaptive routing as an ideal: shortest paths shared so that the busiest link is least busy.

What a fabric could reach that moves every byte to where there is room: all flows run at rates in
proportion to their sizes and end together, and no shares of shortest paths end them earlier. The
time of the busiest link is the least there is, within the gap that is told; links less busy than
that carry one of many best shares and are not levelled further. Knows no collective.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.balance import Choices, balanced
from studio.fabric.flow.class_demand import (
    ClassDemand,
    check_reached,
    class_demand,
    inherited,
    joint_marks,
    starts,
)
from studio.fabric.flow.demand import Exchange, Flows, check_ranks, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness, LoadResult
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pairs import check_flows
from studio.fabric.flow.pattern import Pattern
from studio.fabric.flow.ports import exchanges_floor_s, flows_floor_s, pattern_floor_s
from studio.fabric.flow.quotient import Quotient, fold, fold_for_demand, parents
from studio.fabric.flow.reduced import reduced
from studio.fabric.flow.refinement import individualised
from studio.fabric.flow.routing import FAR, Routes, route
from studio.fabric.flow.sorting import distinct
from studio.fabric.flow.symmetry import Symmetry, symmetry_of_marks
from studio.fabric.flow.turning import turning_alone

_BLOCK = 4_000_000
"""Destinations times arc classes routed at once."""
_MOST_WORK = 400_000_000
"""Destinations times arc classes beyond which the ideal is not worked out: some ten seconds."""
_PROVEN = 1e-9
"""Gap below which nothing is left to prove."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """What arcs are loaded alike."""

    quotient: Quotient
    row: IntArray
    """Shape (class arcs,)."""
    arcs: FloatArray
    """Shape (class arcs,): real arcs of the row with that number; 0 where there is none."""

    @classmethod
    def of(cls, quotient: Quotient) -> _Rows:
        """Return a row for every class of arcs."""
        own = np.arange(quotient.arc_class_count)
        return cls(quotient, own, quotient.arcs_in_class.astype(np.float64))

    @property
    def capacity(self) -> FloatArray:
        """Bandwidth of all arcs of every row. [byte/s]."""
        return self.quotient.bandwidth * np.maximum(self.arcs, 1)


@dataclass(frozen=True, eq=False)
class _Start:
    """What starts at the places of some routes, and how far it goes."""

    place: IntArray
    amount: FloatArray
    """Same shape. [byte]"""
    hops: IntArray
    """Same shape."""


@dataclass(frozen=True, eq=False)
class _Way:
    """Routes, what starts on them, and the row of each of their arc classes."""

    routes: Routes
    start: _Start
    row: IntArray


def adaptive_exchange(graph: Graph, exchange: Exchange) -> LoadResult:
    """Return the loads of an exchange under ideal adaptive routing, see `adaptive_exchanges`."""
    return adaptive_exchanges(graph, [exchange])


def adaptive_exchanges(graph: Graph, exchanges: Sequence[Exchange]) -> LoadResult:
    """Return the loads of exchanges at the same time under ideal adaptive routing.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchanges :
        Ranks and what each pair sends. Flows run at rates in proportion to their sizes and so
        end together: the busiest link's time is the makespan, whatever the sizes.

    Raises
    ------
    InvalidInput : a rank is no endpoint, no path joins two ranks, or the group is too large.

    Notes
    -----
    Worked out on the quotient, which loses nothing: shares averaged over the links of a class are
    shares too, and make no link busier than the busiest before. Where automorphisms prove ranks
    alike the same holds of the shares towards them, so one destination of each orbit stands for
    its orbit.
    """
    for exchange in exchanges:
        check_ranks(graph, exchange.ranks)
    floor_s = exchanges_floor_s(graph, exchanges)
    marked = joint_marks(graph, exchanges)
    symmetry = symmetry_of_marks(graph, marked)
    quotient = fold_for_demand(graph, marked)
    receivers = distinct(np.concatenate([exchange.receivers for exchange in exchanges]))
    columns = distinct(quotient.partition.colour[receivers])
    if symmetry.is_proven:
        ranks, members = _by_orbit(symmetry, receivers)
        if len(ranks) < len(columns):
            rows = _Rows.of(fold(graph, symmetry.partition))
            return _balanced(rows, _towards_orbits(rows, exchanges, ranks, members), floor_s)
    demands = [class_demand(quotient, exchange) for exchange in exchanges]

    def started(routes: Routes, _first: int) -> _Start:
        parts = [_started(routes, demand) for demand in demands]
        return _Start(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    rows = _Rows.of(quotient)
    return _balanced(rows, _towards_all(rows, columns, started), floor_s)


def _by_orbit(symmetry: Symmetry, receivers: IntArray) -> tuple[IntArray, IntArray]:
    """Return one receiver of every orbit, and how many there are."""
    colour = symmetry.partition.colour[receivers]
    _, example, members = np.unique(colour, return_index=True, return_counts=True)
    return receivers[example], members


def _started(routes: Routes, demand: ClassDemand) -> tuple[IntArray, FloatArray, IntArray]:
    """Return what starts towards every member of the destinations' classes: place, byte, hops."""
    wanted = demand.receive[routes.destination] * demand.members[routes.destination]
    source, column, senders = starts(routes.destination, demand)
    sends = wanted[column] > 0
    source, column, senders = source[sends], column[sends], senders[sends]
    place = routes.place(source, column)
    hops = routes.hops_from(place)
    check_reached(routes.quotient, source, routes.destination[column], hops)
    return place, senders * demand.send[source] * wanted[column], hops


def _towards_orbits(
    rows: _Rows, exchanges: Sequence[Exchange], ranks: IntArray, members: IntArray
) -> Iterator[_Way]:
    """Yield the ways towards one rank of every orbit, what starts standing for the orbit."""
    coarse = rows.quotient
    graph, partition = coarse.graph, coarse.partition
    demands = [class_demand(coarse, exchange) for exchange in exchanges]
    _check_work(len(ranks), coarse.arc_class_count)
    for rank, times in zip(ranks.tolist(), members.tolist(), strict=True):
        fine = fold(graph, individualised(partition, graph, rank))
        parent = parents(coarse, fine)
        routes = route(fine, fine.partition.colour[[rank]])
        parts = [_started(routes, inherited(one, parent, fine.size)) for one in demands]
        place, byte, hops = (np.concatenate(part) for part in zip(*parts, strict=True))
        arc = coarse.arc_class_between(parent[fine.source], parent[fine.target], fine.kind)
        yield _Way(routes, _Start(place, byte * times, hops), arc)


def adaptive_pattern(graph: Graph, pattern: Pattern) -> LoadResult:
    """Return the loads of a pattern under ideal adaptive routing.

    Raises
    ------
    InvalidInput : no path joins two ranks, or little is alike in a large group.

    Notes
    -----
    One flow stands for all that turn into it where the fabric takes part in turns that keep the
    whole pattern: the mean of best shares over those turns is as good and alike under them.
    """
    turning = turning_alone(graph, pattern.ranks)
    few = reduced(pattern, turning)
    if few is None:
        return adaptive_flows(graph, pattern.listed())
    floor_s = pattern_floor_s(graph, pattern)
    rows = _Rows(turning.quotient, few.alike, few.arcs_alike)
    return _of_flows(rows, few.flows, few.flows.size * few.times, floor_s)


def adaptive_flows(graph: Graph, flows: Flows) -> LoadResult:
    """Return the loads of explicit flows under ideal adaptive routing.

    Raises
    ------
    InvalidInput : see `place_flows`, or the group is too large.
    """
    check_flows(graph, flows)
    # Twins that send different amounts are not alike.
    ends = distinct(np.concatenate([flows.source, flows.target]))
    rows = _Rows.of(turning_alone(graph, ends).quotient)
    return _of_flows(rows, flows, flows.size, flows_floor_s(graph, flows))


def _of_flows(rows: _Rows, flows: Flows, byte: FloatArray, floor_s: float) -> LoadResult:
    """Return the loads of flows, each standing for so many bytes."""
    graph, colour = rows.quotient.graph, rows.quotient.partition.colour
    columns, column = np.unique(colour[flows.target], return_inverse=True)
    column = column.reshape(-1)

    def started(routes: Routes, first: int) -> _Start:
        chosen = np.flatnonzero((column >= first) & (column < first + routes.column_count))
        place = routes.place(colour[flows.source[chosen]], column[chosen] - first)
        hops = routes.hops_from(place)
        lost = chosen[hops == FAR]
        if len(lost):
            raise disconnected(graph, int(flows.source[lost[0]]), int(flows.target[lost[0]]))
        return _Start(place, byte[chosen], hops)

    return _balanced(rows, _towards_all(rows, columns, started), floor_s)


def _towards_all(
    rows: _Rows, columns: IntArray, started: Callable[[Routes, int], _Start]
) -> Iterator[_Way]:
    """Yield the ways towards some classes, by the block."""
    arcs = max(rows.quotient.arc_class_count, 1)
    _check_work(len(columns), arcs)
    block = max(1, _BLOCK // arcs)
    for first in range(0, len(columns), block):
        routes = route(rows.quotient, columns[first : first + block])
        yield _Way(routes, started(routes, first), rows.row)


def _check_work(destinations: int, arcs: int) -> None:
    if destinations * arcs > _MOST_WORK:
        raise InvalidInput(
            "adaptive routing towards {count:,} destinations over {arcs:,} kinds of "
            "links is not worked out; choose a smaller group, or spray routing",
            count=destinations,
            arcs=arcs,
        )


def _balanced(rows: _Rows, ways: Iterable[_Way], floor_s: float) -> LoadResult:
    parts: list[Choices] = []
    latency, most = 0.0, 0
    for way in ways:
        latency = max(latency, float(way.routes.latency[way.start.place].max(initial=0.0)))
        most = max(most, int(way.start.hops.max(initial=0)))
        parts.append(_choices(way, rows.capacity))
    best = balanced(_joined(parts), floor_s)
    gap = best.busy_s / best.bound_s - 1 if best.bound_s > 0 else 0.0
    return LoadResult(
        rows.quotient,
        (best.load / np.maximum(rows.arcs, 1))[rows.row],
        latency,
        most,
        Exactness.EXACT if gap <= _PROVEN else Exactness.UPPER_BOUND,
        gap,
    )


def _choices(way: _Way, capacity: FloatArray) -> Choices:
    """Return the hops that something can take, places numbered anew."""
    routes, start = way.routes, way.start
    amount = summed(start.place, start.amount, routes.place_count)
    is_used = amount > 0
    used = np.zeros(len(routes.arc), dtype=np.bool_)
    to_go = np.empty(len(routes.arc), dtype=np.int64)
    for steps, hops in enumerate(reversed(routes.by_distance), 1):
        to_go[hops] = steps
    for hops in routes.by_distance:
        used[hops] = is_used[routes.hop_place[hops]]
        is_used[routes.next_place[hops][used[hops]]] = True
    number = np.cumsum(is_used) - 1
    return Choices(
        number[routes.hop_place[used]],
        number[routes.next_place[used]],
        way.row[routes.arc[used]],
        to_go[used],
        routes.share[used],
        amount[is_used],
        capacity,
    )


def _joined(parts: list[Choices]) -> Choices:
    offset = np.cumsum([0] + [len(part.amount) for part in parts])
    return replace(
        parts[0],
        tail=np.concatenate([part.tail + at for part, at in zip(parts, offset, strict=False)]),
        head=np.concatenate([part.head + at for part, at in zip(parts, offset, strict=False)]),
        row=np.concatenate([part.row for part in parts]),
        to_go=np.concatenate([part.to_go for part in parts]),
        share=np.concatenate([part.share for part in parts]),
        amount=np.concatenate([part.amount for part in parts]),
    )
