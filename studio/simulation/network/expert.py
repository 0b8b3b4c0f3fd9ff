"""Dispatch and combine of tokens among experts, over nested levels; knows no graph or file.

Two paths: the throughput path sends a token once to every node and forwards it inside; the
low-latency path writes every copy straight to its rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, lgamma, log2

from studio.errors import InvalidInput
from studio.simulation.machine import NetworkLevel
from studio.simulation.network.profile import ExpertPath, Role
from studio.simulation.network.spans import level_roles


@dataclass(frozen=True)
class Routing:
    """What one rank sends, uniformly routed unless `imbalance` says otherwise."""

    tokens: float
    """Per rank."""
    hidden: float
    value_byte: float
    """Bytes per value on the wire, scales included."""
    topk: int
    experts: int
    node_limit: int = 0
    """Most nodes a token may visit; 0 for no limit."""
    imbalance: float = 1.0
    """Busiest rank over mean, >= 1."""

    @property
    def token_byte(self) -> float:
        """Size of one copy of one token. [byte]."""
        return self.hidden * self.value_byte


@dataclass(frozen=True)
class ExpertTime:
    """Time of one dispatch or combine and the terms it is made of. [s]."""

    time_s: float
    startup_s: float
    latency_s: float
    wire_s: float
    wire_by_level_s: tuple[float, ...]
    rank_copies: float
    """Ranks that get a copy of one token, on average, its own included."""
    node_copies: float
    """Scale-up domains that get a copy of one token, its own included."""


def expected_bins(bins: int, experts: int, draws: float) -> float:
    """Return how many of `bins` equal shares of the experts get at least one of the draws.

    Notes
    -----
    bins * (1 - C(E - E/bins, k) / C(E, k)): draws without putting back.
    """
    if bins <= 1:
        return 1.0
    elsewhere = experts - experts / bins
    if draws > elsewhere:
        return float(bins)
    missed = exp(_log_choose(elsewhere, draws) - _log_choose(experts, draws))
    return bins * (1 - missed)


def _log_choose(whole: float, part: float) -> float:
    return lgamma(whole + 1) - lgamma(whole - part + 1) - lgamma(part + 1)


def copies(routing: Routing, ranks: int, nodes: int) -> tuple[float, float]:
    """Return the ranks and the nodes a token reaches on average, its own included.

    Notes
    -----
    With a limit on nodes a token first chooses that many nodes, then its experts among theirs.
    """
    experts = max(routing.experts, ranks)
    if not routing.node_limit or routing.node_limit >= nodes:
        return (
            expected_bins(ranks, experts, routing.topk),
            expected_bins(nodes, experts, routing.topk),
        )
    part = routing.node_limit / nodes
    chosen = max(1, round(experts * part))
    return (
        expected_bins(max(1, round(ranks * part)), chosen, routing.topk),
        expected_bins(routing.node_limit, chosen, routing.topk),
    )


def expert_exchange_time_s(
    path: ExpertPath,
    routing: Routing,
    levels: Sequence[NetworkLevel],
    ranks: Sequence[int],
    *,
    is_direct: bool,
    once_per_rank: bool = True,
) -> ExpertTime:
    """Return the time of one dispatch or combine.

    Parameters
    ----------
    path :
        Constants of the library path and direction.
    routing :
        Tokens, experts and sizes.
    levels, ranks :
        Levels and how many ranks lie along each, innermost first.
    is_direct :
        Every copy goes straight to its rank; otherwise once per node, then on inside it.
    once_per_rank :
        One copy serves all experts of a rank.

    Raises
    ------
    InvalidInput : sizes that are not positive, or more chosen experts than there are.

    Notes
    -----
    T = start + doubling log2(n) + peer (n - 1) + max over ports of bytes / (bandwidth e);
    levels of one medium share their port.
    """
    if routing.topk < 1 or routing.topk > routing.experts or routing.imbalance < 1:
        raise InvalidInput(
            "top-{topk} of {experts} experts with imbalance {imbalance} is impossible",
            topk=routing.topk,
            experts=routing.experts,
            imbalance=routing.imbalance,
        )
    if not (routing.tokens > 0 and 0 < routing.token_byte < inf):
        raise InvalidInput(
            "{tokens} tokens of {token_byte} bytes can't be exchanged",
            tokens=routing.tokens,
            token_byte=routing.token_byte,
        )
    size = 1
    for count in ranks:
        size *= count
    roles = level_roles(levels)
    inside = 1
    for count, role in zip(ranks, roles, strict=True):
        inside *= count if role is Role.SCALE_UP else 1
    rank_copies, node_copies = copies(routing, size, size // inside)
    sent = routing.tokens * routing.token_byte * routing.imbalance
    if is_direct:
        total = sent * (rank_copies if once_per_rank else routing.topk)
        volumes = _direct_bytes(total, ranks, size)
    else:
        volumes = _forwarded_bytes(
            sent * rank_copies, sent * node_copies, ranks, roles, inside, size
        )
    wires = tuple(
        volume / (level.bandwidth_byte_per_s / level.oversubscription * path.efficiency[role])
        if volume > 0
        else 0.0
        for volume, level, role in zip(volumes, levels, roles, strict=True)
    )
    ports: dict[str, float] = {}
    for time, level, role in zip(wires, levels, roles, strict=True):
        port = level.medium or role
        ports[port] = ports.get(port, 0.0) + time
    wire = max(ports.values(), default=0.0)
    latency = path.doubling_s * log2(max(size, 1)) + path.peer_s * (size - 1)
    far = [level.latency_s for level, count in zip(levels, ranks, strict=True) if count > 1]
    latency += max(far, default=0.0)
    return ExpertTime(
        path.start_s + latency + wire,
        path.start_s,
        latency,
        wire,
        wires,
        rank_copies,
        node_copies,
    )


def _direct_bytes(total: float, ranks: Sequence[int], size: int) -> list[float]:
    """Share the copies of one rank among levels by the ranks each level adds."""
    volumes, inner = [], 1
    for count in ranks:
        volumes.append(total * inner * (count - 1) / size)
        inner *= count
    return volumes


def _forwarded_bytes(
    rank_byte: float,
    node_byte: float,
    ranks: Sequence[int],
    roles: Sequence[Role],
    inside: int,
    size: int,
) -> list[float]:
    """Outside a node one copy per node; inside, every copy but those that land where they are."""
    volumes, inner = [], 1
    nodes = size // inside
    for count, role in zip(ranks, roles, strict=True):
        step = inner * (count - 1)
        if role is Role.SCALE_UP:
            volumes.append(rank_byte * step / inside)
        else:
            volumes.append(node_byte * (step / inside) / nodes)
        inner *= count
    return volumes
