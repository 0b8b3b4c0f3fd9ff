"""What one training step costs, as named terms that add up; shape (n,) over plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.simulation.memory.training import TrainingMemory
from studio.workload.operators import FloatArray
from studio.workload.plan import Plans


@dataclass(frozen=True)
class OperatorRow:
    """One operator of the first plan, one layer and micro batch: a point of the roofline plot."""

    block: int
    name: str
    part: str
    term: str
    """The term of the step it counts to."""
    layers: int
    flops: float
    traffic_byte: float
    forward_s: float
    backward_s: float
    bound: str
    """`compute`, `memory` or `overhead`: what sets the forward time."""

    @property
    def intensity(self) -> float:
        """FLOP per byte of memory traffic."""
        return self.flops / self.traffic_byte if self.traffic_byte else 0.0


@dataclass(frozen=True)
class TrainingResult:
    """One training step per plan."""

    plan: Plans
    terms: Mapping[str, FloatArray]
    """Seconds of the step by what the slowest NPU does; they add up to the step. [s]"""
    hidden_s: Mapping[str, FloatArray]
    """Communication hidden behind computing, by kind; not part of the step. [s]"""
    step_time_s: FloatArray
    tokens_per_s: FloatArray
    tokens_per_s_per_npu: FloatArray
    mfu: FloatArray
    """Model FLOP (attention without the causal discount) over rated BF16 peak. [1]"""
    hfu: FloatArray
    """The same with recomputed FLOP. [1]"""
    memory: TrainingMemory
    operators: tuple[OperatorRow, ...]
    layer_traffic_byte: FloatArray
    """Memory traffic of all layers' operators, forward pass of one micro batch. [byte]"""
    evidence: str
    profile: str
    """Family and software generation whose constants were used."""

    @property
    def compute_s(self) -> FloatArray:
        """All computing of the slowest NPU."""
        return sum_terms(self.terms, COMPUTE_TERMS)

    @property
    def exposed_s(self) -> FloatArray:
        """All communication that is not hidden."""
        return sum_terms(self.terms, EXPOSED_TERMS)


MATRIX_TERMS = ("matrix", "attention", "experts", "recompute")
COMPUTE_TERMS = ("matrix", "attention", "experts", "vector", "recompute")
EXPOSED_TERMS = ("tensor", "context", "expert_exchange", "pipeline", "data")
OTHER_TERMS = ("bubble", "optimizer", "contention", "host", "straggler", "overhead")
TERM_NAMES = COMPUTE_TERMS + EXPOSED_TERMS + OTHER_TERMS


def sum_terms(terms: Mapping[str, FloatArray], names: tuple[str, ...]) -> FloatArray:
    """Return the sum of some terms."""
    total = 0.0 * terms[names[0]]
    for name in names:
        total = total + terms[name]
    return total
