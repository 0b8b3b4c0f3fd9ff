"""Adaptive routing as an ideal: shortest paths shared so that the busiest link is least busy.

What a fabric could reach that moves every byte to where there is room. Knows no collective.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.balance import Choices, balanced
from studio.fabric.flow.class_demand import check_reached, class_demand, marks, starts
from studio.fabric.flow.demand import Exchange, Flows, check_ranks, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness, LoadResult
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pairs import check_flows
from studio.fabric.flow.ports import exchange_floor_s, flows_floor_s
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import FAR, Routes, route
from studio.fabric.flow.sorting import distinct

_BLOCK = 4_000_000
"""Destinations times arc classes routed at once."""
_MOST_WORK = 400_000_000
"""Destinations times arc classes beyond which the ideal is not worked out: some ten seconds."""
_PROVEN = 1e-9
"""Gap below which nothing is left to prove."""


@dataclass(frozen=True, eq=False)
class _Start:
    """What starts at the places of some routes, and how far it goes."""

    place: IntArray
    amount: FloatArray
    """Same shape. [byte]"""
    hops: IntArray
    """Same shape."""


_Starts = Callable[[Routes, int], _Start]
"""What starts towards the destinations of some routes, the first being the given column."""


def adaptive_exchange(graph: Graph, exchange: Exchange) -> LoadResult:
    """Return the loads of an exchange under ideal adaptive routing.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    exchange :
        Ranks and what each pair sends. Flows run at rates in proportion to their sizes and so
        end together: the busiest link's time is the makespan, whatever the sizes.

    Raises
    ------
    InvalidInput : a rank is no endpoint, no path joins two ranks, or the group is too large.

    Notes
    -----
    Worked out on the quotient, which loses nothing: shares averaged over the links of a class are
    shares too, and make no link busier than the busiest before.
    """
    check_ranks(graph, exchange.ranks)
    quotient = fold_for_demand(graph, marks(graph, exchange))
    demand = class_demand(quotient, exchange)

    def started(routes: Routes, _first: int) -> _Start:
        source, column, senders = starts(routes.destination, demand)
        place, there = routes.place(source, column), routes.destination[column]
        hops = routes.hops_from(place)
        check_reached(quotient, source, there, hops)
        popular = demand.members[there] * demand.receive[there]
        return _Start(place, senders * demand.send[source] * popular, hops)

    columns = distinct(quotient.partition.colour[exchange.ranks])
    return _balanced(quotient, columns, started, exchange_floor_s(graph, exchange))


def adaptive_flows(graph: Graph, flows: Flows) -> LoadResult:
    """Return the loads of explicit flows under ideal adaptive routing.

    Raises
    ------
    InvalidInput : see `place_flows`, or the group is too large.
    """
    check_flows(graph, flows)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    ends = distinct(np.concatenate([flows.source, flows.target]))
    # Twins that send different amounts are not alike.
    marked[ends] = 1 + np.arange(len(ends))
    quotient = fold_for_demand(graph, marked)
    colour = quotient.partition.colour
    columns, column = np.unique(colour[flows.target], return_inverse=True)
    column = column.reshape(-1)

    def started(routes: Routes, first: int) -> _Start:
        chosen = np.flatnonzero((column >= first) & (column < first + routes.column_count))
        place = routes.place(colour[flows.source[chosen]], column[chosen] - first)
        hops = routes.hops_from(place)
        lost = chosen[hops == FAR]
        if len(lost):
            raise disconnected(graph, int(flows.source[lost[0]]), int(flows.target[lost[0]]))
        return _Start(place, flows.size[chosen], hops)

    return _balanced(quotient, columns, started, flows_floor_s(graph, flows))


def _balanced(
    quotient: Quotient, columns: IntArray, started: _Starts, floor_s: float
) -> LoadResult:
    arcs = max(quotient.arc_class_count, 1)
    if len(columns) * arcs > _MOST_WORK:
        raise InvalidInput(
            "adaptive routing towards {count:,} destinations over {arcs:,} kinds of "
            "links is not worked out; choose a smaller group, or spray routing",
            count=len(columns),
            arcs=arcs,
        )
    parts: list[Choices] = []
    latency, most = 0.0, 0
    block = max(1, _BLOCK // arcs)
    for first in range(0, len(columns), block):
        routes = route(quotient, columns[first : first + block])
        start = started(routes, first)
        latency = max(latency, float(routes.latency[start.place].max(initial=0.0)))
        most = max(most, int(start.hops.max(initial=0)))
        parts.append(_choices(routes, start))
    best = balanced(_joined(parts), floor_s)
    gap = best.busy_s / best.bound_s - 1 if best.bound_s > 0 else 0.0
    return LoadResult(
        quotient,
        best.load / np.maximum(quotient.arcs_in_class, 1),
        latency,
        most,
        Exactness.EXACT if gap <= _PROVEN else Exactness.UPPER_BOUND,
        gap,
    )


def _choices(routes: Routes, start: _Start) -> Choices:
    """Return the hops that something can take, places numbered anew."""
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
    capacity = routes.quotient.bandwidth * routes.quotient.arcs_in_class
    return Choices(
        number[routes.hop_place[used]],
        number[routes.next_place[used]],
        routes.arc[used],
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
