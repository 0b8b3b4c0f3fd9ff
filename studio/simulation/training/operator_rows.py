"""The operators of the slowest stage of one plan: points of a roofline, rows of a table."""

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
    at: int,
) -> tuple[OperatorRow, ...]:
    """Return the operators of the slowest stage of plan `at`, with how often each runs."""
    micro = float(plan.micro_batches[at])
    drafted = model.mtp_layers if recipe.trains_mtp else 0
    layers = float(stages.layers[at] + drafted * stages.head[at])
    own = at if computing.places is None else int(computing.places[at])
    is_trained = not recipe.lora_rank
    rows: list[OperatorRow] = []
    for index, (block, work) in enumerate(zip(model.blocks, computing.layers, strict=True)):
        times = micro * layers * block.count / model.layers
        rows += [_row(index, *pair, own, times, is_trained) for pair in work.timed]
    for work, share in zip(
        computing.ends, (stages.head * (1 + drafted), stages.embedding), strict=True
    ):
        times = micro * float(share[at])
        rows += [_row(OUTSIDE, *pair, own, times, is_trained) for pair in work.timed if times]
    return tuple(rows)


def _row(
    block: int, operator: Operator, time: OperatorTime, own: int, times: float, is_trained: bool
) -> OperatorRow:
    shape = (operator.groups, operator.m, operator.n, operator.k)
    groups, m, n, k = (_of(value, own) for value in shape)
    return OperatorRow(
        block=block,
        name=operator.name,
        part=operator.part,
        kind=operator.kind,
        term=class_of(operator),
        times=times,
        shape=(groups, m, n, k),
        forward=_pass_row(time.forward, own),
        input_gradient=_pass_row(time.input_gradient, own),
        weight_gradient=_pass_row(time.weight_gradient if is_trained else NO_PASS, own),
    )


def _pass_row(one: PassTime, own: int) -> PassRow:
    values = (one.seconds, one.flops, one.traffic_byte, one.compute_s, one.memory_s)
    return PassRow(*(_of(value, own) for value in values))


def _of(value: Number, own: int) -> float:
    """Return the value of one plan, where all may share one."""
    values = np.asarray(value)
    return float(values.flat[own if values.size > 1 else 0])
