"""What one training step costs, as named terms that add up; shape (n,) over plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from studio.simulation.memory.training import TrainingMemory
from studio.simulation.training.stages import Stages
from studio.workload.operators import FloatArray
from studio.workload.plan import Plans
from studio.workload.recipe import Recipe

OUTSIDE = -1
"""Block of an operator that belongs to no layer: head or embedding."""


@dataclass(frozen=True)
class PassRow:
    """One pass of an operator, once; all zero where there is none."""

    seconds: float
    flops: float
    traffic_byte: float
    compute_s: float
    """Matrix or vector units alone. [s]"""
    memory_s: float
    """Memory alone. [s]"""

    @property
    def bound(self) -> str:
        """What sets the time: `compute`, `memory` or `overhead`."""
        if max(self.compute_s, self.memory_s) < 0.5 * self.seconds:
            return "overhead"
        return "compute" if self.compute_s >= self.memory_s else "memory"


@dataclass(frozen=True)
class OperatorRow:
    """One operator of the first plan, on one NPU of its slowest stage; times of one execution."""

    block: int
    """Which block of the model, or `OUTSIDE`."""
    name: str
    part: str
    kind: str
    term: str
    """The term of the step it counts to."""
    times: float
    """Executions in a step, forward and backward together counting once."""
    shape: tuple[float, float, float, float]
    """Groups, m, n and k of a product; zeros where there is none."""
    forward: PassRow
    input_gradient: PassRow
    weight_gradient: PassRow

    @property
    def flops(self) -> float:
        """Forward. [FLOP]."""
        return self.forward.flops

    @property
    def traffic_byte(self) -> float:
        """Forward. [byte]."""
        return self.forward.traffic_byte

    @property
    def compute_s(self) -> float:
        """Forward, matrix or vector units alone. [s]."""
        return self.forward.compute_s

    @property
    def memory_s(self) -> float:
        """Forward, memory alone. [s]."""
        return self.forward.memory_s

    @property
    def forward_s(self) -> float:
        """Forward. [s]."""
        return self.forward.seconds

    @property
    def backward_s(self) -> float:
        """Both gradients. [s]."""
        return self.input_gradient.seconds + self.weight_gradient.seconds

    @property
    def bound(self) -> str:
        """What sets the forward time: `compute`, `memory` or `overhead`."""
        return self.forward.bound

    @property
    def step_s(self) -> float:
        """Time in a whole step, recomputation left out. [s]."""
        return self.times * (self.forward_s + self.backward_s)

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
    list_operators: Callable[[int], tuple[OperatorRow, ...]] = field(repr=False, compare=False)
    """Gives those of one plan, by its place."""
    layer_traffic_byte: FloatArray
    """Memory traffic of all layers' operators, forward pass of one micro batch. [byte]"""
    evidence: str
    stages: Stages
    """What the slowest pipeline stage holds."""
    recipe: Recipe
    """Number formats and optimizer."""
    profile: str
    """Family and software generation whose constants were used."""
    place: int = field(default=0, repr=False, compare=False)
    """Place of the first plan in the batch that `list_operators` knows."""

    @cached_property
    def operators(self) -> tuple[OperatorRow, ...]:
        """Return the operators of the first plan; most estimates are never asked for them."""
        return self.list_operators(self.place)

    def alone(self, at: int) -> TrainingResult:
        """Return what plan `at` comes to, as if it had been simulated by itself."""
        one = np.array([at])
        return replace(
            self,
            plan=self.plan.take(one),
            terms={name: value[one] for name, value in self.terms.items()},
            hidden_s={name: value[one] for name, value in self.hidden_s.items()},
            memory=self.memory.take(one),
            stages=self.stages.take(one),
            place=at,
            **{name: getattr(self, name)[one] for name in _BY_PLAN},
        )

    @property
    def compute_s(self) -> FloatArray:
        """All computing of the slowest NPU."""
        return sum_terms(self.terms, COMPUTE_TERMS)

    @property
    def exposed_s(self) -> FloatArray:
        """All communication that is not hidden."""
        return sum_terms(self.terms, EXPOSED_TERMS)


_BY_PLAN = (
    "step_time_s", "tokens_per_s", "tokens_per_s_per_npu", "mfu", "hfu", "layer_traffic_byte",
)  # fmt: skip
MATRIX_TERMS = ("matrix", "attention", "experts", "recompute")
COMPUTE_TERMS = ("matrix", "attention", "experts", "vector", "recompute")
EXPOSED_TERMS = ("tensor", "context", "expert_exchange", "pipeline", "data")
OTHER_TERMS = ("bubble", "optimizer", "offload", "contention", "host", "straggler", "overhead")
TERM_NAMES = COMPUTE_TERMS + EXPOSED_TERMS + OTHER_TERMS


def sum_terms(terms: Mapping[str, FloatArray], names: tuple[str, ...]) -> FloatArray:
    """Return the sum of some terms."""
    total = 0.0 * terms[names[0]]
    for name in names:
        total = total + terms[name]
    return total
