"""Communication of one training step before any of it is hidden, per micro batch or per step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.machine import Machine
from studio.simulation.memory.training import lora_parameters
from studio.simulation.memory.weights import held_parameters
from studio.simulation.network.collective import collective_time_s
from studio.simulation.network.collective_result import CollectiveTime
from studio.simulation.network.profile import NetworkProfile
from studio.simulation.network.spans import Span
from studio.simulation.network.traffic import Collective
from studio.simulation.training.placement import spans
from studio.workload.model import AiModel, Attention, Block, MixtureOfExperts
from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Plans, Recompute
from studio.workload.precision import BF16_BYTE
from studio.workload.recipe import Recipe


@dataclass(frozen=True)
class Links:
    """The spans of every group of a set of plans, and the constants of the library."""

    tensor: tuple[Span, ...]
    context: tuple[Span, ...]
    expert: tuple[Span, ...]
    shard: tuple[Span, ...]
    replica: tuple[Span, ...]
    expert_data: tuple[Span, ...]
    stage: tuple[Span, ...]
    profile: NetworkProfile
    log: list[Exchanged] | None = None
    """Where every collective is noted, for whoever asks what the times are made of."""


@dataclass(frozen=True)
class Exchanged:
    """One collective of a step, as it was worked out."""

    group: str
    """Which group of `Links`: `tensor`, `expert` …"""
    spans: tuple[Span, ...]
    found: CollectiveTime


def links(
    machine: Machine, plan: Plans, profile: NetworkProfile, log: list[Exchanged] | None = None
) -> Links:
    """Return where the groups of `plan` lie on `machine`."""
    inner = plan.tensor * plan.context
    expert_stride = plan.expert_tensor
    copies = plan.tensor * plan.context * plan.data / (plan.expert_tensor * plan.expert)
    return Links(
        tensor=spans(machine, plan.tensor, 1.0),
        context=spans(machine, plan.context, plan.tensor),
        expert=spans(machine, plan.expert, expert_stride),
        shard=spans(machine, plan.shard * plan.context, plan.tensor),
        replica=spans(machine, plan.data / plan.shard, inner * plan.shard),
        expert_data=spans(machine, np.maximum(copies, 1.0), plan.expert_tensor * plan.expert),
        stage=spans(machine, np.minimum(plan.pipeline, 2.0), inner * plan.data),
        profile=profile,
        log=log,
    )


_GROUPS = ("tensor", "context", "expert", "shard", "replica", "expert_data", "stage")


def _time(op: Collective, payload: Number, group: tuple[Span, ...], link: Links) -> FloatArray:
    if all(np.all(span.ranks <= 1) for span in group):
        return np.zeros(np.shape(group[0].ranks))
    found = collective_time_s(op, np.asarray(payload, dtype=np.float64), group, link.profile)
    if link.log is not None:
        name = next(name for name in _GROUPS if getattr(link, name) is group)
        link.log.append(Exchanged(name, group, found))
    return found.time_s


@dataclass(frozen=True)
class LayerCommunication:
    """Times of one layer and micro batch on one NPU, forward and backward. [s]."""

    tensor_forward: Number
    tensor_backward: Number
    expert_forward: Number
    expert_backward: Number
    context_forward: Number
    context_backward: Number
    joined_ranks: Number
    """Ranks summed over all tensor-parallel collectives, forward and backward. [1]"""


@dataclass(frozen=True)
class StreamTimes:
    """Elementary collectives on one micro batch's hidden stream. [s]."""

    tensor_pair: FloatArray
    """Gather before and scatter after one half-layer."""
    tensor_gather: FloatArray
    stage: FloatArray
    """One hop to the next pipeline stage."""


