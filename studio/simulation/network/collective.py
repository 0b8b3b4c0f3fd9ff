"""Time of a collective over nested network levels, as closed forms vectorised over candidates.

Knows no graph and no file; the exact answer over a drawn graph is in `exact`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import NetworkProfile, Protocol, Role
from studio.simulation.network.traffic import (
    COUNTERS,
    Algorithm,
    Collective,
    Groups,
    Traffic,
    bus_factor,
)

__all__ = [
    "Algorithm",
    "Collective",
    "CollectiveTime",
    "Span",
    "collective_time_s",
    "level_roles",
]

_SCALE_OUT_WORDS = ("rdma", "roce", "infiniband", "ethernet", "efa", "scale-out", "scale_out")


@dataclass(frozen=True)
class Span:
    """How many ranks of a group lie along one level, counted in domains of the level below."""

    level: NetworkLevel
    ranks: IntArray
    """Shape of the candidates, or a scalar array. The product over spans is the group size."""


@dataclass(frozen=True)
class _Terms:
    """Of one algorithm and protocol; arrays that broadcast to the candidates' shape."""

    startup_s: FloatArray
    latency_s: FloatArray
    wire_s: FloatArray
    wire_by_level_s: tuple[FloatArray, ...]


@dataclass(frozen=True)
class CollectiveTime:
    """Time of one collective per candidate; the terms it is made of are worked out when asked."""

    time_s: FloatArray
    op: Collective
    payload_byte: FloatArray
    size: FloatArray
    """Ranks of the group."""
    option: IntArray
    """Index of the fastest way per candidate: algorithms in order, protocols within each."""
    options: tuple[_Terms, ...]
    algorithms: tuple[Algorithm, ...]

    @property
    def algorithm(self) -> IntArray:
        """Index into `algorithms`, per candidate."""
        return self.option // (len(self.options) // len(self.algorithms))

    @property
    def startup_s(self) -> FloatArray:
        """Kernel launch and set-up."""
        return self._of_fastest([terms.startup_s for terms in self.options])

    @property
    def latency_s(self) -> FloatArray:
        """Dependent steps and addressed peers."""
        return self._of_fastest([terms.latency_s for terms in self.options])

    @property
    def wire_s(self) -> FloatArray:
        """Streaming, levels overlapped as the algorithm allows."""
        return self._of_fastest([terms.wire_s for terms in self.options])

    @property
    def wire_by_level_s(self) -> tuple[FloatArray, ...]:
        """Streaming time of each span alone, innermost first."""
        by_level = zip(*(terms.wire_by_level_s for terms in self.options), strict=True)
        return tuple(self._of_fastest(values) for values in by_level)

    @property
    def bus_bandwidth_byte_per_s(self) -> FloatArray:
        """As the common collective benchmarks count it; 0 for idle candidates."""
        is_busy = self.time_s > 0
        moved = np.where(is_busy, self.payload_byte * bus_factor(self.op, self.size), 0.0)
        return np.divide(moved, self.time_s, out=np.zeros(self.time_s.shape), where=is_busy)

    def algorithm_names(self) -> list[str]:
        """Return the chosen algorithm of every candidate, flattened."""
        return [self.algorithms[i].value for i in self.algorithm.ravel()]

    def _of_fastest(self, values: Sequence[FloatArray]) -> FloatArray:
        """Return, per candidate, the value of its fastest option; 0 where it is idle."""
        used = np.flatnonzero(np.bincount(self.option.ravel()))
        found = values[used[0]] if used.size else np.zeros(())
        for row in used[1:]:
            found = np.where(self.option == row, values[row], found)
        return np.where(_is_idle(self.payload_byte, self.size), 0.0, found)


def _is_idle(payload: FloatArray, size: FloatArray) -> BoolArray:
    return np.asarray((size <= 1) | (payload <= 0))


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


def collective_time_s(
    op: Collective,
    payload_byte: FloatArray,
    spans: Sequence[Span],
    profile: NetworkProfile,
    *,
    algorithm: Algorithm | None = None,
    is_captured: bool = True,
) -> CollectiveTime:
    """Return the time of a collective for every candidate, by the fastest allowed algorithm.

    Parameters
    ----------
    op :
        Which collective; `Collective` says what the payload means for each.
    payload_byte :
        Shape (...), broadcast with the ranks of the spans. [byte]
    spans :
        Innermost first. A span of one rank costs nothing.
    profile :
        Constants of the library on this hardware.
    algorithm :
        Forced algorithm; None lets the library choose by time.
    is_captured :
        Whether the call replays from a captured graph instead of the host issuing it.

    Returns
    -------
    CollectiveTime with arrays of the broadcast shape; zero for one rank or no payload.

    Raises
    ------
    InvalidInput : no span, ranks < 1, a level without bandwidth, or an algorithm that cannot
        carry out this collective.

    Notes
    -----
    T = launch + start + sum_l hops_l (a_l + latency_l) + peers_l g_l + wire, where
    wire = sum_l or max_l of bytes_l / (bandwidth_l e_l / oversubscription_l). The protocol of the
    library with the smallest T is used. No contention between groups: see `exact` for that.

    References
    ----------
    [1] R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of Collective Communication
        Operations in MPICH", IJHPCA 19(1), 2005.
    [2] P. Sanders, J. Speck, J. L. Träff, "Two-tree algorithms for full bandwidth broadcast,
        reduction and scan", Parallel Computing 35(12), 2009.
    """
    payload = np.asarray(payload_byte, dtype=np.float64)
    groups = groups_of(spans, profile)
    candidates = _candidate_algorithms(op, profile, algorithm)
    shape = np.broadcast_shapes(payload.shape, np.shape(groups.size))
    payload = np.broadcast_to(payload, shape)
    options: list[_Terms] = []
    for chosen in candidates:
        traffic = COUNTERS[op][chosen](payload, groups)
        is_forced = algorithm is not None
        options.extend(
            _terms(op, chosen, traffic, protocol, spans, profile, groups, is_captured, is_forced)
            for protocol in profile.protocols
        )
    return _fastest(op, options, candidates, payload, groups.size)


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


