"""Sending tokens to their experts and back, one layer, for every candidate at once.

Knows volumes and ranks; the constants are those of an expert library.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from studio.simulation.inference.kernels import Formats
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.machine import Machine, NetworkLevel
from studio.simulation.network.expert import Routing, expert_exchange_time_s
from studio.simulation.network.profile import ExpertPath, ExpertProfile, NetworkProfile, Role
from studio.workload.model import AiModel, MixtureOfExperts
from studio.workload.operators import Number
from studio.workload.precision import BF16_BYTE


@dataclass(frozen=True)
class Exchange:
    """Dispatch and combine of one layer; numbers or arrays of shape (n,)."""

    time_s: Number
    wire_s: Number


def exchange_time(per_token: Sequence[TokenExchange], own_tokens: Number) -> Exchange:
    """Return the time of dispatch and combine of one layer.

    Parameters
    ----------
    per_token
        Dispatch and combine of one token.
    own_tokens
        Of one rank, shape (n,) or a number.

    Notes
    -----
    Wire time is proportional to the tokens of a rank and everything else is not.
    """
    time: Number = 0.0
    wire: Number = 0.0
    for found in per_token:
        time = time + found.startup_s + found.latency_s + found.wire_s * own_tokens
        wire = wire + found.wire_s * own_tokens
    return Exchange(time, wire)


def token_exchange(
    machine: Machine,
    model: AiModel,
    part: MixtureOfExperts,
    plan: InferencePlan,
    library: ExpertProfile,
    numbers: Formats,
    *,
    is_direct: bool,
) -> tuple[TokenExchange, ...]:
    """Return dispatch and combine of one token of each rank: all that no batch changes.

    Parameters
    ----------
    machine, model, part, plan
        Levels, hidden width, experts and how they are spread.
    library
        Constants of the expert library.
    numbers
        Tokens travel in the format of the products and come back in BF16.
    is_direct
        Whether copies go straight to their ranks (decoding) or once per node (prompts).
    """
    out_byte = numbers.compute.stored_byte + library.scale_byte_per_value
    width = part.latent or model.hidden
    return tuple(
        _one_token(
            machine, plan, library, _routing(width, value_byte, part.top_k, part.experts), verb,
            is_direct=is_direct,
        )
        for verb, value_byte in (("dispatch", out_byte), ("combine", BF16_BYTE))
    )  # fmt: skip


@lru_cache(maxsize=256)
def _routing(width: float, value_byte: float, top_k: int, experts: int) -> Routing:
    return Routing(1.0, width, value_byte, top_k, experts)


@dataclass(frozen=True)
class TokenExchange:
    """Dispatch or combine of one token of each rank; numbers or arrays of the plans' shape."""

    startup_s: Number
    latency_s: Number
    wire_s: Number
    """What the slowest port needs; levels with ports of their own move bytes at the same time."""
    wire_by_level_s: tuple[Number, ...]
    """The same of each level of the machine, innermost first."""


def _one_token(
    machine: Machine,
    plan: InferencePlan,
    library: ExpertProfile,
    routing: Routing,
    verb: str,
    *,
    is_direct: bool,
) -> TokenExchange:
    """Return the exchange of one token, worked out once for each way of spreading experts."""
    path = (library.low_latency if is_direct else library.normal)[verb]
    levels, once = machine.levels, library.sends_once_per_rank
    shape = np.broadcast_shapes(np.shape(plan.expert_tensor), np.shape(plan.expert))
    if not shape:
        reach = scalar(plan.expert_tensor), scalar(plan.expert)
        return _token(_of_way(path, routing, levels, *reach, is_direct, once))
    tensor, spread = (np.broadcast_to(v, shape).ravel() for v in (plan.expert_tensor, plan.expert))
    _, first, place = np.unique(
        tensor * (1.0 + spread.max()) + spread, return_index=True, return_inverse=True
    )
    table = np.array(
        [
            _of_way(path, routing, levels, float(tensor[i]), float(spread[i]), is_direct, once)
            for i in first
        ]
    )
    columns: list[Number] = [column[place].reshape(shape) for column in table.T]
    return _token(columns)


def _token(values: Sequence[Number]) -> TokenExchange:
    startup, latency, wire, *by_level = values
    return TokenExchange(startup, latency, wire, tuple(by_level))


@lru_cache(maxsize=16_384)
def _of_way(
    path: ExpertPath,
    routing: Routing,
    levels: tuple[NetworkLevel, ...],
    expert_tensor: float,
    expert: float,
    is_direct: bool,
    once_per_rank: bool,
) -> tuple[float, ...]:
    """Return start, latency, wire and wire by level of one way of spreading experts. [s]."""
    found = expert_exchange_time_s(
        path, routing, levels, _ranks(levels, expert_tensor, expert),
        is_direct=is_direct, once_per_rank=once_per_rank,
    )  # fmt: skip
    return found.startup_s, found.latency_s, found.wire_s, *found.wire_by_level_s


def library_of(network: NetworkProfile) -> ExpertProfile:
    """Return an expert library as good as a collective one: same links, same start-up."""
    efficiency = {
        role: max(protocol.channels[role].efficiency for protocol in network.protocols)
        for role in Role
    }
    path = ExpertPath(efficiency, start_s=network.launch_s, peer_s=network.peer_s[Role.SCALE_UP])
    both = {"dispatch": path, "combine": path}
    return ExpertProfile(network.name, both, both)


def _ranks(levels: Sequence[NetworkLevel], expert_tensor: float, expert: float) -> list[int]:
    """Return how many ranks of an expert group lie along each level, whole numbers from 1."""
    reached = expert_tensor
    whole = reached * expert
    found = []
    for level in levels:
        inside = min(max(level.ranks, reached), whole)
        found.append(max(math.ceil(inside / reached - 1e-9), 1))
        reached = inside
    found[-1] = max(math.ceil(found[-1] * whole / reached - 1e-9), 1)
    return found
