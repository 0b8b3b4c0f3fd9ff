"""Loads, max-min rates and completions of an explicit list of flows; knows no collective."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Flows, disconnected
from studio.fabric.flow.graph import Graph, ranges
from studio.fabric.flow.loads import Incidence, summed
from studio.fabric.flow.local import route_pairs
from studio.fabric.flow.quotient import Quotient, fold_for_demand
from studio.fabric.flow.routing import FAR, Split
from studio.fabric.flow.sorting import distinct, stable_order
from studio.fabric.flow.towards import spread_towards
from studio.fabric.flow.waterfill import Filling, max_min_rates

_BLOCK = 4_000_000
"""Columns times arc classes handled at once."""
_COLUMN_WORK = 1_500_000
"""Columns times arc classes above which pairs are routed one by one instead."""
_PAIRS = 20_000
"""Pairs routed at once."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Flows laid over rows: an arc class, or the arcs of one endpoint within a class of twins."""

    graph: Graph
    flows: Flows
    quotient: Quotient
    filling: Filling
    row_arc: IntArray
    """Shape (rows,): arc class of each row."""
    row_vertex: IntArray
    """Shape (rows,): the endpoint whose own arcs the row is; -1 for a whole class."""
    latency_s: FloatArray
    """Shape (flows,): longest path of each flow, first byte. [s]"""
    hops: IntArray
    """Shape (flows,)."""

    @cached_property
    def rate(self) -> FloatArray:
        """Max-min fair rate of every flow while all run. [byte/s]."""
        return max_min_rates(self.filling)

    @cached_property
    def finished_s(self) -> FloatArray:
        """Completion of every flow, all starting together, latency excluded. [s]."""
        return completion_times(self.filling, self.flows.size, np.ones(len(self.flows.size)))

    @cached_property
    def row_load(self) -> FloatArray:
        """Bytes on one arc of every row. [byte]."""
        filling = self.filling
        sent = filling.load * self.flows.size[filling.flow]
        return summed(filling.row, sent, len(filling.capacity))

    @property
    def makespan_s(self) -> float:
        """Completion of the last flow, latency excluded. [s]."""
        return float(self.finished_s.max(initial=0.0))

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        graph, quotient = self.graph, self.quotient
        total = np.zeros(graph.arc_count)
        classes = quotient.arc_class_of()
        whole = self.row_vertex < 0
        per_class = summed(self.row_arc[whole], self.row_load[whole], quotient.arc_class_count)
        alive = classes >= 0
        total[alive] = per_class[classes[alive]]
        if not whole.all():
            self._add_own(total, classes)
        return total

    def _add_own(self, total: FloatArray, classes: IntArray) -> None:
        """Add the loads of rows that belong to one endpoint of a class."""
        wiring = self.graph.wiring
        whole = self.row_vertex < 0
        key = self.row_arc[~whole] * self.graph.vertex_count + self.row_vertex[~whole]
        order = np.argsort(key)
        key, load = key[order], self.row_load[~whole][order]
        for end in (wiring.source, wiring.target):
            wanted = classes * self.graph.vertex_count + end
            position = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
            hit = (key[position] == wanted) & (classes >= 0)
            total[hit] += load[position[hit]]


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
    colour = quotient.partition.colour
    columns = distinct(colour[flows.target])
    by_pair = len(columns) * quotient.arc_class_count > _COLUMN_WORK
    lay = _by_pair if by_pair else _by_column
    parts, hops, latency = lay(quotient, flows, split)
    return _laid(graph, flows, quotient, parts, latency, hops)


_Parts = list[tuple[IntArray, Incidence]]


def _by_column(
    quotient: Quotient, flows: Flows, split: Split
) -> tuple[_Parts, IntArray, FloatArray]:
    """Route towards every group of twins that receives, whatever the number of flows."""
    colour = quotient.partition.colour
    columns, column = np.unique(colour[flows.target], return_inverse=True)
    column = column.reshape(-1)
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    parts: _Parts = []
    latency = np.zeros(len(flows.source))
    hops = np.zeros(len(flows.source), dtype=np.int64)
    for begin in range(0, len(columns), block):
        chosen = np.flatnonzero((column >= begin) & (column < begin + block))
        key = (column[chosen] - begin) * quotient.class_count + colour[flows.source[chosen]]
        pair, alike = np.unique(key, return_inverse=True)
        alike = alike.reshape(-1)
        towards, source = pair // quotient.class_count, pair % quotient.class_count
        part = columns[begin : begin + block]
        incidence, far, late = spread_towards(quotient, part, towards, source, split)
        hops[chosen], latency[chosen] = far[alike], late[alike]
        _check_found(quotient, flows, hops, chosen)
        parts.append(_expanded(chosen, alike, incidence))
    return parts, hops, latency


