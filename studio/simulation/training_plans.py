"""The plans a training scenario allows: one where it fixes every degree, many where it does not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from studio.design.scenario import Scenario, Training
from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.job import SimInput
from studio.simulation.nearest_choice import impossible_job, refusal_of
from studio.simulation.possible_values import possible_values
from studio.simulation.scenario_rules import check_fields, npus_of
from studio.workload.divisors import divisors
from studio.workload.model import AiModel
from studio.workload.plan import Offload, Plans, Recompute, Schedule, plans
from studio.workload.plan_rules import broken_rules, check_plan

TENSOR_CHOICES = (1, 2, 4, 8, 16)
PIPELINE_CHOICES = (1, 2, 4, 8, 12, 16)
EXPERT_CHOICES = (1, 8, 16, 32, 64, 128)

_RECOMPUTE: Mapping[str, Recompute] = {
    "none": Recompute.NONE,
    "selective": Recompute.SELECTIVE,
    "full": Recompute.FULL,
}
OFFLOAD: Mapping[str, Offload] = {
    "none": Offload.NONE,
    "optimizer": Offload.OPTIMIZER,
    "activations": Offload.ACTIVATIONS,
    "both": Offload.BOTH,
}
_SCHEDULE: Mapping[str, Schedule] = {
    "1f1b": Schedule.ONE_FORWARD_ONE_BACKWARD,
    "interleaved": Schedule.ONE_FORWARD_ONE_BACKWARD,
    "zero-bubble": Schedule.ZERO_BUBBLE,
    "dualpipe": Schedule.DUAL_PIPE,
}


def candidate_plans(given: SimInput, scenario: Training) -> Plans:
    """Return every plan that fills in what a scenario leaves to the studio and breaks no rule.

    Raises
    ------
    BrokenRule : a field is out of range, or no plan meets the degrees that are given; names the
        rule and the nearest choice that a plan can be made with.
    """
    try:
        return _possible_plans(given, scenario)
    except BrokenRule as broken:
        refusal = refusal_of(partial(_possible_plans, given))
        values = partial(possible_values, given)
        raise impossible_job(scenario, broken, refusal, values) from broken


def _possible_plans(given: SimInput, scenario: Scenario) -> Plans:
    assert isinstance(scenario, Training)
    check_fields(scenario)
    npus = npus_of(scenario, given.machine.npu_count)
    _check_batch(scenario)
    grid = itertools.product(
        _choices(scenario.tp, TENSOR_CHOICES),
        _choices(scenario.pp, PIPELINE_CHOICES),
        _choices(scenario.ep, EXPERT_CHOICES if _has_experts(given.model) else (1,)),
    )
    rows = []
    for tensor, pipeline, expert in grid:
        fit = npus // (tensor * pipeline * scenario.cp)
        data = scenario.dp or _largest_data(scenario, fit)
        if data < 1:
            continue
        micro = max(1, scenario.global_batch // (data * scenario.micro_batch))
        rows += [
            (tensor, pipeline, expert, data, micro, chunks)
            for chunks in _chunk_choices(scenario, given.model.layers, pipeline)
        ]
    if not rows:
        raise _too_many(scenario, npus)
    tensor_, pipeline_, expert_, data_, micro_, chunks_ = np.array(rows).T
    made = plans(
        tensor=tensor_,
        pipeline=pipeline_,
        chunks=chunks_,
        context=scenario.cp,
        expert=expert_,
        data=data_,
        zero=scenario.zero_stage,
        micro_batch=scenario.micro_batch,
        micro_batches=micro_,
        sequence=scenario.sequence_tokens,
        recompute=_RECOMPUTE[scenario.recompute],
        schedule=_SCHEDULE[scenario.schedule],
        offload=OFFLOAD[scenario.offload],
    )
    broken = np.any(list(broken_rules(given.model, made, npus).values()), axis=0)
    if broken.all():
        check_plan(given.model, made, npus)
    return made.take(~broken)


def _check_batch(scenario: Training) -> None:
    """Refuse a step that has no micro batch for each replica that is asked for."""
    least = scenario.micro_batch * max(scenario.dp, 1)
    if scenario.global_batch < least:
        raise BrokenRule(
            say(
                "a global batch of {batch} sequences is less than one micro batch of {micro} for "
                "each of {replicas} replicas",
                batch=scenario.global_batch,
                micro=scenario.micro_batch,
                replicas=max(scenario.dp, 1),
            )
        )


def _too_many(scenario: Training, npus: int) -> BrokenRule:
    return BrokenRule(
        say(
            "no plan fits {npus} NPUs with TP {tp}, PP {pp}, CP {cp}",
            npus=npus,
            tp=scenario.tp,
            pp=scenario.pp,
            cp=scenario.cp,
        )
    )


def _choices(fixed: int, open_: tuple[int, ...]) -> tuple[int, ...]:
    return (fixed,) if fixed else open_


def _chunk_choices(scenario: Training, layers: int, stages: int) -> Sequence[int]:
    """Return the chunks a stage may hold: as given; where it interleaves and nothing is said, all.

    Chunks are whole layers, the same number each where that is possible; else a stage holds two.
    """
    if scenario.schedule != "interleaved" or scenario.virtual_stages > 1 or stages == 1:
        return (max(1, scenario.virtual_stages),)
    even = [chunks for chunks in divisors(layers) if chunks > 1 and layers % (stages * chunks) == 0]
    return even or ((2,) if 2 * stages <= layers else (1,))


def _largest_data(scenario: Training, most: int) -> int:
    """Return the most replicas up to `most` among which the batch divides evenly."""
    even = divisors(max(1, scenario.global_batch // scenario.micro_batch))
    return max((data for data in even if data <= most), default=0)


def _has_experts(model: AiModel) -> bool:
    return any(getattr(block.feed_forward, "experts", 0) for block in model.blocks)
