"""The fastest of several algorithms over a graph; those that cannot win are not laid to the end.

Knows no menu of a library: it is told what may be tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.demand import Exchange, Flows
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.pairs import pair_work_s
from studio.fabric.flow.pattern import Pattern
from studio.fabric.flow.placed import Placed
from studio.simulation.network.laying import LaidPhase, check_parts, lay
from studio.simulation.network.phases import Members, Phase, flow_count
from studio.simulation.network.profile import NetworkProfile, Operation, Protocol
from studio.simulation.network.reducing import lay_reduction
from studio.simulation.network.relaying import Relays
from studio.simulation.network.routing import Routing
from studio.simulation.network.schedule import SCHEDULES
from studio.simulation.network.skewing import skewed
from studio.simulation.network.stepping import RoleOf
from studio.simulation.network.timing import (
    PhaseCost,
    Terms,
    least_phase_time_s,
    phase_cost,
    reduction_cost,
    startup_terms,
)
from studio.simulation.network.traffic import Algorithm, Collective

_MOMENT = 50_000
"""Flows that are laid within half a second or so."""


@dataclass(frozen=True, eq=False)
class Job:
    """One collective to carry out on a graph, whatever the algorithm."""

    op: Collective
    payload_byte: float
    graph: Graph
    members: Members
    profile: NetworkProfile
    routing: Routing
    popularity: FloatArray | None
    """Shape (ranks,), in the order of the members."""
    role_of: RoleOf
    is_captured: bool
    relays: Relays | None
    """Where the library hands on through other ranks of a node."""

    @property
    def operation(self) -> Operation:
        """The library's constants for the collective."""
        return self.profile.operation(self.op.name.lower())


@dataclass(frozen=True, eq=False)
class Choice:
    """An algorithm laid over the graph, and its time."""

    algorithm: Algorithm
    terms: Terms
    costs: tuple[PhaseCost, ...]
    """One per phase; together with the start-up they are the terms."""
    protocol: Protocol | None
    """What the library sends by; None where the switches reduce."""

    @property
    def laid(self) -> tuple[LaidPhase, ...]:
        """The phases on their links."""
        return tuple(cost.part for cost in self.costs)


def fastest(job: Job, algorithms: Iterable[Algorithm], below_s: float = np.inf) -> Choice | None:
    """Return the fastest of some algorithms, or None where none takes less than `below_s`.

    Raises
    ------
    InvalidInput : no algorithm can be laid, for the reason of the last; or no working path.

    Notes
    -----
    Every algorithm has a time it can't fall below, known before any path is. They are tried in
    the order of that time, those of many flows last; one is given up as soon as it can't beat the
    best, so the answer is that of trying all.
    """
    best: Choice | None = None
    refused: InvalidInput | None = None
    tried = False
    for prospect in sorted(_prospects(job, algorithms), key=lambda one: (one.is_long, one.least_s)):
        limit = best.terms.time_s if best else below_s
        if prospect.least_s >= limit:
            tried = True
            continue
        try:
            for phase in prospect.phases:
                check_parts(phase, job.routing)
        except InvalidInput as error:
            # Another algorithm may do with fewer flows.
            refused = error
            continue
        tried = True
        best = prospect.laid_below(job, limit) or best
    if not tried and refused is not None:
        raise refused
    return best


@dataclass(frozen=True, eq=False)
class _Prospect:
    """An algorithm before it is laid."""

    algorithm: Algorithm
    phases: tuple[Phase, ...]
    start: tuple[Terms, ...]
    """One per protocol."""
    floor_s: FloatArray
    """Shape (protocols, phases): less than each phase takes."""

    @property
    def is_long(self) -> bool:
        """Whether it has more listed flows than are laid in a moment."""
        listed = sum(
            flow_count(phase.demand)
            for phase in self.phases
            if not isinstance(phase.demand, Exchange | Pattern)
        )
        return listed > _MOMENT

    @property
    def least_s(self) -> float:
        """Time that no protocol can fall below. [s]."""
        return _least(self.start, self.floor_s)

    def laid_below(self, job: Job, limit_s: float) -> Choice | None:
        """Return the algorithm over the graph; None once it can't take less than `limit_s`."""
        if self.algorithm is Algorithm.IN_NETWORK:
            return _reduced_below(job, limit_s)
        _prepare(job.graph, self.phases)
        terms, floor = list(self.start), self.floor_s.copy()
        costs: list[list[PhaseCost]] = [[] for _ in terms]
        for i, phase in enumerate(self.phases):
            part = lay(job.graph, phase, job.routing, job.role_of)
            if isinstance(phase.demand, Pattern) and isinstance(part.loads, Placed):
                _prepare(job.graph, self.phases[i + 1 :], Pattern)
            floor[:, i] = 0.0
            for k, protocol in enumerate(job.profile.protocols):
                cost = phase_cost(part, protocol, job.profile, job.operation, job.role_of)
                terms[k] = terms[k].plus(cost)
                costs[k].append(cost)
            if _least(terms, floor) >= limit_s:
                return None
        chosen = min(range(len(terms)), key=lambda k: terms[k].time_s)
        protocol = job.profile.protocols[chosen]
        return Choice(self.algorithm, terms[chosen], tuple(costs[chosen]), protocol)


def _prepare(graph: Graph, phases: Sequence[Phase], listed: type = Flows) -> None:
    """Load the kernels where the listed flows of all phases, though not of each, are worth it."""
    demands = (phase.demand for phase in phases if isinstance(phase.demand, listed))
    ready(sum(pair_work_s(graph, flow_count(demand)) for demand in demands))


def _reduced_below(job: Job, limit_s: float) -> Choice | None:
    reduction = lay_reduction(job.graph, job.members, job.payload_byte, job.role_of)
    terms, cost = reduction_cost(reduction, job.profile, job.role_of, is_captured=job.is_captured)
    return Choice(Algorithm.IN_NETWORK, terms, (cost,), None) if terms.time_s < limit_s else None


def _least(terms: Sequence[Terms], floor: FloatArray) -> float:
    return min(one.time_s + float(rest) for one, rest in zip(terms, floor.sum(axis=1), strict=True))


def _prospects(job: Job, algorithms: Iterable[Algorithm]) -> Iterable[_Prospect]:
    profile = job.profile
    roles = {job.role_of(int(bundle)) for bundle in np.unique(job.graph.kind_bundle)}
    start = tuple(
        startup_terms(profile, protocol, is_captured=job.is_captured)
        for protocol in profile.protocols
    )
    for algorithm in algorithms:
        if algorithm is Algorithm.IN_NETWORK:
            nothing = (Terms(0.0, 0.0, 0.0),)
            yield _Prospect(algorithm, (), nothing, np.zeros((1, 0)))
            continue
        phases = _phases(job, algorithm)
        floor = [
            [
                least_phase_time_s(job.graph, phase, protocol, profile, job.operation, roles)
                for phase in phases
            ]
            for protocol in profile.protocols
        ]
        yield _Prospect(algorithm, phases, start, np.array(floor).reshape(len(start), -1))


def _phases(job: Job, algorithm: Algorithm) -> tuple[Phase, ...]:
    phases = SCHEDULES[job.op][algorithm](job.members, job.payload_byte)
    if job.popularity is not None:
        is_reversed = job.op is Collective.COMBINE
        phases = tuple(
            skewed(phase, job.members, job.popularity, is_reversed=is_reversed) for phase in phases
        )
    if job.relays is not None:
        phases = tuple(job.relays.relayed(phase) for phase in phases)
    return phases
