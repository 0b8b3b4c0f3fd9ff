"""What the accelerators of a serving measurement do and draw, from the serving simulation."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from studio.exploration.serving_library import inference_profile, serving_family
from studio.exploration.validation.inference import engine_for, possible_plans
from studio.exploration.validation.power_case import (
    NODE_NPUS,
    PowerCase,
    ProfileOf,
    Reading,
    nodes_power_w,
)
from studio.exploration.validation.rows import Row
from studio.exploration.validation.serving_case import ServingCase, serving_case
from studio.simulation.inference.batches import in_flight, largest_batch
from studio.simulation.inference.engine import Engine
from studio.simulation.inference.mixing import Steady, steady
from studio.simulation.inference.phases import decode, prefill
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.requests import RequestShape
from studio.simulation.power.activity import activity_of
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile

UNSTATED_PROMPT = 256.0
"""Prompt tokens of public sets of single questions where a table leaves them out: a question of
one or two hundred tokens (LMSYS-Chat-1M, arXiv 2309.11998: 70 for chat) and its instruction. The
energy per output token of the chat and question sets moves by 2 % between half of it and twice."""
UNSTATED_CODE = 3000.0
"""The same where code is filled in, which sends the source file around the hole: ten kilobyte of
code at 3 to 4 byte a token. It is an assumption: twice as long halves the rate of a large batch."""
_FILLS_IN_CODE = re.compile(r"\bfim\b|fill.in.the.middle|code completion", re.IGNORECASE)
_ENGINE_OF_BENCHMARK = "vLLM 0.11"
_QUESTIONS = RequestShape(294.0, 292.0)
"""Mean lengths of the question-answering set behind the Llama-2-70B benchmark."""
_BATCH = re.compile(r"mean running batch\s*([\d.]+)")
_LIMIT = re.compile(r"max_num_seqs\s*(\d+)")
_SPREAD = re.compile(r"EP\s*(\d+),\s*DP\s*(\d+)")


def serving_row(row: Row) -> dict[str, str]:
    """Return a power row as a serving row: the same columns the serving tables have."""
    spread = _SPREAD.search(row.get("note") or "")
    batch = _BATCH.search(row.get("batch_or_concurrency") or "")
    limit = _LIMIT.search(row.get("batch_or_concurrency") or "")
    units = row.get("units") or "1"
    count = batch or limit
    found = {key: value for key, value in row.items() if key not in ("throughput", "energy")}
    found.update(
        gpus=units,
        framework=row.get("framework") or _ENGINE_OF_BENCHMARK,
        isl=row.get("isl") or str(_usual_prompt(row)),
        concurrency=count[1] if count else (row.get("batch_or_concurrency") or ""),
    )
    if spread:
        experts, groups = int(spread[1]), int(spread[2])
        found["ep"] = spread[1]
        found["dp"] = spread[2] if groups > 1 else ""
        found["tp"] = str(max(int(units) // groups, 1)) if experts > 1 else row.get("tp") or units
    return found


def _usual_prompt(row: Row) -> float:
    return UNSTATED_CODE if _FILLS_IN_CODE.search(row.get("workload") or "") else UNSTATED_PROMPT


def serving_state(
    row: Row, profile_of: ProfileOf = inference_profile
) -> tuple[ServingCase, Engine, Steady] | str:
    """Return the steady state of a serving benchmark at its stated batch, or why not."""
    case = serving_case(serving_row(row))
    if isinstance(case, str):
        return case
    profile = profile_of(serving_family(case.machine.accelerator), case.generation)
    engine = engine_for(case, possible_plans(case, profile)[0], profile)
    return case, engine, steady_at(case, engine)


def steady_at(case: ServingCase, engine: Engine) -> Steady:
    """Return continuous batching at the batch a row states, as far as memory allows.

    Without a batch as many as memory allows are served, as engines do. A model that does not fit
    was measured all the same: somewhere there was room for the batch it states.
    """
    stated = case.concurrency / scalar(engine.plan.attention_data)
    room = in_flight(engine, case.shape, reserved=False)
    held = min(stated or room, room) if room >= 1 else stated
    return steady(engine, case.shape, max(held, 1.0), case.speculation)


def serving_power_w(engine: Engine, power: PowerProfile, state: Steady, pace: float = 1.0) -> float:
    """Return the power of a package while prompts and decoding share its time. [W].

    Parameters
    ----------
    pace
        Rate of the real machine over the simulated one, where it is known: work per second scales
        with it, and time that is not needed for it is waiting.
    """
    share = scalar(state.prompt_share)
    accelerator = engine.machine.accelerator
    stepping, filling = (
        scalar(npu_power_w(accelerator, power, activity_of(engine, one).at_pace(pace)))
        for one in (state.decode.pass_time, state.prefill.pass_time)
    )
    return (share * filling + (1 - share) * stepping) * engine.profile.devices_per_npu


def energy_per_token(case: PowerCase) -> Reading | str:
    """Energy of the accelerators per output token. [J]."""
    found = serving_state(case.row, case.profile_of)
    if isinstance(found, str):
        return found
    _, engine, state = found
    rate = scalar(state.tokens_per_s_per_npu) * engine.profile.devices_per_npu
    return lambda power: serving_power_w(engine, power, state) / rate


def serving_watts(case: PowerCase) -> Reading | str:
    """Power of all accelerators of a serving benchmark, with their hosts where those count."""
    found = serving_state(case.row, case.profile_of)
    if isinstance(found, str):
        return found
    _, engine, state = found
    units = max(case.units, 1)
    if case.says("scope", "node", "rack", "cluster"):
        return lambda power: nodes_power_w(power, serving_power_w(engine, power, state), units)
    return lambda power: serving_power_w(engine, power, state) * units


def _translated(case: PowerCase, **columns: str) -> tuple[ServingCase, InferenceProfile] | str:
    """Return a power row as a serving case on the machine it was measured on."""
    found = serving_case(dict(case.row) | columns)
    if isinstance(found, str):
        return found
    found = replace(found, machine=case.machine)
    return found, case.profile_of(serving_family(case.machine.accelerator), found.generation)


def request_share(case: PowerCase) -> Reading | str:
    """Mean power of prompts followed by decoding, over TDP."""
    found = _translated(
        case,
        gpus=case.row.get("units") or "1",
        concurrency=case.row.get("batch_or_concurrency") or "1",
        framework="Splitwise",
    )
    if isinstance(found, str):
        return found
    serving, profile = found
    engine = engine_for(serving, possible_plans(serving, profile)[0], profile)
    first = prefill(engine, serving.shape, max(serving.concurrency, 1.0))
    step = decode(engine, max(serving.concurrency, 1.0), serving.context)
    filling, stepping = activity_of(engine, first.pass_time), activity_of(engine, step.pass_time)
    first_s = scalar(first.ttft_s)
    decode_s = scalar(step.tpot_s) * serving.shape.output
    accelerator = case.machine.accelerator
    if case.says("primary_metric", "peak"):
        return lambda power: scalar(npu_power_w(accelerator, power, filling)) / accelerator.tdp_w

    def share(power: PowerProfile) -> float:
        joules = scalar(npu_power_w(accelerator, power, filling)) * first_s
        joules += scalar(npu_power_w(accelerator, power, stepping)) * decode_s
        return joules / (first_s + decode_s) / accelerator.tdp_w

    return share


def serving_node(case: PowerCase) -> Reading | str:
    """Plug power of a node that serves as fast as it can."""
    found = _translated(
        case,
        gpus=case.row.get("units") or str(NODE_NPUS),
        framework="TensorRT 10.2" if case.says("workload", "v4") else "TensorRT 10.8",
        isl=str(_QUESTIONS.prompt),
        osl=str(_QUESTIONS.output),
        phase=f"MLPerf {case.row.get('phase') or ''}",
    )
    if isinstance(found, str):
        return found
    serving, profile = found
    tried = [_fastest(serving, plan, profile) for plan in possible_plans(serving, profile)]
    _, engine, state = max(tried, key=lambda one: one[0])
    npus = case.units or NODE_NPUS
    return lambda power: nodes_power_w(power, serving_power_w(engine, power, state), npus)


def _fastest(
    case: ServingCase, plan: InferencePlan, profile: InferenceProfile
) -> tuple[float, Engine, Steady]:
    engine = engine_for(case, plan, profile)
    batch = largest_batch(engine, case.shape, case.limits, with_prompts=True)
    state = steady(engine, case.shape, max(batch, 1.0))
    rate = scalar(state.tokens_per_s_per_npu) if batch >= 1 else 0.0
    return (rate if np.isfinite(rate) else 0.0), engine, state
