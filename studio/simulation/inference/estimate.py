"""One call for the live application: what a machine delivers serving a model.

Gathers prefill, decode, memory, limits, utilisation and energy of one mapping into one value with
a named field for every number a plot needs. Pure; knows no file.
"""

from __future__ import annotations

import msgspec
import numpy as np

from studio.errors import InvalidInput
from studio.messages import say
from studio.simulation.inference.disaggregation import disaggregate
from studio.simulation.inference.exchange import library_of
from studio.simulation.inference.kernels import formats
from studio.simulation.inference.mapping import choose_plan
from studio.simulation.inference.memory import (
    ServingMemory,
    sequence_byte,
    serving_memory,
)
from studio.simulation.inference.passes import Engine, PassTime
from studio.simulation.inference.plan import InferencePlan, check_plan, scalar, split_devices
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.result import (
    InferenceResult,
    MemoryUse,
    OperatorPoint,
    Phase,
    Worked,
)
from studio.simulation.inference.serving import (
    Limits,
    RequestShape,
    first_and_many,
    in_flight,
    largest_batch,
    steady,
)
from studio.simulation.inference.speculative import Speculation
from studio.simulation.machine import Machine
from studio.simulation.network.profile import ExpertProfile, NetworkProfile
from studio.simulation.power.activity import Activity, activity_of
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile
from studio.workload.model import AiModel

__all__ = [
    "InferenceResult",
    "MemoryUse",
    "OperatorPoint",
    "Phase",
    "engine_of",
    "estimate_inference",
]


