"""One training step for many candidate plans at once: every term of its time, and its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from studio.errors import InvalidInput
from studio.simulation.compute.roofline import OperatorTime, memory_time_s, peak_flops
from studio.simulation.machine import Machine
from studio.simulation.memory.activations import plan_share
from studio.simulation.memory.training import TrainingMemory, lora_parameters, training_memory
from studio.simulation.memory.weights import held_parameters
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.training.communication import (
    LayerCommunication,
    StateCommunication,
    StepCommunication,
    StreamTimes,
    communicate,
)
from studio.simulation.training.computing import CLASSES, Work, class_of, ends_work, layer_work
from studio.simulation.training.flops import model_flops_per_token
from studio.simulation.training.placement import node_count
from studio.simulation.training.result import (
    OUTSIDE,
    TERM_NAMES,
    OperatorRow,
    TrainingResult,
)
from studio.simulation.training.stages import Stages, bubble_s, slowest_stage
from studio.workload.model import AiModel
from studio.workload.operators import FloatArray, Number, Operator
from studio.workload.plan import Plans, check_plan
from studio.workload.profile import ComputeProfile
from studio.workload.recipe import Recipe


@dataclass(frozen=True)
class _Part:
    """Seconds per micro batch of a layer, the head or the embedding; shape (n,)."""

    terms: dict[str, Number]
    hidden: dict[str, Number]

    @property
    def total_s(self) -> Number:
        total: Number = 0.0
        for value in self.terms.values():
            total = total + value
        return total


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
    InvalidInput : a plan breaks a rule, or the machine or model has no size.

    Notes
    -----
    With m micro batches, slowest stage t and all stages T per micro batch:
    step = m t + (T - t) / chunks x left + data + optimizer + overhead, times 1 + straggler.
    Each communication is exposed but for the share that computing can hide.
    """
    recipe = recipe or Recipe()
    _check(machine, model)
    if not is_checked:
        check_plan(model, plan, machine.npu_count)
    comm = communication or communicate(machine, model, plan, network, recipe)
    stream = comm.stream
    layer, works, traffic = _mean_layer(machine, model, plan, profile, recipe, comm)
    ends = ends_work(model, plan_share(plan), plan, recipe, machine.accelerator, profile)
    head, embedding = _ends(model, recipe, stream, layer, ends)
    head.terms["expert_exchange"] = head.terms["expert_exchange"] + comm.pooled_exchange
    stages = slowest_stage(
        model.layers, plan, layer.total_s, head.total_s, embedding.total_s, recipe.balances_head
    )
    terms, hidden = _micro_batch(plan, stages, layer, head, embedding, stream, profile)
    slowest = _sum(terms.values())
    whole = model.layers * layer.total_s + head.total_s + embedding.total_s
    total: dict[str, Number] = {name: plan.micro_batches * value for name, value in terms.items()}
    total["bubble"] = bubble_s(plan, slowest - terms["pipeline"], whole) + _fill(plan, stream)
    total["data"], hidden["data"] = _data_time(model, plan, comm.states, profile, slowest)
    total["contention"] = total["contention"] + profile.contention * hidden["data"]
    total["optimizer"] = _optimizer_s(machine, model, plan, recipe, profile)
    total["overhead"] = profile.step_overhead_s
    nodes = node_count(machine, plan.npus)
    total["straggler"] = profile.straggler * np.log2(nodes) * _sum(total.values())
    memory = memory or training_memory(model, plan, recipe, machine.accelerator)
    operators = partial(_operators, model, plan, recipe, stages, works, ends)
    detail = (operators, traffic, stages)
    return _result(machine, model, plan, memory, profile, total, hidden, detail)


def _check(machine: Machine, model: AiModel) -> None:
    accelerator = machine.accelerator
    if machine.npu_count < 1:
        raise InvalidInput(
            "a training step needs at least one NPU; there are {npu_count}",
            npu_count=machine.npu_count,
        )
    if not accelerator.compute_flops.get("bf16", 0.0) > 0:
        raise InvalidInput(
            "{accelerator}: no BF16 rating; training needs one",
            accelerator=accelerator.name,
        )
    if not (accelerator.memory_bandwidth_byte_per_s > 0 and accelerator.memory_byte > 0):
        raise InvalidInput(
            "{accelerator}: memory and its bandwidth must be above zero",
            accelerator=accelerator.name,
        )
    if model.hidden < 1 or (model.layers < 1 and model.recommendation is None):
        raise InvalidInput(
            "{model}: a model needs at least one layer and a hidden width",
            model=model.name,
        )


