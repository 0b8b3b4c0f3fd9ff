"""What one collective puts on each network level: steps, peers and bytes behind its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.simulation.machine import NetworkLevel
from studio.simulation.network.collective_result import CollectiveTime
from studio.simulation.network.counting import COUNTERS
from studio.simulation.network.profile import NetworkProfile, Role
from studio.simulation.network.spans import Span, groups_of, level_roles
from studio.simulation.network.traffic import Algorithm


@dataclass(frozen=True)
class OpenedLevel:
    """One level's part in one collective, for the first candidate."""

    level: NetworkLevel
    hops: float
    """Dependent steps that cross the level."""
    step_s: float
    """Software part of one of them. [s]"""
    step_name: str
    """Its name in the library's file."""
    peers: float
    peer_s: float
    """Addressing one more peer. [s]"""
    peer_name: str
    wire_byte: float
    """Leaves one rank into the level. [byte]"""
    efficiency: float
    """Achieved over rated bandwidth. [1]"""
    efficiency_name: str
    wire_s: float
    """Of the level alone; levels may overlap. [s]"""

    @property
    def latency_s(self) -> float:
        """Return the time of the steps and peers of the level. [s]."""
        return self.hops * (self.step_s + self.level.latency_s) + self.peers * self.peer_s


def open_levels(
    found: CollectiveTime, spans: Sequence[Span], profile: NetworkProfile
) -> tuple[OpenedLevel, ...]:
    """Return what the fastest way of a collective puts on each level, innermost first.

    The latencies add up to the collective's; its streaming time is the sum or the largest of the
    levels', as the algorithm allows, and what stays on its rank.
    """
    algorithm = found.algorithms[int(np.ravel(found.algorithm)[0])]
    protocol = profile.protocols[int(np.ravel(found.option)[0]) % len(profile.protocols)]
    traffic = COUNTERS[found.op][algorithm](found.payload_byte, groups_of(spans, profile))
    operation = profile.operation(found.op.name.lower())
    roles = level_roles([span.level for span in spans])
    made = []
    for n, (span, role) in enumerate(zip(spans, roles, strict=True)):
        channel = protocol.channels[role]
        efficiency = protocol.achieved(role, operation)
        name = f"protocol.{protocol.name}.{role.value}.efficiency"
        if algorithm is Algorithm.IN_NETWORK and profile.in_network is not None:
            is_up = role is Role.SCALE_UP
            reducing = profile.in_network
            efficiency = reducing.efficiency if is_up else reducing.out_efficiency
            name = "in_network.efficiency" if is_up else "in_network.out_efficiency"
        made.append(
            OpenedLevel(
                level=span.level,
                hops=_first(traffic.hops[n]),
                step_s=channel.step_s,
                step_name=f"protocol.{protocol.name}.{role.value}.step_s",
                peers=_first(traffic.peers[n]),
                peer_s=profile.peer_s[role],
                peer_name=f"{role.value}.peer_s",
                wire_byte=_first(traffic.wire_byte[n]),
                efficiency=efficiency,
                efficiency_name=name,
                wire_s=_first(found.wire_by_level_s[n]),
            )
        )
    return tuple(made)


def _first(value: object) -> float:
    return float(np.ravel(np.asarray(value, dtype=np.float64))[0])
