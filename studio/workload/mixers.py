"""Operators of token mixers: grouped-query and latent attention, state space."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.workload.model import Attention, StateSpace
from studio.workload.operator import Number, Operator, Share, gemm, vector, visible_keys


def mixer_operators(mixer: Attention | StateSpace, hidden: int, share: Share) -> Iterator[Operator]:
    """Yield the operators of a token mixer between its norm and its residual."""
    if isinstance(mixer, StateSpace):
        return _state_space_operators(mixer, hidden, share)
    if mixer.is_latent:
        return _latent_operators(mixer, hidden, share)
    return _attention_operators(mixer, hidden, share)


def _attention_operators(mixer: Attention, hidden: int, share: Share) -> Iterator[Operator]:
    tokens = share.tokens
    heads = mixer.heads / share.tensor
    kv_heads = np.maximum(mixer.kv_heads / share.tensor, 1.0)
    query = heads * mixer.head_dim
    kv = kv_heads * (mixer.head_dim + mixer.value_width)
    yield gemm("qkv", tokens, query + kv, hidden, "mixer")
    rotated = tokens * (query + kv_heads * mixer.head_dim)
    yield vector("rotary", rotated, rotated, "mixer")
    yield attention_operator(mixer, share, heads, kv)
    yield gemm("attention out", tokens, hidden, heads * mixer.value_width, "mixer")


def attention_operator(
    mixer: Attention, share: Share, heads: Number, kv_elements: Number
) -> Operator:
    """Return scores, softmax and weighted sum of one layer, fused.

    `kv_elements` are the keys and values of one token this NPU reads. FLOP = 2 q v (d_qk + d_v)
    per head and sequence, with q new tokens and v keys seen.
    """
    queries = share.tokens / np.maximum(share.sequences, 1e-9)
    visible = visible_keys(share.length, share.prefix, mixer.window, mixer.causal, mixer.chunked)
    if mixer.index_top_k:
        visible = np.minimum(visible, mixer.index_top_k)
    width: Number = mixer.query_width + mixer.value_width
    if share.absorbed and mixer.is_latent:
        width = 2 * mixer.kv_lora_rank + mixer.rope_dim
    keys = np.asarray(share.prefix, dtype=float) + share.length
    if mixer.window:
        keys = np.minimum(keys, mixer.window + np.asarray(share.length, dtype=float))
    out = share.tokens * heads * mixer.value_width
    reads = share.tokens * heads * mixer.query_width + share.sequences * keys * kv_elements
    groups = share.sequences * heads
    return Operator(
        "attention", "attention", queries, visible, width, groups, 0.0, reads, out, False, "mixer"
    )


def _latent_operators(mixer: Attention, hidden: int, share: Share) -> Iterator[Operator]:
    tokens = share.tokens
    heads = mixer.heads / share.tensor
    query_in: Number = float(hidden)
    if mixer.q_lora_rank:
        yield gemm("query down", tokens, mixer.q_lora_rank, hidden, "mixer")
        query_in = float(mixer.q_lora_rank)
        yield vector("query norm", tokens * query_in, tokens * query_in, "mixer")
    yield gemm("query up", tokens, heads * mixer.query_width, query_in, "mixer")
    compressed = mixer.kv_lora_rank + mixer.rope_dim
    yield gemm("kv down", tokens, compressed, hidden, "mixer")
    yield vector("rotary", tokens * heads * mixer.rope_dim, tokens * compressed, "mixer")
    if share.absorbed:
        yield _per_head("query absorb", tokens, mixer.kv_lora_rank, mixer.head_dim, heads)
        yield attention_operator(mixer, share, heads, compressed)
        yield _per_head("value up", tokens, mixer.value_width, mixer.kv_lora_rank, heads)
    else:
        up = heads * (mixer.head_dim + mixer.value_width)
        yield gemm("kv up", tokens, up, mixer.kv_lora_rank, "mixer")
        # Keys of all heads are written out with the shared rotary part beside each.
        joined = tokens * heads * mixer.query_width
        yield vector("key join", 2 * joined, 2 * joined, "mixer")
        kv = heads * (mixer.query_width + mixer.value_width)
        yield attention_operator(mixer, share, heads, kv)
    yield gemm("attention out", tokens, hidden, heads * mixer.value_width, "mixer")


def _per_head(name: str, m: Number, n: int, k: int, heads: Number) -> Operator:
    return Operator(
        name,
        "grouped-gemm",
        m,
        n,
        k,
        heads,
        heads * n * k,
        m * k * heads,
        m * n * heads,
        True,
        "mixer",
    )


def _state_space_operators(mixer: StateSpace, hidden: int, share: Share) -> Iterator[Operator]:
    """Yield a Mamba-2 mixer: chunked state-space duality, linear in the sequence.

    References
    ----------
    Dao and Gu, "Transformers are SSMs", 2024, section 6 (chunked algorithm).
    """
    tokens = share.tokens
    inner = mixer.inner / share.tensor
    states = 2 * np.maximum(mixer.groups / share.tensor, 1.0) * mixer.state
    heads = mixer.heads / share.tensor
    yield gemm("state in", tokens, 2 * inner + states + heads, hidden, "mixer")
    conv = tokens * (inner + states)
    yield vector("convolution", conv, conv, "mixer")
    chunk = np.minimum(mixer.chunk, np.asarray(share.length, dtype=float))
    inside = (chunk / 2) * (mixer.state + mixer.head_dim)
    across = 2.0 * mixer.state * mixer.head_dim
    per_head = inside + across
    traffic = tokens * (2 * inner + states)
    yield Operator(
        "scan", "scan", tokens, per_head, 1.0, heads, 0.0, traffic, tokens * inner, False, "mixer"
    )
    yield vector("gate norm", 2 * tokens * inner, tokens * inner, "mixer")
    yield gemm("state out", tokens, hidden, inner, "mixer")
