"""A collective on any ranks of a graph: phases laid over links, with failures and contention.

The closed forms over levels are in `collective`. Knows no design and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.demand import check_ranks
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.quotient import twin_labels
from studio.fabric.flow.tiers import TierLoad, tier_loads
from studio.simulation.network.laying import (
    LaidPhase,
    RoleOf,
    check_parts,
    lay,
)
from studio.simulation.network.phases import Members, Phase, group_members
from studio.simulation.network.profile import NetworkProfile, Operation, Protocol, Role
from studio.simulation.network.reducing import lay_reduction, reduces_within_plane
from studio.simulation.network.routing import SPRAY, Routing
from studio.simulation.network.schedule import SCHEDULES, skewed
from studio.simulation.network.traffic import Algorithm, Collective, bus_factor

_SKEWED = (Collective.ALL_TO_ALL, Collective.DISPATCH, Collective.COMBINE)
"""Collectives in which ranks may receive different amounts."""
_AUTOMATIC_RANKS = 2048
"""Larger groups try only the algorithms that need no list of flows."""


def scale_up_only(_bundle: int) -> Role:
    """Return scale-up for every bundle: a graph of one plane."""
    return Role.SCALE_UP


@dataclass(frozen=True)
class Terms:
    """What the time of a collective is made of. [s]."""

    startup_s: float
    latency_s: float
    wire_s: float


@dataclass(frozen=True, eq=False)
class FlowResult:
    """One collective on a graph."""

    op: Collective
    algorithm: Algorithm
    payload_byte: float
    ranks: int
    time_s: float
    bus_bandwidth_byte_per_s: float
    terms: Terms
    phases: tuple[str, ...]
    exactness: Exactness
    gap: float
    """How much less wire time the best routing could need at most. [1]"""
    hops: int
    """Most cables on any path used."""
    graph: Graph
    laid: tuple[LaidPhase, ...]
    routing: Routing

    @cached_property
    def arc_load_byte(self) -> FloatArray:
        """Bytes carried by every arc during the collective, shape (arcs,). [byte]."""
        total = np.zeros(self.graph.arc_count)
        for phase in self.laid:
            total += phase.phase.steps * phase.loads.arc_load()
        return total

    @cached_property
    def utilisation(self) -> FloatArray:
        """Bytes carried over what the arc could carry meanwhile, shape (arcs,). [1]."""
        if self.time_s <= 0:
            return np.zeros(self.graph.arc_count)
        return self.arc_load_byte / (self.graph.arc_bandwidth() * self.time_s)

    @cached_property
    def bottleneck_arc(self) -> int:
        """The busiest arc; -1 when nothing is sent."""
        used = self.arc_load_byte > 0
        return int(np.argmax(np.where(used, self.utilisation, -1.0))) if used.any() else -1

    @property
    def bottleneck(self) -> str:
        """The ends of the busiest arc, in words."""
        if self.bottleneck_arc < 0:
            return ""
        wiring = self.graph.wiring
        ends = (wiring.source[self.bottleneck_arc], wiring.target[self.bottleneck_arc])
        return " to ".join(self.graph.name(int(end)) for end in ends)

    @cached_property
    def tiers(self) -> tuple[TierLoad, ...]:
        """Load between every pair of switch tiers."""
        return tier_loads(self.graph, self.arc_load_byte, self.time_s)


def flow_collective(
    op: Collective,
    payload_byte: float,
    graph: Graph,
    ranks: IntArray,
    profile: NetworkProfile,
    *,
    algorithm: Algorithm | None = None,
    routing: Routing = SPRAY,
    popularity: FloatArray | None = None,
    role_of: RoleOf = scale_up_only,
    is_captured: bool = True,
    home_of_rank: IntArray | None = None,
) -> FlowResult:
    """Return the time and the link loads of a collective among ranks of a graph.

    Parameters
    ----------
    op :
        Which collective; `Collective` says what the payload means for each.
    payload_byte :
        [byte]
    graph :
        Failed and degraded cables are honoured.
    ranks :
        Distinct endpoint vertices, at least two. For point-to-point first and last.
    profile :
        Constants of the library.
    algorithm :
        Forced algorithm; None takes the fastest the library has.
    routing :
        How traffic chooses among shortest paths. Hashed paths are laid one by one.
    popularity :
        Shape (ranks,): relative amount each rank receives in a dispatch or sends in a combine.
    role_of :
        Role of a bundle of cables, by the graph's bundle number.
    is_captured :
        Whether the call replays from a captured graph.
    home_of_rank :
        Shape (ranks,): number of the node each rank is drawn in; libraries work inside it first.

    Raises
    ------
    InvalidInput : fewer than two ranks, a payload that is not positive, no path between two
        ranks (both are named), an algorithm that can't carry out the collective, or more flows
        than hashed routing takes.

    Notes
    -----
    T = launch + start + steps (step + path latency) + peers + wire. The wire time of a phase is
    its slowest link's bytes over achieved bandwidth: exact for equal amounts that start together.
    """
    members = _members(graph, np.asarray(ranks, dtype=np.int64), payload_byte, home_of_rank)
    options = _options(op, profile, algorithm, members.size)
    if (
        Algorithm.IN_NETWORK in options
        and algorithm is None
        and not reduces_within_plane(graph, members.ranks, role_of)
    ):
        # Libraries reduce in the network between nodes only where they are told to.
        options = tuple(chosen for chosen in options if chosen is not Algorithm.IN_NETWORK)
    best: FlowResult | None = None
    refused: InvalidInput | None = None
    for chosen in options:
        laid: tuple[LaidPhase, ...]
        if chosen is Algorithm.IN_NETWORK:
            laid = (lay_reduction(graph, members, payload_byte, role_of),)
        else:
            phases = _phases(op, chosen, members, payload_byte, popularity)
            try:
                for phase in phases:
                    check_parts(phase, routing)
            except InvalidInput as error:
                # Another algorithm may do with fewer flows.
                refused = error
                continue
            laid = tuple(lay(graph, phase, routing, role_of) for phase in phases)
        for protocol in profile.protocols:
            terms = (
                _reduction_terms(laid[0], profile, role_of, is_captured)
                if chosen is Algorithm.IN_NETWORK
                else _terms(op, laid, protocol, profile, role_of, is_captured)
            )
            time = terms.startup_s + terms.latency_s + terms.wire_s
            if best is None or time < best.time_s:
                best = _result(op, chosen, payload_byte, members, laid, terms, graph, routing)
    if best is None:
        assert refused is not None
        raise refused
    return best


def _members(
    graph: Graph, ranks: IntArray, payload: float, home_of_rank: IntArray | None
) -> Members:
    check_ranks(graph, ranks)
    if len(ranks) < 2:
        raise InvalidInput(
            "a collective needs two ranks; {name} is alone",
            name=graph.name(int(ranks[0])),
        )
    if not (payload > 0 and np.isfinite(payload)):
        raise InvalidInput("a payload of {payload} bytes can't be sent", payload=payload)
    marked = np.zeros(graph.vertex_count, dtype=np.int64)
    marked[ranks] = 1
    by_switch = group_members(ranks, twin_labels(graph, marked)[ranks])
    if home_of_rank is None:
        return by_switch
    by_home = group_members(ranks, np.asarray(home_of_rank, dtype=np.int64))
    # Ranks of one node may have adapters of their own and so share no switch on every plane.
    return max(by_switch, by_home, key=lambda members: members.domain_size)


def _options(
    op: Collective, profile: NetworkProfile, forced: Algorithm | None, size: int
) -> tuple[Algorithm, ...]:
    possible = [*SCHEDULES[op]]
    network = profile.in_network
    if op is Collective.ALL_REDUCE and network is not None and size >= network.min_ranks:
        possible.append(Algorithm.IN_NETWORK)
    if forced is not None:
        if forced not in possible:
            known = ", ".join(sorted(possible))
            raise InvalidInput(
                "{op} has no {forced} algorithm over a graph; it has {known}",
                op=op,
                forced=forced,
                known=known,
            )
        return (forced,)
    allowed = [chosen for chosen in possible if chosen in profile.algorithms]
    if size > _AUTOMATIC_RANKS:
        listed = (Algorithm.HIERARCHICAL, Algorithm.HALVING_DOUBLING)
        allowed = [chosen for chosen in allowed if chosen not in listed]
    return tuple(allowed) or (next(iter(possible)),)


def _reduction_terms(
    laid: LaidPhase, profile: NetworkProfile, role_of: RoleOf, is_captured: bool
) -> Terms:
    network = profile.in_network
    assert network is not None
    efficiency = {Role.SCALE_UP: network.efficiency, Role.SCALE_OUT: network.out_efficiency}
    wire = max(
        busy / efficiency[role_of(bundle)] if efficiency[role_of(bundle)] > 0 else np.inf
        for bundle, busy in laid.busy_s.items()
    )
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + network.start_s, laid.phase.hops_per_step * laid.latency_s, wire)


def _phases(
    op: Collective,
    algorithm: Algorithm,
    members: Members,
    payload: float,
    popularity: FloatArray | None,
) -> Sequence[Phase]:
    phases = SCHEDULES[op][algorithm](members, payload)
    if popularity is None:
        return phases
    if len(popularity) != members.size or not np.all(popularity > 0):
        raise InvalidInput("popularity needs one positive number per rank")
    if op not in _SKEWED:
        raise InvalidInput(
            "{collective} sends every NPU the same; popularity is for all-to-all, dispatch and "
            "combine",
            collective=op.value,
        )
    wanted = popularity[members.position]
    return [
        skewed(phase, members, wanted, is_reversed=op is Collective.COMBINE) for phase in phases
    ]


def _terms(
    op: Collective,
    laid: Sequence[LaidPhase],
    protocol: Protocol,
    profile: NetworkProfile,
    role_of: RoleOf,
    is_captured: bool,
) -> Terms:
    operation: Operation = profile.operation(op.name.lower())
    latency, wire = 0.0, 0.0
    for part in laid:
        roles = {bundle: role_of(bundle) for bundle in part.busy_s}
        farthest = Role.SCALE_OUT if part.far_share > 0 else Role.SCALE_UP
        step = part.latency_s + sum(
            share * protocol.channels[role].step_s
            for role, share in (
                (Role.SCALE_OUT, part.far_share),
                (Role.SCALE_UP, 1 - part.far_share),
            )
            if share > 0
        )
        phase = part.phase
        latency += phase.steps * (
            phase.hops_per_step * step + phase.peers * profile.peer_s[farthest]
        )
        slowest = max(
            busy / protocol.achieved(roles[bundle], operation)
            for bundle, busy in part.busy_s.items()
        )
        wire += phase.steps * slowest * part.stretch
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + protocol.start_s, latency, wire)


def _result(
    op: Collective,
    algorithm: Algorithm,
    payload: float,
    members: Members,
    laid: tuple[LaidPhase, ...],
    terms: Terms,
    graph: Graph,
    routing: Routing,
) -> FlowResult:
    time = terms.startup_s + terms.latency_s + terms.wire_s
    order = tuple(Exactness)
    return FlowResult(
        op=op,
        algorithm=algorithm,
        payload_byte=payload,
        ranks=members.size,
        time_s=time,
        bus_bandwidth_byte_per_s=payload
        * float(bus_factor(op, np.asarray(float(members.size))))
        / time,
        terms=terms,
        phases=tuple(part.phase.name for part in laid),
        exactness=max((part.exactness for part in laid), key=order.index),
        gap=max(part.gap for part in laid),
        hops=max(part.hops for part in laid),
        graph=graph,
        laid=laid,
        routing=routing,
    )
