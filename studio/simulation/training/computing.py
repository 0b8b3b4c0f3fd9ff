"""Computing time of one layer, the head and the embedding per micro batch, by operator class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from studio.simulation.compute.roofline import OperatorTime, operator_times
from studio.simulation.machine import Accelerator
from studio.simulation.memory.activations import plan_share
from studio.workload.model import AiModel, Block, MixtureOfExperts
from studio.workload.operators import (
    Number,
    Operator,
    Share,
    embedding_operators,
    head_operators,
    layer_operators,
    recommendation_operators,
)
from studio.workload.plan import Plans, Recompute
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe

CLASSES = ("matrix", "attention", "experts", "vector", "recompute")
KERNELS_BACKWARD = 2.0
"""Launched for one of the forward pass: the gradients of its input and of its weights."""
CHEAP_KINDS = ("attention", "scan", "vector")
"""Kinds whose results selective recomputation drops."""


@dataclass(frozen=True)
class PassFlops:
    """Work of one micro batch by pass, whatever the hardware; shape (n,). [FLOP]."""

    forward: Number = 0.0
    weight: Number = 0.0
    """Gradients of weights, which nothing waits for."""
    whole: Number = 0.0
    """Forward, backward and what is computed again."""


@dataclass(frozen=True)
class Work:
    """Seconds per micro batch by class, and kernels issued; shape (n,)."""

    seconds: dict[str, Number]
    forward_s: Number
    kernels: Number
    timed: tuple[tuple[Operator, OperatorTime], ...] = ()
    experts: Number = 0.0
    """Products of single experts the host issues one by one."""
    flops: PassFlops = PassFlops()

    @property
    def total_s(self) -> Number:
        """Forward and backward, recomputation included."""
        total: Number = 0.0
        for value in self.seconds.values():
            total = total + value
        return total


@dataclass(frozen=True)
class StepComputing:
    """All computing of a step, per micro batch; shape (n,)."""

    layers: tuple[Work, ...]
    """One entry per block of the model, for one of its layers."""
    ends: tuple[Work, Work]
    """Head and embedding."""
    layer_traffic_byte: Number
    """Memory traffic of all layers' operators, forward. [byte]"""
    places: NDArray[np.intp] | None = None
    """Where a plan's own operators are in `timed`, if plans that compute the same share them."""


FEW = 64
"""Plans from which it pays to look for those that compute the same."""


def compute(
    model: AiModel, plan: Plans, recipe: Recipe, accelerator: Accelerator, profile: ComputeProfile
) -> StepComputing:
    """Return the computing of a step for every plan; plans that give an NPU the same share it."""
    some, places = (plan, None) if profile.is_varied else _distinct(plan)
    share = plan_share(some)
    layers = tuple(
        layer_work(model, block, share, some, recipe, accelerator, profile)
        for block in model.blocks
    )
    traffic: Number = 0.0
    for block, work in zip(model.blocks, layers, strict=True):
        for _, time in work.timed:
            traffic = traffic + time.forward.traffic_byte * block.count
    head, embedding = ends_work(model, share, some, recipe, accelerator, profile)
    if places is None:
        return StepComputing(layers, (head, embedding), traffic)
    return StepComputing(
        tuple(_spread(work, places) for work in layers),
        (_spread(head, places), _spread(embedding, places)),
        _at(traffic, places),
        places,
    )


def _distinct(plan: Plans) -> tuple[Plans, NDArray[np.intp] | None]:
    """Return plans that differ in what an NPU computes, and where each plan finds its own."""
    if plan.count < FEW:
        return plan, None
    columns = (
        plan.tensor, plan.context, plan.expert, plan.expert_tensor, plan.micro_batch,
        plan.sequence, plan.recompute, plan.sequence_parallel,
    )  # fmt: skip
    key = np.zeros(plan.count)
    for column in columns:
        values, places = np.unique(column, return_inverse=True)
        key = key * values.size + places
    _, first, places = np.unique(key, return_index=True, return_inverse=True)
    return plan.take(first), places


def _at(value: Number, places: NDArray[np.intp]) -> Number:
    return np.asarray(value)[places] if np.size(value) > 1 else value


def _spread(work: Work, places: NDArray[np.intp]) -> Work:
    """Return the work of every plan from that of the distinct ones."""
    seconds = {name: _at(value, places) for name, value in work.seconds.items()}
    return Work(seconds, _at(work.forward_s, places), _at(work.kernels, places), work.timed,
                _at(work.experts, places),
                PassFlops(*(_at(getattr(work.flops, item.name), places)
                            for item in fields(PassFlops))))  # fmt: skip


