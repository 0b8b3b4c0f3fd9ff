"""A collective on any ranks of a graph: phases laid over links, with failures and contention.

The closed forms over levels are in `collective`. Knows no design and no file.
"""

from __future__ import annotations

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
from studio.simulation.network.choosing import Choice, Job, fastest
from studio.simulation.network.laying import LaidPhase, RoleOf
from studio.simulation.network.phases import Members, group_members
from studio.simulation.network.profile import NetworkProfile, Protocol, Role
from studio.simulation.network.reducing import reduces_within_plane
from studio.simulation.network.relaying import relays_of
from studio.simulation.network.routing import SPRAY, Routing
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.timing import PhaseCost, Terms
from studio.simulation.network.traffic import Algorithm, Collective, bus_factor

_SKEWED = (Collective.ALL_TO_ALL, Collective.DISPATCH, Collective.COMBINE)
"""Collectives in which ranks may receive different amounts."""
_SAME = 1e-9
"""Relative difference of times that are called the same."""


def scale_up_only(_bundle: int) -> Role:
    """Return scale-up for every bundle: a graph of one plane."""
    return Role.SCALE_UP


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
    costs: tuple[PhaseCost, ...]
    """What each phase takes; with the start-up they add up to the terms."""
    protocol: Protocol | None
    """What the library sends by; None where the switches reduce."""
    job: Job
    """What was asked, for other algorithms."""

    @property
    def laid(self) -> tuple[LaidPhase, ...]:
        """The phases on their links."""
        return tuple(cost.part for cost in self.costs)

    @property
    def routing(self) -> Routing:
        """How traffic chooses among shortest paths."""
        return self.job.routing

    @property
    def library(self) -> str:
        """Name of the library's constants."""
        return self.job.profile.name

    @cached_property
    def is_in_library(self) -> bool:
        """Whether the library has the algorithm and would use it here."""
        return self.algorithm in _of_library(self.job)

    @cached_property
    def faster(self) -> FlowResult | None:
        """The fastest algorithm that beats this one though the library does not use it here.

        An algorithm that can't be worked out for this group, or has no working path, beats none.
        """
        others = [one for one in _possible(self.job) if one not in _of_library(self.job)]
        best, below_s = None, self.time_s * (1 - _SAME)
        for chosen in others:
            try:
                found = fastest(self.job, (chosen,), below_s)
            except InvalidInput:
                continue
            if found is not None:
                best, below_s = found, found.terms.time_s * (1 - _SAME)
        return _result(self.job, best) if best else None

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
    job = Job(
        op,
        payload_byte,
        graph,
        members,
        profile,
        routing,
        _popularity(op, members, popularity),
        role_of,
        is_captured,
        relays_of(graph, ranks, home_of_rank)
        if profile.hands_on and home_of_rank is not None
        else None,
    )
    chosen = _of_library(job) if algorithm is None else (_checked(job, algorithm),)
    best = fastest(job, chosen)
    assert best is not None
    return _result(job, best)


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
    return min(by_switch, by_home, key=lambda members: len(members.counts))


def _popularity(
    op: Collective, members: Members, popularity: FloatArray | None
) -> FloatArray | None:
    """Return the popularity of ranks in the order of the members."""
    if popularity is None:
        return None
    if len(popularity) != members.size or not np.all(popularity > 0):
        raise InvalidInput("popularity needs one positive number per rank")
    if op not in _SKEWED:
        raise InvalidInput(
            "{collective} sends every NPU the same; popularity is for all-to-all, dispatch and "
            "combine",
            collective=op.value,
        )
    return popularity[members.position]


def _possible(job: Job) -> tuple[Algorithm, ...]:
    """Return all algorithms that could carry out a collective."""
    network = job.profile.in_network
    reduces = (
        job.op is Collective.ALL_REDUCE
        and network is not None
        and job.members.size >= network.min_ranks
    )
    return (*SCHEDULES[job.op], *([Algorithm.IN_NETWORK] if reduces else []))


def _checked(job: Job, forced: Algorithm) -> Algorithm:
    possible = _possible(job)
    if forced not in possible:
        raise InvalidInput(
            "{op} has no {forced} algorithm over a graph; it has {known}",
            op=job.op,
            forced=forced,
            known=", ".join(sorted(possible)),
        )
    return forced


def _of_library(job: Job) -> tuple[Algorithm, ...]:
    """Return what the library chooses from."""
    allowed = [chosen for chosen in _possible(job) if chosen in job.profile.menu(job.op)]
    if Algorithm.IN_NETWORK in allowed and not reduces_within_plane(
        job.graph, job.members.ranks, job.role_of
    ):
        # Libraries reduce in the network between nodes only where they are told to.
        allowed.remove(Algorithm.IN_NETWORK)
    domains = len(job.members.counts)
    if domains in (1, job.members.size) and len(allowed) > 1:
        # In one node, or with nodes of one rank, there are no two levels to go by.
        allowed = [chosen for chosen in allowed if chosen is not Algorithm.HIERARCHICAL]
    return tuple(allowed) or (next(iter(SCHEDULES[job.op])),)


def _result(job: Job, choice: Choice) -> FlowResult:
    size, laid, time = job.members.size, choice.laid, choice.terms.time_s
    order = tuple(Exactness)
    return FlowResult(
        op=job.op,
        algorithm=choice.algorithm,
        payload_byte=job.payload_byte,
        ranks=size,
        time_s=time,
        bus_bandwidth_byte_per_s=job.payload_byte
        * float(bus_factor(job.op, np.asarray(float(size))))
        / time,
        terms=choice.terms,
        phases=tuple(part.phase.name for part in laid),
        exactness=max((part.exactness for part in laid), key=order.index),
        gap=max(part.gap for part in laid),
        hops=max(part.hops for part in laid),
        graph=job.graph,
        costs=choice.costs,
        protocol=choice.protocol,
        job=job,
    )
