"""One call for the live application: what a machine delivers serving a model.

Gathers prefill, decode, memory, limits, utilisation and energy of one mapping into one value with
a named field for every number a plot needs. Pure; knows no file.
"""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np

from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.inference.advice import (
    assumptions_of,
    limit_of,
    prefill_remedy,
    remedy_of,
)
from studio.simulation.inference.batches import in_flight, largest_batch, largest_decode
from studio.simulation.inference.disaggregation import disaggregate
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.mapping import Chosen, choose_plan
from studio.simulation.inference.memory import (
    sequence_byte,
    serving_memory,
)
from studio.simulation.inference.mixing import steady
from studio.simulation.inference.phase_report import phase_of
from studio.simulation.inference.phases import decode, first_and_many
from studio.simulation.inference.plan import InferencePlan, check_plan, check_redundancy, scalar
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.requests import (
    Limits,
    RequestShape,
    check_request,
    check_tokens,
    within,
)
from studio.simulation.inference.result import (
    InferenceResult,
    MemoryUse,
    OperatorPoint,
    Phase,
    Worked,
)
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.simulation.power.profile import PowerProfile
from studio.workload.model import AiModel

__all__ = [
    "InferenceResult",
    "MemoryUse",
    "OperatorPoint",
    "Phase",
    "estimate_inference",
]


MOST_IMBALANCE = 1e3
"""Load of a rank above the mean: of 1,000 ranks, one does all the work."""


def estimate_inference(
    machine: Machine,
    model: AiModel,
    profile: InferenceProfile,
    network: NetworkProfile,
    power: PowerProfile,
    *,
    exchange: ExpertProfile | None = None,
    prompt: float = 4096,
    output: float = 1024,
    cached_share: float = 0.0,
    batch: float = 0,
    plan: InferencePlan | None = None,
    prefill_plan: InferencePlan | None = None,
    pass_tokens: float = 0,
    redundant_experts: float = 0,
    expert_imbalance: float = 0,
    precision: str = "fp8",
    cache_precision: str = "",
    tpot_limit_s: float = 0.05,
    ttft_limit_s: float = 2.0,
    speculation: Speculation | None = None,
    in_pools: bool = False,
) -> InferenceResult:
    """Return what a machine delivers serving a model.

    Parameters
    ----------
    machine, model
        Where and what.
    profile, network, power
        Constants of engine, collective library and power of the machine's family.
    exchange
        Constants of the expert library; None takes one as good as the collective library.
    prompt, output
        Tokens of a request, mean.
    cached_share
        Share of each prompt found in the prefix cache, 0..1.
    batch
        Sequences in flight per instance; 0 takes the most that memory and TPOT allow.
    plan
        How an instance is cut; None takes the smallest that fits and meets TPOT.
    prefill_plan
        How instances that only compute prompts are cut; None cuts them as those for decoding.
    pass_tokens
        Tokens of prompts computed in one pass; 0 takes the engine's.
    redundant_experts
        Experts of each layer held twice.
    expert_imbalance
        Load of the busiest expert rank above the mean; 0 takes what the engine usually sees.
    precision, cache_precision
        Number formats of weights and KV cache; the cache's default follows the weights.
    tpot_limit_s, ttft_limit_s
        Objective. [s]
    speculation
        Drafts per step; none by default.
    in_pools
        Whether prefill and decode get NPUs of their own, or every instance does both at once
        (continuous batching): batch, TPOT, TTFT and rate are those of one or the other, and a plan
        that is chosen suits it.

    Raises
    ------
    BrokenRule : lengths, limits or degrees that are impossible; the nearest valid one is named.
    UnknownName : no such number format.
    """
    check_request(prompt, output, cached_share, batch, tpot_limit_s, ttft_limit_s)
    profile = with_choices(profile, pass_tokens, expert_imbalance)
    check_redundancy(model, redundant_experts)
    shape = RequestShape(prompt, output, cached_share)
    limits = Limits(tpot_limit_s, ttft_limit_s)
    guess = speculation or Speculation()

    def build(candidate: InferencePlan) -> Engine:
        return engine_of(
            machine, model, replace(candidate, redundant_experts=redundant_experts), profile,
            network, exchange, precision=precision, cache_precision=cache_precision,
            speculation=guess,
        )  # fmt: skip

    devices = round(machine.npu_count * profile.devices_per_npu)
    if plan is None:
        chosen = choose_plan(
            build, model, machine.npu_count, shape, limits, guess, profile.devices_per_npu,
            in_pools=in_pools,
        )  # fmt: skip
    else:
        chosen = Chosen(plan, None, machine.npu_count)
    check_plan(model, chosen.plan, devices)
    apart = None
    if prefill_plan is not None:
        check_plan(model, prefill_plan, devices)
        apart = build(prefill_plan)
    return _result(
        machine, build(chosen.plan), apart, shape, limits, guess, batch, chosen, power, in_pools
    )