def layer_work(
    model: AiModel,
    block: Block,
    share: Share,
    plan: Plans,
    recipe: Recipe,
    accelerator: Accelerator,
    profile: ComputeProfile,
) -> Work:
    """Return the computing of one layer of `block` for one micro batch."""
    operators = layer_operators(model, block, share)
    work = _work(operators, plan, recipe, accelerator, profile)
    part = block.feed_forward
    if not isinstance(part, MixtureOfExperts):
        return work
    local = part.experts / share.expert
    setup = set_up_s(local, profile)
    seconds = dict(work.seconds)
    seconds["experts"] = seconds["experts"] + 2 * setup
    issued = 0.0 if recipe.drops_tokens else local * (1 + KERNELS_BACKWARD)
    return replace(work, seconds=seconds, forward_s=work.forward_s + setup, experts=issued)


def set_up_s(experts: Number, profile: ComputeProfile) -> Number:
    """Return routing and set-up of a layer with some experts on one NPU, one pass. [s]."""
    return profile.moe_overhead_s + profile.expert_overhead_s * experts


def _work(
    operators: tuple[Operator, ...],
    plan: Plans,
    recipe: Recipe,
    accelerator: Accelerator,
    profile: ComputeProfile,
) -> Work:
    seconds: dict[str, Number] = dict.fromkeys(CLASSES, 0.0)
    forward: Number = 0.0
    kernels: Number = 0.0
    again: Number = 0.0
    times = operator_times(operators, accelerator, profile, recipe.precision)
    for operator, time in zip(operators, times, strict=True):
        name = class_of(operator)
        seconds[name] = seconds[name] + time.forward_s + time.input_gradient.seconds
        if not recipe.lora_rank:
            seconds[name] = seconds[name] + time.weight_gradient.seconds
        forward = forward + time.forward_s
        if operator.kind in CHEAP_KINDS:
            again = again + time.forward_s
        kernels = kernels + (profile.vector_traffic if operator.kind == "vector" else 1.0)
    seconds["recompute"] = _recomputed(plan, forward, again)
    timed = tuple(zip(operators, times, strict=True))
    return Work(
        seconds, forward, kernels * (1 + KERNELS_BACKWARD), timed, flops=_flops(timed, plan, recipe)
    )


def _flops(
    timed: Sequence[tuple[Operator, OperatorTime]], plan: Plans, recipe: Recipe
) -> PassFlops:
    forward: Number = 0.0
    again: Number = 0.0
    weight: Number = 0.0
    back: Number = 0.0
    for operator, time in timed:
        forward = forward + time.forward.flops
        if operator.kind in CHEAP_KINDS:
            again = again + time.forward.flops
        if not recipe.lora_rank:
            weight = weight + time.weight_gradient.flops
        back = back + time.input_gradient.flops
    whole = forward + back + weight + _recomputed(plan, forward, again)
    return PassFlops(forward, weight, whole)


def _recomputed(plan: Plans, whole: Number, cheap: Number) -> Number:
    """Return what is done again of a whole forward pass, or of what is cheap beside its memory."""
    some = np.where(plan.recompute == Recompute.SELECTIVE, cheap, 0.0)
    return np.where(plan.recompute == Recompute.FULL, whole, some)


def class_of(operator: Operator) -> str:
    """Return which term of the step an operator counts to."""
    if operator.kind in ("attention", "scan"):
        return "attention"
    if operator.part == "experts":
        return "experts"
    return "vector" if operator.kind in ("vector", "gather") else "matrix"


def ends_work(
    model: AiModel,
    share: Share,
    plan: Plans,
    recipe: Recipe,
    accelerator: Accelerator,
    profile: ComputeProfile,
) -> tuple[Work, Work]:
    """Return the computing of (head, embedding) for one micro batch; neither is recomputed.

    A recommendation model is all head: tables, interaction and both MLPs.
    """
    if model.recommendation is not None:
        whole = recommendation_operators(model, plan.micro_batch)
        work = _work(whole, plan, recipe, accelerator, profile)
        nothing = Work(dict.fromkeys(CLASSES, 0.0), 0.0, 0.0)
        return Work(dict(work.seconds) | {"recompute": 0.0}, 0.0, work.kernels, work.timed), nothing
    heads = 1 + (model.mtp_layers if recipe.trains_mtp else 0)
    head = _work(head_operators(model, share), plan, recipe, accelerator, profile)
    kept = {name: heads * value for name, value in head.seconds.items()}
    kept["recompute"] = 0.0
    into = _work(embedding_operators(model, share), plan, recipe, accelerator, profile)
    first = dict(into.seconds) | {"recompute": 0.0}
    return (
        Work(kept, heads * head.forward_s, heads * head.kernels, head.timed),
        Work(first, into.forward_s, into.kernels, into.timed),
    )
