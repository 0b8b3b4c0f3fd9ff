"""Predict published serving measurements from their inputs.

Columns that a source leaves out are chosen by the simulator: the mapping with the most throughput
that meets the objective. Measured columns are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from studio.errors import InvalidInput, StudioError
from studio.exploration.serving_library import (
    exchange_profile,
    inference_profile,
    power_profile,
    serving_family,
)
from studio.exploration.validation.hardware import network_profile
from studio.exploration.validation.prediction import Prediction, doubted
from studio.exploration.validation.rows import Row
from studio.exploration.validation.serving_case import ServingCase, given_plan, serving_case
from studio.messages import say
from studio.simulation.inference.batches import in_flight, largest_batch
from studio.simulation.inference.engine import Engine, engine_of
from studio.simulation.inference.mapping import candidate_plans
from studio.simulation.inference.mixing import mixed
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import InferencePlan, check_plan, expert_count, scalar
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.requests import Limits
from studio.simulation.inference.runs import run_rate
from studio.simulation.inference.serving import offline_rate, serve
from studio.simulation.power.node import node_power_w
from studio.units import MILLI

ProfileOf = Callable[[str, str], InferenceProfile]
_MOST_STAGES = 8
_FACILITY_OVERHEAD = 1.25
"""Power usage effectiveness and the share of networks and stores, of provisioned utility power."""


def predict(row: Row, profile_of: ProfileOf = inference_profile) -> Prediction:
    """Return the primary metric of one row, or why there is none.

    Parameters
    ----------
    row
        Columns of a serving measurement; measured ones may be empty and are never read.
    profile_of
        Family and generation to efficiency profile; the shipped ones by default.
    """
    try:
        case = serving_case(row)
        if isinstance(case, str):
            return Prediction(None, case)
        return _answer(case, profile_of(serving_family(case.machine.accelerator), case.generation))
    except StudioError as problem:
        return Prediction(None, problem.message)


def _answer(case: ServingCase, profile: InferenceProfile) -> Prediction:
    """Return the prediction; a run that was measured is taken to have fitted and met its limits."""
    try:
        plans = possible_plans(case, profile)
    except InvalidInput as problem:
        doubt = say("the stated mapping is left out: {problem}", problem=problem)
        case = replace(case, tensor=0, pipeline=0, expert=0, attention_data=0, doubt=doubt)
        plans = possible_plans(case, profile)
    found = answer_with(case, profile, plans)[0]
    if found.value is not None:
        return found
    whole = msgspec.structs.replace(profile, memory_share=1.0, runtime_byte=0.0)
    for doubt, tried, engine in (
        (say("all memory is given to weights and cache"), case, whole),
        (
            say("no batch meets the limits, which are left out"),
            replace(case, limits=Limits()),
            whole,
        ),
    ):
        eased = replace(tried, doubt=doubt)
        again = answer_with(eased, engine, possible_plans(eased, engine))[0]
        if again.value is not None:
            return again
    return found


def answer_with(
    case: ServingCase, profile: InferenceProfile, plans: Sequence[InferencePlan]
) -> tuple[Prediction, InferencePlan | None]:
    """Return the prediction by the best of `plans` for the row's metric, and that plan."""
    engines = [engine_for(case, plan, profile) for plan in plans]
    ways: tuple[tuple[str, str, Callable[[ServingCase, Engine], float], bool], ...] = (
        ("ablation", "", _nothing, True),
        ("", "ttft_ms+tpot_ms", _first_and_next_ms, False),
        ("", "ttft_ms", _ttft_ms, False),
        ("", "tpot_ms", _tpot_ms, False),
        ("", "latency_s", _latency_s, False),
        ("", "other_metric", _per_megawatt, True),
        ("prefill", "", _prefill_rate, True),
        ("decode", "", _decode_rate, True),
        ("mlperf", "", _service_rate, True),
        ("offline", "", _offline_rate, True),
        ("", "", _service_rate, True),
    )
    for phase, metric, way, is_rate in ways:
        if phase in case.phase and metric in case.metric:
            tried = [(way(case, engine), engine) for engine in engines]
            good = [found for found in tried if found[0] > 0 and np.isfinite(found[0])]
            if not good:
                return Prediction(None, _why(case, engines[0])), None
            value, engine = max(good, key=_value) if is_rate else min(good, key=_value)
            value = value * _in_unit(case) if is_rate else value
            note = _note(case, engine.plan, profile)
            return Prediction(value, note, _latencies_ms(case, engine)), engine.plan
    reason = say("{metric!r} of {phase!r} is not modelled", metric=case.metric, phase=case.phase)
    return Prediction(None, reason), None


