"""Time of phases that are laid over links, with the constants of a library; knows no algorithm."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.adaptive import exchange_floor_s, flows_floor_s
from studio.fabric.flow.demand import Flows
from studio.fabric.flow.graph import Graph
from studio.simulation.network.laying import LaidPhase, RoleOf
from studio.simulation.network.phases import Phase, Together
from studio.simulation.network.profile import NetworkProfile, Operation, Protocol, Role


@dataclass(frozen=True)
class Terms:
    """What the time of a collective is made of. [s]."""

    startup_s: float
    latency_s: float
    wire_s: float

    @property
    def time_s(self) -> float:
        """The sum."""
        return self.startup_s + self.latency_s + self.wire_s

    def plus(self, latency_s: float, wire_s: float) -> Terms:
        """Return the terms with a further phase."""
        return Terms(self.startup_s, self.latency_s + latency_s, self.wire_s + wire_s)


def startup_terms(profile: NetworkProfile, protocol: Protocol, *, is_captured: bool) -> Terms:
    """Return the launch and the set-up of a protocol."""
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + protocol.start_s, 0.0, 0.0)


def phase_time_s(
    part: LaidPhase,
    protocol: Protocol,
    profile: NetworkProfile,
    operation: Operation,
    role_of: RoleOf,
) -> tuple[float, float]:
    """Return latency and wire time of all steps of a phase. [s].

    Notes
    -----
    A step takes the software part of its messages, the path and the peers addressed one after the
    other; on the wire it takes as long as its slowest link, at what the protocol achieves there.
    """
    phase = part.phase
    farthest = Role.SCALE_OUT if part.far_share > 0 else Role.SCALE_UP
    step = part.latency_s + sum(
        share * protocol.channels[role].step_s
        for role, share in (
            (Role.SCALE_OUT, part.far_share),
            (Role.SCALE_UP, phase.legs - part.far_share),
        )
        if share > 0
    )
    latency = phase.hops_per_step * step + phase.peers * profile.peer_s[farthest]
    slowest = max(
        busy / protocol.achieved(role_of(bundle), operation) for bundle, busy in part.busy_s.items()
    )
    return phase.steps * latency, phase.steps * slowest * part.stretch


def least_phase_time_s(
    graph: Graph,
    phase: Phase,
    protocol: Protocol,
    profile: NetworkProfile,
    operation: Operation,
    roles: Collection[Role],
) -> float:
    """Return a time below that of any way to lay a phase, known before it is laid. [s].

    Notes
    -----
    No path, the quickest steps, and the cables of each rank filled at the best efficiency.
    """
    demand = phase.demand
    parts = demand.demands if isinstance(demand, Together) else (demand,)
    floor = max(
        flows_floor_s(graph, part) if isinstance(part, Flows) else exchange_floor_s(graph, part)
        for part in parts
    )
    step = min(protocol.channels[role].step_s for role in roles)
    peer = min(profile.peer_s[role] for role in roles)
    wire = floor / max(protocol.achieved(role, operation) for role in roles)
    return phase.steps * (phase.hops_per_step * step + phase.peers * peer + wire)


def reduction_terms(
    laid: LaidPhase, profile: NetworkProfile, role_of: RoleOf, *, is_captured: bool
) -> Terms:
    """Return the terms of a reduction done by switches."""
    network = profile.in_network
    assert network is not None
    efficiency = {Role.SCALE_UP: network.efficiency, Role.SCALE_OUT: network.out_efficiency}
    wire = max(
        busy / efficiency[role_of(bundle)] if efficiency[role_of(bundle)] > 0 else np.inf
        for bundle, busy in laid.busy_s.items()
    )
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + network.start_s, laid.phase.hops_per_step * laid.latency_s, wire)
