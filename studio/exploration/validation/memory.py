"""Predict published memory figures: states, activations, KV cache, checkpoints, peaks, fits or not.

Never looks at a measured value: the runner blanks the columns that hold one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from studio.errors import StudioError
from studio.exploration.validation.hardware import machine_of_row
from studio.exploration.validation.mapping import candidate_plans_of
from studio.exploration.validation.prediction import Prediction, not_predicted
from studio.exploration.validation.row_model import model_of
from studio.exploration.validation.rows import Row, number, recipe_of, whole
from studio.exploration.validation.software import Stack, software_of
from studio.exploration.validation.training import TrainingCase, fastest_plan
from studio.messages import Listed, say
from studio.simulation.memory.activations import layer_activation_byte
from studio.simulation.memory.kv_cache import kv_cache_byte_per_token
from studio.simulation.memory.training import (
    TrainingMemory,
    micro_batches_in_flight,
    training_memory,
)
from studio.simulation.words import term
from studio.units import GIBI, GIGA, KILO, TEBI
from studio.workload.model import AiModel
from studio.workload.parameters import model_parameters
from studio.workload.plan import Plans, Recompute, plans
from studio.workload.recipe import Recipe

CHECKPOINT_BYTE = 14.0
"""BF16 weight, FP32 master and two FP32 moments per parameter. [byte]"""
WEIGHT_BYTE = 2.0
"""A checkpoint of BF16 weights alone. [byte]"""
STATE_BYTE = 18.0
"""FP16 weight and gradient, FP32 gradient, master and two moments. [byte]"""
_SHOWN_GIB = 0.05
"""Smaller categories would read 0.0. [GiB]"""
_UNFUSED = Recipe(dropout=True, score_byte=5.0)
_INTERLEAVE = 3
"""Chunks per stage of the studies that interleave without printing how often."""


def predict(row: Row) -> Prediction:
    """Return the memory figure of one row in the row's unit; 1 or 0 for yes/no rows."""
    quantity = row.get("quantity") or ""
    for pattern, answer in _QUANTITIES:
        if re.search(pattern, quantity):
            return answer(row)
    return Prediction(None, not_predicted(quantity))


def predict_all(rows: Sequence[Row]) -> list[Prediction]:
    """Return the memory figure of every row."""
    answers = []
    for row in rows:
        try:
            answers.append(predict(row))
        except StudioError as problem:
            answers.append(Prediction(None, problem.message))
    return answers


def _in_unit(byte: float, row: Row) -> float:
    """Return bytes in the row's unit; checkpoints and logs say GB and mean GiB."""
    unit = row.get("unit") or ""
    if unit.startswith("KB"):
        return byte / KILO
    if "1e9" in unit:
        return byte / GIGA
    if unit.startswith("TB"):
        return byte / TEBI
    return byte / GIBI


def _kv_per_token(row: Row) -> Prediction:
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    byte = float(kv_cache_byte_per_token(model))
    return Prediction(_in_unit(byte, row), say("all layers, BF16"))


def _checkpoint(row: Row) -> Prediction:
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    is_whole = "optimizer" in (row.get("quantity") or "") or "full" in (row.get("quantity") or "")
    each = CHECKPOINT_BYTE if is_whole else WEIGHT_BYTE
    total = model_parameters(model).total * each
    return Prediction(_in_unit(total, row), say("{each:g} bytes a parameter", each=each))


def _zero_states(row: Row) -> Prediction:
    text = row.get("quantity") or ""
    size = re.search(r"([\d.]+)B params", text)
    ranks = re.search(r"N\s*=\s*(\d+)", text)
    if size is None or ranks is None:
        return Prediction(None, say("parameters or ranks are not stated"))
    count, shards = float(size[1]) * GIGA, int(ranks[1])
    stage = re.search(r"ZeRO-(\d)", row.get("sharding") or "")
    level = int(stage[1]) if stage else 0
    parts = ((3, 2.0), (2, 2.0), (1, 12.0))
    total = sum(count * size / (shards if level >= needed else 1) for needed, size in parts)
    note = say("2 + 2 + 12 bytes a parameter, stage {level}", level=level)
    return Prediction(_in_unit(total, row), note)


def _layers_held(model: AiModel, plan: Plans) -> float:
    return float(np.ceil(model.layers / plan.pipeline)[0])


