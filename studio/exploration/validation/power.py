"""Predict published power and energy measurements from what the machine was doing.

Measured columns are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from studio.errors import StudioError
from studio.exploration.serving_library import (
    inference_profile,
    power_profile,
    serving_family,
)
from studio.exploration.validation.hardware import machine_of
from studio.exploration.validation.inference import engine_for, possible_plans
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import Row, whole
from studio.exploration.validation.serving_case import ServingCase, serving_case
from studio.simulation.inference.passes import Engine
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.serving import (
    RequestShape,
    Steady,
    decode,
    in_flight,
    largest_batch,
    prefill,
    steady,
)
from studio.simulation.machine import Accelerator, Machine
from studio.simulation.power.activity import Activity, activity_of
from studio.simulation.power.node import node_power_w
from studio.simulation.power.npu import npu_power_w
from studio.simulation.power.profile import PowerProfile

PowerOf = Callable[[str], PowerProfile]
ProfileOf = Callable[[str, str], InferenceProfile]

PROMPT_OF_TASK = {"lm-arena-chat": 150.0, "gpqa": 250.0, "sourcegraph-fim": 500.0}
"""Prompt tokens of serving benchmarks whose tables leave them out; orders of magnitude."""
_BATCH = re.compile(r"mean running batch\s*([\d.]+)")
_LIMIT = re.compile(r"max_num_seqs\s*(\d+)")
_SPREAD = re.compile(r"EP\s*(\d+),\s*DP\s*(\d+)")
_REDUCED = re.compile(r"MaxQ|reduced power", re.IGNORECASE)
_MOST_EFFICIENT_SHARE = 0.62
"""Power cap of a machine tuned for efficiency, over TDP: where rate per watt is largest."""


def predict(
    row: Row, power_of: PowerOf = power_profile, profile_of: ProfileOf = inference_profile
) -> Prediction:
    """Return the primary metric of one row, or why there is none.

    Parameters
    ----------
    row
        Columns of a power measurement; measured ones may be empty and are never read.
    power_of, profile_of
        Family to power profile, family and generation to serving profile; the shipped ones.
    """
    try:
        machine = machine_of(row.get("hw") or "", "", max(whole(row, "units", 8), 1))
        if machine is None:
            return Prediction(None, f"no ratings for {row.get('hw') or 'the hardware'}")
        machine = _capped(machine, row.get("hw") or "")
        profile = power_of(serving_family(machine.accelerator))
        value = _predicted(row, machine, profile, profile_of)
    except StudioError as problem:
        return Prediction(None, str(problem))
    return value if isinstance(value, Prediction) else Prediction(value)


def predict_all(rows: Iterable[Row]) -> list[Prediction]:
    """Return the prediction of every row, in order."""
    return [predict(row) for row in rows]


def _capped(machine: Machine, hardware: str) -> Machine:
    """Return the machine with the TDP of a reduced-power setting."""
    if not _REDUCED.search(hardware):
        return machine
    accelerator = machine.accelerator
    share = _MOST_EFFICIENT_SHARE
    capped = replace(
        accelerator,
        tdp_w=accelerator.tdp_w * share,
        compute_flops={k: v * share**0.375 for k, v in accelerator.compute_flops.items()},
    )
    return replace(machine, accelerator=capped)


def _predicted(
    row: Row, machine: Machine, power: PowerProfile, profile_of: ProfileOf
) -> float | Prediction:
    metric = row.get("primary_metric") or ""
    phase = (row.get("phase") or "").lower()
    workload = (row.get("workload") or "").lower()
    scope = (row.get("scope") or "").lower()
    if "rating" in workload:
        return Prediction(None, "a rating, not a measurement")
    if "idle" in workload:
        return scalar(_node(power, machine.accelerator.idle_w, 8.0, load=0.0))
    if metric == "energy" and "steady" in phase:
        return _energy_per_token(row, machine, power, profile_of)
    if "whole request" in phase:
        return _request_share(row, machine, power, profile_of)
    if "mlperf inference" in workload:
        return _serving_node(row, machine, power, profile_of)
    if "train" in workload and metric == "power_w":
        return _training_power(machine.accelerator, power, scope)
    if "cluster" in workload and metric == "power_fraction_of_tdp_avg":
        busy = 1.0 if "training" in workload else 0.5
        whole_w = scalar(_node(power, _busy_w(machine.accelerator, power, busy), 8.0))
        rated = scalar(_node(power, machine.accelerator.tdp_w * power.peak_share, 8.0))
        return whole_w / rated
    return Prediction(None, f"{row.get('workload')!r} on {row.get('scope')!r} is not modelled")


def _node(power: PowerProfile, npu_w: float, npus: float, load: float = 1.0) -> float:
    return scalar(node_power_w(power, npu_w, npus, load))


def _busy_w(accelerator: Accelerator, power: PowerProfile, matrix: float) -> float:
    """Return the power of an NPU that keeps its matrix units busy for a share of the time."""
    doing = Activity(compute=matrix, matrix=matrix, memory=0.5 * matrix, network=0.2 * matrix)
    return scalar(npu_power_w(accelerator, power, doing))


def _training_power(accelerator: Accelerator, power: PowerProfile, scope: str) -> float:
    """Return the power while training: matrix units busy for three quarters of a step."""
    npu = _busy_w(accelerator, power, 0.75)
    if "node" in scope:
        return _node(power, npu, 8.0)
    share = power.node_fixed_w / 8.0 if "host" in scope else 0.0
    return npu + share


def serving_row(row: Row) -> dict[str, str]:
    """Return a power row as a serving row: the same columns the serving tables have."""
    spread = _SPREAD.search(row.get("note") or "")
    batch = _BATCH.search(row.get("batch_or_concurrency") or "")
    limit = _LIMIT.search(row.get("batch_or_concurrency") or "")
    task = (row.get("workload") or "").rsplit("task ", maxsplit=1)[-1]
    units = row.get("units") or "1"
    count = batch or limit
    found = {key: value for key, value in row.items() if key not in ("throughput", "energy")}
    found.update(
        gpus=units,
        framework="vLLM 0.11",
        isl=row.get("isl") or str(PROMPT_OF_TASK.get(task.strip(), 250.0)),
        concurrency=count[1] if count else (row.get("batch_or_concurrency") or ""),
    )
    if spread:
        experts, groups = int(spread[1]), int(spread[2])
        found["ep"] = spread[1]
        found["dp"] = spread[2] if groups > 1 else ""
        found["tp"] = str(max(int(units) // groups, 1)) if experts > 1 else row.get("tp") or units
    return found


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
    """Return continuous batching at the batch a row states, as far as memory allows."""
    groups = scalar(engine.plan.attention_data)
    batch = max((case.concurrency or 1.0) / groups, 1.0)
    held = min(batch, max(in_flight(engine, case.shape, reserved=False), 1.0))
    return steady(engine, case.shape, held, case.speculation)


def serving_power_w(engine: Engine, power: PowerProfile, state: Steady) -> float:
    """Return the power of a package while prompts and decoding share its time."""
    share = scalar(state.prompt_share)
    accelerator = engine.machine.accelerator
    stepping = scalar(npu_power_w(accelerator, power, activity_of(engine, state.decode.pass_time)))
    filling = scalar(npu_power_w(accelerator, power, activity_of(engine, state.prefill.pass_time)))
    return (share * filling + (1 - share) * stepping) * engine.profile.devices_per_npu


def _energy_per_token(
    row: Row, machine: Machine, power: PowerProfile, profile_of: ProfileOf
) -> float | Prediction:
    del machine
    found = serving_state(row, profile_of)
    if isinstance(found, str):
        return Prediction(None, found)
    _, engine, state = found
    rate = scalar(state.tokens_per_s_per_npu) * engine.profile.devices_per_npu
    return serving_power_w(engine, power, state) / rate


def _request_share(
    row: Row, machine: Machine, power: PowerProfile, profile_of: ProfileOf
) -> float | Prediction:
    """Return the mean power of prompts followed by decoding, over TDP."""
    translated = dict(row) | {
        "gpus": row.get("units") or "1",
        "concurrency": row.get("batch_or_concurrency") or "1",
        "framework": "Splitwise",
    }
    case = serving_case(translated)
    if isinstance(case, str):
        return Prediction(None, case)
    profile = profile_of(serving_family(case.machine.accelerator), case.generation)
    engine = engine_for(case, possible_plans(case, profile)[0], profile)
    first = prefill(engine, case.shape, max(case.concurrency, 1.0))
    step = decode(engine, max(case.concurrency, 1.0), case.context)
    accelerator = machine.accelerator
    filling = scalar(npu_power_w(accelerator, power, activity_of(engine, first.pass_time)))
    stepping = scalar(npu_power_w(accelerator, power, activity_of(engine, step.pass_time)))
    first_s = scalar(first.ttft_s)
    decode_s = scalar(step.tpot_s) * case.shape.output
    mean = (filling * first_s + stepping * decode_s) / (first_s + decode_s)
    return mean / accelerator.tdp_w


_QUESTIONS = RequestShape(294.0, 292.0)
"""Mean lengths of the question-answering set behind the Llama-2-70B benchmark."""


def _serving_node(
    row: Row, machine: Machine, power: PowerProfile, profile_of: ProfileOf
) -> float | Prediction:
    """Return the plug power of a node that serves as fast as it can."""
    version = "TensorRT 10.2" if "v4" in (row.get("workload") or "") else "TensorRT 10.8"
    translated = dict(row) | {
        "gpus": row.get("units") or "8",
        "framework": version,
        "isl": str(_QUESTIONS.prompt),
        "osl": str(_QUESTIONS.output),
        "phase": f"MLPerf {row.get('phase') or ''}",
    }
    case = serving_case(translated)
    if isinstance(case, str):
        return Prediction(None, case)
    case = replace(case, machine=machine)
    profile = profile_of(serving_family(machine.accelerator), case.generation)
    best = max(
        (_fastest(case, plan, profile) for plan in possible_plans(case, profile)),
        key=lambda found: found[0],
    )
    npu = serving_power_w(best[1], power, best[2])
    return _node(power, npu, 8.0)


def _fastest(
    case: ServingCase, plan: InferencePlan, profile: InferenceProfile
) -> tuple[float, Engine, Steady]:
    engine = engine_for(case, plan, profile)
    batch = largest_batch(engine, case.shape, case.limits, with_prompts=True)
    state = steady(engine, case.shape, max(batch, 1.0))
    rate = scalar(state.tokens_per_s_per_npu) if batch >= 1 else 0.0
    return (rate if np.isfinite(rate) else 0.0), engine, state
