"""Routes of an explicit list of flows, alike ones once; knows no collective."""

from __future__ import annotations

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.demand import Flows, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import Incidence
from studio.fabric.flow.local import route_pairs
from studio.fabric.flow.pair_routes import PairRoutes, joined
from studio.fabric.flow.placed import Placed, laid
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import FAR, Split
from studio.fabric.flow.sorting import distinct, distinct_pairs, first_of_each
from studio.fabric.flow.towards import net_of, spread_towards

_BLOCK = 4_000_000
"""Columns times arc classes handled at once."""
_COLUMN_WORK = 1_500_000
"""Columns times arc classes above which pairs are routed one by one instead."""
_PAIR_WORK = 10_000
"""The same for few pairs on a large graph, for each pair."""
_PAIRS = 20_000
"""Pairs routed at once."""
_PAIR_S = 1.5e-6
"""What numpy takes per pair. [s]"""
_NEIGHBOUR_S = 5e-8
"""What numpy takes per link of a neighbour. [s]"""


def pair_work_s(graph: Graph, flows: int) -> float:
    """Return about what numpy takes to route so many flows between different pairs. [s].

    Where endpoints forward none are twins, and the search of a pair takes the links of all
    neighbours of its ends.
    """
    forwards = bool(np.any(graph.is_endpoint & graph.is_transit))
    degree = graph.arc_count / graph.vertex_count if forwards else 0.0
    return flows * (_PAIR_S + _NEIGHBOUR_S * degree**2)


def place_flows(graph: Graph, flows: Flows, split: Split = Split.EQUAL) -> Placed:
    """Return the flows laid over the graph, split at every hop.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    flows :
        Sources, targets and sizes.
    split :
        Rule at every hop.

    Raises
    ------
    InvalidInput : a flow ends where it starts, touches no endpoint, or has no working path.

    Notes
    -----
    Twins share a class: they differ only in their own first and last arcs, which get a row per
    endpoint.
    """
    check_flows(graph, flows)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[flows.source] = 1
    marked[flows.target] = 1
    quotient = fold_for_demand(graph, marked)
    routes, route = routes_of(quotient, flows, split)
    return laid(quotient, flows, routes, route)


def routes_of(quotient: Quotient, flows: Flows, split: Split) -> tuple[PairRoutes, IntArray]:
    """Return the routes between classes that flows take, and the route of each flow.

    Parameters
    ----------
    quotient :
        Ends of the flows are alone in their classes, or among twins.
    flows :
        Sources and targets.
    split :
        Rule at every hop.

    Raises
    ------
    InvalidInput : a flow has no working path.
    """
    colour = quotient.partition.colour
    target, source, pair = distinct_pairs(
        colour[flows.target], colour[flows.source], quotient.class_count
    )
    columns = distinct(target)
    work = len(columns) * quotient.arc_class_count
    by_pair = work > min(_COLUMN_WORK, _PAIR_WORK * len(source))
    routes = (_by_pair if by_pair else _by_column)(quotient, source, target, split)
    lost = np.flatnonzero(routes.hops[pair] == FAR)
    if len(lost):
        ends = int(flows.source[lost[0]]), int(flows.target[lost[0]])
        raise disconnected(quotient.graph, *ends)
    return routes, pair


def _by_column(quotient: Quotient, source: IntArray, target: IntArray, split: Split) -> PairRoutes:
    """Route towards every group of twins that receives, whatever the number of flows."""
    columns, column = np.unique(target, return_inverse=True)
    column = column.reshape(-1)
    first = first_of_each(column, len(columns))
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    parts: list[PairRoutes] = []
    for begin in range(0, len(columns), block):
        part = columns[begin : begin + block]
        chosen = slice(first[begin], first[begin + len(part)])
        parts.append(spread_towards(quotient, part, column[chosen] - begin, source[chosen], split))
    return joined(parts)


def _by_pair(quotient: Quotient, source: IntArray, target: IntArray, split: Split) -> PairRoutes:
    """Route every pair of groups of twins on its own, near its ends."""
    kernels = ready(_PAIR_S * len(source))
    if kernels is not None:
        first, arc, part, hops, latency = kernels.route_pairs(
            net_of(quotient, split), quotient.source, source, target
        )
        return PairRoutes(Incidence.in_turn(first, arc, part), hops, latency)
    blocks = range(0, len(source), _PAIRS)
    return joined(
        [
            route_pairs(quotient, source[at : at + _PAIRS], target[at : at + _PAIRS], split)
            for at in blocks
        ]
    )


def check_flows(graph: Graph, flows: Flows) -> None:
    """Raise unless every flow joins two endpoints and has a size.

    Raises
    ------
    InvalidInput : names the flow's end or what is wrong with it.
    """
    if not len(flows.source) == len(flows.target) == len(flows.size):
        raise InvalidInput("sources, targets and sizes must have one entry per flow")
    for end in (flows.source, flows.target):
        wrong = end[~graph.is_endpoint[end]]
        if len(wrong):
            raise InvalidInput(
                "{name} is no endpoint and can't send",
                name=graph.name(int(wrong[0])),
            )
    same = np.flatnonzero(flows.source == flows.target)
    if len(same):
        raise InvalidInput(
            "a flow of {name} ends where it starts",
            name=graph.name(int(flows.source[same[0]])),
        )
    if np.any(~(flows.size >= 0) | ~np.isfinite(flows.size)):
        raise InvalidInput("the size of a flow must be finite and not negative")