def _note(case: ServingCase, plan: InferencePlan, profile: InferenceProfile) -> str:
    names = (("TP", plan.tensor), ("DP", plan.attention_data), ("PP", plan.pipeline),
             ("EP", plan.expert))  # fmt: skip
    degrees = " ".join(f"{name} {scalar(value):g}" for name, value in names)
    return doubted(f"{degrees}, {profile.family}, {profile.generation}", case.doubt)


def _in_unit(case: ServingCase) -> float:
    """Return what output tokens per second and NPU are multiplied with for the unit of a row."""
    if not case.unit:
        return 1.0
    reach = 1.0
    if "node" in case.unit:
        reach = min(case.machine.host_npus, case.npus)
    elif not re.search(r"per (?:gpu|npu|card|chip)|/gpu|/npu", case.unit):
        reach = case.npus
    if re.search("request|sample|quer", case.unit):
        return reach / case.shape.output
    if case.phase in ("prefill", "decode"):
        return reach
    is_all = re.search("prompt|input|total tokens|total throughput", case.unit)
    return reach * (case.shape.full_length / case.shape.output if is_all else 1.0)


def _value(found: tuple[float, Engine]) -> float:
    return found[0]


def _nothing(case: ServingCase, engine: Engine) -> float:
    del case, engine
    return 0.0


def _why(case: ServingCase, engine: Engine) -> str:
    if "ablation" in case.phase:
        return say("the row names no quantity and unit outside its measured columns")
    if in_flight(engine, case.shape) < 1:
        return say(
            "{model} does not fit the memory of {npus} NPUs", model=case.model.name, npus=case.npus
        )
    return say("no batch meets the limits")


def possible_plans(case: ServingCase, profile: InferenceProfile) -> list[InferencePlan]:
    """Return the mapping a row states, or those the simulator chooses from."""
    stated = given_plan(case, profile.devices_per_npu)
    devices = round(case.npus * profile.devices_per_npu)
    if stated is not None:
        # Some sources count the accelerators of one node of a larger instance.
        check_plan(case.model, stated, max(devices, int(scalar(stated.ranks))))
        # Engines that spread experts over ranks that do not divide them fill the rest with copies.
        copies = -expert_count(case.model) % scalar(stated.expert)
        return [replace(stated, redundant_experts=copies)]
    # Published runs cut attention over all ranks or none, unless they say otherwise.
    domain = case.machine.levels[0].ranks * profile.devices_per_npu
    stages = max(case.pipeline, 1) if case.pipeline else _MOST_STAGES
    most = int(min(devices, domain))
    return [
        replace(plan, is_balanced=case.is_balanced)
        for plan in candidate_plans(case.model, most, stages, most_mixed_tensor=1)
        if devices % int(scalar(plan.ranks)) == 0
    ]


def engine_for(case: ServingCase, plan: InferencePlan, profile: InferenceProfile) -> Engine:
    """Return the instance a mapping of a row means."""
    family = case.machine.accelerator.family
    return engine_of(
        case.machine, case.model, plan, profile, network_profile(family), exchange_profile(family),
        precision=case.precision, cache_precision=case.cache_precision,
        speculation=case.speculation,
    )  # fmt: skip


def _group_batch(case: ServingCase, engine: Engine) -> float:
    """Return the sequences of one attention group for the batch of a row, at least one."""
    devices = case.npus * engine.profile.devices_per_npu
    return max(case.batch * scalar(engine.plan.group_ranks) / devices, 1.0)


