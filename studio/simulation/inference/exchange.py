"""Sending tokens to their experts and back, one layer, for every candidate at once.

Knows volumes and ranks; the constants are those of an expert library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from studio.simulation.inference.kernels import BF16_BYTE, Formats
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.machine import Machine
from studio.simulation.network.expert import Routing, expert_exchange_time_s
from studio.simulation.network.profile import ExpertPath, ExpertProfile, NetworkProfile, Role
from studio.workload.model import AiModel, MixtureOfExperts
from studio.workload.operators import Number


@dataclass(frozen=True)
class Exchange:
    """Dispatch and combine of one layer; numbers or arrays of shape (n,)."""

    time_s: Number
    wire_s: Number


def exchange_time(
    machine: Machine,
    model: AiModel,
    part: MixtureOfExperts,
    plan: InferencePlan,
    library: ExpertProfile,
    numbers: Formats,
    tokens: Number,
    *,
    is_direct: bool,
) -> Exchange:
    """Return the time of dispatch and combine of one layer.

    Parameters
    ----------
    machine, model, part, plan
        Levels, hidden width, experts and how they are spread; one plan, not an array of them.
    library
        Constants of the expert library.
    numbers
        Tokens travel in the format of the products and come back in BF16.
    tokens
        Of one attention group, shape (n,) or a number.
    is_direct
        Whether copies go straight to their ranks (decoding) or once per node (prompts).

    Notes
    -----
    Wire time is proportional to the tokens of a rank and everything else is not, so one
    evaluation with one token gives all candidates.
    """
    ranks = _ranks(machine, plan)
    path = library.low_latency if is_direct else library.normal
    out_byte = numbers.compute.stored_byte + library.scale_byte_per_value
    own = tokens / plan.tensor
    time: Number = 0.0
    wire: Number = 0.0
    routing = Routing(1.0, part.latent or model.hidden, out_byte, part.top_k, part.experts)
    for verb, value_byte in (("dispatch", out_byte), ("combine", BF16_BYTE)):
        found = expert_exchange_time_s(
            path[verb], replace(routing, value_byte=value_byte), machine.levels, ranks,
            is_direct=is_direct, once_per_rank=library.sends_once_per_rank,
        )  # fmt: skip
        time = time + found.startup_s + found.latency_s + found.wire_s * own
        wire = wire + found.wire_s * own
    return Exchange(time, wire)


def library_of(network: NetworkProfile) -> ExpertProfile:
    """Return an expert library as good as a collective one: same links, same start-up."""
    efficiency = {
        role: max(protocol.channels[role].efficiency for protocol in network.protocols)
        for role in Role
    }
    path = ExpertPath(efficiency, start_s=network.launch_s, peer_s=network.peer_s[Role.SCALE_UP])
    both = {"dispatch": path, "combine": path}
    return ExpertProfile(network.name, both, both)


def _ranks(machine: Machine, plan: InferencePlan) -> list[int]:
    """Return how many ranks of an expert group lie along each level, whole numbers from 1."""
    reached = scalar(plan.expert_tensor)
    whole = reached * scalar(plan.expert)
    found = []
    for level in machine.levels:
        inside = min(max(level.ranks, reached), whole)
        found.append(max(math.ceil(inside / reached - 1e-9), 1))
        reached = inside
    found[-1] = max(math.ceil(found[-1] * whole / reached - 1e-9), 1)
    return found