def _sum(values: object) -> FloatArray:
    total: Number = 0.0
    for value in values:  # type: ignore[attr-defined]
        total = total + value
    return np.asarray(total)


def _mean_layer(
    machine: Machine,
    model: AiModel,
    plan: Plans,
    profile: ComputeProfile,
    recipe: Recipe,
    communication: StepCommunication,
) -> tuple[_Part, tuple[Work, ...], Number]:
    """Return the mean layer of the model, the work of one layer a block, all layers' traffic."""
    share = plan_share(plan)
    share = replace(share, sequence_parallel=bool(np.all(plan.sequence_parallel > 0)))
    terms: dict[str, Number] = dict.fromkeys(TERM_NAMES, 0.0)
    hidden: dict[str, Number] = {}
    works: list[Work] = []
    traffic: Number = 0.0
    for block, comm in zip(model.blocks, communication.layers, strict=True):
        work = layer_work(model, block, share, plan, recipe, machine.accelerator, profile)
        part = _layer_part(work, comm, profile)
        weight = block.count / model.layers
        for name, value in part.terms.items():
            terms[name] = terms[name] + weight * value
        for name, value in part.hidden.items():
            hidden[name] = hidden.get(name, 0.0) + weight * value
        works.append(work)
        for _, time in work.timed:
            traffic = traffic + time.traffic_byte * block.count
    return _Part(terms, hidden), tuple(works), traffic


def _layer_part(work: Work, comm: LayerCommunication, profile: ComputeProfile) -> _Part:
    """Return a layer's terms: what computing cannot hide of its communication stays exposed."""
    tensor = comm.tensor_forward + comm.tensor_backward
    context = comm.context_forward + comm.context_backward
    expert = comm.expert_forward + comm.expert_backward
    compute = work.total_s
    hidden = {
        "tensor": profile.tensor_overlap * tensor,
        "context": np.minimum(profile.context_overlap * context, work.seconds["attention"]),
        "expert_exchange": np.minimum(profile.expert_overlap * expert, compute),
    }
    terms: dict[str, Number] = {name: work.seconds[name] for name in CLASSES}
    terms["tensor"] = tensor - hidden["tensor"]
    terms["context"] = context - hidden["context"]
    terms["expert_exchange"] = expert - hidden["expert_exchange"]
    terms["contention"] = profile.contention * _sum(hidden.values())
    issued = profile.host_launch_s * work.kernels + profile.host_collective_s * comm.joined_ranks
    terms["host"] = np.maximum(issued - _sum(terms.values()), 0.0)
    return _Part(terms, hidden)


def _operators(
    model: AiModel,
    plan: Plans,
    recipe: Recipe,
    stages: Stages,
    works: tuple[Work, ...],
    ends: tuple[Work, Work],
) -> tuple[OperatorRow, ...]:
    """Return the operators of the slowest stage of the first plan, with how often each runs."""

    def first(value: Number) -> float:
        return float(np.ravel(value)[0])

    micro = first(plan.micro_batches)
    drafted = model.mtp_layers if recipe.trains_mtp else 0
    layers = first(stages.layers) + drafted * first(stages.head)
    is_trained = not recipe.lora_rank
    rows: list[OperatorRow] = []
    for index, (block, work) in enumerate(zip(model.blocks, works, strict=True)):
        times = micro * layers * block.count / model.layers
        rows += [_row(index, *pair, times, is_trained) for pair in work.timed]
    for work, share in zip(ends, (stages.head * (1 + drafted), stages.embedding), strict=True):
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


def _ends(
    model: AiModel,
    recipe: Recipe,
    stream: StreamTimes,
    layer: _Part,
    ends: tuple[Work, Work],
) -> tuple[_Part, _Part]:
    """Return head and embedding; multi-token-prediction layers count to the head."""
    parts = []
    for work, pairs in zip(ends, (1.5, 1.0), strict=True):
        terms: dict[str, Number] = dict.fromkeys(TERM_NAMES, 0.0)
        terms.update(work.seconds)
        terms["tensor"] = pairs * stream.tensor_pair
        parts.append(_Part(terms, {}))
    if model.mtp_layers and recipe.trains_mtp:
        extra = {
            name: value + model.mtp_layers * layer.terms[name]
            for name, value in parts[0].terms.items()
        }
        parts[0] = _Part(extra, {})
    return parts[0], parts[1]


