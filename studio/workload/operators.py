"""The operators of one layer of an AI model, for the share of it that one NPU computes.

Every number may be a float or an array of one value per candidate plan, shape (n,). Knows
dimensions and how they are cut; nothing of time, bytes per element or hardware.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.workload.model import (
    AiModel,
    Attention,
    Block,
    DenseFeedForward,
    MixtureOfExperts,
    StateSpace,
)

FloatArray = NDArray[np.float64]
Number = float | FloatArray
OperatorKind = Literal["gemm", "grouped-gemm", "attention", "scan", "vector", "gather"]


@dataclass(frozen=True)
class Operator:
    """One operator of a forward pass on one NPU.

    Matrix work is `groups` products of (m x k) by (k x n); vector and gather work has m = n =
    k = 0 and is described by its traffic alone.
    """

    name: str
    kind: OperatorKind
    m: Number
    n: Number
    k: Number
    groups: Number
    weights: Number
    """Weight elements read. [1]"""
    reads: Number
    """Activation elements read. [1]"""
    writes: Number
    """Activation elements written. [1]"""
    quantised: bool = False
    """Runs in the plan's low precision where it has one; otherwise in BF16."""
    part: str = "body"
    """`mixer`, `dense`, `experts`, `head` or `embedding`: what it is accounted to."""

    @property
    def flops(self) -> Number:
        """Operations of the forward pass, a multiply-add counting two. [FLOP]."""
        return 2.0 * self.m * self.n * self.k * self.groups


@dataclass(frozen=True)
class Share:
    """What one NPU is given of one pass: numbers or arrays of shape (n,)."""

    tokens: Number
    """New tokens one tensor-parallel group computes, after context parallelism."""
    sequences: Number
    """Sequences these tokens belong to."""
    length: Number
    """New tokens of one sequence before context parallelism (1 when decoding)."""
    prefix: Number = 0.0
    """Tokens of one sequence already in the KV cache."""
    tensor: Number = 1.0
    """Tensor-parallel degree of attention and dense parts."""
    context: Number = 1.0
    """Context-parallel degree."""
    expert: Number = 1.0
    """Expert-parallel degree."""
    expert_tensor: Number = 1.0
    """Tensor-parallel degree inside an expert."""
    absorbed: bool = False
    """MLA attends to the compressed cache directly (decoding)."""
    sequence_parallel: bool = True
    """Norms and residuals are cut over the tensor-parallel group too."""


def visible_keys(length: Number, prefix: Number, window: int, causal: bool = True) -> Number:
    """Return how many keys one new token sees, mean over the new tokens. [1].

    Notes
    -----
    A causal token i (1..length) after `prefix` cached ones sees min(prefix + i, window) keys.
    The sum of min(j, w) over j = 1..x is x(x+1)/2 up to w, then w(w+1)/2 + (x - w) w.
    """
    end: Number = prefix + length
    if not causal:
        return np.minimum(end, window) if window else end
    if not window:
        return prefix + (length + 1) / 2
    return (_seen(end, window) - _seen(prefix, window)) / length


def _seen(x: Number, window: int) -> Number:
    inside: Number = np.minimum(x, window)
    return inside * (inside + 1) / 2 + np.maximum(x - window, 0.0) * window


def gemm(name: str, m: Number, n: Number, k: Number, part: str, quantised: bool = True) -> Operator:
    """Return one product of (m x k) activations by (k x n) weights."""
    return Operator(name, "gemm", m, n, k, 1.0, n * k, m * k, m * n, quantised, part)


def vector(name: str, reads: Number, writes: Number, part: str = "body") -> Operator:
    """Return element-wise or normalising work described by its traffic."""
    return Operator(name, "vector", 0.0, 0.0, 0.0, 0.0, 0.0, reads, writes, False, part)


