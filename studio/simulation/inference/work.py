"""What one NPU computes in one pass of serving: pieces of work, layer by layer.

A pass holds sequences that decode and prompts that are worked off, together or alone. Numbers may
be arrays of shape (n,) of candidates. Knows nothing of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np

from studio.simulation.inference.plan import InferencePlan
from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    FeedForward,
    Mixer,
    StateSpace,
)
from studio.workload.operators import (
    Number,
    Operator,
    Share,
    gemm,
    head_operators,
    layer_operators,
    vector,
    visible_keys,
)

_ATTENTION_KERNELS = 2.0
"""Attention and the merge of its splits, or the write of keys and values."""
_BIAS_KERNELS = 2.0
"""Biases of the two products cut by rows, added after their reduction; the others are fused."""


@dataclass(frozen=True)
class PassLoad:
    """Tokens of one pass, for one attention group: numbers or arrays of shape (n,)."""

    sequences: Number = 0.0
    """Sequences that decode."""
    new_tokens: Number = 1.0
    """Tokens each of them computes: one, or more when drafts are verified."""
    context: Number = 0.0
    """Tokens each of them has in its cache, mean."""
    prompt_tokens: Number = 0.0
    """Tokens of prompts computed in this pass."""
    prompt_length: Number = 1.0
    """New tokens of one prompt."""
    prompt_prefix: Number = 0.0
    """Tokens of one prompt found in the prefix cache."""

    @cached_property
    def decode_tokens(self) -> Number:
        """Tokens computed for decoding sequences."""
        return self.sequences * self.new_tokens

    @cached_property
    def tokens(self) -> Number:
        """All tokens of the pass."""
        return self.decode_tokens + self.prompt_tokens

    @cached_property
    def prompts(self) -> Number:
        """Prompts of the pass, fractions included."""
        return self.prompt_tokens / np.maximum(self.prompt_length, 1.0)

    @cached_property
    def has_decode(self) -> bool:
        """Whether any candidate decodes."""
        return bool(np.any(np.asarray(self.sequences) > 0))

    @cached_property
    def has_prompts(self) -> bool:
        """Whether any candidate computes prompts."""
        return bool(np.any(np.asarray(self.prompt_tokens) > 0))


class Work(msgspec.Struct, frozen=True):
    """One operator of a pass on one NPU, as what it computes and what it moves."""

    name: str
    term: str
    """Name of the time term it is part of."""
    kind: str
    """`matrix`, `experts`, `decode-attention`, `prompt-attention` or `vector`."""
    flops: Number
    rows: Number = 1.0
    """Rows of one product. [1]"""
    weight_elements: Number = 0.0
    activation_elements: Number = 0.0
    cache_elements: Number = 0.0
    """Keys, values or states read and written."""
    quantised: bool = False
    kernels: float = 1.0


def mixer_work(
    model: AiModel, mixer: Mixer, plan: InferencePlan, load: PassLoad, share: Share
) -> tuple[Work, ...]:
    """Return the work of one layer between tokens on one NPU, in order of execution.

    Parameters
    ----------
    model
        Gives the hidden width.
    mixer
        Attention or state space of the layer.
    plan
        How it is cut.
    load
        Tokens of one attention group.
    share
        What one NPU is given of them.
    """
    norm = _norm("mixer norm", load.tokens * model.hidden)
    if isinstance(mixer, Attention):
        return (norm, *_attention_work(mixer, model.hidden, plan, load))
    return (norm, *_state_work(model, mixer, load, share))


def feed_forward_work(model: AiModel, part: FeedForward, share: Share) -> tuple[Work, ...]:
    """Return the work of one layer on every token alone; parameters as of `mixer_work`."""
    layer = Block(1, None, part)
    pieces = [_from_operator(one) for one in layer_operators(model, layer, share)]
    if not part.gated:
        width = share.tokens * model.hidden
        pieces.append(Work("biases", "vector", "vector", 0.0 * width,
                           activation_elements=4 * width, kernels=_BIAS_KERNELS))  # fmt: skip
    return tuple(pieces)


def head_work(model: AiModel, plan: InferencePlan, rows: Number) -> tuple[Work, ...]:
    """Return the output projection for `rows` tokens whose successors are wanted."""
    share = Share(rows, rows, 1.0, tensor=plan.tensor, sequence_parallel=False)
    return tuple(
        _from_operator(operator, "head") for operator in head_operators(model, share, loss=False)
    )


def share_of(plan: InferencePlan, load: PassLoad) -> Share:
    """Return what one NPU is given of a pass."""
    return Share(
        tokens=load.tokens,
        sequences=np.maximum(load.sequences + load.prompts, 1e-9),
        length=np.maximum(load.new_tokens, load.prompt_length),
        tensor=plan.tensor,
        expert=plan.expert,
        expert_tensor=plan.expert_tensor,
        sequence_parallel=False,
    )


_TERM_OF_PART = {
    "mixer": "projections",
    "dense": "feed_forward",
    "experts": "experts",
    "head": "head",
    "embedding": "head",
}


def _from_operator(operator: Operator, term: str = "") -> Work:
    activations = operator.reads + operator.writes
    if operator.kind in ("gemm", "grouped-gemm"):
        is_experts = operator.kind == "grouped-gemm" and operator.part == "experts"
        return Work(
            operator.name,
            term or _TERM_OF_PART.get(operator.part, "projections"),
            "experts" if is_experts else "matrix",
            operator.flops,
            rows=operator.m,
            weight_elements=operator.weights,
            activation_elements=activations,
            quantised=operator.quantised,
        )
    name = "experts" if operator.part == "experts" else "vector"
    flops = operator.flops if operator.kind == "scan" else 0.0 * activations
    return Work(operator.name, term or name, "vector", flops, activation_elements=activations)


def _norm(name: str, elements: Number) -> Work:
    return Work(name, "vector", "vector", 0.0 * elements, activation_elements=3 * elements)


def _matrix(name: str, m: Number, n: Number, k: Number) -> Work:
    return _from_operator(gemm(name, m, n, k, "mixer"))


def _attention_work(
    mixer: Attention, hidden: int, plan: InferencePlan, load: PassLoad
) -> Iterator[Work]:
    heads = mixer.heads / plan.tensor
    if mixer.is_latent:
        yield from _latent_work(mixer, hidden, heads, load)
        return
    kv_heads = np.maximum(mixer.kv_heads / plan.tensor, 1.0)
    query = heads * mixer.head_dim
    kv = kv_heads * (mixer.head_dim + mixer.value_width)
    tokens = load.tokens
    yield _matrix("qkv", tokens, query + kv, hidden)
    rotated = 2 * tokens * (query + kv_heads * mixer.head_dim)
    yield _from_operator(vector("rotary", rotated / 2, rotated / 2, "mixer"))
    width = float(mixer.head_dim + mixer.value_width)
    yield from _scores(mixer, load, heads, kv, width, width, kv)
    yield _matrix("attention out", tokens, hidden, heads * mixer.value_width)


def _latent_work(mixer: Attention, hidden: int, heads: Number, load: PassLoad) -> Iterator[Work]:
    """Yield latent attention: decoding attends to the compressed cache, prompts expand it."""
    tokens, drafts = load.tokens, load.decode_tokens
    rank, rope = mixer.kv_lora_rank, mixer.rope_dim
    query_in: Number = float(mixer.q_lora_rank or hidden)
    if mixer.q_lora_rank:
        yield _matrix("query down", tokens, mixer.q_lora_rank, hidden)
        yield _norm("query norm", tokens * query_in)
    yield _matrix("query up", tokens, heads * mixer.query_width, query_in)
    yield _matrix("kv down", tokens, rank + rope, hidden)
    rotated = 2 * tokens * (heads * rope + rank + rope)
    yield _from_operator(vector("rotary", rotated / 2, rotated / 2, "mixer"))
    if load.has_decode:
        yield _per_head("query absorb", drafts, rank, mixer.head_dim, heads)
    if load.has_prompts:
        # Tokens found in the prefix cache are expanded again.
        expanded = load.prompt_tokens + load.prompts * load.prompt_prefix
        yield _matrix("kv up", expanded, heads * (mixer.head_dim + mixer.value_width), rank)
    absorbed = 2.0 * rank + rope
    plain = float(mixer.query_width + mixer.value_width)
    yield from _scores(mixer, load, heads, rank + rope, absorbed, plain, heads * plain)
    if load.has_decode:
        yield _per_head("value up", drafts, mixer.value_width, rank, heads)
    yield _matrix("attention out", tokens, hidden, heads * mixer.value_width)


def _per_head(name: str, m: Number, n: int, k: int, heads: Number) -> Work:
    flops = 2.0 * m * n * k * heads
    return Work(name, "projections", "matrix", flops, rows=m, weight_elements=heads * n * k,
                activation_elements=m * (n + k) * heads)  # fmt: skip


def _scores(
    mixer: Attention,
    load: PassLoad,
    heads: Number,
    cached: Number,
    decode_width: float,
    prompt_width: float,
    prompt_kv: Number,
) -> Iterator[Work]:
    """Yield scores, softmax and weighted sum, of decoding sequences and of prompts.

    `cached` are the elements of one token this NPU reads from the cache; the widths count the
    multiply-adds of one query, key and head.
    """
    if load.has_decode:
        seen = visible_keys(load.new_tokens, load.context, mixer.window, chunked=mixer.chunked)
        seen = np.minimum(seen, mixer.index_top_k) if mixer.index_top_k else seen
        read = load.sequences * np.minimum(
            seen + load.new_tokens / 2, (load.context + load.new_tokens)
        )
        moved = 2 * load.decode_tokens * heads * mixer.value_width
        flops = 2.0 * load.decode_tokens * seen * heads * decode_width
        yield Work("decode attention", "attention", "decode-attention", flops,
                   activation_elements=moved, cache_elements=read * cached,
                   kernels=_ATTENTION_KERNELS)  # fmt: skip
    if load.has_prompts:
        seen = visible_keys(
            load.prompt_length, load.prompt_prefix, mixer.window, chunked=mixer.chunked
        )
        seen = np.minimum(seen, mixer.index_top_k) if mixer.index_top_k else seen
        flops = 2.0 * load.prompt_tokens * seen * heads * prompt_width
        moved = load.prompt_tokens * (heads * 2 * mixer.value_width + prompt_kv)
        prefix = load.prompts * load.prompt_prefix * cached
        yield Work("prompt attention", "attention", "prompt-attention", flops,
                   activation_elements=moved, cache_elements=load.prompt_tokens * cached + prefix,
                   kernels=_ATTENTION_KERNELS)  # fmt: skip


def _state_work(model: AiModel, mixer: StateSpace, load: PassLoad, share: Share) -> Iterator[Work]:
    alone = Block(1, mixer, None)
    for operator in layer_operators(model, alone, share)[1:]:
        yield _from_operator(operator)
    states = 2 * load.sequences * mixer.state_elements / share.tensor
    yield Work("states", "attention", "decode-attention", 0.0 * states, cache_elements=states)