def _micro_batch(
    plan: Plans,
    stages: Stages,
    layer: _Part,
    head: _Part,
    embedding: _Part,
    stream: StreamTimes,
    profile: ComputeProfile,
) -> tuple[dict[str, Number], dict[str, Number]]:
    """Return the slowest stage's terms for one micro batch, and what it hides."""
    terms: dict[str, Number] = {
        name: stages.layers * layer.terms[name]
        + stages.head * head.terms[name]
        + stages.embedding * embedding.terms[name]
        for name in TERM_NAMES
    }
    hops = np.where(plan.pipeline > 1, 2.0 * plan.chunks * stream.stage, 0.0)
    terms["pipeline"] = (1 - profile.pipeline_overlap) * hops
    hidden: dict[str, Number] = {
        name: plan.micro_batches * stages.layers * value for name, value in layer.hidden.items()
    }
    hidden["pipeline"] = plan.micro_batches * profile.pipeline_overlap * hops
    return terms, hidden


def _fill(plan: Plans, stream: StreamTimes) -> Number:
    """Return the hops of the first micro batch there and of the last one back. [s]."""
    return np.where(plan.pipeline > 1, 2.0 * (plan.pipeline - 1) * stream.stage, 0.0)


def _data_time(
    model: AiModel,
    plan: Plans,
    states: StateCommunication,
    profile: ComputeProfile,
    micro_s: Number,
) -> tuple[Number, Number]:
    """Return (exposed, hidden) gradient and weight communication of a step. [s].

    Notes
    -----
    Weights gathered for a layer hide behind the layer before: all but the first layer's share.
    Once-per-step exchange hides behind one micro batch, as the last one's gradients appear.
    """
    often = states.gather_per_micro_batch + states.reduce_per_micro_batch
    layers = np.maximum(model.layers / plan.pipeline, 1.0)
    hidden_often = np.minimum(profile.data_overlap * often * (1 - 1 / layers), micro_s)
    room = np.maximum(micro_s - hidden_often, 0.0)
    hidden_once = np.minimum(profile.data_overlap * states.per_step, room)
    exposed = plan.micro_batches * (often - hidden_often) + states.per_step - hidden_once
    return exposed, plan.micro_batches * hidden_often + hidden_once


def _optimizer_s(
    machine: Machine, model: AiModel, plan: Plans, recipe: Recipe, profile: ComputeProfile
) -> Number:
    """Return the time of the update: states read and written once, gradient read, weight written.

    With states on the host, gradients and weights cross the host link and the update runs there
    at that link's speed.
    """
    held = held_parameters(
        model, plan.tensor, plan.pipeline, plan.expert, plan.expert_tensor,
        with_mtp=recipe.trains_mtp,
    )  # fmt: skip
    ranks = plan.shard * plan.context
    expert_ranks = np.maximum(ranks * plan.tensor / (plan.expert_tensor * plan.expert), 1.0)
    dense = held.dense + held.embedding
    if recipe.lora_rank:
        owned = lora_parameters(held, recipe)
    elif model.recommendation is not None:
        # Rows of tables are updated as they are looked up; only dense parameters are swept.
        owned = dense / np.where(plan.zero >= 1, ranks, 1.0)
    else:
        owned = np.where(
            plan.zero >= 1, dense / ranks + held.experts / expert_ranks, dense + held.experts
        )
    moved = owned * (2 * recipe.optimizer_byte + 2 * recipe.gradient_byte + recipe.weight_byte)
    if recipe.optimizer_on_host:
        crossing = owned * (recipe.gradient_byte + recipe.weight_byte)
        return crossing / recipe.host_link_byte_per_s
    return memory_time_s(moved, machine.accelerator, profile.optimizer_efficiency)


def _result(
    machine: Machine,
    model: AiModel,
    plan: Plans,
    memory: TrainingMemory,
    profile: ComputeProfile,
    total: Mapping[str, Number],
    hidden: Mapping[str, Number],
    detail: tuple[Callable[[], tuple[OperatorRow, ...]], Number, Stages],
) -> TrainingResult:
    terms = {
        name: np.broadcast_to(np.asarray(total.get(name, 0.0), dtype=np.float64), (plan.count,))
        for name in TERM_NAMES
    }
    step = _sum(terms.values())
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
        profile=f"{profile.family}, {profile.generation}",
    )