def layer_operators(model: AiModel, block: Block, share: Share) -> tuple[Operator, ...]:
    """Return the operators of one layer of `block` on one NPU.

    Parameters
    ----------
    model
        Gives the hidden width.
    block
        The layer.
    share
        Tokens and how the layer is cut; fields of shape (n,) or numbers.

    Returns
    -------
    In order of execution; communication is not an operator.
    """
    operators: list[Operator] = []
    hidden = model.hidden
    if block.modulation:
        width = block.modulation * hidden
        operators.append(gemm("modulation", share.sequences, width, hidden, "mixer"))
    if block.mixer is not None:
        operators.append(_norm("mixer norm", hidden, share, "mixer"))
        operators.extend(_mixer_operators(block.mixer, hidden, share))
        operators.append(_residual("mixer residual", hidden, share, "mixer"))
    if block.feed_forward is not None:
        part = "experts" if isinstance(block.feed_forward, MixtureOfExperts) else "dense"
        if not (model.parallel_block and block.mixer is not None):
            operators.append(_norm("feed-forward norm", hidden, share, part))
        operators.extend(_feed_forward_operators(block.feed_forward, hidden, share))
        operators.append(_residual("feed-forward residual", hidden, share, part))
    return tuple(operators)


def _own_tokens(share: Share) -> Number:
    """Return the tokens whose norms and residuals this NPU computes."""
    return share.tokens / share.tensor if share.sequence_parallel else share.tokens


def _norm(name: str, hidden: int, share: Share, part: str) -> Operator:
    elements = _own_tokens(share) * hidden
    return vector(name, elements, elements, part)


def _residual(name: str, hidden: int, share: Share, part: str) -> Operator:
    elements = _own_tokens(share) * hidden
    return vector(name, 2 * elements, elements, part)


def _mixer_operators(
    mixer: Attention | StateSpace, hidden: int, share: Share
) -> Iterator[Operator]:
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
    visible = visible_keys(share.length, share.prefix, mixer.window, mixer.causal)
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


def _feed_forward_operators(
    part: DenseFeedForward | MixtureOfExperts, hidden: int, share: Share
) -> Iterator[Operator]:
    if isinstance(part, MixtureOfExperts):
        return _expert_operators(part, hidden, share)
    width = part.width / share.tensor
    return _dense_operators("ffn", share.tokens, width, part.matrices, hidden, "dense")


def _dense_operators(
    name: str, tokens: Number, width: Number, matrices: int, hidden: int, part: str
) -> Iterator[Operator]:
    wide = (matrices - 1) * width
    yield gemm(f"{name} up", tokens, wide, hidden, part)
    yield vector(f"{name} activation", tokens * wide, tokens * width, part)
    yield gemm(f"{name} down", tokens, hidden, width, part)


def routed_tokens(part: MixtureOfExperts, share: Share) -> Number:
    """Return the rows one NPU's experts process when routing is balanced. [1]."""
    return share.tokens * part.top_k * share.expert_tensor / share.tensor


def touched_experts(part: MixtureOfExperts, share: Share) -> Number:
    """Return how many of its experts one NPU really uses: all of them when tokens are many.

    Notes
    -----
    Uniform routing: an expert is missed by t tokens with probability (1 - top_k / experts)^t.
    """
    local = part.experts / share.expert
    tokens = share.tokens * share.expert * share.expert_tensor / share.tensor
    missed = np.power(1.0 - min(part.top_k / part.experts, 1 - 1e-12), tokens)
    return np.maximum(local * (1.0 - missed), np.minimum(1.0, local))


def _expert_operators(part: MixtureOfExperts, hidden: int, share: Share) -> Iterator[Operator]:
    own = share.tokens / share.tensor
    yield gemm("router", own, part.experts, hidden, "experts", quantised=False)
    yield vector("routing", 3 * own * part.experts, own * part.experts, "experts")
    inner = part.latent or hidden
    if part.latent:
        yield gemm("latent down", own, part.latent, hidden, "experts")
    rows = routed_tokens(part, share)
    yield Operator(
        "permute", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, rows * inner, rows * inner, False, "experts"
    )
    groups = touched_experts(part, share)
    width = part.width / share.expert_tensor
    wide = (part.matrices - 1) * width
    yield _grouped("experts up", rows, wide, inner, groups)
    yield vector("experts activation", rows * wide, rows * width, "experts")
    yield _grouped("experts down", rows, inner, width, groups)
    yield Operator(
        "unpermute", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, rows * inner, own * inner, False, "experts"
    )
    if part.latent:
        yield gemm("latent up", own, hidden, part.latent, "experts")
    if part.shared_total_width:
        shared = part.shared_total_width / share.tensor
        yield from _dense_operators(
            "shared expert", share.tokens, shared, part.matrices, hidden, "dense"
        )


