"""How one serving instance of a model is cut over ranks, and where its groups lie.

Checks the relations between the degrees once. Knows no time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.inference.requests import within
from studio.workload.model import AiModel, Attention, MixtureOfExperts
from studio.workload.operators import FloatArray, Number
from studio.workload.plan_rules import no_experts, uneven_heads, uneven_parts


def scalar(value: Number) -> float:
    """Return a batch of one as a number, or the largest of several."""
    if isinstance(value, np.ndarray) and value.ndim:
        return float(value.max())
    return float(value)


def any_above(value: Number, bound: float) -> bool:
    """Return whether a number, or any of an array, is above a bound."""
    return bool((value > bound).any()) if isinstance(value, np.ndarray) else bool(value > bound)


@dataclass(frozen=True)
class InferencePlan:
    """Degrees of one instance: numbers, or arrays of shape (n,) of candidates."""

    tensor: Number = 1.0
    """Ranks that share the attention and dense parts of one sequence."""
    attention_data: Number = 1.0
    """Groups of ranks that attend to sequences of their own but share the experts."""
    pipeline: Number = 1.0
    expert: Number = 1.0
    """Ranks over which the experts of a layer are spread."""
    redundant_experts: float = 0.0
    """Experts held twice, per layer, to level their load."""
    is_balanced: bool = False
    """Experts are levelled perfectly: no rank waits for a busier one."""

    def column(self) -> InferencePlan:
        """Return the same plans with a further axis, for several batches each: shape (n, 1)."""
        return self._with(lambda value: value[..., None])

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> InferencePlan:
        """Return the plans at `index`, a mask or positions, of arrays of shape (n,)."""
        return self._with(lambda value: value[index])

    def _with(self, change: Callable[[FloatArray], FloatArray]) -> InferencePlan:
        def changed(value: Number) -> FloatArray:
            return change(np.asarray(value, dtype=np.float64))

        return replace(
            self,
            tensor=changed(self.tensor),
            attention_data=changed(self.attention_data),
            pipeline=changed(self.pipeline),
            expert=changed(self.expert),
        )

    @property
    def ranks(self) -> Number:
        """Devices of one instance."""
        return self.tensor * self.attention_data * self.pipeline

    @property
    def stage_ranks(self) -> Number:
        """Devices of one pipeline stage."""
        return self.tensor * self.attention_data

    @property
    def expert_tensor(self) -> Number:
        """Ranks that share each expert."""
        return self.stage_ranks / self.expert

    @property
    def dispatches(self) -> NDArray[np.bool_]:
        """Whether tokens travel to their experts, shape () or (n,).

        One attention group holds the same tokens on every rank: each computes its own experts of
        them, and what they make is added up like any other part of a layer.
        """
        return (np.asarray(self.expert) > 1) & (np.asarray(self.attention_data) > 1)

    @property
    def gathers(self) -> NDArray[np.bool_]:
        """Whether tokens of all groups meet on every rank of a stage, shape () or (n,).

        Every rank then holds a part of every expert: it needs all tokens, and what the parts make
        is added up over the stage.
        """
        return ~(np.asarray(self.expert) > 1) & (np.asarray(self.attention_data) > 1)

    @property
    def group_ranks(self) -> Number:
        """Devices that work on one group's sequences."""
        return self.tensor * self.pipeline


def joined_plans(plans: Sequence[InferencePlan]) -> InferencePlan:
    """Return single plans as one with arrays of shape (n,); all levelled alike."""
    return replace(
        plans[0],
        tensor=np.array([scalar(plan.tensor) for plan in plans]),
        attention_data=np.array([scalar(plan.attention_data) for plan in plans]),
        pipeline=np.array([scalar(plan.pipeline) for plan in plans]),
        expert=np.array([scalar(plan.expert) for plan in plans]),
    )


