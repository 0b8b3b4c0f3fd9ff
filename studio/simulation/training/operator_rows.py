"""The operators of the slowest stage of the first plan: points of a roofline, rows of a table."""

from __future__ import annotations

import numpy as np

from studio.simulation.compute.roofline import OperatorTime
from studio.simulation.training.computing import StepComputing, class_of
from studio.simulation.training.result import OUTSIDE, OperatorRow
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
    m, n, k, groups, compute, moved, whole, by_input, by_weight, flops, traffic = (
        float(np.ravel(value)[0])
        for value in (
            operator.m, operator.n, operator.k, operator.groups, time.compute_s, time.memory_s,
            time.forward_s, time.input_gradient_s, time.weight_gradient_s, time.flops,
            time.traffic_byte,
        )
    )  # fmt: skip
    bound = "compute" if compute >= moved else "memory"
    if max(compute, moved) < 0.5 * whole:
        bound = "overhead"
    return OperatorRow(
        block=block,
        name=operator.name,
        part=operator.part,
        kind=operator.kind,
        term=class_of(operator),
        times=times,
        shape=(groups, m, n, k),
        flops=flops,
        traffic_byte=traffic,
        compute_s=compute,
        memory_s=moved,
        forward_s=whole,
        input_gradient_s=by_input,
        weight_gradient_s=by_weight if is_trained else 0.0,
        bound=bound,
    )
