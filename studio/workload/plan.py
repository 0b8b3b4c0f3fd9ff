"""How a training job is cut over NPUs: many candidate plans as arrays, one plan as a batch of one.

Checks the relations between the degrees once. Knows no hardware.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.errors import InvalidInput
from studio.messages import say
from studio.workload.divisors import nearest_divisor
from studio.workload.model import AiModel, Attention, MixtureOfExperts

FloatArray = NDArray[np.float64]


class Schedule(IntEnum):
    """Order of micro batches through pipeline stages; chunks per stage make 1F1B interleaved."""

    ONE_FORWARD_ONE_BACKWARD = 0
    ZERO_BUBBLE = 1
    DUAL_PIPE = 2


class Recompute(IntEnum):
    """Which activations are computed again in the backward pass."""

    NONE = 0
    SELECTIVE = 1
    """Attention scores and element-wise results only."""
    FULL = 2


@dataclass(frozen=True)
class Plans:
    """Candidate plans; every field has shape (n,)."""

    tensor: FloatArray
    pipeline: FloatArray
    chunks: FloatArray
    """Model chunks per pipeline stage (interleaving); 1 for none."""
    context: FloatArray
    expert: FloatArray
    expert_tensor: FloatArray
    data: FloatArray
    """Replicas that each work on their own sequences, sharded or not."""
    shard: FloatArray
    """Of these, how many share one sharded copy of the states (FSDP group); divides `data`."""
    zero: FloatArray
    """0 nothing sharded, 1 optimizer, 2 and gradients, 3 and weights."""
    micro_batch: FloatArray
    """Sequences per replica and micro batch."""
    micro_batches: FloatArray
    """Micro batches per step and replica (gradient accumulation)."""
    sequence: FloatArray
    """Tokens of one sequence."""
    recompute: FloatArray
    """A `Recompute` value."""
    schedule: FloatArray
    """A `Schedule` value."""
    sequence_parallel: FloatArray
    """1 where norms and residuals are cut over the tensor-parallel group."""

    @property
    def count(self) -> int:
        """How many plans there are."""
        return int(self.tensor.size)

    @property
    def npus(self) -> FloatArray:
        """NPUs each plan uses."""
        return self.tensor * self.pipeline * self.context * self.data

    @property
    def global_batch(self) -> FloatArray:
        """Sequences per step."""
        return self.micro_batch * self.micro_batches * self.data

    @property
    def tokens_per_step(self) -> FloatArray:
        """Tokens per step over all NPUs."""
        return self.global_batch * self.sequence

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Plans:
        """Return the plans at `index`, a mask or positions."""
        return Plans(*(getattr(self, item.name)[index] for item in fields(self)))


def plans(
    *,
    tensor: ArrayLike = 1,
    pipeline: ArrayLike = 1,
    chunks: ArrayLike = 1,
    context: ArrayLike = 1,
    expert: ArrayLike = 1,
    expert_tensor: ArrayLike = 1,
    data: ArrayLike = 1,
    shard: ArrayLike = 0,
    zero: ArrayLike = 1,
    micro_batch: ArrayLike = 1,
    micro_batches: ArrayLike = 1,
    sequence: ArrayLike = 4096,
    recompute: ArrayLike = Recompute.NONE,
    schedule: ArrayLike = Schedule.ONE_FORWARD_ONE_BACKWARD,
    sequence_parallel: ArrayLike = 1,
) -> Plans:
    """Return plans from numbers or arrays that broadcast to one shape (n,).

    A `shard` of 0 means that all data-parallel replicas share one copy.
    """
    values = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(value, dtype=np.float64))
            for value in (
                tensor, pipeline, chunks, context, expert, expert_tensor, data, shard, zero,
                micro_batch, micro_batches, sequence, recompute, schedule, sequence_parallel,
            )
        )
    )  # fmt: skip
    given = Plans(*values)
    whole = np.where(given.shard > 0, given.shard, given.data)
    return Plans(*(whole if item.name == "shard" else getattr(given, item.name)
                   for item in fields(Plans)))  # fmt: skip


def join(parts: Sequence[Plans]) -> Plans:
    """Return several batches of plans as one."""
    return Plans(
        *(np.concatenate([getattr(p, item.name) for p in parts]) for item in fields(Plans))
    )


MOST_SHARDED = 3
"""Highest ZeRO stage."""
ENDS = 2
"""Embedding and head may each take a layer's place where chunks are cut: 126 layers on 16 x 8."""