def check_plan(model: AiModel, plan: InferencePlan, ranks: int) -> None:
    """Raise for the first rule a plan breaks, naming the nearest valid choice.

    Raises
    ------
    BrokenRule : a degree is no whole number from 1, does not divide what it cuts, or needs
        more devices than there are.
    """
    degrees = (plan.tensor, plan.attention_data, plan.pipeline, plan.expert)
    for place, degree in enumerate(degrees):
        if _are_whole(degree):
            continue
        names = (
            say("tensor parallelism"),
            say("attention data parallelism"),
            say("pipeline parallelism"),
            say("expert parallelism"),
        )
        raise BrokenRule(
            say("{name} {value} must be a whole number from 1", name=names[place], value=degree),
            max(1, round(within(scalar(degree), 1, ranks))),
        )
    if any_above(plan.ranks, ranks):
        most = int(np.max(plan.ranks))
        raise BrokenRule(
            say("the plan needs {most} devices and there are {ranks}", most=most, ranks=ranks),
            say("instances of {ranks} devices", ranks=ranks),
        )
    for heads in sorted(_head_counts(model)):
        wrong = _first(np.mod(heads, plan.tensor) != 0, plan.tensor)
        if wrong:
            raise uneven_heads(model, heads, wrong)
    wrong = _first(plan.pipeline > model.layers, plan.pipeline)
    if wrong:
        raise too_many_stages(model, wrong)
    _check_experts(model, plan)


def too_many_stages(model: AiModel, stages: float) -> BrokenRule:
    """Return why a model has no layer for every pipeline stage, and the most stages it has."""
    return BrokenRule(
        say(
            "{stages:g} pipeline stages for the {layers} layers of {model}",
            stages=stages,
            layers=model.layers,
            model=model.name,
        ),
        max(model.layers, 1),
    )


def check_redundancy(model: AiModel, redundant: float) -> None:
    """Raise where more experts of a layer are held twice than there are.

    Raises
    ------
    BrokenRule : a negative number, or more than the experts of a layer.
    """
    most = expert_count(model)
    if not 0 <= redundant <= most:
        raise BrokenRule(
            say(
                "{redundant:g} experts held twice of the {most} of a layer of {model}",
                redundant=redundant,
                most=most,
                model=model.name,
            ),
            within(redundant, 0, most),
        )


def _check_experts(model: AiModel, plan: InferencePlan) -> None:
    stage = int(np.max(plan.stage_ranks))
    wrong = _first(np.mod(plan.stage_ranks, plan.expert) != 0, plan.expert)
    if wrong:
        raise uneven_parts(wrong, stage, say("{stage} devices of one stage", stage=stage))
    if not model.is_moe and any_above(plan.expert, 1):
        raise no_experts(model)
    if not model.is_moe and any_above(plan.attention_data, 1):
        raise no_groups(model, float(np.max(plan.attention_data)))


def no_groups(model: AiModel, groups: float) -> BrokenRule:
    """Return why a dense model has no attention groups."""
    return BrokenRule(
        say(
            "{model} has no experts to share, so attention data parallelism {groups:g} is a set of "
            "replicas",
            model=model.name,
            groups=groups,
        ),
        1,
    )


def _are_whole(degree: Number) -> bool:
    """Return whether a degree, or every one of an array, is a whole number from 1."""
    if isinstance(degree, np.ndarray):
        return bool(((degree >= 1) & (degree == np.floor(degree))).all())
    return degree >= 1 and float(degree).is_integer()


def _first(broken: np.typing.ArrayLike, values: Number) -> float:
    """Return the first value whose rule is broken, or 0."""
    if not isinstance(values, np.ndarray):
        return values if broken else 0.0
    shown = np.broadcast_to(values, np.shape(broken))
    found = np.asarray(shown)[np.asarray(broken)]
    return float(found.ravel()[0]) if found.size else 0.0


def _head_counts(model: AiModel) -> set[int]:
    return {block.mixer.heads for block in model.blocks if isinstance(block.mixer, Attention)}


def expert_count(model: AiModel) -> int:
    """Return the routed experts of a layer, 0 for a dense model."""
    counts = [
        block.feed_forward.experts
        for block in model.blocks
        if isinstance(block.feed_forward, MixtureOfExperts)
    ]
    return max(counts, default=0)
