"""Tokens of one pass, and the pieces of work they make; knows no model and nothing of time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np

from studio.simulation.inference.plan import any_above
from studio.workload.operators import Number, Operator, gemm


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
        return any_above(self.sequences, 0)

    @cached_property
    def has_prompts(self) -> bool:
        """Whether any candidate computes prompts."""
        return any_above(self.prompt_tokens, 0)


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
    late_elements: Number = 0.0
    """Weights that the busiest rank reads on top, while the others wait."""
    activation_elements: Number = 0.0
    cache_elements: Number = 0.0
    """Keys, values or states read and written."""
    quantised: bool = False
    kernels: float = 1.0


_TERM_OF_PART = {
    "mixer": "projections",
    "dense": "feed_forward",
    "experts": "experts",
    "head": "head",
    "embedding": "head",
}


def piece_of(operator: Operator, term: str = "") -> Work:
    """Return an operator as a piece of work, in the term of its part or in the one named."""
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


def norm_piece(name: str, elements: Number) -> Work:
    """Return a norm over so many elements."""
    return Work(name, "vector", "vector", 0.0 * elements, activation_elements=3 * elements)


def matrix_piece(name: str, m: Number, n: Number, k: Number) -> Work:
    """Return a product of attention, (m x k) by (k x n)."""
    return piece_of(gemm(name, m, n, k, "mixer"))