def _candidate_algorithms(
    op: Collective, profile: NetworkProfile, forced: Algorithm | None
) -> tuple[Algorithm, ...]:
    possible = COUNTERS[op]
    if forced is not None:
        if forced not in possible:
            raise InvalidInput(
                "{op} has no {forced} algorithm; it has {possible}",
                op=op,
                forced=forced,
                possible=", ".join(sorted(possible)),
            )
        if forced is Algorithm.IN_NETWORK and profile.in_network is None:
            raise InvalidInput(
                "profile {profile!r} has no reduction in the network",
                profile=profile.name,
            )
        return (forced,)
    allowed = tuple(
        chosen
        for chosen in possible
        if chosen in profile.menu(op)
        and (chosen is not Algorithm.IN_NETWORK or profile.in_network is not None)
    )
    return allowed or (next(iter(possible)),)


def _terms(
    op: Collective,
    algorithm: Algorithm,
    traffic: Traffic,
    protocol: Protocol,
    spans: Sequence[Span],
    profile: NetworkProfile,
    groups: Groups,
    is_captured: bool,
    is_forced: bool,
) -> _Terms:
    roles = level_roles([span.level for span in spans])
    operation = profile.operation(op.name.lower())
    startup = profile.launch_s if is_captured else profile.eager_launch_s
    startup += protocol.start_s
    rates = [
        span.level.bandwidth_byte_per_s
        / span.level.oversubscription
        * protocol.achieved(role, operation)
        for span, role in zip(spans, roles, strict=True)
    ]
    refused: FloatArray | float = 0.0
    if algorithm is Algorithm.IN_NETWORK and profile.in_network is not None:
        rates, refused = _in_network_rates(spans, roles, profile, groups, is_forced)
        startup = startup - protocol.start_s + profile.in_network.start_s
    wires = [
        wire / rate if rate > 0 else np.where(wire > 0, np.inf, 0.0)
        for wire, rate in zip(traffic.wire_byte, rates, strict=True)
    ]
    latency = sum(
        hops * (protocol.channels[role].step_s + span.level.latency_s)
        + peers * profile.peer_s[role]
        for hops, peers, span, role in zip(traffic.hops, traffic.peers, spans, roles, strict=True)
    )
    local = operation.local_share * traffic.local_byte / rates[0] if rates[0] > 0 else 0.0
    return _Terms(
        np.asarray(startup + refused),
        np.asarray(latency),
        _overlapped(wires, roles, traffic.is_pipelined) + local,
        tuple(wires),
    )


def _in_network_rates(
    spans: Sequence[Span],
    roles: Sequence[Role],
    profile: NetworkProfile,
    groups: Groups,
    is_forced: bool,
) -> tuple[list[float], FloatArray]:
    """Return bandwidth through reducing switches, and infinity where they cannot be used.

    Beyond the scale-up plane libraries reduce in switches only where they are told to: the
    network needs switches, a plugin and a setting that a default installation lacks.
    """
    network = profile.in_network
    assert network is not None
    efficiency = {Role.SCALE_UP: network.efficiency, Role.SCALE_OUT: network.out_efficiency}
    rates = [
        span.level.bandwidth_byte_per_s / span.level.oversubscription * efficiency[role]
        for span, role in zip(spans, roles, strict=True)
    ]
    inside = groups.inner(groups.scale_up_levels)
    is_refused = inside < network.min_ranks
    if not is_forced:
        is_refused |= groups.size > inside
    return rates, np.where(is_refused, np.inf, 0.0)


def _overlapped(
    wires: Sequence[FloatArray], roles: Sequence[Role], is_pipelined: bool
) -> FloatArray:
    """Return streaming time: levels on the same ports add up, others overlap if they may."""
    up: FloatArray | float = 0.0
    out: FloatArray | float = 0.0
    for wire, role in zip(wires, roles, strict=True):
        if role is Role.SCALE_UP:
            up = up + wire
        else:
            out = out + wire
    return np.asarray(np.maximum(up, out) if is_pipelined else up + out)


def _fastest(
    op: Collective,
    options: Sequence[_Terms],
    algorithms: tuple[Algorithm, ...],
    payload: FloatArray,
    size: FloatArray,
) -> CollectiveTime:
    """Return the terms of the fastest option of every candidate; idle candidates cost nothing.

    Options are in the order of `algorithms`, equally many of each.
    """
    best = np.full(payload.shape, np.inf)
    chosen = np.zeros(payload.shape, dtype=np.int64)
    for row, option in enumerate(options):
        time = option.startup_s + option.latency_s + option.wire_s
        chosen = np.where(time < best, row, chosen)
        best = np.minimum(best, time)
    time = np.where(_is_idle(payload, size), 0.0, best)
    return CollectiveTime(time, op, payload, size, chosen, tuple(options), algorithms)