def _grouped(name: str, rows: Number, n: Number, k: Number, groups: Number) -> Operator:
    return Operator(
        name,
        "grouped-gemm",
        rows / groups,
        n,
        k,
        groups,
        groups * n * k,
        rows * k,
        rows * n,
        True,
        "experts",
    )


def embedding_operators(model: AiModel, share: Share) -> tuple[Operator, ...]:
    """Return what turns inputs into hidden vectors: a look-up, or a patch projection."""
    if model.patch_inputs:
        return (
            gemm("patches", share.tokens, model.hidden, model.patch_inputs, "embedding", False),
        )
    rows = share.tokens * model.hidden
    return (
        Operator("embedding", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, rows, rows, False, "embedding"),
    )


def head_operators(model: AiModel, share: Share, loss: bool = True) -> tuple[Operator, ...]:
    """Return the output projection and, when training, the loss.

    The loss reads and writes FP32 logits: their two extra bytes count as further elements.
    """
    norm = _norm("final norm", model.hidden, share, "head")
    if model.modality == "vision":
        classes = model.vocab / share.tensor
        return norm, gemm("head", share.sequences, classes, model.hidden, "head", False)
    if model.modality == "diffusion":
        width = 2 * model.patch_inputs / share.tensor
        return norm, gemm("head", share.tokens, width, model.hidden, "head", False)
    columns = model.vocab / share.tensor
    head = gemm("head", share.tokens, columns, model.hidden, "head", quantised=False)
    if not loss:
        return norm, head
    logits = share.tokens * columns
    return norm, head, vector("loss", 3 * logits, 2 * logits, "head")


def recommendation_operators(model: AiModel, samples: Number) -> tuple[Operator, ...]:
    """Return the operators of a DLRM on one NPU that computes `samples` samples.

    Tables are looked up before the samples are exchanged; the exchange is not an operator.

    References
    ----------
    Naumov et al., "Deep Learning Recommendation Model", 2019, sections 2 and 3.
    """
    part = model.recommendation
    if part is None:
        return ()
    sparse = part.sparse
    looked_up = samples * sparse.tables * sparse.pooling * sparse.width
    pooled = samples * sparse.tables * sparse.width
    operators = [
        Operator(
            "look-up", "gather", 0.0, 0.0, 0.0, 0.0, 0.0, looked_up, pooled, False, "embedding"
        )
    ]
    operators += _chain("bottom", samples, part.dense_features, part.bottom)
    features = sparse.tables + 1
    joined = features * sparse.width
    if part.cross_layers:
        rank = part.low_rank or joined
        for layer in range(part.cross_layers):
            operators.append(gemm(f"cross {layer} down", samples, rank, joined, "body"))
            operators.append(gemm(f"cross {layer} up", samples, joined, rank, "body"))
    else:
        operators.append(
            Operator(
                "interaction",
                "grouped-gemm",
                features,
                features,
                sparse.width,
                samples,
                0.0,
                samples * joined,
                samples * features * features / 2,
                False,
                "body",
            )
        )
        joined = sparse.width + features * (features - 1) // 2
    operators += _chain("top", samples, joined, part.top)
    return tuple(operators)


def _chain(name: str, samples: Number, first: int, widths: tuple[int, ...]) -> list[Operator]:
    operators, inner = [], first
    for index, width in enumerate(widths):
        operators.append(gemm(f"{name} {index}", samples, width, inner, "body"))
        inner = width
    return operators
