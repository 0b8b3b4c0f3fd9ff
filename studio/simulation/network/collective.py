"""Time of a collective over nested network levels, as closed forms vectorised over candidates.

Knows no graph and no file; the exact answer over a drawn graph is in `exact`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import FloatArray
from studio.simulation.network.collective_result import CollectiveTime, OptionTerms, fastest_option
from studio.simulation.network.counting import COUNTERS
from studio.simulation.network.profile import NetworkProfile, Protocol, Role
from studio.simulation.network.spans import Span, groups_of, level_roles
from studio.simulation.network.traffic import Algorithm, Collective, Groups, Traffic


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
    options: list[OptionTerms] = []
    for chosen in candidates:
        traffic = COUNTERS[op][chosen](payload, groups)
        is_forced = algorithm is not None
        options.extend(
            _terms(op, chosen, traffic, protocol, spans, profile, groups, is_captured, is_forced)
            for protocol in profile.protocols
        )
    return fastest_option(op, options, candidates, payload, groups.size)


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
) -> OptionTerms:
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
    return OptionTerms(
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
