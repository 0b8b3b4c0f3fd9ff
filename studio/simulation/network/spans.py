"""How the ranks of a group lie along the levels of a network, and what role each level has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import IntArray
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import NetworkProfile, Role
from studio.simulation.network.traffic import Groups

_SCALE_OUT_WORDS = ("rdma", "roce", "infiniband", "ethernet", "efa", "scale-out", "scale_out")


@dataclass(frozen=True)
class Span:
    """How many ranks of a group lie along one level, counted in domains of the level below."""

    level: NetworkLevel
    ranks: IntArray
    """Shape of the candidates, or a scalar array. The product over spans is the group size."""


def level_roles(levels: Sequence[NetworkLevel]) -> tuple[Role, ...]:
    """Return the role of each level, innermost first; remembered, as every collective asks.

    Notes
    -----
    A level whose medium or name says RDMA, RoCE, InfiniBand, Ethernet, EFA or scale-out is
    scale-out, and so is everything outside it. Without such a word the innermost level is
    scale-up, and a further one is scale-up while it keeps a third of the bandwidth below it.
    """
    return _level_roles(tuple(levels))


@lru_cache(maxsize=256)
def _level_roles(levels: tuple[NetworkLevel, ...]) -> tuple[Role, ...]:
    roles: list[Role] = []
    below = 0.0
    for level in levels:
        words = f"{level.medium} {level.name}".lower()
        is_named = any(word in words for word in _SCALE_OUT_WORDS)
        is_beyond = bool(roles) and (
            roles[-1] is Role.SCALE_OUT or level.bandwidth_byte_per_s < below / 3
        )
        roles.append(Role.SCALE_OUT if is_named or is_beyond else Role.SCALE_UP)
        below = level.bandwidth_byte_per_s
    return tuple(roles)


def groups_of(spans: Sequence[Span], profile: NetworkProfile) -> Groups:
    """Return the ranks along every level, as the counters of traffic take them.

    Raises
    ------
    InvalidInput : no span, ranks < 1, or ranks on a level without bandwidth.
    """
    if not spans:
        raise InvalidInput("a collective needs at least one network level to run over")
    for span in spans:
        if np.any(span.ranks < 1):
            raise InvalidInput(
                "level {level!r} has a span of fewer than one rank",
                level=span.level.name,
            )
        bandwidth = span.level.bandwidth_byte_per_s
        if np.any(span.ranks > 1) and not (bandwidth > 0 and np.isfinite(bandwidth)):
            raise InvalidInput(
                "level {level!r} carries ranks but its bandwidth is {bandwidth} byte/s",
                level=span.level.name,
                bandwidth=bandwidth,
            )
    roles = level_roles([span.level for span in spans])
    return Groups(
        tuple(np.asarray(span.ranks, dtype=np.float64) for span in spans),
        tuple(role is Role.SCALE_UP for role in roles),
        profile.chain_ranks,
    )