def _by_pair(quotient: Quotient, flows: Flows, split: Split) -> tuple[_Parts, IntArray, FloatArray]:
    """Route every pair of groups of twins on its own, near its ends."""
    colour, count = quotient.partition.colour, quotient.class_count
    key = colour[flows.source] * count + colour[flows.target]
    pairs, pair = np.unique(key, return_inverse=True)
    pair = pair.reshape(-1)
    parts: _Parts = []
    latency = np.zeros(len(flows.source))
    hops = np.zeros(len(flows.source), dtype=np.int64)
    for begin in range(0, len(pairs), _PAIRS):
        chosen = np.flatnonzero((pair >= begin) & (pair < begin + _PAIRS))
        part = pairs[begin : begin + _PAIRS]
        routes = route_pairs(quotient, part // count, part % count, split)
        alike = pair[chosen] - begin
        hops[chosen] = routes.hops[alike]
        _check_found(quotient, flows, hops, chosen)
        latency[chosen] = routes.latency_s[alike]
        parts.append(_expanded(chosen, alike, routes.incidence))
    return parts, hops, latency


def _check_found(quotient: Quotient, flows: Flows, hops: IntArray, chosen: IntArray) -> None:
    lost = chosen[hops[chosen] == FAR]
    if len(lost):
        ends = int(flows.source[lost[0]]), int(flows.target[lost[0]])
        raise disconnected(quotient.graph, *ends)


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


def _expanded(flows: IntArray, alike: IntArray, incidence: Incidence) -> tuple[IntArray, Incidence]:
    """Return the incidence of every flow from that of the distinct places they start at."""
    first = np.searchsorted(incidence.flow, np.arange(incidence.flow_count + 1))
    entry, owner = ranges(first[alike], first[alike + 1])
    return flows[owner], Incidence(len(flows), owner, incidence.arc[entry], incidence.part[entry])


def _laid(
    graph: Graph,
    flows: Flows,
    quotient: Quotient,
    parts: list[tuple[IntArray, Incidence]],
    latency: FloatArray,
    hops: IntArray,
) -> Placed:
    """Turn shares of arc classes into loads of rows."""
    flow = np.concatenate([part[0] for part in parts])
    arc = np.concatenate([part[1].arc for part in parts])
    share = np.concatenate([part[1].part for part in parts])
    order = stable_order(flow, len(flows.source))
    flow, arc, share = flow[order], arc[order], share[order]
    colour = quotient.partition.colour
    source, target = quotient.source[arc], quotient.target[arc]
    # A class of twins is never passed through, so an arc out of it is the sender's own.
    leaves = (quotient.size[source] > 1) & (source == colour[flows.source[flow]])
    leaves &= ~quotient.is_transit[source]
    enters = (quotient.size[target] > 1) & (target == colour[flows.target[flow]])
    enters &= ~quotient.is_transit[target]
    vertex = np.where(leaves, flows.source[flow], np.where(enters, flows.target[flow], -1))
    alike = np.where(
        leaves,
        quotient.fan[arc],
        np.where(
            enters,
            quotient.arcs_in_class[arc] // quotient.size[target],
            quotient.arcs_in_class[arc],
        ),
    )
    row, row_arc, row_vertex = _rows(arc, vertex, quotient.arc_class_count)
    return Placed(
        graph=graph,
        flows=flows,
        quotient=quotient,
        filling=Filling(len(flows.source), flow, row, share / alike, quotient.bandwidth[row_arc]),
        row_arc=row_arc,
        row_vertex=row_vertex,
        latency_s=latency,
        hops=hops,
    )


def _rows(arc: IntArray, vertex: IntArray, arc_classes: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return the row of every entry, and the arc class and endpoint of every row.

    Rows of whole classes come first, then those of single endpoints, which are fewer entries.
    """
    is_used = np.zeros(arc_classes, dtype=np.bool_)
    whole, own = vertex < 0, np.flatnonzero(vertex >= 0)
    is_used[arc[whole]] = True
    shared = np.flatnonzero(is_used)
    number = np.cumsum(is_used) - 1
    row = number[arc]
    key, alike = np.unique(vertex[own] * arc_classes + arc[own], return_inverse=True)
    row[own] = len(shared) + alike.reshape(-1)
    return (
        row,
        np.concatenate([shared, key % arc_classes]),
        np.concatenate([np.full(len(shared), -1), key // arc_classes]),
    )
