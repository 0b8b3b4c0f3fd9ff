"""Predict the step time, throughput or utilisation of published training runs from their inputs.

Columns that a source leaves out are chosen by the simulator: the fastest valid mapping that fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import StudioError
from studio.exploration.validation.benchmark_runs import training_share
from studio.exploration.validation.hardware import machine_of_row, network_profile
from studio.exploration.validation.mapping import candidate_plans_of, is_sharded_first
from studio.exploration.validation.prediction import Prediction, doubted
from studio.exploration.validation.row_model import model_of
from studio.exploration.validation.rows import (
    Row,
    metric_of,
    number,
    recipe_of,
    whole,
)
from studio.exploration.validation.software import BASIS_NAMES, compute_profile, software_of
from studio.messages import say
from studio.simulation.machine import Machine
from studio.simulation.memory.training import TrainingMemory, training_memory
from studio.simulation.training.communication import StepCommunication, communicate
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.training.result import TrainingResult
from studio.simulation.training.step import training_step
from studio.workload.model import AiModel
from studio.workload.parameters import model_parameters
from studio.workload.plan import Plans, join
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe


@dataclass(frozen=True)
class TrainingCase:
    """One row made into inputs of the simulation; several plans where the row leaves a choice."""

    row: Row
    machine: Machine
    model: AiModel
    recipe: Recipe
    candidates: Plans
    generation: str
    doubt: str = ""
    """Why the answer deserves less trust: hardware or software that something stands in for."""

    @property
    def key(self) -> tuple[object, ...]:
        """Cases of one key can share a batch."""
        accelerator, levels = self.machine.accelerator, self.machine.levels
        # The outermost level holds the whole job, whatever its size.
        outermost = replace(levels[-1], ranks=0)
        return (
            accelerator.name, levels[:-1], outermost, self.model, self.recipe, self.generation,
        )  # fmt: skip


def predict(row: Row) -> Prediction:
    """Return the primary metric of one training row.

    The row's measured columns are empty: the runner blanks them.
    """
    return predict_all([row])[0]


def predict_all(rows: Sequence[Row]) -> list[Prediction]:
    """Return the primary metric of many training rows, simulated in batches."""
    answers: list[Prediction | TrainingCase] = [_case_or_reason(row) for row in rows]
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, answer in enumerate(answers):
        if isinstance(answer, TrainingCase):
            groups.setdefault(answer.key, []).append(index)
    for indices in groups.values():
        cases = [answer for i in indices if isinstance(answer := answers[i], TrainingCase)]
        for index, prediction in zip(indices, predict_cases(cases), strict=True):
            answers[index] = prediction
    return [answer for answer in answers if isinstance(answer, Prediction)]


def _case_or_reason(row: Row) -> TrainingCase | Prediction:
    try:
        return prepare(row)
    except StudioError as problem:
        return Prediction(None, problem.message)


def prepare(row: Row) -> TrainingCase | Prediction:
    """Return the inputs a row describes, or why it is not modelled."""
    model = model_of(row)
    npus = whole(row, "gpus") or _npus_of_degrees(row)
    machine, stand_in = machine_of_row(row, npus, whole(row, "gpus_per_node"))
    if isinstance(model, str):
        return Prediction(None, model)
    if reason := _no_training(row, npus):
        return Prediction(None, reason)
    if machine is None:
        return Prediction(None, stand_in)
    family = machine.accelerator.family
    words = (row.get(name) or "" for name in ("series", "overlap_or_impl", "source"))
    stack = software_of(family, *words)
    profile = compute_profile(family, stack.generation)
    if profile is None:
        return Prediction(None, say("no efficiency profile for {family!r}", family=family))
    recipe = recipe_of(row, stack.recipe, machine.accelerator.compute_flops)
    candidates = candidate_plans_of(row, model, machine, stack.generation)
    if candidates.count == 0:
        return Prediction(None, say("no valid mapping with the degrees that are given"))
    doubt = stand_in
    if not doubt and stack.basis != "named":
        doubt = say("software taken by {basis}", basis=BASIS_NAMES[stack.basis])
    return TrainingCase(row, machine, model, recipe, candidates, profile.generation, doubt)


def _no_training(row: Row, npus: int) -> str:
    """Return why a row is no training run of a known size, or an empty text."""
    if npus < 1:
        return say("the number of accelerators is not given")
    if "RL" in (row.get("task") or ""):
        return say("reinforcement learning mixes generation and training")
    return ""


def _npus_of_degrees(row: Row) -> int:
    """Return the NPUs that the degrees of a row multiply to; 0 where it leaves one out."""
    degrees = [whole(row, column) for column in ("tp", "pp", "dp")]
    return math.prod(degrees) * max(whole(row, "cp"), 1)


@dataclass(frozen=True)
class Batch:
    """Cases of one key with everything that does not depend on the compute profile."""

    cases: tuple[TrainingCase, ...]
    machine: Machine
    plans: Plans
    communication: StepCommunication
    memory: TrainingMemory


def batch_of(cases: Sequence[TrainingCase]) -> Batch:
    """Return cases that share everything but their plans as one batch."""
    first = cases[0]
    family = first.machine.accelerator.family
    machine = replace(first.machine, npu_count=max(case.machine.npu_count for case in cases))
    joined = join([case.candidates for case in cases])
    return Batch(
        tuple(cases),
        machine,
        joined,
        communicate(machine, first.model, joined, network_profile(family), first.recipe),
        training_memory(first.model, joined, first.recipe, machine.accelerator),
    )


def predict_cases(
    cases: Sequence[TrainingCase], profile: ComputeProfile | None = None
) -> list[Prediction]:
    """Return the predictions of cases that share everything but their plans."""
    family, generation = cases[0].machine.accelerator.family, cases[0].generation
    profile = profile or compute_profile(family, generation)
    if profile is None:
        reason = say("no efficiency profile for {family!r}", family=family)
        return [Prediction(None, reason)] * len(cases)
    return predict_batch(batch_of(cases), profile)[0]


def predict_batch(batch: Batch, profile: ComputeProfile) -> tuple[list[Prediction], list[int]]:
    """Return the prediction of every case of a batch, and which of the batch's plans it ran."""
    first = batch.cases[0]
    result = training_step(
        batch.machine,
        first.model,
        batch.plans,
        profile,
        network_profile(first.machine.accelerator.family),
        first.recipe,
        is_checked=True,
        communication=batch.communication,
        memory=batch.memory,
    )
    predictions, places, start = [], [], 0
    for case in batch.cases:
        own = np.arange(start, start + case.candidates.count)
        start += case.candidates.count
        places.append(int(own[_chosen(case, result, own)]))
        predictions.append(_metric(case, result, places[-1]))
    return predictions, places