def stream_times(model: AiModel, plan: Plans, link: Links) -> StreamTimes:
    """Return the collectives that move the hidden stream of one micro batch."""
    tokens = plan.micro_batch * plan.sequence / plan.context
    payload = tokens * model.hidden * BF16_BYTE
    gather = _time(Collective.ALL_GATHER, payload, link.tensor, link)
    scatter = _time(Collective.REDUCE_SCATTER, payload, link.tensor, link)
    if np.all(plan.sequence_parallel > 0):
        pair, again = gather + scatter, gather
    else:
        whole = _time(Collective.ALL_REDUCE, payload, link.tensor, link)
        pair = np.where(plan.sequence_parallel > 0, gather + scatter, whole)
        again = np.where(plan.sequence_parallel > 0, gather, 0.0)
    hop = _time(Collective.POINT_TO_POINT, payload / plan.tensor, link.stage, link)
    return StreamTimes(pair, again, hop)


def layer_communication(
    model: AiModel, block: Block, plan: Plans, link: Links, stream: StreamTimes
) -> LayerCommunication:
    """Return what one layer of `block` communicates for one micro batch.

    Notes
    -----
    Tensor parallelism with sequence parallelism: gather and scatter around each half-layer,
    the same backward plus the input gathered again for weight gradients. Context parallelism:
    keys and values of the sequence are gathered, their gradients scattered. Experts: dispatch
    and combine, both ways.
    """
    halves: Number = float(block.mixer is not None)
    part = block.feed_forward
    if isinstance(part, MixtureOfExperts):
        halves += 1.0 if part.shared_total_width else 0.0
        inside = (plan.expert_tensor > 1) & (part.shared_total_width == 0)
        halves = halves + np.where(inside, 1.0, 0.0)
    elif part is not None:
        halves += 1.0
    forward = halves * stream.tensor_pair
    backward = forward + halves * stream.tensor_gather
    out, back = _expert_times(model, block, plan, link)
    gather, scatter = _context_times(block, plan, link)
    repeat = np.where(plan.recompute == Recompute.FULL, 1.0, 0.0)
    return LayerCommunication(
        tensor_forward=forward,
        tensor_backward=backward + repeat * forward,
        expert_forward=out,
        expert_backward=back + repeat * out,
        context_forward=gather,
        context_backward=gather + scatter,
        joined_ranks=np.where(plan.tensor > 1, 5.0 * halves * plan.tensor, 0.0),
    )


def _expert_times(model: AiModel, block: Block, plan: Plans, link: Links) -> tuple[Number, Number]:
    part = block.feed_forward
    if not isinstance(part, MixtureOfExperts) or np.all(plan.expert <= 1):
        return 0.0, 0.0
    own = plan.micro_batch * plan.sequence / (plan.context * plan.tensor)
    width = part.latent or model.hidden
    payload = own * part.top_k * width * BF16_BYTE * plan.expert_tensor
    there = _time(Collective.DISPATCH, payload, link.expert, link)
    back = _time(Collective.COMBINE, payload, link.expert, link)
    return there + back, there + back


def _context_times(block: Block, plan: Plans, link: Links) -> tuple[Number, Number]:
    mixer = block.mixer
    if not isinstance(mixer, Attention) or np.all(plan.context <= 1):
        return 0.0, 0.0
    heads = np.maximum(mixer.kv_heads / plan.tensor, 1.0)
    width = heads * (mixer.query_width + mixer.value_width)
    payload = plan.micro_batch * plan.sequence * width * BF16_BYTE
    gather = _time(Collective.ALL_GATHER, payload, link.context, link)
    scatter = _time(Collective.REDUCE_SCATTER, payload, link.context, link)
    return gather, scatter


@dataclass(frozen=True)
class StateCommunication:
    """Gradients and weights over the data-parallel ranks. [s], shape (n,)."""

    gather_per_micro_batch: FloatArray
    """Weights for the forward and backward pass of one micro batch (ZeRO-3)."""
    reduce_per_micro_batch: FloatArray
    per_step: FloatArray
    """Gradients reduced and weights returned once per step."""
    experts_per_step: FloatArray
    """The same of routed experts: never hidden, dispatch and combine keep their links busy."""


