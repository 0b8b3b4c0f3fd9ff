"""A reduction done by switches laid over links: inside one plane, or in nodes first and across.

Knows no library and no time but that of the links.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import IntArray
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.reduction import ReductionLoads, reduction_loads
from studio.simulation.network.laying import LaidPhase
from studio.simulation.network.phases import Members, Phase
from studio.simulation.network.profile import Role
from studio.simulation.network.stepping import RoleOf, slowest_by_bundle

MOST_TREES = 512
"""Nodes plus ranks of a node whose reductions are laid one by one: about two seconds."""


def lay_reduction(
    graph: Graph, members: Members, payload_byte: float, role_of: RoleOf
) -> LaidPhase:
    """Return a reduction inside switches with its links; it has one tree, whatever the routing.

    Parameters
    ----------
    graph :
        Failed cables are honoured.
    members :
        The ranks, by domain.
    payload_byte :
        Held by every rank. [byte]
    role_of :
        Role of a bundle of cables.

    Notes
    -----
    Where the ranks meet only beyond the scale-up plane, the switches of every node reduce first
    and leave each rank an equal part; ranks of one position reduce their part in the network
    between nodes, and the results go back the same way. Both stream at the same time.

    Raises
    ------
    InvalidInput : no switch is above all ranks.
    """
    name = "reduced in switches"
    # On rails that no spine joins, the ranks meet nowhere and reduce in two steps all the same.
    loads = _together(graph, [members.ranks], payload_byte)
    is_split = loads is None or _is_far(graph, loads, role_of)
    if is_split and 1 < members.parts < members.size:
        nested = _two_level(graph, members, payload_byte, role_of)
        if nested is not None:
            name, loads = "reduced in nodes and across", nested
    loads = loads or reduction_loads(graph, members.ranks, payload_byte)
    busy = slowest_by_bundle(graph, _bundles(graph), loads.load / graph.arc_bandwidth())
    empty = np.zeros(0, dtype=np.int64)
    phase = Phase(name, Flows(empty, empty, np.zeros(0)), 1, 2)
    return LaidPhase(
        phase, loads, busy, 1.0, loads.latency_s, 0.0, 2 * loads.tiers, Exactness.EXACT
    )


def reduces_within_plane(graph: Graph, ranks: IntArray, role_of: RoleOf) -> bool:
    """Return whether switches of the scale-up plane reach all ranks."""
    try:
        loads = reduction_loads(graph, ranks, 1.0)
    except InvalidInput:
        return False
    return not _is_far(graph, loads, role_of)


def _two_level(
    graph: Graph, members: Members, payload: float, role_of: RoleOf
) -> ReductionLoads | None:
    """Return the loads of reductions in nodes and across; None where a node has no such switch."""
    nodes, parts = members.table.shape
    if nodes + parts > MOST_TREES:
        raise InvalidInput(
            "a reduction in switches of {nodes} nodes of {npus} NPUs is not worked out; choose a "
            "smaller group",
            nodes=nodes,
            npus=int(members.counts.max()),
        )
    several = np.split(members.ranks, members.first[1:])
    inside = _together(graph, [ranks for ranks in several if len(ranks) > 1], payload)
    if inside is None or _is_far(graph, inside, role_of):
        return None
    across = _together(graph, list(members.table.T), payload / parts)
    if across is None:
        return None
    return ReductionLoads(
        inside.load + across.load, inside.tiers + across.tiers, inside.latency_s + across.latency_s
    )


def _together(graph: Graph, groups: Sequence[IntArray], payload: float) -> ReductionLoads | None:
    """Return the loads of reductions of several groups of ranks at the same time."""
    load, tiers, latency = np.zeros(graph.arc_count), 0, 0.0
    for ranks in groups:
        try:
            one = reduction_loads(graph, ranks, payload)
        except InvalidInput:
            return None
        load += one.load
        tiers, latency = max(tiers, one.tiers), max(latency, one.latency_s)
    return ReductionLoads(load, tiers, latency)


def _is_far(graph: Graph, loads: ReductionLoads, role_of: RoleOf) -> bool:
    used = np.unique(_bundles(graph)[loads.load > 0])
    return any(role_of(int(bundle)) is Role.SCALE_OUT for bundle in used)


def _bundles(graph: Graph) -> IntArray:
    """Return the bundle of every arc, shape (arcs,)."""
    return graph.kind_bundle[graph.kind[graph.wiring.cable]]
