"""What a collective on a graph comes to: its time, its phases and the load of every link."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray
from studio.fabric.flow.graph import Graph
from studio.fabric.flow.load_result import Exactness
from studio.fabric.flow.tiers import TierLoad, tier_loads
from studio.simulation.network.choosing import Choice, Job, fastest
from studio.simulation.network.laying import LaidPhase
from studio.simulation.network.menu import of_library, possible
from studio.simulation.network.profile import Protocol
from studio.simulation.network.routing import Routing
from studio.simulation.network.timing import PhaseCost, Terms
from studio.simulation.network.traffic import Algorithm, Collective, bus_factor

_SAME = 1e-9
"""Relative difference of times that are called the same."""


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
        return self.algorithm in of_library(self.job)

    @cached_property
    def faster(self) -> FlowResult | None:
        """The fastest algorithm that beats this one though the library does not use it here.

        An algorithm that can't be worked out for this group, or has no working path, beats none.
        """
        others = [one for one in possible(self.job) if one not in of_library(self.job)]
        best, below_s = None, self.time_s * (1 - _SAME)
        for chosen in others:
            try:
                found = fastest(self.job, (chosen,), below_s)
            except InvalidInput:
                continue
            if found is not None:
                best, below_s = found, found.terms.time_s * (1 - _SAME)
        return result_of(self.job, best) if best else None

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


def result_of(job: Job, choice: Choice) -> FlowResult:
    """Return the result of a job carried out as chosen."""
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
