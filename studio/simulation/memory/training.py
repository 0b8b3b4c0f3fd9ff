"""Peak memory of a training step on its fullest NPU, by category and by moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from studio.simulation.machine import Accelerator, Host
from studio.simulation.memory.activations import layer_activation_byte, plan_share
from studio.simulation.memory.host import HostMemory, host_states
from studio.simulation.memory.weights import HeldParameters, held_parameters, stage_layers
from studio.units import GIBI, MEBI
from studio.workload.model import AiModel
from studio.workload.operators import FloatArray, Number
from studio.workload.plan import Offload, Plans, Recompute, Schedule
from studio.workload.precision import BF16_BYTE
from studio.workload.recipe import Recipe

CONTEXT_BYTE = 0.5 * GIBI
"""What the driver and its kernels take before the first tensor. [byte]"""
CHANNEL_BYTE = 2 * 32 * 4.0 * MEBI
"""Buffers of one communicator: 32 channels of 4 MiB, to send and to receive (NCCL_BUFFSIZE and the
number of channels as NVIDIA's NCCL documentation gives them). [byte]"""


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes of the fullest NPU at the peak of a step; every array has shape (n,)."""

    weights: FloatArray
    gradients: FloatArray
    optimizer: FloatArray
    activations: FloatArray
    logits: FloatArray
    buffers: FloatArray
    capacity_byte: float
    update_byte: FloatArray
    """Total at the optimizer update, activations freed. [byte]"""
    backward_byte: FloatArray
    """Of the buffers, what only a backward pass has at hand. [byte]"""
    runtime: FloatArray
    """Of the buffers, what no allocator reports: driver context, communicators. [byte]"""
    host: HostMemory
    """What the CPUs hold for the NPU instead."""
    host_capacity_byte: float = 0.0

    @property
    def total(self) -> FloatArray:
        """All categories."""
        return np.asarray(sum(self.by_category().values()))

    @property
    def allocated(self) -> FloatArray:
        """What the framework's allocator reports: all but the runtime's own buffers."""
        return self.total - self.runtime

    @property
    def fits(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Whether the NPU's memory holds it, and that of the CPUs what is put there."""
        is_held = self.host.total <= self.host_capacity_byte
        return np.asarray((self.total <= self.capacity_byte) & is_held)

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp]) -> TrainingMemory:
        """Return the memory of the plans at `index`, a mask or positions."""
        return replace(
            self,
            **{
                item.name: getattr(self, item.name)[index]
                for item in fields(self)
                if isinstance(getattr(self, item.name), np.ndarray)
            },
            host=self.host.take(index),
        )

    def by_category(self) -> Mapping[str, FloatArray]:
        """Return the bytes of each category by its name."""
        return {
            "weights": self.weights,
            "gradients": self.gradients,
            "optimizer": self.optimizer,
            "activations": self.activations,
            "logits": self.logits,
            "buffers": self.buffers,
        }

    def by_moment(self) -> Mapping[str, FloatArray]:
        """Return all that is held at some moments of a step, in their order; the peak is `total`.

        Between steps only the states are there; an update has no activations any more.
        """
        states = self.weights + self.gradients + self.optimizer + self.runtime
        update = np.minimum(self.update_byte + self.runtime, self.total)
        return {
            "between steps": states,
            "end of the forward passes": self.total - self.backward_byte,
            "first backward pass": self.total,
            "update": update,
        }