def with_choices(
    profile: InferenceProfile, pass_tokens: float = 0, expert_imbalance: float = 0
) -> InferenceProfile:
    """Return the profile with another size of passes or imbalance of experts; 0 keeps either.

    Raises
    ------
    BrokenRule : fewer than one token, or an imbalance that cannot be.
    """
    if pass_tokens:
        check_tokens(say("a pass"), pass_tokens)
    if not 0 <= expert_imbalance <= MOST_IMBALANCE:
        raise BrokenRule(
            say(
                "experts {imbalance:g} busier than the mean, of 0 (usual) to {most:,.0f}",
                imbalance=expert_imbalance,
                most=MOST_IMBALANCE,
            ),
            say("{nearest:g}", nearest=within(expert_imbalance, 0, MOST_IMBALANCE)),
        )
    return msgspec.structs.replace(
        profile,
        pass_tokens=float(pass_tokens or profile.pass_tokens),
        expert_imbalance=float(expert_imbalance or profile.expert_imbalance),
    )


def _result(
    machine: Machine,
    engine: Engine,
    apart: Engine | None,
    shape: RequestShape,
    limits: Limits,
    guess: Speculation,
    batch: float,
    chosen: Chosen,
    power: PowerProfile,
    in_pools: bool,
) -> InferenceResult:
    """Return the result for a batch of the whole instance, or for the largest possible."""
    plan, devices = engine.plan, engine.profile.devices_per_npu
    groups = scalar(plan.attention_data)
    room = in_flight(engine, shape)
    alone = None
    most = chosen.batch
    if batch:
        most = batch / groups
    elif most is None and room < 1:
        most = 0.0
    elif most is None and in_pools:
        most, alone = largest_decode(engine, shape, limits, guess, room)
    elif most is None:
        most = largest_batch(engine, shape, limits, guess, with_prompts=True)
    wanted = most
    held = min(wanted, room) if batch else wanted
    size = max(held, 1.0)
    first, plenty = first_and_many(apart or engine, shape)
    mixed = None if in_pools else steady(engine, shape, size, guess, plenty)
    if mixed is not None:
        step = mixed.decode
    elif alone is not None and wanted >= 1:
        step = alone
    else:
        step = decode(engine, size, shape.mean_context, guess)
    memory = serving_memory(engine, wanted if batch else size, shape.full_length,
                            engine.profile.pass_tokens)  # fmt: skip
    prompts_fit = apart is None or in_flight(apart, shape) >= 1
    fits = room >= 1 and wanted <= room and prompts_fit
    ranks = scalar(plan.ranks)
    instances = int(engine.machine.npu_count // ranks)
    fill_rate, step_rate = scalar(plenty.tokens_per_s_per_npu), scalar(step.tokens_per_s_per_npu)
    cache = scalar(sequence_byte(engine, shape.prompt)) * ranks / groups
    link = engine.machine.levels[-1].bandwidth_byte_per_s
    split = disaggregate(fill_rate, step_rate, shape.new_prompt, shape.output, cache, link * groups)
    busy = phase_of("decode", engine, step.pass_time, power)
    filling = phase_of("prefill", apart or engine, plenty.pass_time, power)
    if mixed is None:
        share, rate = split.prefill_share, split.tokens_per_s_per_npu
        ttft_s, tpot_s = scalar(first.ttft_s), scalar(step.tpot_s)
    else:
        share, rate = scalar(mixed.prompt_share), scalar(mixed.tokens_per_s_per_npu)
        ttft_s, tpot_s = scalar(mixed.ttft_s), scalar(mixed.tpot_s)
    package = devices * (filling[1] * share + busy[1] * (1 - share))
    host = machine.host_power_w_per_npu
    rate = rate * devices if fits else 0.0
    used = instances * ranks / devices
    return InferenceResult(
        model=engine.model.name,
        plan=plan,
        prefill_plan=apart.plan if apart else None,
        used_npus=chosen.npus if in_pools else math.ceil(used),
        instance_npus=ranks / devices,
        prefill_instance_npus=scalar(apart.plan.ranks) / devices if apart else 1.0,
        instances=instances,
        fits=fits,
        remedy=remedy_of(engine, shape, limits, memory, room, held, wanted, ttft_s)
        if prompts_fit or apart is None
        else prefill_remedy(apart),
        limited_by=limit_of(batch, room, held),
        sequences_per_npu=size * groups / ranks * devices,
        batch_capacity_per_npu=room * groups / ranks * devices,
        ttft_s=ttft_s,
        tpot_s=tpot_s,
        meets_ttft=ttft_s <= limits.ttft_s,
        meets_tpot=tpot_s <= limits.tpot_s * (1 + 1e-9),
        prefill_tokens_per_s_per_npu=fill_rate * devices,
        decode_tokens_per_s_per_npu=step_rate * devices,
        tokens_per_s_per_npu=rate,
        tokens_per_s=rate * used,
        requests_per_s=rate * used / shape.output,
        prefill_share=share,
        cache_transfer_s=split.transfer_s,
        memory=MemoryUse(
            *(scalar(part) * devices for part in (
                memory.weights, memory.cache, memory.activations, memory.buffers,
                memory.usable, memory.capacity,
            ))
        ),
        prefill=filling[0],
        decode=busy[0],
        power_w_per_npu=package,
        host_power_w_per_npu=host,
        power_w=used * (package + host),
        energy_j_per_token=(package + host) / rate if rate > 0 else np.inf,
        profile=f"{engine.profile.family}, {engine.profile.generation}",
        assumptions=assumptions_of(engine, guess),
        worked=Worked(
            shape, guess, engine, step, apart or engine, first, plenty, wanted if batch else size,
            mixed,
        ),
    )  # fmt: skip