def broken_rules(model: AiModel, plan: Plans, npu_count: int = 0) -> dict[str, NDArray[np.bool_]]:
    """Return, per rule, which plans break it; arrays of shape (n,).

    `npu_count` 0 means any number of NPUs is fine.
    """
    heads = [b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)] or [0]
    experts = [
        b.feed_forward.experts for b in model.blocks if isinstance(b.feed_forward, MixtureOfExperts)
    ] or [1]
    if model.recommendation is not None:
        # Tables are cut by rows: any number of NPUs will do.
        experts = []
    layers = max(model.layers, 1)
    integral = np.zeros(plan.count, dtype=bool)
    for item in fields(plan):
        value = getattr(plan, item.name)
        integral |= ~np.isfinite(value) | (value != np.floor(value)) | (value < 0)
    degrees = (
        plan.tensor, plan.pipeline, plan.chunks, plan.context, plan.expert, plan.expert_tensor,
        plan.data, plan.shard, plan.micro_batch, plan.micro_batches, plan.sequence,
    )  # fmt: skip
    ranks = plan.data * plan.context * plan.tensor / np.maximum(plan.expert_tensor, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "whole": integral,
            "positive": np.any(np.stack(degrees) < 1, axis=0),
            "npus": (plan.npus > npu_count) if npu_count else np.zeros(plan.count, dtype=bool),
            "heads": _any_rest(heads, plan.tensor),
            "layers": plan.pipeline * plan.chunks > layers + np.where(plan.chunks > 1, ENDS, 0),
            "zero": plan.zero > MOST_SHARDED,
            "experts": _any_rest(experts, plan.expert),
            "expert_ranks": np.mod(ranks, plan.expert) != 0,
            "shard": np.mod(plan.data, plan.shard) != 0,
            "sequence": (plan.context > 1) & (plan.context * 2 > plan.sequence),
        }


def _any_rest(wholes: Sequence[int], degree: FloatArray) -> NDArray[np.bool_]:
    """Return where a degree leaves a rest in any of some counts."""
    rests = [np.mod(whole, degree) != 0 for whole in wholes]
    return np.any(rests, axis=0) if rests else np.zeros(degree.shape, dtype=bool)


def check_plan(model: AiModel, plan: Plans, npu_count: int = 0) -> None:
    """Raise for the first rule that the first plan breaks, naming the nearest valid choice.

    Raises
    ------
    InvalidInput : a degree is no whole number from 1, does not divide what it cuts, or needs
        more NPUs than there are.
    """
    broken = broken_rules(model, plan, npu_count)
    for rule, mask in broken.items():
        if mask.any():
            at = int(np.flatnonzero(mask)[0])
            raise InvalidInput(_message(rule, model, plan, at, npu_count))


def _message(rule: str, model: AiModel, plan: Plans, at: int, npu_count: int) -> str:
    value = {item.name: float(getattr(plan, item.name)[at]) for item in fields(plan)}
    if rule in ("whole", "positive"):
        return _not_counts(value)
    if rule in ("experts", "expert_ranks"):
        return _expert_message(rule, model, value)
    tensor, stages, chunks = value["tensor"], value["pipeline"], value["chunks"]
    heads = next((b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)), 1)
    replicas = int(value["data"])
    texts = {
        "npus": say(
            "the plan uses {npus:g} NPUs but there are {npu_count}; lower data, pipeline, "
            "context or tensor parallelism",
            npus=plan.npus[at],
            npu_count=npu_count,
        ),
        "heads": say(
            "tensor parallelism {tensor:g} does not divide the {heads} attention heads of "
            "{model}; nearest valid: {nearest}",
            tensor=tensor,
            heads=heads,
            model=model.name,
            nearest=nearest_divisor(heads, tensor),
        ),
        "layers": say(
            "{stages:g} pipeline stages of {chunks:g} chunks need more than the {layers} "
            "layers of {model}; at most {most} stages",
            stages=stages,
            chunks=chunks,
            layers=model.layers,
            model=model.name,
            most=max(1, int((model.layers + (ENDS if chunks > 1 else 0)) // chunks)),
        ),
        "zero": say(
            "there is no ZeRO stage {stage:g}; nearest valid: {nearest}",
            stage=value["zero"],
            nearest=MOST_SHARDED,
        ),
        "shard": say(
            "a sharding group of {value:g} does not divide data parallelism {replicas}; "
            "nearest valid: {nearest}",
            value=value["shard"],
            replicas=replicas,
            nearest=nearest_divisor(replicas, value["shard"]),
        ),
        "sequence": say(
            "context parallelism {value:g} needs at least two tokens per rank and the "
            "sequence has {tokens:g}; at most {most}",
            value=value["context"],
            tokens=value["sequence"],
            most=max(1, int(value["sequence"] // 2)),
        ),
    }
    return texts[rule]


def _not_counts(value: dict[str, float]) -> str:
    may_be_zero = ("zero", "recompute", "schedule", "sequence_parallel")
    odd = [
        f"{name} = {number:g}"
        for name, number in value.items()
        if not np.isfinite(number)
        or number != np.floor(number)
        or number < (0 if name in may_be_zero else 1)
    ]
    return say(
        "{odd}: parallel degrees and batch sizes are whole numbers from 1",
        odd=", ".join(odd),
    )


def _expert_message(rule: str, model: AiModel, value: dict[str, float]) -> str:
    parts = [block.feed_forward for block in model.blocks]
    experts = next((part.experts for part in parts if isinstance(part, MixtureOfExperts)), 1)
    whole, what = (
        experts,
        say(
            "{experts} experts of {model}",
            experts=experts,
            model=model.name,
        ),
    )
    if rule == "expert_ranks":
        whole = int(value["data"] * value["context"] * value["tensor"] / value["expert_tensor"])
        what = say("{whole} ranks of one pipeline stage", whole=whole)
    nearest = nearest_divisor(max(whole, 1), value["expert"])
    return say(
        "expert parallelism {value:g} does not divide the {what}; nearest valid: {nearest}",
        value=value["expert"],
        what=what,
        nearest=nearest,
    )
