"""What one NPU computes in one layer of attention: projections, scores, latent compression."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.simulation.inference.pieces import (
    PassLoad,
    Work,
    matrix_piece,
    norm_piece,
    piece_of,
)
from studio.simulation.inference.plan import InferencePlan
from studio.workload.model import Attention
from studio.workload.operators import Number, vector, visible_keys

_ATTENTION_KERNELS = 2.0
"""Attention and the merge of its splits, or the write of keys and values."""


def attention_work(
    mixer: Attention, hidden: int, plan: InferencePlan, load: PassLoad
) -> Iterator[Work]:
    """Yield the work of one layer of attention between its norm and its residual."""
    heads = mixer.heads / plan.tensor
    if mixer.is_latent:
        yield from _latent_work(mixer, hidden, heads, load)
        return
    kv_heads = np.maximum(mixer.kv_heads / plan.tensor, 1.0)
    query = heads * mixer.head_dim
    kv = kv_heads * (mixer.head_dim + mixer.value_width)
    tokens = load.tokens
    yield matrix_piece("qkv", tokens, query + kv, hidden)
    rotated = 2 * tokens * (query + kv_heads * mixer.head_dim)
    yield piece_of(vector("rotary", rotated / 2, rotated / 2, "mixer"))
    width = float(mixer.head_dim + mixer.value_width)
    yield from _scores(mixer, load, heads, kv, width, width, kv)
    yield matrix_piece("attention out", tokens, hidden, heads * mixer.value_width)


def _latent_work(mixer: Attention, hidden: int, heads: Number, load: PassLoad) -> Iterator[Work]:
    """Yield latent attention: decoding attends to the compressed cache, prompts expand it."""
    tokens, drafts = load.tokens, load.decode_tokens
    rank, rope = mixer.kv_lora_rank, mixer.rope_dim
    query_in: Number = float(mixer.q_lora_rank or hidden)
    if mixer.q_lora_rank:
        yield matrix_piece("query down", tokens, mixer.q_lora_rank, hidden)
        yield norm_piece("query norm", tokens * query_in)
    yield matrix_piece("query up", tokens, heads * mixer.query_width, query_in)
    yield matrix_piece("kv down", tokens, rank + rope, hidden)
    rotated = 2 * tokens * (heads * rope + rank + rope)
    yield piece_of(vector("rotary", rotated / 2, rotated / 2, "mixer"))
    if load.has_decode:
        yield _per_head("query absorb", drafts, rank, mixer.head_dim, heads)
    if load.has_prompts:
        # Tokens found in the prefix cache are expanded again.
        expanded = load.prompt_tokens + load.prompts * load.prompt_prefix
        yield matrix_piece("kv up", expanded, heads * (mixer.head_dim + mixer.value_width), rank)
    absorbed = 2.0 * rank + rope
    plain = float(mixer.query_width + mixer.value_width)
    yield from _scores(mixer, load, heads, rank + rope, absorbed, plain, heads * plain)
    if load.has_decode:
        yield _per_head("value up", drafts, mixer.value_width, rank, heads)
    yield matrix_piece("attention out", tokens, hidden, heads * mixer.value_width)


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