def training_memory(
    model: AiModel,
    plan: Plans,
    recipe: Recipe,
    accelerator: Accelerator,
    host: Host | None = None,
) -> TrainingMemory:
    """Return the peak memory of one training step on its fullest NPU.

    Notes
    -----
    The first pipeline stage keeps as many micro batches as there are stages (1F1B), a share
    more when interleaved: pipeline (1 + (pipeline - 1) / (pipeline chunks)), at most the micro
    batches of the step. ZeRO 1 cuts optimizer states, 2 also gradients, 3 also weights over
    the sharding group. DualPipe holds the stages of both directions: weights and gradients twice
    (DeepSeek-AI 2024, section 3.2.1), states twice unless they are cut over both copies.
    """
    held = _held(model, plan, recipe)
    layers = stage_layers(model, plan.pipeline, recipe.balances_head)
    states, states_of_host = host_states(plan, _states(held, plan, recipe), recipe, layers)
    in_flight = micro_batches_in_flight(plan)
    kept, kept_by_host = _kept_byte(model, plan, recipe, in_flight)
    share = plan_share(plan)
    columns = model.vocab / plan.tensor
    logits = recipe.logit_byte * share.tokens * columns
    # The last stage holds logits but one micro batch only; the first holds many and no logits.
    last = kept / np.maximum(in_flight, 1.0) + logits
    logits = np.where(plan.pipeline > 1, np.maximum(last - kept, 0.0), logits)
    runtime = _runtime_byte(plan)
    buffers = recipe.buffer_byte + runtime + _gathered_byte(model, plan, recipe)
    backward = _backward_byte(model, plan, held)
    stream = plan.micro_batch * plan.sequence / plan.context * model.hidden
    return TrainingMemory(
        weights=_full(plan, states[0]),
        gradients=_full(plan, states[1]),
        optimizer=_full(plan, states[2]),
        activations=_full(plan, kept * (1 + recipe.fragmentation)),
        logits=_full(plan, logits),
        buffers=_full(plan, buffers + backward),
        capacity_byte=accelerator.memory_byte,
        update_byte=_full(plan, sum(states) + recipe.live_stream_byte * stream),
        backward_byte=_full(plan, backward),
        runtime=_full(plan, runtime),
        host=HostMemory(*(_full(plan, part) for part in (*states_of_host, kept_by_host))),
        host_capacity_byte=host.memory_byte if host else 0.0,
    )


def _runtime_byte(plan: Plans) -> FloatArray:
    """Return the driver's context and the buffers of one communicator per group of ranks."""
    degrees = (plan.tensor, plan.pipeline, plan.context, plan.expert, plan.data)
    groups = np.sum(np.stack(degrees) > 1, axis=0, dtype=np.float64)
    return np.asarray(CONTEXT_BYTE + CHANNEL_BYTE * groups)


def _backward_byte(model: AiModel, plan: Plans, held: HeldParameters) -> Number:
    """Return what only the backward pass of one layer or end has at hand.

    Notes
    -----
    The gradients of a layer's output and input, whole though the stream is cut over the
    tensor-parallel ranks, with both inputs gathered again; and the gradient of the largest weight,
    embedding or head, before it is added to its sum. Sharded weights have theirs elsewhere.
    """
    tokens = plan.micro_batch * plan.sequence / plan.context
    cut = np.where(plan.sequence_parallel > 0, plan.tensor, 1.0)
    streams = 2.0 + 2.0 * (1.0 - 1.0 / cut)
    largest = np.minimum(held.embedding, model.vocab * model.hidden / plan.tensor)
    single = np.where(plan.zero >= 3, 0.0, BF16_BYTE * largest)
    return BF16_BYTE * tokens * model.hidden * streams + single


def _full(plan: Plans, value: Number) -> FloatArray:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (plan.count,))


def _held(model: AiModel, plan: Plans, recipe: Recipe) -> HeldParameters:
    return held_parameters(
        model,
        plan.tensor,
        plan.pipeline,
        plan.expert,
        plan.expert_tensor,
        layers_held=stage_layers(model, plan.pipeline, recipe.balances_head),
        with_mtp=recipe.trains_mtp,
    )


def _states(held: HeldParameters, plan: Plans, recipe: Recipe) -> tuple[Number, Number, Number]:
    """Return bytes of (weights, gradients, optimizer states)."""
    ranks = plan.shard * plan.context
    expert_ranks = np.maximum(ranks * plan.tensor / (plan.expert_tensor * plan.expert), 1.0)
    shared = held.dense + held.embedding

    stays_whole = (plan.pipeline > 1) & recipe.keeps_stage_weights

    def cut(from_stage: int) -> Number:
        is_cut = (plan.zero >= from_stage) & ~(stays_whole & (from_stage > 1))
        dense = np.where(is_cut, shared / ranks, shared)
        return dense + np.where(is_cut, held.experts / expert_ranks, held.experts)

    copies_held = np.where(plan.schedule == Schedule.DUAL_PIPE, 2.0, 1.0)
    copies_held = np.where(plan.pipeline > 1, copies_held, 1.0)
    weights = copies_held * recipe.weight_byte * cut(3)
    if recipe.lora_rank:
        trained = lora_parameters(held, recipe)
        return (
            weights + 2 * trained,
            recipe.gradient_byte * trained,
            recipe.optimizer_byte * trained,
        )
    optimizer = recipe.optimizer_byte * cut(1)
    optimizer = np.where(plan.zero >= 1, 1.0, copies_held) * optimizer
    copies = np.where(plan.zero >= 1, recipe.shard_copy_byte, 0.0) * cut(1)
    bucket_byte = np.where(plan.data > 1, recipe.bucket_byte, 0.0)
    bucket_byte = bucket_byte + np.where(plan.zero >= 1, recipe.gather_copy_byte, 0.0)
    bucket = bucket_byte * (shared + held.experts)
    begun = np.where(stays_whole & (plan.zero >= 2), _begun_share(plan), 1.0)
    gradients = copies_held * (recipe.gradient_byte * cut(2) * begun + bucket) + copies
    return weights, gradients, optimizer