def fastest_plan(case: TrainingCase) -> int:
    """Return which of a case's plans a user would run; the smallest where no profile is known."""
    profile = compute_profile(case.machine.accelerator.family, case.generation)
    batch = batch_of([case])
    if profile is None:
        return int(np.argmin(batch.memory.total))
    return predict_batch(batch, profile)[1][0]


def _chosen(
    case: TrainingCase, result: TrainingResult, own: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> int:
    """Return which of the plans `own` the users of a case's software would run."""
    if is_sharded_first(case.row, case.generation):
        plan = result.plan
        is_alone = (plan.tensor * plan.context * plan.pipeline * plan.expert)[own] == 1
        first = np.flatnonzero(is_alone & result.memory.fits[own])
        if first.size:
            return int(first[choose(result, own[first])])
    return choose(result, own, bool(whole(case.row, "tp")))


def choose(
    result: TrainingResult,
    own: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    is_known: bool = False,
) -> int:
    """Return which of the plans `own` a user would run: the fastest that fits.

    Where none fits, a mapping that is known to have run ran without what is left open (it kept
    states in fewer bytes); a free mapping is the smallest.
    """
    fits = result.memory.fits[own]
    if fits.any():
        return int(np.argmin(np.where(fits, result.step_time_s[own], np.inf)))
    return int(np.argmin((result.step_time_s if is_known else result.memory.total)[own]))


def _metric(case: TrainingCase, result: TrainingResult, at: int) -> Prediction:
    """Return the row's primary metric; FLOP rates follow the row's own convention."""
    wanted = metric_of(case.row, "tokens_per_s_per_gpu")
    share = training_share(case.row, trains_adapters=case.recipe.lora_rank > 0)
    rate = float(result.tokens_per_s[at]) / case.machine.npu_count * share
    step = float(result.step_time_s[at])
    plan = result.plan
    text = (
        f"TP {plan.tensor[at]:g} PP {plan.pipeline[at]:g}x{plan.chunks[at]:g} "
        f"CP {plan.context[at]:g} EP {plan.expert[at]:g} DP {plan.data[at]:g} "
        f"MBS {plan.micro_batch[at]:g} x {plan.micro_batches[at]:g}, {result.profile}"
    )
    note = doubted(text, case.doubt)
    if wanted == "step_time_s":
        # A batch that does not divide evenly over replicas still has its stated size.
        batch = number(case.row, "gbs")
        stated = batch * plan.sequence[at] if not math.isnan(batch) else math.nan
        made = float(plan.tokens_per_step[at])
        return Prediction(step * stated / made if stated > 0 else step, note)
    if wanted == "tokens_per_s_per_gpu":
        return Prediction(rate, note)
    flops = rate * counted_flops_per_token(case, float(plan.sequence[at]))
    if wanted == "tflops_per_gpu":
        return Prediction(flops / 1e12, note)
    if wanted in ("mfu_pct", "hfu_pct"):
        return Prediction(100 * flops / _peak_flops(case), note)
    if wanted == "time_to_train_min":
        return Prediction(None, say("time to train depends on convergence"))
    return Prediction(None, say("the metric {wanted!r} is not predicted", wanted=wanted))


_PEAK = re.compile(r"peak\s+(?:\d+\s*/\s*)?(\d+(?:\.\d+)?)|percent of (\d+(?:\.\d+)?)")


def _peak_flops(case: TrainingCase) -> float:
    found = _PEAK.search(case.row.get("flops_convention") or "")
    if found and "/" not in found[0]:
        return float(found[1] or found[2]) * 1e12
    return case.machine.accelerator.compute_flops["bf16"]


def counted_flops_per_token(case: TrainingCase, sequence: float) -> float:
    """Return the FLOP per token that the row's `flops_convention` counts. [FLOP].

    Notes
    -----
    "hardware": four passes where activations are recomputed in full, three otherwise.
    "6N": all parameters times six and attention without the causal discount.
    """
    text = case.row.get("flops_convention") or ""
    model = case.model
    flops = float(model_flops_per_token(model, sequence))
    if "6N" in text:
        body = model_flops_per_token(model, sequence) - 6.0 * model.vocab * model.hidden
        return float(body) + 6.0 * (model_parameters(model).total - _body_parameters(model))
    if "hardware" in text:
        full = (case.row.get("recompute") or "full").startswith("full")
        # The head is not computed again.
        head = 6.0 * model.vocab * model.hidden
        return (flops - head) * (4 / 3 if full else 1.0) + head
    return flops


def _body_parameters(model: AiModel) -> float:
    counted = model_parameters(model)
    return counted.total - counted.embedding - counted.head
