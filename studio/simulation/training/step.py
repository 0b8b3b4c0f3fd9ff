"""One training step for many candidate plans at once: every term of its time, and its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from studio.errors import InvalidInput
from studio.simulation.compute.roofline import peak_flops
from studio.simulation.machine import Machine, check_ratings
from studio.simulation.memory.training import TrainingMemory, training_memory
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.training.communication import StepCommunication, communicate
from studio.simulation.training.computing import compute
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.training.offload import copies_s
from studio.simulation.training.operator_rows import operator_rows
from studio.simulation.training.parts import (
    end_parts,
    mean_layer,
    micro_batch,
    pass_shares,
    total_of,
)
from studio.simulation.training.per_step import (
    data_time_s,
    fill_s,
    optimizer_s,
    updated_parameters,
)
from studio.simulation.training.placement import node_count
from studio.simulation.training.result import TERM_NAMES, OperatorRow, TrainingResult
from studio.simulation.training.schedules import bubble_s, paired_share
from studio.simulation.training.stages import Stages, slowest_stage
from studio.workload.model import AiModel
from studio.workload.operators import Number
from studio.workload.plan import Plans
from studio.workload.plan_rules import check_plan
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe


def training_step(
    machine: Machine,
    model: AiModel,
    plan: Plans,
    profile: ComputeProfile,
    network: NetworkProfile,
    recipe: Recipe | None = None,
    *,
    is_checked: bool = False,
    communication: StepCommunication | None = None,
    memory: TrainingMemory | None = None,
) -> TrainingResult:
    """Return the time and memory of one training step for every plan.

    Parameters
    ----------
    machine
        NPU ratings and network levels, innermost first.
    model
        Dimensions of the AI model.
    plan
        Candidate plans, n of them; one plan is a batch of one.
    profile
        Compute efficiency of the hardware family and software generation.
    network
        Constants of its communication library.
    recipe
        Number formats, optimizer and what is trained; BF16 with Adam by default.
    is_checked
        The caller has removed plans that break a rule.
    communication, memory
        Parts that do not depend on the compute profile, where the caller has them already.

    Returns
    -------
    Terms, step time, rates and memory, each of shape (n,).

    Raises
    ------
    InvalidInput : a plan breaks a rule or offloads to CPUs that are not there, or the machine or
        model has no size.

    Notes
    -----
    With m micro batches, slowest stage t and all stages T per micro batch:
    step = m t + (T - t) / chunks x left + data + optimizer + overhead, times 1 + straggler.
    Each communication is exposed but for the share that computing can hide.
    """
    recipe = recipe or Recipe()
    _check(machine, model, plan)
    if not is_checked:
        check_plan(model, plan, machine.npu_count)
    comm = communication or communicate(machine, model, plan, network, recipe)
    work = compute(model, plan, recipe, machine.accelerator, profile)
    paired = paired_share(plan)
    layer = mean_layer(model, work, comm, profile, paired)
    head, embedding = end_parts(model, recipe, comm, work, layer)
    stages = slowest_stage(
        model.layers, plan, layer.total_s, head.total_s, embedding.total_s, recipe.balances_head
    )
    terms, hidden = micro_batch(plan, stages, layer, head, embedding, comm.stream, profile, paired)
    slowest = total_of(terms.values())
    whole = model.layers * layer.total_s + head.total_s + embedding.total_s
    total: dict[str, Number] = {name: plan.micro_batches * value for name, value in terms.items()}
    shares = pass_shares(model, work)
    idle = bubble_s(plan, slowest - terms["pipeline"], whole, shares)
    total["bubble"] = idle + fill_s(plan, comm.stream)
    total["data"], hidden["data"] = data_time_s(model, plan, comm.states, profile, slowest)
    total["contention"] = total["contention"] + profile.contention * hidden["data"]
    total["optimizer"] = optimizer_s(machine, model, plan, recipe, profile)
    total["overhead"] = profile.step_overhead_s
    memory = memory or training_memory(model, plan, recipe, machine.accelerator, machine.host)
    if machine.host is not None and plan.offload.any():
        updated = updated_parameters(model, plan, recipe)
        total["offload"], hidden["offload"] = copies_s(
            machine.host, plan, recipe, memory, updated, total["optimizer"], slowest, shares
        )
    nodes = node_count(machine, plan.npus)
    total["straggler"] = profile.straggler * np.log2(nodes) * total_of(total.values())
    operators = partial(operator_rows, model, plan, recipe, stages, work)
    detail = (operators, work.layer_traffic_byte, stages)
    return _result(machine, model, plan, memory, recipe, profile, total, hidden, detail)


def _check(machine: Machine, model: AiModel, plan: Plans) -> None:
    accelerator = machine.accelerator
    if machine.host is None and plan.offload.any():
        raise InvalidInput(
            "{accelerator}: nothing can be offloaded, as no CPU with memory can be reached from "
            "every NPU; draw links to CPUs, or choose offload none",
            accelerator=accelerator.name,
        )
    if machine.npu_count < 1:
        raise InvalidInput(
            "a training step needs at least one NPU; there are {npu_count}",
            npu_count=machine.npu_count,
        )
    check_ratings(accelerator)
    if model.hidden < 1 or (model.layers < 1 and model.recommendation is None):
        raise InvalidInput(
            "{model}: a model needs at least one layer and a hidden width",
            model=model.name,
        )


def _result(
    machine: Machine,
    model: AiModel,
    plan: Plans,
    memory: TrainingMemory,
    recipe: Recipe,
    profile: ComputeProfile,
    total: Mapping[str, Number],
    hidden: Mapping[str, Number],
    detail: tuple[Callable[[int], tuple[OperatorRow, ...]], Number, Stages],
) -> TrainingResult:
    terms = {
        name: np.broadcast_to(np.asarray(total.get(name, 0.0), dtype=np.float64), (plan.count,))
        for name in TERM_NAMES
    }
    step = total_of(terms.values())
    rate = plan.tokens_per_step / step
    per_npu = rate / plan.npus
    peak = peak_flops(machine.accelerator, "bf16")
    model_flops = model_flops_per_token(model, plan.sequence)
    mfu = per_npu * model_flops / peak
    again = np.where(plan.recompute == 2, 4.0 / 3.0, 1.0)
    return TrainingResult(
        plan=plan,
        terms=terms,
        hidden_s={
            name: np.broadcast_to(np.asarray(value, dtype=np.float64), (plan.count,))
            for name, value in hidden.items()
        },
        step_time_s=step,
        tokens_per_s=rate,
        tokens_per_s_per_npu=per_npu,
        mfu=mfu,
        hfu=mfu * again,
        memory=memory,
        list_operators=detail[0],
        layer_traffic_byte=np.broadcast_to(np.asarray(detail[1], dtype=np.float64), (plan.count,)),
        stages=detail[2],
        evidence=machine.evidence,
        recipe=recipe,
        profile=f"{profile.family}, {profile.generation}",
    )
