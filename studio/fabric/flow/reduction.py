"""Loads of a reduction done by switches: every switch merges what comes from below.

Each rank sends its data once and gets the result once; knows no library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.demand import check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.quotient import twin_labels
from studio.fabric.flow.tiers import vertex_tiers

_LARGEST = 50_000_000
"""Switches times groups of twins beyond which the roots are not searched."""


@dataclass(frozen=True, eq=False)
class ReductionLoads:
    """Bytes on every arc, and the way up."""

    load: FloatArray
    """Shape (arcs,): reduction up and multicast down. [byte]"""
    tiers: int
    """Switch tiers up to the roots."""
    latency_s: float
    """One way, first byte, to the farthest root. [s]"""

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        return self.load


def reduction_loads(graph: Graph, ranks: IntArray, payload_byte: float) -> ReductionLoads:
    """Return the loads when switches reduce the payload of all ranks and send back the result.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    ranks :
        Distinct endpoints.
    payload_byte :
        Held by every rank. [byte]

    Raises
    ------
    InvalidInput : no switch is reached by every rank on the way up.

    Notes
    -----
    The roots are the switches of the lowest tier that every rank reaches going up only. Data are
    split equally over the ways up; a switch forwards one copy of what it merged. Ranks share the
    work of reading results, hence (1 + 1/n) in each direction.
    """
    check_ranks(graph, ranks)
    tier = vertex_tiers(graph)
    root_tier, leads = _roots(graph, ranks, tier)
    wiring = graph.wiring
    up = graph.arc_is_alive() & leads[wiring.source] & leads[wiring.target]
    up &= tier[wiring.target] == tier[wiring.source] + 1
    up &= (tier[wiring.source] < root_tier) & (tier[wiring.source] >= 0)
    portion = np.zeros(graph.vertex_count)
    portion[ranks] = payload_byte * (1 + 1 / len(ranks))
    late = np.zeros(graph.vertex_count)
    load = np.zeros(graph.arc_count)
    latency = graph.arc_latency()
    ways = np.bincount(wiring.source[up], minlength=graph.vertex_count)
    for height in range(root_tier):
        arcs = np.flatnonzero(up & (tier[wiring.source] == height))
        arcs = arcs[portion[wiring.source[arcs]] > 0]
        here, there = wiring.source[arcs], wiring.target[arcs]
        load[arcs] = portion[here] / ways[here]
        np.maximum.at(portion, there, load[arcs])
        np.maximum.at(late, there, late[here] + latency[arcs])
    load += load[wiring.reverse()]
    return ReductionLoads(load, root_tier, float(late.max()))


def _roots(graph: Graph, ranks: IntArray, tier: IntArray) -> tuple[int, BoolArray]:
    """Return the tier of the roots, and which vertices lie on a way up to one."""
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[ranks] = 1
    _, group = np.unique(twin_labels(graph, marked)[ranks], return_inverse=True)
    groups = int(group.max()) + 1
    if graph.vertex_count * groups > _LARGEST:
        raise InvalidInput(
            "a reduction in switches among {rank_count} ranks is not worked out",
            rank_count=len(ranks),
        )
    covers = np.zeros((graph.vertex_count, groups), dtype=np.bool_)
    covers[ranks, group.reshape(-1)] = True
    wiring = graph.wiring
    alive = graph.arc_is_alive() & graph.is_transit[wiring.target]
    for height in range(int(tier.max())):
        step = np.flatnonzero(
            alive & (tier[wiring.source] == height) & (tier[wiring.target] == height + 1)
        )
        np.logical_or.at(covers, wiring.target[step], covers[wiring.source[step]])
        whole = covers.all(axis=1) & (tier == height + 1) & graph.is_transit
        if whole.any():
            return height + 1, _below(graph, tier, whole, height + 1)
    raise InvalidInput(
        "no switch is above all {rank_count} ranks; {name} is one of them",
        rank_count=len(ranks),
        name=graph.name(int(ranks[0])),
    )


def _below(graph: Graph, tier: IntArray, roots: BoolArray, root_tier: int) -> BoolArray:
    """Return the vertices with a way up to a root, roots included."""
    leads = roots.copy()
    wiring, alive = graph.wiring, graph.arc_is_alive()
    for height in range(root_tier - 1, -1, -1):
        step = alive & (tier[wiring.source] == height) & (tier[wiring.target] == height + 1)
        leads[wiring.source[step & leads[wiring.target]]] = True
    return leads