def _begun_share(plan: Plans) -> Number:
    """Return the share of a stage's gradients at hand where they come with the backward pass. [1].

    Notes
    -----
    With no more micro batches than stages the first stage has all of them in flight before the
    first comes back; one chunk's gradients then gather, are reduced with its last micro batch and
    leave before the next chunk begins. With more micro batches all chunks gather at once.
    """
    one_round = plan.micro_batches <= plan.pipeline
    return np.where(one_round, 1.0 / plan.chunks, 1.0)


def lora_parameters(held: HeldParameters, recipe: Recipe) -> Number:
    """Return the adapter parameters of one NPU: rank x (in + out) of each cut matrix, roughly.

    Notes
    -----
    Square matrices of P parameters have sides sqrt(P): seven matrices a layer share the
    dense parameters, so the adapters hold about 2 rank sqrt(P / 7) each, 7 times.
    """
    return np.minimum(0.02 * held.dense, recipe.lora_rank * 2.0 * np.sqrt(7 * held.dense * 80))


def micro_batches_in_flight(plan: Plans) -> FloatArray:
    """Return how many micro batches' worth of stage activations the first stage keeps. [1].

    Counted in whole-stage activations; zero-bubble keeps the same, DualPipe one more.
    """
    extra = np.where(plan.chunks > 1, (plan.pipeline - 1) / (plan.pipeline * plan.chunks), 0.0)
    kept = plan.pipeline * (1 + extra)
    kept = np.where(plan.schedule == Schedule.DUAL_PIPE, plan.pipeline + 1, kept)
    return np.asarray(np.minimum(kept, np.maximum(plan.micro_batches, 1)))


def _kept_byte(
    model: AiModel, plan: Plans, recipe: Recipe, in_flight: FloatArray
) -> tuple[Number, Number]:
    """Return the activations that (NPU, host) keep for the backward pass. [byte].

    Of those put on the host, an NPU has two layers at hand: one is computed while the other is
    copied.
    """
    per_stage = stage_layers(model, plan.pipeline, recipe.balances_head) / max(model.layers, 1)
    total: Number = 0.0
    deepest: Number = 0.0
    largest: Number = 0.0
    no_recompute = replace(plan, recompute=np.zeros(plan.count))
    for block in model.blocks:
        one = layer_activation_byte(model, block, plan, recipe)
        largest = np.maximum(largest, one)
        total = total + block.count * one * per_stage
        whole = layer_activation_byte(model, block, no_recompute, recipe)
        deepest = np.maximum(deepest, whole)
    share = plan_share(plan)
    entry = BF16_BYTE * share.tokens * model.hidden / plan.tensor
    working = np.where(plan.recompute == Recompute.FULL, deepest, 0.0)
    is_put_off = plan.offloads(Offload.ACTIVATIONS)
    near = np.where(is_put_off, np.minimum(2 * largest, total * in_flight), total * in_flight)
    return near + working + entry, np.where(is_put_off, total * in_flight, 0.0)


def _gathered_byte(model: AiModel, plan: Plans, recipe: Recipe) -> Number:
    """Return weights gathered for the layers at work under ZeRO-3: two layers and their grads."""
    held = held_parameters(
        model, plan.tensor, 1.0, plan.expert, plan.expert_tensor, layers_held=1.0
    )
    return np.where(plan.zero >= 3, 3 * (held.dense + held.experts) * recipe.weight_byte, 0.0)
