"""One path per flow, chosen by a hash at every hop, as routers without spraying do.

Nothing is alike any more: rows are real arcs. Knows no collective.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Flows, disconnected
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashing import scrambled
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pairs import check_flows
from studio.fabric.flow.quotient import fold_for_demand
from studio.fabric.flow.routing import FAR, Routes, route
from studio.fabric.flow.sorting import first_of_each, stable_order
from studio.fabric.flow.waterfill import Filling, max_min_rates

_BLOCK = 4_000_000
"""Destinations times arc classes routed at once."""
_MOST_WORK = 100_000_000
"""Destinations times arc classes beyond which no paths are picked: some twenty seconds."""


@dataclass(frozen=True, eq=False)
class Hashed:
    """Flows on single paths; each is `subflows` equal parts with paths of their own."""

    graph: Graph
    flows: Flows
    subflows: int
    filling: Filling
    """One flow per part; rows are arcs."""

    @cached_property
    def rate(self) -> FloatArray:
        """Max-min fair rate of every flow, parts summed, while all run. [byte/s]."""
        rates: FloatArray = max_min_rates(self.filling).reshape(-1, self.subflows).sum(axis=1)
        return rates

    @cached_property
    def finished_s(self) -> FloatArray:
        """Completion of every flow's last part, latency excluded. [s]."""
        size = np.repeat(self.flows.size / self.subflows, self.subflows)
        finished = completion_times(self.filling, size, np.ones(len(size)))
        last: FloatArray = finished.reshape(-1, self.subflows).max(axis=1)
        return last

    @property
    def makespan_s(self) -> float:
        """Completion of the last flow, latency excluded. [s]."""
        return float(self.finished_s.max(initial=0.0))

    def path(self, part: int) -> IntArray:
        """Return the arcs of one part of a flow, in no order."""
        arcs: IntArray = self.filling.row[self.filling.flow == part]
        return arcs

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        sent = self.flows.size[self.filling.flow // self.subflows] / self.subflows
        return summed(self.filling.row, sent, self.graph.arc_count)


def place_hashed(graph: Graph, flows: Flows, *, seed: int = 0, subflows: int = 1) -> Hashed:
    """Return flows on shortest paths picked by a hash of flow, hop and seed.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    flows :
        Sources, targets and sizes.
    seed :
        Another seed gives another, equally likely, set of paths.
    subflows :
        Parts a flow is cut into, such as one per plane.

    Raises
    ------
    InvalidInput : see `place_flows`, or too many destinations on too large a fabric.
    """
    check_flows(graph, flows)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[flows.source] = 1
    marked[flows.target] = 1
    quotient = fold_for_demand(graph, marked)
    colour = quotient.partition.colour
    columns, column = np.unique(colour[flows.target], return_inverse=True)
    column = column.reshape(-1)
    if len(columns) * quotient.arc_class_count > _MOST_WORK:
        raise InvalidInput(
            "hashed routing towards {count:,} destinations over {arcs:,} kinds of links is not "
            "worked out; choose a smaller group, or spray routing",
            count=len(columns),
            arcs=quotient.arc_class_count,
        )
    block = max(1, _BLOCK // max(quotient.arc_class_count, 1))
    found: list[tuple[IntArray, IntArray]] = []
    for begin in range(0, len(columns), block):
        chosen = np.flatnonzero((column >= begin) & (column < begin + block))
        routes = route(quotient, columns[begin : begin + block])
        local = column[chosen] - begin
        hops = routes.hops_from(routes.place(colour[flows.source[chosen]], local))
        lost = chosen[hops == FAR]
        if len(lost):
            raise disconnected(graph, int(flows.source[lost[0]]), int(flows.target[lost[0]]))
        parts = (chosen[:, None] * subflows + np.arange(subflows)).reshape(-1)
        walk = _Walk(graph, routes, np.repeat(local, subflows), parts, seed)
        found.extend(
            walk.run(
                np.repeat(flows.source[chosen], subflows),
                np.repeat(flows.target[chosen], subflows),
                np.repeat(hops, subflows),
            )
        )
    part = np.concatenate([pair[0] for pair in found])
    arc = np.concatenate([pair[1] for pair in found])
    order = stable_order(part, len(flows.source) * subflows)
    filling = Filling(
        len(flows.source) * subflows,
        part[order],
        arc[order],
        np.ones(len(part)),
        graph.arc_bandwidth(),
    )
    return Hashed(graph, flows, subflows, filling)


@dataclass(frozen=True, eq=False)
class _Walk:
    """All parts of flows advance together, one hop at a time."""

    graph: Graph
    routes: Routes
    column: IntArray
    part: IntArray
    seed: int

    def run(
        self, here: IntArray, target: IntArray, hops: IntArray
    ) -> list[tuple[IntArray, IntArray]]:
        """Return (part, arc) of every hop."""
        taken = []
        going = np.arange(len(here))
        while len(going):
            arc = self._choose(going, here[going], target[going], hops[going])
            taken.append((self.part[going], arc))
            here[going] = self.graph.wiring.target[arc]
            hops[going] -= 1
            going = going[hops[going] > 0]
        return taken

    def _choose(
        self, going: IntArray, here: IntArray, target: IntArray, hops: IntArray
    ) -> IntArray:
        """Return the next arc of every part."""
        vertices = self.graph.vertex_count
        # Parts at one vertex choose among the same arcs, before the last hop whatever the twin.
        to = np.where(hops == 1, self.routes.column_count + target, self.column[going])
        key, alike = np.unique((to * 64 + hops) * vertices + here, return_inverse=True)
        arcs, first = self._ways(key % vertices, key // vertices % 64, key // vertices // 64)
        alike = alike.reshape(-1)
        count = (first[1:] - first[:-1])[alike]
        # The vertex goes into the hash too, so that successive hops choose independently.
        salt = (self.part[going] * 64 + hops) * 1_000_003 + here + self.seed * 7_919
        pick = (scrambled(salt) >> np.uint64(16)) % count.astype(np.uint64)
        chosen: IntArray = arcs[first[alike] + pick.astype(np.int64)]
        return chosen

    def _ways(self, here: IntArray, hops: IntArray, to: IntArray) -> tuple[IntArray, IntArray]:
        """Return the arcs that lead on from each vertex, and where those of each begin.

        `to` is a column, or for the last hop the number of columns plus the target.
        """
        graph, wiring, routes = self.graph, self.graph.wiring, self.routes
        arcs, owner = wiring.arcs_from(here)
        ahead = wiring.target[arcs]
        is_last = hops[owner] == 1
        target = to[owner] - routes.column_count
        column = np.where(is_last, 0, to[owner])
        left = routes.distance[column, routes.quotient.partition.colour[ahead]]
        leads = graph.is_alive[wiring.cable[arcs]] & np.where(
            is_last, ahead == target, graph.is_transit[ahead] & (left == hops[owner] - 1)
        )
        return arcs[leads], first_of_each(owner[leads], len(here))
