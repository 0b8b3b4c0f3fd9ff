"""Which plans break a rule, and the nearest choice that keeps it. Knows no hardware."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from studio.errors import BrokenRule
from studio.messages import say
from studio.workload.divisors import nearest_divisor
from studio.workload.model import AiModel, Attention, MixtureOfExperts
from studio.workload.operators import FloatArray
from studio.workload.plan import Plans, Schedule

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
        below = (value < 0) & (item.name != "zero")
        integral |= ~np.isfinite(value) | (value != np.floor(value)) | below
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
            "both_ends": has_odd_ends(plan.schedule, plan.pipeline),
            "zero": (plan.zero > MOST_SHARDED) | (plan.zero < 0),
            "experts": _any_rest(experts, plan.expert),
            "expert_ranks": np.mod(ranks, plan.expert) != 0,
            "shard": np.mod(plan.data, plan.shard) != 0,
            "sequence": (plan.context > 1) & (np.mod(plan.sequence, 2 * plan.context) != 0),
        }


def no_such_sharding(stage: float) -> BrokenRule:
    """Return why there is no such ZeRO stage, and the nearest there is."""
    return BrokenRule(
        say("there is no ZeRO stage {stage:g}", stage=stage), MOST_SHARDED if stage > 0 else 0
    )


def has_odd_ends(schedule: FloatArray, stages: FloatArray) -> NDArray[np.bool_]:
    """Return where DualPipe, which pairs stages from both ends, is left with a middle one."""
    is_odd = (stages > 1) & (np.mod(stages, 2) == 1)
    return np.asarray(is_odd & (schedule == Schedule.DUAL_PIPE))


def odd_ends(stages: float) -> BrokenRule:
    """Return why a schedule that feeds both ends cannot run on an odd number of stages."""
    return BrokenRule(
        say(
            "DualPipe pairs stages from both ends, and {stages:g} stages leave one in the middle",
            stages=stages,
        ),
        int(stages - 1),
    )


def _any_rest(wholes: Sequence[int], degree: FloatArray) -> NDArray[np.bool_]:
    """Return where a degree leaves a rest in any of some counts."""
    rests = [np.mod(whole, degree) != 0 for whole in wholes]
    return np.any(rests, axis=0) if rests else np.zeros(degree.shape, dtype=bool)


def check_plan(model: AiModel, plan: Plans, npu_count: int = 0) -> None:
    """Raise for the first rule that the first plan breaks, naming the nearest valid choice.

    Raises
    ------
    BrokenRule : a degree is no whole number from 1, does not divide what it cuts, or needs
        more NPUs than there are.
    """
    broken = broken_rules(model, plan, npu_count)
    for rule, mask in broken.items():
        if mask.any():
            at = int(np.flatnonzero(mask)[0])
            raise _refusal(rule, model, plan, at, npu_count)


def _refusal(rule: str, model: AiModel, plan: Plans, at: int, npu_count: int) -> BrokenRule:
    value = {item.name: float(getattr(plan, item.name)[at]) for item in fields(plan)}
    if rule in ("whole", "positive"):
        return _not_counts(value)
    if rule in ("experts", "expert_ranks"):
        return _uneven_experts(rule, model, value)
    tensor, stages, chunks = value["tensor"], value["pipeline"], value["chunks"]
    heads = next((b.mixer.heads for b in model.blocks if isinstance(b.mixer, Attention)), 1)
    replicas = int(value["data"])
    refusals = {
        "npus": _too_many_npus(value, float(plan.npus[at]), npu_count),
        "heads": uneven_heads(model, heads, tensor),
        "layers": BrokenRule(
            say(
                "{stages:g} pipeline stages of {chunks:g} chunks need more than the {layers} "
                "layers of {model}",
                stages=stages,
                chunks=chunks,
                layers=model.layers,
                model=model.name,
            ),
            _nearest_cut(max(model.layers, 1), int(stages)),
        ),
        "both_ends": odd_ends(stages),
        "zero": no_such_sharding(value["zero"]),
        "shard": BrokenRule(
            say(
                "a sharding group of {value:g} does not divide data parallelism {replicas}",
                value=value["shard"],
                replicas=replicas,
            ),
            nearest_divisor(replicas, value["shard"]),
        ),
        "sequence": uneven_sequence(int(value["sequence"]), value["context"]),
    }
    return refusals[rule]


def uneven_heads(model: AiModel, heads: int, tensor: float) -> BrokenRule:
    """Return why a tensor parallelism does not cut attention heads, and the nearest that does."""
    return BrokenRule(
        say(
            "tensor parallelism {tensor:g} does not divide the {heads} attention heads of {model}",
            tensor=tensor,
            heads=heads,
            model=model.name,
        ),
        nearest_divisor(heads, tensor),
    )


def _too_many_npus(value: dict[str, float], used: float, npu_count: int) -> BrokenRule:
    inner = int(value["tensor"] * value["pipeline"] * value["context"])
    if inner > npu_count:
        return BrokenRule(
            say(
                "the plan uses {npus:.0f} NPUs but there are {npu_count}; lower data, pipeline, "
                "context or tensor parallelism",
                npus=used,
                npu_count=npu_count,
            )
        )
    return BrokenRule(
        say(
            "the plan uses {npus:.0f} NPUs but there are {npu_count}",
            npus=used,
            npu_count=npu_count,
        ),
        say("data parallelism {degree}", degree=npu_count // inner),
    )


def _nearest_cut(layers: int, stages: int) -> str:
    """Return how a model can be cut into stages, in as many as asked for if it has the layers."""
    if stages > layers:
        return say("{stages} stages of 1 chunk", stages=layers)
    return say("{chunks} chunks", chunks=max(1, (layers + ENDS) // stages))


def uneven_sequence(tokens: int, context: float) -> BrokenRule:
    """Return why a sequence is not cut by a context parallelism, and by which it would be.

    Notes
    -----
    Each rank attends to one early and one late part of a sequence, so that all pay the same for the
    causal mask (Llama 3, arXiv 2407.21783, section 3.3.2: 2 x CP chunks).
    """
    return BrokenRule(
        say(
            "context parallelism {value:g} does not cut a sequence of {tokens:g} tokens into two "
            "equal parts per rank",
            value=context,
            tokens=tokens,
        ),
        nearest_divisor(tokens // 2, context) if tokens > 0 and tokens % 2 == 0 else 1,
    )


def _not_counts(value: dict[str, float]) -> BrokenRule:
    may_be_zero = ("zero", "recompute", "schedule", "sequence_parallel", "offload")
    least = {name: 0 if name in may_be_zero else 1 for name in value}
    odd = {
        name: number
        for name, number in value.items()
        if not np.isfinite(number) or number != np.floor(number) or number < least[name]
    }
    nearest = {
        name: max(least[name], round(number)) if np.isfinite(number) else least[name]
        for name, number in odd.items()
    }
    return BrokenRule(
        say(
            "{odd}: parallel degrees and batch sizes are whole numbers from 1",
            odd=_assigned(odd),
        ),
        _assigned(nearest),
    )


def _assigned(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {number:g}" for name, number in values.items())


def no_experts(model: AiModel) -> BrokenRule:
    """Return why a dense model has no expert parallelism."""
    return BrokenRule(
        say("{model} has no experts", model=model.name),
        say("expert parallelism {degree}", degree=1),
    )


def uneven_parts(expert: float, whole: int, what: str) -> BrokenRule:
    """Return why an expert parallelism does not divide a count, and the nearest that does."""
    return BrokenRule(
        say(
            "expert parallelism {expert:g} does not divide the {what}",
            expert=expert,
            what=what,
        ),
        nearest_divisor(max(whole, 1), expert),
    )


def _uneven_experts(rule: str, model: AiModel, value: dict[str, float]) -> BrokenRule:
    parts = [block.feed_forward for block in model.blocks]
    experts = next((part.experts for part in parts if isinstance(part, MixtureOfExperts)), 1)
    if rule == "experts" and not model.is_moe:
        return no_experts(model)
    if rule == "experts":
        return uneven_parts(value["expert"], experts, experts_of(model, experts))
    ranks = int(value["data"] * value["context"] * value["tensor"] / value["expert_tensor"])
    return uneven_parts(
        value["expert"], ranks, say("{ranks} ranks of one pipeline stage", ranks=ranks)
    )


def experts_of(model: AiModel, experts: int) -> str:
    """Return the experts of a layer in words."""
    return say("{experts} experts of {model}", experts=experts, model=model.name)