def _batch_at_once(case: ServingCase, engine: Engine) -> float:
    """Return the sequences of one attention group when a batch is stated for latencies.

    Groups with sequences of their own have those of their NPUs; NPUs that all work on the same
    sequences are told the batch of the instance.
    """
    if case.batch_per_npu and not case.concurrency:
        has_groups = scalar(engine.plan.attention_data) > 1
        return _group_batch(case, engine) if has_groups else case.batch_per_npu
    return max((case.concurrency or 1.0) / scalar(engine.plan.attention_data), 1.0)


def _ttft_ms(case: ServingCase, engine: Engine) -> float:
    found = prefill(engine, case.shape, _batch_at_once(case, engine))
    return scalar(found.ttft_s) / MILLI


def _tpot_ms(case: ServingCase, engine: Engine) -> float:
    found = decode(engine, _batch_at_once(case, engine), case.context, case.speculation)
    return scalar(found.tpot_s) / MILLI


_LATENCIES: dict[str, Callable[[ServingCase, Engine], float]] = {
    "ttft_ms": _ttft_ms,
    "tpot_ms": _tpot_ms,
}


def _latencies_ms(case: ServingCase, engine: Engine) -> dict[str, float]:
    """Return the latencies that the metric of a row names, by column."""
    return {
        column: way(case, engine) for column, way in _LATENCIES.items() if column in case.metric
    }


def _first_and_next_ms(case: ServingCase, engine: Engine) -> float:
    return sum(_latencies_ms(case, engine).values())


def _latency_s(case: ServingCase, engine: Engine) -> float:
    batch = min(_batch_at_once(case, engine), max(in_flight(engine, case.shape), 1.0))
    waves = _batch_at_once(case, engine) / batch
    first = scalar(prefill(engine, case.shape, batch).ttft_s)
    step = scalar(decode(engine, batch, case.context, case.speculation).tpot_s)
    return waves * (first + (case.shape.output - 1) * step)


def _prefill_rate(case: ServingCase, engine: Engine) -> float:
    if in_flight(engine, case.shape) < 1:
        return 0.0
    rate = scalar(prefill(engine, case.shape, np.inf).tokens_per_s_per_npu)
    return rate * engine.profile.devices_per_npu / (1 - case.shape.cached_share)


def _decode_rate(case: ServingCase, engine: Engine) -> float:
    if case.batch:
        batch = _group_batch(case, engine)
    else:
        batch = largest_batch(engine, case.shape, case.limits, case.speculation)
    if batch < 1:
        return 0.0
    found = decode(engine, batch, case.context, case.speculation)
    return scalar(found.tokens_per_s_per_npu) * engine.profile.devices_per_npu


def _offline_rate(case: ServingCase, engine: Engine) -> float:
    if case.run.ends:
        rate = run_rate(engine, case.shape, case.run, case.speculation)
    else:
        rate = offline_rate(engine, case.shape, case.requests, case.speculation)
    return rate * engine.profile.devices_per_npu


def _service_rate(case: ServingCase, engine: Engine) -> float:
    devices = engine.profile.devices_per_npu
    if np.isfinite(case.limits.tpot_s) or np.isfinite(case.limits.ttft_s):
        found = serve(engine, case.shape, case.limits, case.speculation, case.run)
        return found.tokens_per_s_per_npu * devices
    most = in_flight(engine, case.shape)
    if most < 1:
        return 0.0
    busy = most * engine.profile.occupancy
    batch = max(min(_group_batch(case, engine), busy) if case.batch else busy, 1.0)
    return scalar(mixed(engine, case.shape, batch, case.speculation).tokens_per_s_per_npu) * devices


def _per_megawatt(case: ServingCase, engine: Engine) -> float:
    """Return millions of output tokens per second and megawatt of provisioned power."""
    accelerator = case.machine.accelerator
    node = 8.0
    power = power_profile(serving_family(accelerator))
    provisioned = node_power_w(power, accelerator.tdp_w, node) / node * _FACILITY_OVERHEAD
    return _service_rate(case, engine) / scalar(provisioned)


def predict_all(rows: Iterable[Row]) -> list[Prediction]:
    """Return the prediction of every row, in order."""
    return [predict(row) for row in rows]