def state_communication(
    model: AiModel, plan: Plans, recipe: Recipe, link: Links
) -> StateCommunication:
    """Return the data-parallel traffic of one step.

    Notes
    -----
    ZeRO 0: one all-reduce of the gradients. ZeRO 1, 2: gradients scattered, weights gathered.
    ZeRO 3: weights gathered for each pass of each micro batch, gradients scattered; replicas of a
    sharding group smaller than the data-parallel size reduce their shards among themselves.
    Experts are exchanged among their own replicas only.
    """
    held = held_parameters(
        model, plan.tensor, plan.pipeline, plan.expert, plan.expert_tensor,
        with_mtp=recipe.trains_mtp,
    )  # fmt: skip
    dense = held.dense + held.embedding
    trained, experts = dense, held.experts
    if recipe.lora_rank:
        trained, experts = lora_parameters(held, recipe), 0.0 * held.experts
    weights = dense * recipe.gather_byte
    grads = trained * recipe.reduce_byte
    nothing = np.zeros(plan.count)
    is_cut, is_sharded = plan.zero >= 1, plan.zero >= 3
    reduce = gather = updated = whole = nothing
    if is_cut.any():
        reduce = _time(Collective.REDUCE_SCATTER, grads, link.shard, link)
    if is_sharded.any():
        gather = _time(Collective.ALL_GATHER, weights, link.shard, link)
    if (is_cut & ~is_sharded).any():
        updated = _time(Collective.ALL_GATHER, trained * recipe.gather_byte, link.shard, link)
    if (~is_cut).any():
        whole = np.where(is_cut, 0.0, _time(Collective.ALL_REDUCE, grads, link.shard, link))
    shards = np.where(is_cut, plan.shard * plan.context, 1.0)
    across = _time(Collective.ALL_REDUCE, grads / shards, link.replica, link)
    expert_step = _expert_states(experts, recipe, link)
    passes = 2.0 if recipe.reshards else 1.0
    each = np.where(is_sharded, passes * gather, 0.0)
    often = is_sharded & recipe.shards_per_micro_batch
    each_reduce = np.where(often, reduce, 0.0)
    once = np.where(
        ~is_cut, whole, np.where(is_sharded, np.where(often, 0.0, reduce), reduce + updated)
    )
    return StateCommunication(each, each_reduce, np.asarray(once + across), expert_step)


@dataclass(frozen=True)
class StepCommunication:
    """All communication of a step before any of it is hidden; needs no compute profile."""

    stream: StreamTimes
    layers: tuple[LayerCommunication, ...]
    """One entry per block of the model, for one of its layers."""
    states: StateCommunication
    pooled_exchange: Number = 0.0
    """Looked-up vectors of a recommendation model there, their gradients back. [s]"""


def communicate(
    machine: Machine,
    model: AiModel,
    plan: Plans,
    network: NetworkProfile,
    recipe: Recipe,
    log: list[Exchanged] | None = None,
) -> StepCommunication:
    """Return the communication of one step on a machine, for every plan.

    Parameters
    ----------
    log : gets every collective in the order it is worked out.
    """
    link = links(machine, plan, network, log)
    stream = stream_times(model, plan, link)
    return StepCommunication(
        stream,
        tuple(layer_communication(model, block, plan, link, stream) for block in model.blocks),
        state_communication(model, plan, recipe, link),
        _pooled_exchange(model, plan, link),
    )


def _pooled_exchange(model: AiModel, plan: Plans, link: Links) -> Number:
    """Return the exchange of looked-up vectors between the NPUs that hold tables, both ways. [s].

    Tables are spread over the expert-parallel group.
    """
    if model.recommendation is None:
        return 0.0
    sparse = model.recommendation.sparse
    payload = plan.micro_batch * sparse.tables * sparse.width * BF16_BYTE
    return 2.0 * _time(Collective.ALL_TO_ALL, payload, link.expert, link)


def _expert_states(experts: Number, recipe: Recipe, link: Links) -> FloatArray:
    if np.all(np.asarray(experts) == 0):
        return np.zeros(())
    reduce = _time(Collective.REDUCE_SCATTER, experts * recipe.reduce_byte, link.expert_data, link)
    gather = _time(Collective.ALL_GATHER, experts * recipe.gather_byte, link.expert_data, link)
    return reduce + gather
