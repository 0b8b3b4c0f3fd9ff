"""The plans a training scenario allows: one where it fixes every degree, many where it does not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from studio.design.scenario import Training
from studio.errors import InvalidInput
from studio.simulation.job import SimInput
from studio.workload.divisors import divisors
from studio.workload.model import AiModel
from studio.workload.plan import Offload, Plans, Recompute, Schedule, plans
from studio.workload.plan_rules import broken_rules, check_plan

TENSOR_CHOICES = (1, 2, 4, 8, 16)
PIPELINE_CHOICES = (1, 2, 4, 8, 12, 16)
MOST_OF_A_DEGREE = 1_000_000_000
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


def check_scenario(scenario: Training) -> None:
    """Raise for the first field of a scenario that is out of range.

    Raises
    ------
    InvalidInput : names the field, its value and the range.
    """
    for field, value, least in (
        ("micro_batch", scenario.micro_batch, 1),
        ("global_batch", scenario.global_batch, 1),
        ("sequence_tokens", scenario.sequence_tokens, 1),
        ("cp", scenario.cp, 1),
        ("tp", scenario.tp, 0),
        ("pp", scenario.pp, 0),
        ("dp", scenario.dp, 0),
        ("ep", scenario.ep, 0),
        ("virtual_stages", scenario.virtual_stages, 0),
    ):
        if not least <= value <= MOST_OF_A_DEGREE:
            raise InvalidInput(
                "{scenario}: {field} is {value}; {least} to {most_of_a_degree} are possible",
                scenario=scenario.title,
                field=field,
                value=value,
                least=least,
                most_of_a_degree=MOST_OF_A_DEGREE,
            )


def candidate_plans(given: SimInput, scenario: Training) -> Plans:
    """Return every plan that fills in what a scenario leaves to the studio and breaks no rule.

    Raises
    ------
    InvalidInput : a field is out of range, or no plan meets the degrees that are given; names the
        rule and the nearest choice.
    """
    check_scenario(scenario)
    npus = scenario.npus or given.machine.npu_count
    if npus > given.machine.npu_count:
        raise InvalidInput(
            "the scenario asks for {npus} NPUs; {npu_count} are in order",
            npus=npus,
            npu_count=given.machine.npu_count,
        )
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
        raise _too_many(given.model, scenario, npus)
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


def _too_many(model: AiModel, scenario: Training, npus: int) -> InvalidInput:
    """Return the error of degrees that need more NPUs than there are: the largest has to give."""
    degrees = {"TP": scenario.tp, "PP": scenario.pp, "CP": scenario.cp}
    largest = max(degrees, key=lambda name: degrees[name])
    lower = {name: max(degree, 1) for name, degree in degrees.items()}
    others = math.prod(degree for name, degree in lower.items() if name != largest)
    tried = np.arange(1, max(npus // others, 1) + 1)
    tensor, pipeline, context = (
        tried if name == largest else np.array([degree]) for name, degree in lower.items()
    )
    made = plans(
        tensor=tensor, pipeline=pipeline, context=context, sequence=scenario.sequence_tokens
    )
    is_broken = np.any(list(broken_rules(model, made).values()), axis=0)
    return InvalidInput(
        "no plan fits {npus} NPUs with TP {tp}, PP {pp}, CP {cp}; nearest valid: {largest} "
        "{nearest}, or set 0 to let the studio choose",
        npus=npus,
        tp=scenario.tp,
        pp=scenario.pp,
        cp=scenario.cp,
        largest=largest,
        nearest=int(tried[~is_broken].max(initial=1)),
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
