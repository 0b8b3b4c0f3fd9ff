"""Phases of a collective laid over links, by the routing the fabric does.

Knows no library and no time but that of the links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.adaptive import adaptive_exchanges, adaptive_flows, adaptive_pattern
from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.hashed import Hashed, place_hashed
from studio.fabric.flow.load_result import Exactness, LoadResult
from studio.fabric.flow.loads import summed
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.pattern import Pattern
from studio.fabric.flow.patterned import Patterned, place_pattern
from studio.fabric.flow.placed import Placed
from studio.fabric.flow.ports import exchanges_floor_s, flows_floor_s, pattern_floor_s
from studio.fabric.flow.rates import exchange_rates
from studio.fabric.flow.reduced import reduced
from studio.fabric.flow.reduction import ReductionLoads
from studio.fabric.flow.routing import Split
from studio.fabric.flow.turning import turning_of
from studio.simulation.network.phases import (
    Demand,
    Phase,
    Together,
    exchanges_of,
    flow_count,
    listed,
)
from studio.simulation.network.profile import Role
from studio.simulation.network.routing import Routing, RoutingMode
from studio.simulation.network.stepping import RoleOf, are_far, slowest_by_bundle, step_of

MOST_PARTS = 1_200_000
"""Flows times subflows that are hashed one by one: about ten seconds and 500 MB."""
_EVENT_RANKS = 512
"""Groups up to this size get exact completions for unequal amounts; beyond, a lower bound."""
_EVENT_PARTS = 20_000
"""The same for flows on single paths, where nothing is alike."""

_FULL = 1e-9
"""Relative slack in calling the cables of an endpoint full."""


@dataclass(frozen=True, eq=False)
class Summed:
    """Bytes of several demands at the same time."""

    load: FloatArray
    """Shape (arcs,). [byte]"""

    def arc_load(self) -> FloatArray:
        """Return bytes on every arc, shape (arcs,). [byte]."""
        return self.load


@dataclass(frozen=True, eq=False)
class LaidPhase:
    """A phase with the links it loads."""

    phase: Phase
    loads: LoadResult | Placed | Patterned | ReductionLoads | Hashed | Summed
    busy_s: Mapping[int, float]
    """Slowest link of every bundle at rated bandwidth, for one step. [s]"""
    stretch: float
    """Completion over the slowest link's time where amounts differ, >= 1."""
    latency_s: float
    """First byte of one step. [s]"""
    far_share: float
    """Messages of a step that wait for a network adapter; of `legs` in all. [1]"""
    hops: int
    exactness: Exactness
    gap: float = 0.0
    """How much less the slowest link could need at most, where routing is a choice. [1]"""


def check_parts(phase: Phase, routing: Routing) -> None:
    """Raise unless the flows of a phase can be laid one by one, where the routing asks for it.

    Raises
    ------
    InvalidInput : more parts than `MOST_PARTS`.
    """
    if routing.mode is not RoutingMode.HASHED:
        return
    flows = flow_count(phase.demand)
    if flows * routing.subflows > MOST_PARTS:
        raise InvalidInput(
            "hashed routing keeps a path for each of {flows:,} flows x {subflows} subflows, "
            "more than {most_parts:,}; choose a smaller group, fewer subflows, or spray "
            "routing",
            flows=flows,
            subflows=routing.subflows,
            most_parts=MOST_PARTS,
        )


def lay(graph: Graph, phase: Phase, routing: Routing, role_of: RoleOf) -> LaidPhase:
    """Return a phase with its links.

    Notes
    -----
    Where each rank passes on what it has just received, the messages of consecutive steps follow
    each other along the flows: a lap costs the sum of its hops, so a step costs their mean.
    Otherwise a step waits for the slowest flow, and where ranks hand on for others, for as many
    messages inside nodes on top.

    Raises
    ------
    InvalidInput : no working path, or see `check_parts`.
    """
    check_parts(phase, routing)
    if routing.mode is RoutingMode.HASHED:
        return _lay_hashed(graph, phase, routing, role_of)
    laid = _lay_split(graph, phase, routing.split, role_of)
    return _adapted(graph, laid) if routing.mode is RoutingMode.ADAPTIVE else laid


