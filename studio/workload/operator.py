"""One operator of a forward pass and the share of a pass that one NPU is given.

Every number may be a float or an array of one value per candidate plan, shape (n,). Knows no
model, no time, no bytes per element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Number = float | FloatArray
OperatorKind = Literal["gemm", "grouped-gemm", "attention", "scan", "vector", "gather"]


class Operator(msgspec.Struct, frozen=True):
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
    stream_ranks: Number = 1.0
    """Ranks that cut norms and residuals among them: the tensor-parallel ones where sequence
    parallelism is on, else each computes all."""


def visible_keys(
    length: Number, prefix: Number, window: int, causal: bool = True, chunked: bool = False
) -> Number:
    """Return how many keys one new token sees, mean over the new tokens. [1].

    Notes
    -----
    A causal token i (1..length) after `prefix` cached ones sees min(prefix + i, window) keys.
    The sum of min(j, w) over j = 1..x is x(x+1)/2 up to w, then w(w+1)/2 + (x - w) w. Where the
    window starts anew every w tokens, those beyond the first see (w+1)/2 in the mean.
    """
    end: Number = prefix + length
    if not causal:
        return np.minimum(end, window) if window else end
    if not window:
        return prefix + (length + 1) / 2
    beyond = (window + 1) / 2 if chunked else float(window)
    return (_seen(end, window, beyond) - _seen(prefix, window, beyond)) / length


def _seen(x: Number, window: int, beyond: float) -> Number:
    inside: Number = np.minimum(x, window)
    return inside * (inside + 1) / 2 + np.maximum(x - window, 0.0) * beyond


def gemm(name: str, m: Number, n: Number, k: Number, part: str, quantised: bool = True) -> Operator:
    """Return one product of (m x k) activations by (k x n) weights."""
    return Operator(name, "gemm", m, n, k, 1.0, n * k, m * k, m * n, quantised, part)


def vector(name: str, reads: Number, writes: Number, part: str = "body") -> Operator:
    """Return element-wise or normalising work described by its traffic."""
    return Operator(name, "vector", 0.0, 0.0, 0.0, 0.0, 0.0, reads, writes, False, part)
