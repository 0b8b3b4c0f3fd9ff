"""Memory of one NPU of a serving instance, by category, and how many sequences fit.

Knows no time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.engine import Engine
from studio.workload.model import AiModel, Attention, DenseFeedForward, MixtureOfExperts, StateSpace
from studio.workload.operators import Number
from studio.workload.parameters import LayerParameters, layer_parameters
from studio.workload.precision import BF16_BYTE, NumberFormat

_EXCHANGE_BUFFERS = 2.0
"""Buffers for expert exchange: one while the other is read."""


@dataclass(frozen=True)
class ServingMemory:
    """Bytes on one NPU; numbers or arrays of shape (n,)."""

    weights: Number
    cache: Number
    activations: Number
    buffers: Number
    """Runtime, communication and captured graphs."""
    capacity: float
    """Rated memory of the NPU. [byte]"""
    usable: float
    """What the engine may give to all categories. [byte]"""

    @property
    def total(self) -> Number:
        """All categories together. [byte]."""
        return self.weights + self.cache + self.activations + self.buffers

    @property
    def fits(self) -> Number:
        """1 where everything fits, 0 where it does not."""
        return np.where(self.total <= self.usable * (1 + 1e-9), 1.0, 0.0)


def cache_byte_per_token(model: AiModel, cache_byte: float, tensor: Number = 1.0) -> Number:
    """Return what one token of a long sequence adds to the cache of one NPU, all layers. [byte].

    Notes
    -----
    GQA: 2 h_kv d per layer, cut over tensor parallelism down to one head; latent attention: the
    compressed vector and the rotary part, on every rank. Layers with a window shorter than the
    sequence stop growing and are left out; blocks of chunks that are over stay in the cache.
    """
    total: Number = 0.0
    for block in model.blocks:
        if isinstance(block.mixer, Attention) and (not block.mixer.window or block.mixer.chunked):
            total = total + block.count * _elements(block.mixer, tensor)
    return total * cache_byte


def _elements(mixer: Attention, tensor: Number) -> Number:
    """Return the elements one layer caches for one token on one NPU."""
    if mixer.is_latent:
        return float(mixer.kv_elements_per_token)
    heads = np.maximum(mixer.kv_heads / np.asarray(tensor), 1.0)
    return heads * (mixer.head_dim + mixer.value_width)


def sequence_byte(engine: Engine, length: Number) -> Number:
    """Return the cache of one sequence of `length` tokens on one NPU. [byte]."""
    plan = engine.plan
    total: Number = 0.0
    for block in engine.model.blocks:
        mixer = block.mixer
        if isinstance(mixer, Attention):
            slides = mixer.window and not mixer.chunked
            kept = np.minimum(length, mixer.window) if slides else length
            total = total + block.count * _elements(mixer, plan.tensor) * kept
        elif isinstance(mixer, StateSpace):
            total = total + block.count * mixer.state_elements / plan.tensor
    return total * engine.numbers.cache_byte / plan.pipeline


def weight_byte(engine: Engine) -> Number:
    """Return the weights one NPU holds. [byte].

    Notes
    -----
    Attention and dense parts are cut by tensor parallelism and repeated over attention data
    parallelism; experts are cut by all ranks of a stage. Products are stored in the weight
    format, embeddings, output projection, router and norms in BF16.
    """
    model, plan, stored = engine.model, engine.plan, engine.numbers.weights
    total: Number = 0.0
    for block in model.blocks:
        layer = layer_parameters(block, model.hidden)
        total = total + block.count * _layer_byte(engine, layer, block.feed_forward, stored)
    if engine.drafts and model.mtp_layers:
        last = model.blocks[-1]
        layer = layer_parameters(last, model.hidden)
        total = total + model.mtp_layers * _layer_byte(engine, layer, last.feed_forward, stored)
    tables = model.vocab * model.hidden * (1.0 if model.tied_embeddings else 2.0)
    return (total + tables * BF16_BYTE / plan.tensor) / plan.pipeline


def _layer_byte(
    engine: Engine, layer: LayerParameters, part: object, stored: NumberFormat
) -> Number:
    plan = engine.plan
    experts: Number = 0.0
    if isinstance(part, MixtureOfExperts):
        held = np.ceil((part.experts + plan.redundant_experts) / plan.expert - 1e-9)
        experts = layer.experts * held / part.experts / plan.expert_tensor
    products = (layer.mixer + layer.dense) / plan.tensor + experts
    return products * stored.stored_byte + (layer.router + layer.norms) * BF16_BYTE


def activation_byte(engine: Engine, tokens: Number) -> Number:
    """Return the largest live activations of a pass of `tokens` tokens per group. [byte].

    Notes
    -----
    The residual stream, a copy, queries with keys and values, and the widest feed-forward result
    live at once; a token sent to k experts counts k times there.
    """
    model, plan = engine.model, engine.plan
    widest: Number = 0.0
    for block in model.blocks:
        part = block.feed_forward
        if isinstance(part, MixtureOfExperts):
            wide: Number = part.top_k * (part.width * part.matrices / plan.expert_tensor)
            wide = wide + 2 * part.top_k * (part.latent or model.hidden)
        elif isinstance(part, DenseFeedForward):
            wide = part.width * part.matrices / plan.tensor
        else:
            wide = 0.0
        heads = block.mixer
        own: Number = 0.0
        if isinstance(heads, Attention):
            own = heads.heads * (heads.query_width + heads.value_width) / plan.tensor
        widest = np.maximum(widest, np.maximum(wide, own))
    return tokens * (4 * model.hidden + widest) * BF16_BYTE


def buffer_byte(engine: Engine, tokens: Number) -> Number:
    """Return runtime and exchange buffers of one NPU. [byte]."""
    part = next(
        (b.feed_forward for b in engine.model.blocks
         if isinstance(b.feed_forward, MixtureOfExperts)), None,
    )  # fmt: skip
    exchange: Number = 0.0
    if part is not None:
        copies = np.minimum(part.top_k, engine.plan.expert)
        own = np.minimum(tokens, 512.0) / engine.plan.tensor
        width = part.latent or engine.model.hidden
        exchange = np.where(
            engine.plan.dispatches, _EXCHANGE_BUFFERS * own * copies * width * 3.0, 0.0
        )
    return engine.profile.runtime_byte + exchange


def serving_memory(
    engine: Engine, sequences: Number, length: Number, pass_tokens: Number
) -> ServingMemory:
    """Return the memory of one NPU with `sequences` of mean `length` in every group.

    Parameters
    ----------
    engine
        Instance and its constants.
    sequences
        In flight in one attention group, shape (n,) or a number.
    length
        Tokens in the cache per sequence. [1]
    pass_tokens
        Most tokens of one pass per group.
    """
    capacity = engine.machine.accelerator.memory_byte
    return ServingMemory(
        weights=weight_byte(engine),
        cache=sequences * sequence_byte(engine, length),
        activations=activation_byte(engine, pass_tokens),
        buffers=buffer_byte(engine, pass_tokens),
        capacity=capacity,
        usable=capacity * engine.profile.memory_share,
    )


def sequence_capacity(engine: Engine, length: Number, pass_tokens: Number) -> Number:
    """Return how many sequences of `length` tokens one attention group can hold, from 0."""
    empty = serving_memory(engine, 0.0, length, pass_tokens)
    room = np.maximum(empty.usable - empty.total, 0.0)
    return room / np.maximum(sequence_byte(engine, length), 1.0)
