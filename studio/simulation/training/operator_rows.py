"""The operators of the slowest stage of the first plan: points of a roofline, rows of a table."""

from __future__ import annotations

import numpy as np

from studio.simulation.compute.rates import NO_PASS, OperatorTime, PassTime
from studio.simulation.training.computing import StepComputing, class_of
from studio.simulation.training.result import OUTSIDE, OperatorRow, PassRow
from studio.simulation.training.stages import Stages
from studio.workload.model import AiModel
from studio.workload.operators import Number, Operator
from studio.workload.plan import Plans
from studio.workload.recipe import Recipe


def operator_rows(
    model: AiModel,
    plan: Plans,
    recipe: Recipe,
    stages: Stages,
    computing: StepComputing,
) -> tuple[OperatorRow, ...]:
    """Return the operators of the slowest stage of the first plan, with how often each runs."""

    def first(value: Number) -> float:
        return float(np.ravel(value)[0])

    micro = first(plan.micro_batches)
    drafted = model.mtp_layers if recipe.trains_mtp else 0
    layers = first(stages.layers) + drafted * first(stages.head)
    is_trained = not recipe.lora_rank
    rows: list[OperatorRow] = []
    for index, (block, work) in enumerate(zip(model.blocks, computing.layers, strict=True)):
        times = micro * layers * block.count / model.layers
        rows += [_row(index, *pair, times, is_trained) for pair in work.timed]
    for work, share in zip(
        computing.ends, (stages.head * (1 + drafted), stages.embedding), strict=True
    ):
        times = micro * first(share)
        rows += [_row(OUTSIDE, *pair, times, is_trained) for pair in work.timed if times]
    return tuple(rows)


def _row(
    block: int, operator: Operator, time: OperatorTime, times: float, is_trained: bool
) -> OperatorRow:
    m, n, k, groups = (
        float(np.ravel(value)[0]) for value in (operator.m, operator.n, operator.k, operator.groups)
    )
    return OperatorRow(
        block=block,
        name=operator.name,
        part=operator.part,
        kind=operator.kind,
        term=class_of(operator),
        times=times,
        shape=(groups, m, n, k),
        forward=_pass_row(time.forward),
        input_gradient=_pass_row(time.input_gradient),
        weight_gradient=_pass_row(time.weight_gradient if is_trained else NO_PASS),
    )


def _pass_row(one: PassTime) -> PassRow:
    values = (one.seconds, one.flops, one.traffic_byte, one.compute_s, one.memory_s)
    return PassRow(*(float(np.ravel(value)[0]) for value in values))