def _lay_split(graph: Graph, phase: Phase, split: Split, role_of: RoleOf) -> LaidPhase:
    """Return a phase shared at every hop by a fixed rule."""
    demand = phase.demand
    if isinstance(demand, Together):
        alike = place_pattern(graph, demand.alike, split) if demand.alike else None
        if alike is not None:
            return _lay_pattern(graph, phase, alike, split, role_of)
        return _lay_together(graph, phase, demand, split, role_of)
    if isinstance(demand, Exchange):
        return _lay_exchange(graph, phase, demand, split, role_of)
    if isinstance(demand, Pattern):
        loads = place_pattern(graph, demand, split)
        if loads is not None:
            return _lay_pattern(graph, phase, loads, split, role_of)
        demand = listed(demand)
        phase = replace(phase, demand=demand)
    return _lay_flows(graph, phase, demand, split, role_of)


def _lay_together(
    graph: Graph, phase: Phase, demand: Together, split: Split, role_of: RoleOf
) -> LaidPhase:
    """Return a phase of several demands: what shares a link adds up."""
    laid = [
        _lay_exchange(graph, replace(phase, demand=part), part, split, role_of, is_alone=False)
        if isinstance(part, Exchange)
        else _lay_split(graph, replace(phase, demand=part), split, role_of)
        for part in demand.demands
    ]
    # Each ends when it would alone only where all are of one size.
    has_one_size = phase.has_one_size
    load = np.sum([part.loads.arc_load() for part in laid], axis=0)
    bundle = graph.kind_bundle[graph.kind[graph.wiring.cable]]
    order = tuple(Exactness)
    return LaidPhase(
        phase,
        Summed(load),
        slowest_by_bundle(graph, bundle, load / graph.arc_bandwidth()),
        max(part.stretch for part in laid) if has_one_size else 1.0,
        max(part.latency_s for part in laid),
        max(part.far_share for part in laid),
        max(part.hops for part in laid),
        max((part.exactness for part in laid), key=order.index)
        if has_one_size
        else Exactness.LOWER_BOUND,
    )


def _lay_flows(
    graph: Graph, phase: Phase, demand: Flows, split: Split, role_of: RoleOf
) -> LaidPhase:
    """Return a phase of flows that are laid one by one."""
    loads = place_flows(graph, demand, split)
    bundle = graph.kind_bundle[loads.quotient.kind[loads.row_arc]]
    is_far = are_far(loads.filling.flow, bundle[loads.filling.row], len(loads.hops), role_of)
    latency, far = step_of(phase, loads.latency_s, is_far, demand.size)
    busy = loads.row_load / loads.filling.capacity
    stretch, exactness = 1.0, Exactness.EXACT
    if not phase.has_one_size:
        if len(demand.size) <= _EVENT_PARTS:
            stretch = max(1.0, loads.makespan_s / float(busy.max()))
        else:
            exactness = Exactness.LOWER_BOUND
    return LaidPhase(
        phase,
        loads,
        slowest_by_bundle(graph, bundle, busy),
        stretch,
        latency,
        far,
        int(loads.hops.max()),
        exactness,
    )


def _lay_pattern(
    graph: Graph, phase: Phase, loads: Patterned, split: Split, role_of: RoleOf
) -> LaidPhase:
    """Return a phase of flows that are alike, of which some were laid for all."""
    bundle = graph.kind_bundle[loads.quotient.kind]
    arc, flow = loads.entries()
    is_far = are_far(flow, bundle[arc], len(loads.route), role_of)
    latency, far = step_of(phase, loads.latency_s, is_far, loads.byte)
    busy = loads.row_load / loads.quotient.bandwidth[loads.row_arc]
    stretch, exactness = 1.0, Exactness.EXACT
    if not phase.has_one_size and isinstance(phase.demand, Pattern):
        few = reduced(phase.demand, turning_of(graph, phase.demand.ranks))
        if few is not None:
            stretch = max(1.0, few.makespan_s(split) / float(busy.max()))
        else:
            exactness = Exactness.LOWER_BOUND
    return LaidPhase(
        phase,
        loads,
        slowest_by_bundle(graph, bundle[loads.row_arc], busy),
        stretch,
        latency,
        far,
        int(loads.hops.max()),
        exactness,
    )


