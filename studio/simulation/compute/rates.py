"""What the times of all kinds of operators share: their shape, the rated peak, streaming."""

from __future__ import annotations

from dataclasses import dataclass

from studio.simulation.machine import Accelerator
from studio.workload.operators import Number


@dataclass(frozen=True)
class PassTime:
    """Time and work of one pass of an operator on one NPU; numbers or arrays of shape (n,)."""

    seconds: Number = 0.0
    flops: Number = 0.0
    traffic_byte: Number = 0.0
    """Memory. [byte]"""
    compute_s: Number = 0.0
    """Matrix or vector units alone. [s]"""
    memory_s: Number = 0.0
    """Memory alone. [s]"""


NO_PASS = PassTime()


@dataclass(frozen=True)
class OperatorTime:
    """The passes of one operator; gradients that it has none of take no time."""

    forward: PassTime
    input_gradient: PassTime
    weight_gradient: PassTime = NO_PASS

    @property
    def forward_s(self) -> Number:
        """Forward pass."""
        return self.forward.seconds

    @property
    def backward_s(self) -> Number:
        """Both gradients."""
        return self.input_gradient.seconds + self.weight_gradient.seconds


def peak_flops(accelerator: Accelerator, rating: str) -> float:
    """Return the rated dense peak of a number format, or that of BF16 where it has none."""
    rated = accelerator.compute_flops.get(rating, 0.0)
    return rated or accelerator.compute_flops["bf16"]


def memory_time_s(traffic_byte: Number, accelerator: Accelerator, efficiency: float) -> Number:
    """Return the time to stream bytes from or to the NPU's memory. [s]."""
    return traffic_byte / (accelerator.memory_bandwidth_byte_per_s * efficiency)
