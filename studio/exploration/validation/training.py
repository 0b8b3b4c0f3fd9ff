"""Predict the step time, throughput or utilisation of published training runs from their inputs.

Columns that a source leaves out are chosen by the simulator: the fastest valid mapping that fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from studio.errors import StudioError
from studio.exploration.search import divisors
from studio.exploration.validation.hardware import (
    compute_profile,
    machine_of,
    network_profile,
    software_of,
)
from studio.exploration.validation.prediction import Prediction
from studio.exploration.validation.rows import Row, model_of, number, recipe_of, whole
from studio.simulation.machine import Machine
from studio.simulation.memory.training import TrainingMemory, training_memory
from studio.simulation.training.communication import StepCommunication, communicate
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.training.result import TrainingResult
from studio.simulation.training.step import training_step
from studio.workload.model import AiModel, Attention, MixtureOfExperts
from studio.workload.parameters import model_parameters
from studio.workload.plan import Plans, Recompute, broken_rules, plans
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe

TOKENS_PER_STEP = 4_194_304
"""Batch assumed where a source gives none: four million tokens, a usual one."""
_FULL_BEFORE = ("megatron-2020", "megatron-2021")
_INTERLEAVES = ("megatron-202", "megascale", "mlperf", "cann")
_PRINTS_MAPPING = ("megatron-2025", "megatron-2026", "megatron-core", "mlperf")
"""Stacks whose tables print every degree in use and that never recompute in full."""


@dataclass(frozen=True)
class TrainingCase:
    """One row made into inputs of the simulation; several plans where the row leaves a choice."""

    row: Row
    machine: Machine
    model: AiModel
    recipe: Recipe
    candidates: Plans
    generation: str

    @property
    def key(self) -> tuple[object, ...]:
        """Cases of one key can share a batch."""
        accelerator, levels = self.machine.accelerator, self.machine.levels
        return (
            accelerator.name, levels, self.model, self.recipe, self.generation,
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
        return Prediction(None, str(problem))


def prepare(row: Row) -> TrainingCase | Prediction:
    """Return the inputs a row describes, or why it is not modelled."""
    model = model_of(row)
    npus = whole(row, "gpus")
    machine = machine_of(
        row.get("hw") or "", row.get("fabric") or "", npus, whole(row, "gpus_per_node")
    )
    if isinstance(model, str):
        return Prediction(None, model)
    if npus < 1 or "RL" in (row.get("task") or ""):
        return Prediction(
            None,
            "reinforcement learning mixes generation and training"
            if npus
            else "the number of accelerators is not given",
        )
    if machine is None:
        return Prediction(None, f"no ratings for {row.get('hw')!r}")
    stack = software_of(
        row.get("series") or "", row.get("overlap_or_impl") or "", row.get("source") or ""
    )
    profile = compute_profile(machine.accelerator.family, stack.generation)
    if profile is None:
        return Prediction(None, f"no efficiency profile for {machine.accelerator.family!r}")
    recipe = recipe_of(row, stack.recipe)
    candidates = candidate_plans_of(row, model, machine, stack.generation)
    if candidates.count == 0:
        return Prediction(None, "no valid mapping with the degrees that are given")
    return TrainingCase(row, machine, model, recipe, candidates, profile.generation)


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
    cases: Sequence[TrainingCase] | Batch, profile: ComputeProfile | None = None
) -> list[Prediction]:
    """Return the predictions of cases that share everything but their plans."""
    batch = cases if isinstance(cases, Batch) else batch_of(cases)
    first = batch.cases[0]
    family = first.machine.accelerator.family
    profile = profile or compute_profile(family, first.generation)
    if profile is None:
        return [Prediction(None, f"no efficiency profile for {family!r}") for _ in batch.cases]
    result = training_step(
        batch.machine,
        first.model,
        batch.plans,
        profile,
        network_profile(family),
        first.recipe,
        is_checked=True,
        communication=batch.communication,
        memory=batch.memory,
    )
    predictions, start = [], 0
    for case in batch.cases:
        own = np.arange(start, start + case.candidates.count)
        start += case.candidates.count
        chosen = int(own[choose(result, own, bool(whole(case.row, "tp")))])
        predictions.append(_metric(case, result, chosen))
    return predictions


def join(parts: Sequence[Plans]) -> Plans:
    """Return several batches of plans as one."""
    return Plans(
        *(np.concatenate([getattr(p, item.name) for p in parts]) for item in fields(Plans))
    )


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


def candidate_plans_of(row: Row, model: AiModel, machine: Machine, generation: str) -> Plans:
    """Return the plans a row allows: one where it says everything, many where it does not."""
    npus = machine.npu_count
    sequence = number(row, "sequence", number(row, "seq", float(model.default_sequence)))
    batch = number(row, "gbs")
    if math.isnan(batch):
        batch = 0.0
    sharding = row.get("sharding") or ""
    tensor = _given(row, "tp") or _tensor_choices(model, machine)
    pipeline = _given(row, "pp") or _pipeline_choices(model, npus, row)
    context = _given(row, "cp") or ([1, 2] if not _given(row, "tp") and sequence > 4096 else [1])
    micro = _micro_choices(row)
    found: list[Plans] = []
    for t in tensor:
        for p in pipeline:
            for c in context:
                data = npus / (t * p * c)
                if data < 1 or data != int(data):
                    data = max(int(data), 1)
                    if not _given(row, "tp"):
                        continue
                found.append(
                    _plans_for(row, model, (t, p, c, int(data)), micro, batch, sequence, sharding,
                               generation)
                )  # fmt: skip
    joined = join(found) if found else plans().take(np.zeros(0, dtype=np.intp))
    broken = broken_rules(model, joined)
    # A published run is possible by definition; only what was left open is filtered.
    open_rules = [mask for name, mask in broken.items() if name in ("positive", "layers")]
    if not _given(row, "tp"):
        open_rules.append(broken["heads"])
    return joined.take(~np.any(np.stack(open_rules), axis=0))


def _given(row: Row, column: str) -> list[int]:
    value = whole(row, column)
    return [value] if value >= 1 else []


def _tensor_choices(model: AiModel, machine: Machine) -> list[int]:
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [1]
    inner = machine.levels[0].ranks
    return [d for d in divisors(int(np.gcd.reduce(heads))) if d <= min(inner, 16)]


def _pipeline_choices(model: AiModel, npus: int, row: Row) -> list[int]:
    if "TPU" in (row.get("hw") or "") or "FSDP" in (row.get("sharding") or ""):
        return [1]
    return [d for d in divisors(npus) if d <= min(model.layers, 32)]


def _micro_choices(row: Row) -> list[int]:
    text = row.get("mbs") or ""
    if "local" in text:
        # A local batch is cut into as many micro batches as there are stages.
        size = int(re.sub(r"\D", "", text) or 1)
        return [max(size // max(whole(row, "pp"), 1), 1)]
    return _given(row, "mbs") or [1, 2, 4]


def _plans_for(
    row: Row,
    model: AiModel,
    degrees: tuple[int, int, int, int],
    micro: Sequence[int],
    batch: float,
    sequence: float,
    sharding: str,
    generation: str,
) -> Plans:
    t, p, c, data = degrees
    zero, shard = _sharding(sharding, data, generation)
    expert = _expert_choices(row, model, t * c * data)
    chunks = _chunk_choices(row, model, p, generation)
    recompute = _recompute_choices(row, generation)
    per_step = batch or max(TOKENS_PER_STEP / sequence, data)
    grid = np.meshgrid(micro, expert, chunks, recompute, zero, indexing="ij")
    m, e, v, r, z = (np.asarray(part, dtype=np.float64).ravel() for part in grid)
    rounds = np.maximum(np.round(per_step / (data * m)), 1.0)
    keep = (m * data <= max(per_step, data)) | (m == min(micro))
    return plans(
        tensor=t, pipeline=p, chunks=v, context=c, expert=e, data=data, shard=shard, zero=z,
        micro_batch=m, micro_batches=rounds, sequence=sequence, recompute=r,
        sequence_parallel=_sequence_parallel(row, generation),
    ).take(keep)  # fmt: skip


def _sequence_parallel(row: Row, generation: str) -> float:
    text = row.get("recompute") or ""
    if "no sequence parallel" in text or "no seq-parallel" in text:
        return 0.0
    return 0.0 if generation in _FULL_BEFORE else 1.0


_SHARD = re.compile(r"FSDP2?\s*(\d+)|(\d+)-way FSDP")


def _sharding(text: str, data: int, generation: str) -> tuple[list[int], int]:
    """Return (ZeRO stages to try, sharding group in replicas)."""
    found = _SHARD.search(text)
    if "no reshard" in text or "SHARD_GRAD_OP" in text:
        return [2], data
    if "FSDP" in text:
        size = int(found[1] or found[2]) if found else data
        size = max(min(size, data), 1)
        while data % size:
            size -= 1
        return [3], size
    if "ZeRO-0" in text or "none" in text:
        return [0], data
    if not text and generation in (*_FULL_BEFORE, "megatron-2022", "megatron-2023"):
        return [0], data
    if not text and generation in ("fsdp-2023", "maxtext-2024"):
        return [3], data
    return [1], data


def _expert_choices(row: Row, model: AiModel, ranks: int) -> list[int]:
    parts = [b.feed_forward for b in model.blocks if isinstance(b.feed_forward, MixtureOfExperts)]
    if not parts:
        return [1]
    given = _given(row, "ep")
    if given:
        return [min(given[0], ranks)]
    return [d for d in divisors(parts[0].experts) if d <= min(ranks, 64) and ranks % d == 0]


def _chunk_choices(row: Row, model: AiModel, stages: int, generation: str) -> list[int]:
    given = _given(row, "vpp")
    if given or stages == 1:
        return given or [1]
    implementation = row.get("overlap_or_impl") or ""
    says_interleaved = "nterleaved" in implementation or "nterleaved" in (row.get("vpp") or "")
    prints_all = generation.startswith(_PRINTS_MAPPING) and whole(row, "tp") > 0
    if prints_all or "DeepSpeed" in (row.get("sharding") or ""):
        return [1]
    if not says_interleaved and not generation.startswith(_INTERLEAVES):
        return [1]
    return [v for v in divisors(max(model.layers // stages, 1)) if v <= 8] or [1]


def _recompute_choices(row: Row, generation: str) -> list[int]:
    text = (row.get("recompute") or "").lower()
    if text.startswith("full"):
        return [Recompute.FULL]
    if "selective" in text or "minimal" in text or "offload" in text:
        return [Recompute.SELECTIVE]
    if text.startswith("none"):
        return [Recompute.NONE]
    if generation in _FULL_BEFORE:
        return [Recompute.FULL]
    if generation.startswith(_PRINTS_MAPPING):
        return [Recompute.NONE, Recompute.SELECTIVE]
    return [Recompute.NONE, Recompute.SELECTIVE, Recompute.FULL]


def _metric(case: TrainingCase, result: TrainingResult, at: int) -> Prediction:
    """Return the row's primary metric; FLOP rates follow the row's own convention."""
    wanted = case.row.get("primary_metric") or "tokens_per_s_per_gpu"
    rate = float(result.tokens_per_s[at]) / case.machine.npu_count
    step = float(result.step_time_s[at])
    plan = result.plan
    note = (
        f"TP {plan.tensor[at]:g} PP {plan.pipeline[at]:g}x{plan.chunks[at]:g} "
        f"CP {plan.context[at]:g} EP {plan.expert[at]:g} DP {plan.data[at]:g} "
        f"micro batch {plan.micro_batch[at]:g} x {plan.micro_batches[at]:g}, {result.profile}"
    )
    if wanted == "step_time_s":
        # A batch that does not divide evenly over replicas still has its stated size.
        batch = number(case.row, "gbs")
        stated = batch * plan.sequence[at] if not math.isnan(batch) else math.nan
        made = float(plan.tokens_per_step[at])
        return Prediction(step if math.isnan(stated) else step * stated / made, note)
    if wanted == "tokens_per_s_per_gpu":
        return Prediction(rate, note)
    flops = rate * counted_flops_per_token(case, float(plan.sequence[at]))
    if wanted == "tflops_per_gpu":
        return Prediction(flops / 1e12, note)
    if wanted in ("mfu_pct", "hfu_pct"):
        return Prediction(100 * flops / _peak_flops(case), note)
    if wanted == "time_to_train_min":
        return Prediction(None, "time to train depends on convergence")
    return Prediction(None, f"the metric {wanted!r} is not predicted")


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