def _study_plan(row: Row, model: AiModel) -> Plans:
    """Return the plan of an analytic study: chunks of three where they divide the stage."""
    text = row.get("recompute") or ""
    stages = max(whole(row, "pp", 1), 1)
    held = model.layers / stages
    recompute = Recompute.NONE
    if "full" in text:
        recompute = Recompute.FULL
    elif "selective" in text:
        recompute = Recompute.SELECTIVE
    chunks = _INTERLEAVE if stages > 1 and held % _INTERLEAVE == 0 else 1
    return plans(
        tensor=max(whole(row, "tp", 1), 1),
        pipeline=stages,
        chunks=whole(row, "vpp") or chunks,
        micro_batch=max(whole(row, "mbs", 1), 1),
        micro_batches=max(stages * 8, whole(row, "ga", 1)),
        sequence=number(row, "seq", 2048.0),
        recompute=recompute,
        sequence_parallel=float(bool(re.search(r"(?<!no )seq\w*[- ]parallel", text))),
    )


def _study_activations(model: AiModel, plan: Plans) -> float:
    layer = layer_activation_byte(model, model.blocks[0], plan, _UNFUSED)
    in_flight = micro_batches_in_flight(plan)
    return float((layer * _layers_held(model, plan) * in_flight)[0])


def _activations(row: Row) -> Prediction:
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    plan = _study_plan(row, model)
    byte = _study_activations(model, plan)
    return Prediction(_in_unit(byte, row), say("first stage, in flight"))


def _activation_share(row: Row) -> Prediction:
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    plan = _study_plan(row, model)
    baseline = replace(plan, recompute=np.zeros(plan.count), sequence_parallel=np.zeros(plan.count))
    share = _study_activations(model, plan) / _study_activations(model, baseline)
    return Prediction(100 * share, say("of tensor parallelism alone"))


def _layer_states(row: Row) -> Prediction:
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    plan = _study_plan(row, model)
    layer = model_parameters(model).layers[0]
    held = _layers_held(model, plan) * (layer.mixer + layer.dense) / plan.tensor[0]
    note = say("18 bytes a layer parameter")
    return Prediction(_in_unit(float(held) * STATE_BYTE, row), note)


def _peak(row: Row) -> Prediction:
    found = peak_memory(row)
    if isinstance(found, Prediction):
        return found
    memory, at, stack = found
    parts = {name: value[at] / GIBI for name, value in memory.by_category().items()}
    held = Listed(
        say("{name} {size:.1f}", name=term(name), size=size)
        for name, size in parts.items()
        if size >= _SHOWN_GIB
    )
    note = say("GiB: {held}", held=held)
    if (row.get("use") or "") == "score-class":
        return Prediction(0.0 if memory.fits[at] else 1.0, note)
    if stack.logs_memory_at_update:
        return Prediction(
            _in_unit(float(memory.update_byte[at]), row), say("at update; {note}", note=note)
        )
    is_whole = "in use" in (row.get("quantity") or "")
    byte = memory.total if is_whole else memory.allocated
    return Prediction(_in_unit(float(byte[at]), row), note)


def peak_memory(row: Row) -> tuple[TrainingMemory, int, Stack] | Prediction:
    """Return the peak memory of the run a row describes, the plan chosen and its software."""
    model = model_of(row)
    if isinstance(model, str):
        return Prediction(None, model)
    npus = max(whole(row, "gpus", 1), 1)
    machine, stand_in = machine_of_row(row, npus)
    if machine is None:
        return Prediction(None, stand_in)
    stack = software_of(
        machine.accelerator.family, row.get("series") or "",
        row.get("overlap_or_impl") or row.get("note") or "", row.get("source") or "",
    )  # fmt: skip
    recipe = recipe_of(row, stack.recipe, machine.accelerator.compute_flops)
    sized = dict(row)
    if number(row, "gbs", 0.0) > 65536 and whole(row, "ga"):
        # Some tables give the batch in tokens.
        replicas = npus / max(whole(row, "tp", 1) * whole(row, "pp", 1) * whole(row, "cp", 1), 1)
        sized["gbs"] = str(int(replicas * whole(row, "ga") * max(whole(row, "mbs", 1), 1)))
    candidates = candidate_plans_of(sized, model, machine, stack.generation)
    if candidates.count == 0:
        return Prediction(None, say("no valid mapping with the degrees that are given"))
    memory = training_memory(model, candidates, recipe, machine.accelerator)
    if candidates.count == 1 or row.get("use") == "score-class":
        return memory, int(np.argmin(memory.total)), stack
    # What is left open is what a user would run: the fastest plan that fits.
    case = TrainingCase(row, machine, model, recipe, candidates, stack.generation)
    return memory, fastest_plan(case), stack


Answer = Callable[[Row], Prediction]
_QUANTITIES: tuple[tuple[str, Answer], ...] = (
    (r"KV cache per token", _kv_per_token),
    (r"checkpoint", _checkpoint),
    (r"model states per GPU", _zero_states),
    (r"activation memory as %", _activation_share),
    (r"activations per GPU", _activations),
    (r"parameters\+optimizer", _layer_states),
    (r"[Mm]emory", _peak),
)