def _adapted(graph: Graph, sprayed: LaidPhase) -> LaidPhase:
    """Return a phase with its load moved to where there is room; hops and latency stay.

    Notes
    -----
    Flows then run at rates in proportion to their sizes and end together, so nothing stretches.
    Where equal shares already fill the cables of an endpoint, no others do better.
    """
    floor = floor_s(graph, sprayed.phase.demand)
    if max(sprayed.busy_s.values(), default=0.0) <= floor * (1 + _FULL):
        is_lower = sprayed.exactness is Exactness.LOWER_BOUND
        exactness = Exactness.EXACT if is_lower else sprayed.exactness
        return replace(sprayed, stretch=1.0, exactness=exactness)
    loads = _ideal(graph, sprayed.phase.demand)
    bundle = graph.kind_bundle[loads.quotient.kind]
    return replace(
        sprayed,
        loads=loads,
        busy_s=slowest_by_bundle(graph, bundle, loads.busy_s),
        stretch=1.0,
        exactness=loads.exactness,
        gap=loads.gap,
    )


def _ideal(graph: Graph, demand: Demand) -> LoadResult:
    """Return the loads of a demand under ideal adaptive routing."""
    if isinstance(demand, Pattern):
        return adaptive_pattern(graph, demand)
    if isinstance(demand, Flows):
        return adaptive_flows(graph, demand)
    exchanges = exchanges_of(demand)
    if exchanges:
        return adaptive_exchanges(graph, exchanges)
    return adaptive_flows(graph, listed(demand))


def floor_s(graph: Graph, demand: Demand) -> float:
    """Return the time the endpoints' own cables need at least for a demand. [s]."""
    if isinstance(demand, Pattern):
        return pattern_floor_s(graph, demand)
    if isinstance(demand, Flows):
        return flows_floor_s(graph, demand)
    exchanges = exchanges_of(demand)
    if exchanges or not isinstance(demand, Together):
        return exchanges_floor_s(graph, exchanges)
    return max(floor_s(graph, part) for part in demand.demands)


def _lay_exchange(
    graph: Graph,
    phase: Phase,
    demand: Exchange,
    split: Split,
    role_of: RoleOf,
    *,
    is_alone: bool = True,
) -> LaidPhase:
    """Return an exchange; where others run at the same time its own completions say nothing."""
    loads = exchange_loads(graph, demand, split, is_certified=True)
    stretch, exactness = 1.0, loads.exactness
    if is_alone and not demand.has_one_size and len(demand.ranks) <= _EVENT_RANKS:
        finished = float(exchange_rates(graph, demand, split).finished_s.max())
        stretch = max(1.0, finished / loads.wire_s)
        exactness = Exactness.EXACT
    busy = slowest_by_bundle(graph, graph.kind_bundle[loads.quotient.kind], loads.busy_s)
    far = float(any(role_of(bundle) is Role.SCALE_OUT for bundle in busy))
    return LaidPhase(phase, loads, busy, stretch, loads.latency_s, far, loads.hops, exactness)


def _lay_hashed(graph: Graph, phase: Phase, routing: Routing, role_of: RoleOf) -> LaidPhase:
    demand = phase.demand
    flows = listed(demand)
    loads = place_hashed(graph, flows, seed=routing.seed, subflows=routing.subflows)
    part, arc = loads.filling.flow, loads.filling.row
    bundle = graph.kind_bundle[graph.kind[graph.wiring.cable]]
    busy = loads.arc_load() / graph.arc_bandwidth()
    stretch, exactness = 1.0, Exactness.EXACT
    if not (demand.has_one_size if isinstance(demand, Exchange) else phase.has_one_size):
        if loads.filling.flow_count <= _EVENT_PARTS:
            stretch = max(1.0, loads.makespan_s / float(busy.max()))
        else:
            exactness = Exactness.LOWER_BOUND
    count = loads.filling.flow_count
    latency, far = step_of(
        phase,
        summed(part, graph.arc_latency()[arc], count),
        are_far(part, bundle[arc], count, role_of),
        flows.size,
    )
    hops = int(np.bincount(part, minlength=count).max())
    slowest = slowest_by_bundle(graph, bundle, busy)
    return LaidPhase(phase, loads, slowest, stretch, latency, far, hops, exactness)
