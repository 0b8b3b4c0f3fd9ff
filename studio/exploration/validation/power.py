"""Predict published power and energy measurements from what the machine was doing.

Measured columns are never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from studio import paths
from studio.catalog.catalog import load_catalog, si_value
from studio.errors import StudioError
from studio.exploration.serving_library import (
    inference_profile,
    power_profile,
    serving_family,
)
from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.inference import engine_for, possible_plans
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import Row, number, whole
from studio.exploration.validation.serving_case import ServingCase, serving_case
from studio.ids import PartId
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
Reading = Callable[[PowerProfile], float]
ProfileOf = Callable[[str, str], InferenceProfile]

PROMPT_OF_TASK = {"lm-arena-chat": 150.0, "gpqa": 250.0, "sourcegraph-fim": 500.0}
"""Prompt tokens of serving benchmarks whose tables leave them out; orders of magnitude."""
_BATCH = re.compile(r"mean running batch\s*([\d.]+)")
_LIMIT = re.compile(r"max_num_seqs\s*(\d+)")
_SPREAD = re.compile(r"EP\s*(\d+),\s*DP\s*(\d+)")
_REDUCED = re.compile(r"MaxQ|reduced power", re.IGNORECASE)
_TRAINING_MATRIX_SHARE = 0.75
"""Time of a training step in which matrix units work; the rest is memory and waiting."""
_MIXED_MATRIX_SHARE = 0.5
"""The same over a mix of jobs; an assumption."""
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
    if re.search(r"\bswitch\b", row.get("hw") or "", re.IGNORECASE):
        return _switch_power(row)
    machine = measured_machine(row)
    found = reading(row, profile_of)
    if machine is None or isinstance(found, str):
        return Prediction(None, str(found))
    return Prediction(found(power_of(serving_family(machine.accelerator))))


_SWITCHES = (("^ethernet|spectrum|tomahawk", "eth-switch-64x400g"), ("", "qm9700"))
"""Pattern in the hardware, and the part of the catalogue that is meant."""


def _switch_power(row: Row) -> Prediction:
    """Return the typical power of a network switch, from the catalogue."""
    hardware = (row.get("hw") or "").lower()
    wanted = next(part for pattern, part in _SWITCHES if re.search(pattern, hardware))
    part = load_catalog([paths.parts_dir()]).parts[PartId(wanted)]
    return Prediction(si_value("power_typical", part.values["power_typical"]), part.name)


def measured_machine(row: Row) -> Machine | None:
    """Return the machine of a row, its TDP lowered where it ran with reduced power."""
    hardware = row.get("hw") or ""
    machine, _ = machine_of_row(row, max(whole(row, "units", 8), 1))
    return None if machine is None else _capped(machine, hardware)


def reading(row: Row, profile_of: ProfileOf = inference_profile) -> Reading | str:
    """Return how the metric of a row follows from power constants, or why it does not.

    What the accelerators were doing is simulated here, once; only watts are left open.
    """
    machine = measured_machine(row)
    if machine is None:
        return f"no ratings for {row.get('hw') or 'the hardware'}"
    try:
        return _reading(_Question(row, machine, profile_of))
    except StudioError as problem:
        return str(problem)


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


@dataclass(frozen=True)
class _Question:
    """One row, its machine and where serving profiles come from."""

    row: Row
    machine: Machine
    profile_of: ProfileOf

    def says(self, column: str, word: str) -> bool:
        """Return whether a column contains a word."""
        return word in (self.row.get(column) or "").lower()


def _reading(asked: _Question) -> Reading | str:
    is_share = asked.says("primary_metric", "fraction")
    ways: tuple[tuple[bool, Callable[[_Question], Reading | str]], ...] = (
        (asked.says("workload", "rating"), _rating),
        (asked.says("scope", "chip") and asked.says("power_stat", "idle"), _idle_chip),
        (asked.says("workload", "idle"), _idle_node),
        (asked.says("primary_metric", "energy"), _energy),
        (is_share and number(asked.row, "isl", 0.0) > 0, _request_share),
        (asked.says("workload", "mlperf inference"), _serving_node),
        (asked.says("workload", "serving") and not is_share, _serving_watts),
        (asked.says("workload", "train") and not is_share, _training_power),
        (asked.says("workload", "cluster") and is_share, _cluster_share),
        (asked.says("scope", "chip") and asked.says("workload", "mix"), _mixed_chip),
    )
    for applies, way in ways:
        if applies:
            return way(asked)
    workload, scope = asked.row.get("workload"), asked.row.get("scope")
    return f"{workload!r} on {scope!r} is not modelled"


def _rating(asked: _Question) -> str:
    return f"{asked.machine.accelerator.name}: a rating, not a measurement"


def _idle_node(asked: _Question) -> Reading:
    idle_w = asked.machine.accelerator.idle_w
    return lambda power: _node(power, idle_w, 8.0, load=0.0)


def _idle_chip(asked: _Question) -> Reading:
    return lambda _: asked.machine.accelerator.idle_w


def _mixed_chip(asked: _Question) -> Reading:
    """Mean power of a chip over a mix of jobs: matrix units busy half of the time."""
    return lambda power: _busy_w(asked.machine.accelerator, power, _MIXED_MATRIX_SHARE)


def _cluster_share(asked: _Question) -> Reading:
    """Mean power of a cluster over what its nodes may draw."""
    busy = 1.0 if asked.says("workload", "training") else _MIXED_MATRIX_SHARE
    accelerator = asked.machine.accelerator
    span = accelerator.tdp_w - accelerator.idle_w

    def share(power: PowerProfile) -> float:
        drawn = _node(power, _busy_w(accelerator, power, busy), 8.0)
        return drawn / _node(power, accelerator.idle_w + span * power.peak_share, 8.0)

    return share


def _node(power: PowerProfile, npu_w: float, npus: float, load: float = 1.0) -> float:
    return scalar(node_power_w(power, npu_w, npus, load))


def _busy_w(accelerator: Accelerator, power: PowerProfile, matrix: float) -> float:
    """Return the power of an NPU that keeps its matrix units busy for a share of the time."""
    doing = Activity(compute=matrix, matrix=matrix, memory=0.5 * matrix, network=0.2 * matrix)
    return scalar(npu_power_w(accelerator, power, doing))


def _training_power(asked: _Question) -> Reading:
    """Power while training: matrix units busy for three quarters of a step."""
    accelerator = asked.machine.accelerator
    hosts = 1.0 / 8.0 if asked.says("scope", "host") else 0.0

    def watts(power: PowerProfile) -> float:
        npu = _busy_w(accelerator, power, _TRAINING_MATRIX_SHARE)
        if asked.says("scope", "node"):
            return _node(power, npu, 8.0)
        return npu + hosts * power.node_fixed_w

    return watts


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


def _energy(asked: _Question) -> Reading | str:
    """Energy of the accelerators per output token. [J]."""
    found = serving_state(asked.row, asked.profile_of)
    if isinstance(found, str):
        return found
    _, engine, state = found
    rate = scalar(state.tokens_per_s_per_npu) * engine.profile.devices_per_npu
    return lambda power: serving_power_w(engine, power, state) / rate


def _serving_watts(asked: _Question) -> Reading | str:
    """Power of all accelerators of a serving benchmark."""
    found = serving_state(asked.row, asked.profile_of)
    if isinstance(found, str):
        return found
    _, engine, state = found
    units = max(whole(asked.row, "units", 1), 1)
    return lambda power: serving_power_w(engine, power, state) * units


def _translated(asked: _Question, **columns: str) -> tuple[ServingCase, InferenceProfile] | str:
    """Return a power row as a serving case on the machine it was measured on."""
    case = serving_case(dict(asked.row) | columns)
    if isinstance(case, str):
        return case
    case = replace(case, machine=asked.machine)
    return case, asked.profile_of(serving_family(asked.machine.accelerator), case.generation)


def _request_share(asked: _Question) -> Reading | str:
    """Mean power of prompts followed by decoding, over TDP."""
    found = _translated(
        asked,
        gpus=asked.row.get("units") or "1",
        concurrency=asked.row.get("batch_or_concurrency") or "1",
        framework="Splitwise",
    )
    if isinstance(found, str):
        return found
    case, profile = found
    engine = engine_for(case, possible_plans(case, profile)[0], profile)
    first = prefill(engine, case.shape, max(case.concurrency, 1.0))
    step = decode(engine, max(case.concurrency, 1.0), case.context)
    filling, stepping = activity_of(engine, first.pass_time), activity_of(engine, step.pass_time)
    first_s = scalar(first.ttft_s)
    decode_s = scalar(step.tpot_s) * case.shape.output
    accelerator = asked.machine.accelerator
    if asked.says("primary_metric", "peak"):
        return lambda power: scalar(npu_power_w(accelerator, power, filling)) / accelerator.tdp_w

    def share(power: PowerProfile) -> float:
        joules = scalar(npu_power_w(accelerator, power, filling)) * first_s
        joules += scalar(npu_power_w(accelerator, power, stepping)) * decode_s
        return joules / (first_s + decode_s) / accelerator.tdp_w

    return share


_QUESTIONS = RequestShape(294.0, 292.0)
"""Mean lengths of the question-answering set behind the Llama-2-70B benchmark."""


def _serving_node(asked: _Question) -> Reading | str:
    """Plug power of a node that serves as fast as it can."""
    found = _translated(
        asked,
        gpus=asked.row.get("units") or "8",
        framework="TensorRT 10.2" if asked.says("workload", "v4") else "TensorRT 10.8",
        isl=str(_QUESTIONS.prompt),
        osl=str(_QUESTIONS.output),
        phase=f"MLPerf {asked.row.get('phase') or ''}",
    )
    if isinstance(found, str):
        return found
    case, profile = found
    tried = [_fastest(case, plan, profile) for plan in possible_plans(case, profile)]
    _, engine, state = max(tried, key=lambda one: one[0])
    return lambda power: _node(power, serving_power_w(engine, power, state), 8.0)


def _fastest(
    case: ServingCase, plan: InferencePlan, profile: InferenceProfile
) -> tuple[float, Engine, Steady]:
    engine = engine_for(case, plan, profile)
    batch = largest_batch(engine, case.shape, case.limits, with_prompts=True)
    state = steady(engine, case.shape, max(batch, 1.0))
    rate = scalar(state.tokens_per_s_per_npu) if batch >= 1 else 0.0
    return (rate if np.isfinite(rate) else 0.0), engine, state
