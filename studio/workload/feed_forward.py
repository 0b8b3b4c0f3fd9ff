"""Operators of feed-forward parts: dense, and experts with routing and permutation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.workload.model import DenseFeedForward, MixtureOfExperts
from studio.workload.operator import Number, Operator, Share, gemm, vector


def feed_forward_operators(
    part: DenseFeedForward | MixtureOfExperts, hidden: int, share: Share
) -> Iterator[Operator]:
    """Yield the operators of a feed-forward part between its norm and its residual."""
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
    Where ranks do not divide the experts, copies fill the places that are left.
    """
    local = np.ceil(part.experts / share.expert - 1e-9)
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