def engine_of(
    machine: Machine,
    model: AiModel,
    plan: InferencePlan,
    profile: InferenceProfile,
    network: NetworkProfile,
    exchange: ExpertProfile | None = None,
    *,
    precision: str = "fp8",
    cache_precision: str = "",
    speculation: Speculation | None = None,
) -> Engine:
    """Return the instance a plan describes, on the machine as software sees it."""
    seen = split_devices(machine, profile.devices_per_npu)
    numbers = formats(seen.accelerator, precision, cache_precision)
    drafts = float(speculation.drafts) if speculation else 0.0
    library = exchange or library_of(network)
    return Engine(seen, model, plan, profile, network, library, numbers, drafts)


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
    precision: str = "fp8",
    cache_precision: str = "",
    tpot_limit_s: float = 0.05,
    ttft_limit_s: float = 2.0,
    speculation: Speculation | None = None,
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
    precision, cache_precision
        Number formats of weights and KV cache; the cache's default follows the weights.
    tpot_limit_s, ttft_limit_s
        Objective. [s]
    speculation
        Drafts per step; none by default.

    Raises
    ------
    InvalidInput : lengths, limits or degrees that are impossible; the nearest valid one is named.
    UnknownName : no such number format.
    """
    _check(prompt, output, cached_share, batch, tpot_limit_s, ttft_limit_s)
    profile = with_pass_tokens(profile, pass_tokens)
    shape = RequestShape(prompt, output, cached_share)
    limits = Limits(tpot_limit_s, ttft_limit_s)
    guess = speculation or Speculation()

    def build(candidate: InferencePlan) -> Engine:
        return engine_of(
            machine, model, candidate, profile, network, exchange,
            precision=precision, cache_precision=cache_precision, speculation=guess,
        )  # fmt: skip

    devices = round(machine.npu_count * profile.devices_per_npu)
    chosen = plan or choose_plan(build, model, devices, shape, limits, guess)
    check_plan(model, chosen, devices)
    apart = None
    if prefill_plan is not None:
        check_plan(model, prefill_plan, devices)
        apart = build(prefill_plan)
    return _result(machine, build(chosen), apart, shape, limits, guess, batch, power)


def with_pass_tokens(profile: InferenceProfile, pass_tokens: float) -> InferenceProfile:
    """Return the profile with another size of the passes that compute prompts; 0 keeps it.

    Raises
    ------
    InvalidInput : fewer than one token.
    """
    if not pass_tokens:
        return profile
    if not 1 <= pass_tokens <= 1e8:
        raise InvalidInput(
            "passes of {pass_tokens:g} tokens; nearest valid: 1 to 100,000,000",
            pass_tokens=pass_tokens,
        )
    return msgspec.structs.replace(profile, pass_tokens=float(pass_tokens))


def _check(
    prompt: float, output: float, cached: float, batch: float, tpot: float, ttft: float
) -> None:
    for name, value in (("prompt", prompt), ("output", output)):
        if not 1 <= value <= 1e8:
            raise InvalidInput(
                "{name} of {value:g} tokens; nearest valid: 1 to 100,000,000",
                name=name,
                value=value,
            )
    if not 0 <= cached <= 1:
        nearest = min(max(cached, 0.0), 1.0)
        raise InvalidInput(
            "cached share {cached:g} is no share; nearest valid: {nearest:g}",
            cached=cached,
            nearest=nearest,
        )
    if not 0 <= batch <= 1e9:
        raise InvalidInput(
            "a batch of {batch:g} sequences; nearest valid: 0 (largest possible)",
            batch=batch,
        )
    for name, value in (("TPOT", tpot), ("TTFT", ttft)):
        if not value > 0:
            raise InvalidInput(
                "a {name} limit of {value:g} s; it must be above 0",
                name=name,
                value=value,
            )


def _result(
    machine: Machine,
    engine: Engine,
    apart: Engine | None,
    shape: RequestShape,
    limits: Limits,
    guess: Speculation,
    batch: float,
    power: PowerProfile,
) -> InferenceResult:
    plan, devices = engine.plan, engine.profile.devices_per_npu
    groups = scalar(plan.attention_data)
    room = in_flight(engine, shape)
    wanted = batch / groups if batch else largest_batch(engine, shape, limits, guess)
    held = min(wanted, room) if batch else wanted
    size = max(held, 1.0)
    first, plenty = first_and_many(engine, shape)
    mixed = steady(engine, shape, size, guess, plenty)
    if apart is not None:
        first, plenty = first_and_many(apart, shape)
    step = mixed.decode
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
    busy = _phase("decode", engine, step.pass_time, power)
    filling = _phase("prefill", apart or engine, plenty.pass_time, power)
    share = scalar(mixed.prompt_share)
    package = devices * (filling[1] * share + busy[1] * (1 - share))
    host = machine.host_power_w_per_npu
    rate = scalar(mixed.tokens_per_s_per_npu) * devices * (1.0 if fits else 0.0)
    used = instances * ranks / devices
    return InferenceResult(
        model=engine.model.name,
        plan=plan,
        prefill_plan=apart.plan if apart else None,
        instance_npus=ranks / devices,
        prefill_instance_npus=scalar(apart.plan.ranks) / devices if apart else 1.0,
        instances=instances,
        fits=fits,
        remedy=_remedy(engine, shape, limits, memory, room, held, wanted, scalar(first.ttft_s))
        if prompts_fit or apart is None
        else _prefill_remedy(apart),
        limited_by=_limit(batch, room, held),
        sequences_per_npu=size * groups / ranks * devices,
        batch_capacity_per_npu=room * groups / ranks * devices,
        ttft_s=scalar(first.ttft_s),
        tpot_s=scalar(step.tpot_s),
        mixed_tpot_s=scalar(mixed.tpot_s),
        meets_ttft=scalar(first.ttft_s) <= limits.ttft_s,
        meets_tpot=scalar(step.tpot_s) <= limits.tpot_s * (1 + 1e-9),
        prefill_tokens_per_s_per_npu=fill_rate * devices,
        decode_tokens_per_s_per_npu=step_rate * devices,
        tokens_per_s_per_npu=rate,
        tokens_per_s=rate * used,
        requests_per_s=rate * used / shape.output,
        disaggregated_tokens_per_s_per_npu=split.tokens_per_s_per_npu * devices,
        prefill_share=split.prefill_share,
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
        assumptions=_assumptions(engine, guess),
        worked=Worked(
            shape, guess, engine, step, apart or engine, first, plenty, wanted if batch else size
        ),
    )  # fmt: skip


def _phase(name: str, engine: Engine, one: PassTime, power: PowerProfile) -> tuple[Phase, float]:
    """Return a phase and the power of one device in it."""
    accelerator = engine.machine.accelerator
    doing: Activity = activity_of(engine, one)
    watts = scalar(npu_power_w(accelerator, power, doing))
    points = tuple(
        OperatorPoint(
            row.name,
            row.term,
            scalar(row.flops),
            scalar(row.traffic_byte),
            scalar(row.time_s),
            scalar(row.intensity),
            scalar(row.flops) / max(scalar(row.time_s), 1e-12),
            "compute" if scalar(row.compute_s) > scalar(row.memory_s) else "memory",
        )
        for row in one.operators
    )
    phase = Phase(
        name,
        scalar(one.time_s),
        {term: scalar(value) for term, value in one.terms.items()},
        scalar(doing.compute),
        scalar(doing.memory),
        scalar(doing.network),
        watts * engine.profile.devices_per_npu,
        points,
    )
    return phase, watts


def _limit(batch: float, room: float, held: float) -> str:
    if room < 1:
        return "nothing fits"
    if batch:
        return "batch" if held < room else "memory"
    return "memory" if held >= room else "TPOT"


def _remedy(
    engine: Engine,
    shape: RequestShape,
    limits: Limits,
    memory: ServingMemory,
    room: float,
    held: float,
    wanted: float,
    ttft_s: float,
) -> str:
    """Return what to change, in one sentence, or nothing."""
    ranks = int(scalar(engine.plan.ranks))
    if room < 1:
        over = scalar(memory.weights) / memory.usable
        if over > 0.9:
            return say(
                "weights take {over:.0%} of the usable memory of a device: spread the "
                "instance over {devices} devices or store weights in fewer bits",
                over=over,
                devices=2 * ranks,
            )
        return say(
            "not one request of {full_length:g} tokens fits: spread the instance over "
            "{devices} devices, shorten requests or store the cache in fewer bits",
            full_length=shape.full_length,
            devices=2 * ranks,
        )
    if wanted > room:
        return say(
            "memory holds {room:g} sequences per group; lower the batch to that",
            room=room,
        )
    if held < 1:
        return say(
            "even one sequence misses TPOT {tpot_s:g} ms: use more tensor parallelism or "
            "draft tokens",
            tpot_s=limits.tpot_s * 1000.0,
        )
    if ttft_s > limits.ttft_s:
        return say(
            "one prompt takes {ttft_s:.2f} s against a TTFT limit of {limit_s:g} s: use "
            "more tensor parallelism, a prefix cache or shorter prompts",
            ttft_s=ttft_s,
            limit_s=limits.ttft_s,
        )
    return ""


def _prefill_remedy(apart: Engine) -> str:
    ranks = int(scalar(apart.plan.ranks))
    return say(
        "a prefill instance of {ranks} devices cannot hold weights and one request: spread it "
        "over {more}",
        ranks=ranks,
        more=2 * ranks,
    )


def _assumptions(engine: Engine, guess: Speculation) -> tuple[str, ...]:
    profile = engine.profile
    said = [
        say(
            "{memory_share:.0%} of memory is given to weights and cache",
            memory_share=profile.memory_share,
        ),
        say(
            "prompts are computed {pass_tokens:g} tokens at a time",
            pass_tokens=profile.pass_tokens,
        ),
        say("cache elements take {cache_byte:g} bytes", cache_byte=engine.numbers.cache_byte),
    ]
    if engine.model.is_moe and not engine.plan.is_balanced:
        said.append(
            say(
                "the busiest expert rank has {expert_imbalance:.0%} over the mean",
                expert_imbalance=profile.expert_imbalance,
            )
        )
    if guess.drafts:
        said.append(
            say(
                "{drafts} draft tokens per step, {acceptance:.0%} accepted",
                drafts=guess.drafts,
                acceptance=guess.acceptance,
            )
        )
    return (*said, *engine.machine.assumptions)
