"""Flows laid over the arcs they share: loads, max-min rates and completions; knows no routing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pair_routes import PairRoutes
from studio.fabric.flow.quotient import Quotient
from studio.fabric.flow.routing import Split
from studio.fabric.flow.rows import arc_load, arcs_of_one, own_ends
from studio.fabric.flow.towards import net_of
from studio.fabric.flow.waterfill import Filling, max_min_rates
from studio.fabric.flow.wiring import ranges

_ENTRY_S = 2e-7
"""What numpy takes per non-zero. [s]"""


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
        return arc_load(self.quotient, self.row_arc, self.row_vertex, self.row_load)


def laid(quotient: Quotient, flows: Flows, routes: PairRoutes, route: IntArray) -> Placed:
    """Return flows laid over rows.

    Parameters
    ----------
    quotient :
        Endpoints of the flows are alone in their classes, or among twins.
    flows :
        Sources, targets and sizes.
    routes :
        Routes between classes.
    route :
        Shape (flows,): the route each flow follows.
    """
    lay = _rows_compiled if ready(_ENTRY_S * len(route)) is not None else _rows_by_arrays
    filling, row_arc, row_vertex = lay(quotient, flows, routes, route)
    return Placed(
        graph=quotient.graph,
        flows=flows,
        quotient=quotient,
        filling=filling,
        row_arc=row_arc,
        row_vertex=row_vertex,
        latency_s=routes.latency_s[route],
        hops=routes.hops[route],
    )


_Rows = tuple[Filling, IntArray, IntArray]
"""The filling, and `row_arc` and `row_vertex` of its rows."""


def _rows_compiled(quotient: Quotient, flows: Flows, routes: PairRoutes, route: IntArray) -> _Rows:
    kernels = ready(0.0)
    assert kernels is not None
    incidence = routes.incidence
    first, row, load, row_arc, row_vertex = kernels.lay_rows(
        net_of(quotient, Split.EQUAL),
        quotient.source,
        quotient.fan,
        quotient.partition.colour,
        *(np.ascontiguousarray(end, np.int64) for end in (flows.source, flows.target)),
        route,
        incidence.first,
        incidence.arc,
        incidence.part,
    )
    flow = np.repeat(np.arange(len(route)), np.diff(first))
    filling = Filling(len(route), flow, row, load, quotient.bandwidth[row_arc])
    return filling, row_arc, row_vertex


def _rows_by_arrays(quotient: Quotient, flows: Flows, routes: PairRoutes, route: IntArray) -> _Rows:
    first = routes.incidence.first
    entry, flow = ranges(first[route], first[route + 1])
    arc, share = routes.incidence.arc[entry], routes.incidence.part[entry]
    colour = quotient.partition.colour
    source, target = quotient.source[arc], quotient.target[arc]
    own = own_ends(quotient)
    # An arc between twins of two classes is the sender's own.
    leaves = own[0][arc] & (source == colour[flows.source[flow]])
    enters = own[1][arc] & (target == colour[flows.target[flow]])
    vertex = np.where(leaves, flows.source[flow], np.where(enters, flows.target[flow], -1))
    out, into = arcs_of_one(quotient)
    alike = np.where(leaves, out[arc], np.where(enters, into[arc], quotient.arcs_in_class[arc]))
    row, row_arc, row_vertex = _numbered(arc, vertex, quotient.arc_class_count)
    filling = Filling(len(route), flow, row, share / alike, quotient.bandwidth[row_arc])
    return filling, row_arc, row_vertex


def _numbered(
    arc: IntArray, vertex: IntArray, arc_classes: int
) -> tuple[IntArray, IntArray, IntArray]:
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
