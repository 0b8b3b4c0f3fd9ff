"""Computing time of one layer, the head and the embedding per micro batch, by operator class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.compute.roofline import OperatorTime, operator_time
from studio.simulation.machine import Accelerator
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


@dataclass(frozen=True)
class Work:
    """Seconds per micro batch by class, and kernels issued; shape (n,)."""

    seconds: dict[str, Number]
    forward_s: Number
    kernels: Number
    timed: tuple[tuple[Operator, OperatorTime], ...] = ()

    @property
    def total_s(self) -> Number:
        """Forward and backward, recomputation included."""
        total: Number = 0.0
        for value in self.seconds.values():
            total = total + value
        return total


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
    return Work(seconds, work.forward_s + setup, work.kernels, work.timed)


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
    timed = []
    for operator in operators:
        time = operator_time(operator, accelerator, profile, recipe.precision)
        trained = 0.0 if recipe.lora_rank else time.weight_gradient_s
        name = class_of(operator)
        seconds[name] = seconds[name] + time.forward_s + time.input_gradient_s + trained
        forward = forward + time.forward_s
        if operator.kind in ("attention", "scan", "vector"):
            again = again + time.forward_s
        kernels = kernels + (profile.vector_traffic if operator.kind == "vector" else 1.0)
        timed.append((operator, time))
    seconds["recompute"] = np.where(
        plan.recompute == Recompute.FULL,
        forward,
        np.where(plan.recompute == Recompute.SELECTIVE, again, 0.0),
    )
    return Work(seconds, forward, kernels * (1 + KERNELS_BACKWARD), tuple(timed))


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
