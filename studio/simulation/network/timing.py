"""Time of phases that are laid over links, with the constants of a library; knows no algorithm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.graph import Graph
from studio.simulation.network.laying import LaidPhase, floor_s
from studio.simulation.network.phases import Phase
from studio.simulation.network.profile import NetworkProfile, Operation, Protocol, Role
from studio.simulation.network.stepping import RoleOf


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

    def plus(self, cost: PhaseCost) -> Terms:
        """Return the terms with a further phase."""
        return Terms(self.startup_s, self.latency_s + cost.latency_s, self.wire_s + cost.wire_s)


def startup_terms(profile: NetworkProfile, protocol: Protocol, *, is_captured: bool) -> Terms:
    """Return the launch and the set-up of a protocol."""
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + protocol.start_s, 0.0, 0.0)


@dataclass(frozen=True)
class PhaseCost:
    """What the time of one laid phase is made of."""

    part: LaidPhase
    messages: tuple[tuple[Role, float, float], ...]
    """Role, messages of a step that wait for it one after the other, software of each. [s]"""
    farthest: Role
    """Role of the peers that are addressed."""
    peer_s: float
    """Addressing one peer. [s]"""
    bundle: int
    """Of the slowest link; its busy time is `part.busy_s[bundle]`."""
    role: Role
    """Of that bundle."""
    efficiency: float
    """Achieved over rated bandwidth of that bundle. [1]"""

    @property
    def software_s(self) -> float:
        """Software of one step. [s]."""
        return sum(count * each for _, count, each in self.messages)

    @property
    def latency_s(self) -> float:
        """Paths, software and peers of all steps. [s]."""
        phase = self.part.phase
        step = phase.hops_per_step * (self.part.latency_s + self.software_s)
        return phase.steps * (step + phase.peers * self.peer_s)

    @property
    def wire_s(self) -> float:
        """The slowest link over all steps. [s]."""
        busy = self.part.busy_s[self.bundle]
        slowest = busy / self.efficiency if self.efficiency > 0 else np.inf
        return self.part.phase.steps * slowest * self.part.stretch


def phase_cost(
    part: LaidPhase,
    protocol: Protocol,
    profile: NetworkProfile,
    operation: Operation,
    role_of: RoleOf,
) -> PhaseCost:
    """Return what all steps of a phase cost.

    Notes
    -----
    A step takes the software part of its messages, the path and the peers addressed one after the
    other; on the wire it takes as long as its slowest link, at what the protocol achieves there.
    """
    far, near = part.far_share, part.phase.legs - part.far_share
    farthest = Role.SCALE_OUT if far > 0 else Role.SCALE_UP
    return PhaseCost(
        part,
        tuple(
            (role, share, protocol.channels[role].step_s)
            for role, share in ((Role.SCALE_OUT, far), (Role.SCALE_UP, near))
            if share > 0
        ),
        farthest,
        profile.peer_s[farthest],
        *_slowest(part, role_of, {role: protocol.achieved(role, operation) for role in Role}),
    )


def _slowest(
    part: LaidPhase, role_of: RoleOf, efficiency: Mapping[Role, float]
) -> tuple[int, Role, float]:
    """Return the bundle of the slowest link, its role and what is achieved there."""

    def needed_s(bundle: int) -> float:
        achieved = efficiency[role_of(bundle)]
        return part.busy_s[bundle] / achieved if achieved > 0 else np.inf

    bundle = max(part.busy_s, key=needed_s)
    return bundle, role_of(bundle), efficiency[role_of(bundle)]


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
    floor = floor_s(graph, phase.demand)
    step = min(protocol.channels[role].step_s for role in roles)
    peer = min(profile.peer_s[role] for role in roles)
    wire = floor / max(protocol.achieved(role, operation) for role in roles)
    return phase.steps * (phase.hops_per_step * step + phase.peers * peer + wire)


def reduction_cost(
    laid: LaidPhase, profile: NetworkProfile, role_of: RoleOf, *, is_captured: bool
) -> tuple[Terms, PhaseCost]:
    """Return what a reduction done by switches costs, launch included."""
    network = profile.in_network
    assert network is not None
    efficiency = {Role.SCALE_UP: network.efficiency, Role.SCALE_OUT: network.out_efficiency}
    cost = PhaseCost(laid, (), Role.SCALE_UP, 0.0, *_slowest(laid, role_of, efficiency))
    launch = profile.launch_s if is_captured else profile.eager_launch_s
    return Terms(launch + network.start_s, 0.0, 0.0).plus(cost), cost
