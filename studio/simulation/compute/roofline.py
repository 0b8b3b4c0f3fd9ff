"""Time of one operator on one NPU: the slower of computing and moving, plus its launch.

Vectorised over candidates; knows no model and no parallelism.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.machine import Accelerator
from studio.workload.operators import Number, Operator
from studio.workload.precision import NumberFormat, number_format
from studio.workload.profile import ComputeProfile

BF16_BYTE = 2.0
_SMALLEST_TILE = 16.0
ATTENTION_BACKWARD_RATIO = 2.5
"""Backward over forward FLOP of fused attention: scores again, four further products."""
VECTOR_BACKWARD_RATIO = 2.0
"""Backward over forward traffic: the gradient comes in beside the saved input."""


@dataclass(frozen=True)
class OperatorTime:
    """Time and work of one operator on one NPU; numbers or arrays of shape (n,)."""

    forward_s: Number
    input_gradient_s: Number
    weight_gradient_s: Number
    flops: Number
    """Forward. [FLOP]"""
    traffic_byte: Number
    """Forward, memory. [byte]"""
    compute_s: Number
    """Forward, matrix or vector units alone. [s]"""
    memory_s: Number
    """Forward, memory alone. [s]"""

    @property
    def backward_s(self) -> Number:
        """Both gradients."""
        return self.input_gradient_s + self.weight_gradient_s


def peak_flops(accelerator: Accelerator, rating: str) -> float:
    """Return the rated dense peak of a number format, or that of BF16 where it has none."""
    rated = accelerator.compute_flops.get(rating, 0.0)
    return rated or accelerator.compute_flops["bf16"]


def product_time_s(
    m: Number,
    n: Number,
    k: Number,
    groups: Number,
    accelerator: Accelerator,
    profile: ComputeProfile,
    element: NumberFormat,
) -> Number:
    """Return the matrix-unit time of `groups` products (m x k)(k x n). [s].

    Notes
    -----
    Each matrix unit computes one output tile at a time:
    t = waves * 2 tile_m tile_n (k + k0) / (peak e / units), waves = tiles / units, at least one
    and longer by the tail of the last wave. k0 is the filling and storing of a tile. Small m
    takes the next power of two as its tile height.
    """
    rating = element.rating if accelerator.compute_flops.get(element.rating) else "bf16"
    rate = peak_flops(accelerator, rating) * profile.matrix_efficiency(rating)
    rate *= element.rate_share
    height = np.clip(np.exp2(np.ceil(np.log2(np.maximum(m, 1.0)))), _SMALLEST_TILE, profile.tile_m)
    tiles = np.ceil(np.maximum(m, 1.0) / height) * np.ceil(n / profile.tile_n) * groups
    waves = tiles / profile.matrix_units
    waves = np.maximum(waves, 1.0) + profile.wave_tail * (1 - np.exp(-np.maximum(waves - 1, 0.0)))
    depth = k + profile.tile_overhead_k * BF16_BYTE / element.element_byte
    tile_flop = 2.0 * height * profile.tile_n * depth
    return np.asarray(waves * tile_flop * profile.matrix_units / rate)


def memory_time_s(traffic_byte: Number, accelerator: Accelerator, efficiency: float) -> Number:
    """Return the time to stream bytes from or to the NPU's memory. [s]."""
    return traffic_byte / (accelerator.memory_bandwidth_byte_per_s * efficiency)


def operator_time(
    operator: Operator,
    accelerator: Accelerator,
    profile: ComputeProfile,
    precision: str = "bf16",
    weight_precision: str = "",
) -> OperatorTime:
    """Return the time of one operator, forward and backward.

    Parameters
    ----------
    operator
        What is computed; its fields may be arrays of shape (n,).
    accelerator
        Ratings of the NPU.
    profile
        Efficiency constants of its family and software.
    precision
        Number format of quantised products; others run in BF16.
    weight_precision
        Format weights are stored in, when it differs (weight-only quantisation).

    Returns
    -------
    Seconds, shape (n,); backward terms are 0 where an operator has none.
    """
    if operator.kind in ("gemm", "grouped-gemm"):
        return _matrix_time(operator, accelerator, profile, precision, weight_precision)
    if operator.kind == "attention":
        return _attention_time(operator, accelerator, profile)
    if operator.kind == "scan":
        return _scan_time(operator, accelerator, profile)
    return _vector_time(operator, accelerator, profile)


def _matrix_time(
    operator: Operator,
    accelerator: Accelerator,
    profile: ComputeProfile,
    precision: str,
    weight_precision: str,
) -> OperatorTime:
    element = number_format(precision if operator.quantised else "bf16")
    stored = number_format(weight_precision) if weight_precision and operator.quantised else element
    m, n, k, groups = operator.m, operator.n, operator.k, operator.groups
    share = profile.grouped_efficiency if operator.kind == "grouped-gemm" else 1.0
    read = operator.weights * stored.stored_byte + operator.reads * element.stored_byte
    traffic = read + operator.writes * BF16_BYTE
    moved = memory_time_s(traffic, accelerator, profile.hbm_efficiency)
    forward = product_time_s(m, n, k, groups, accelerator, profile, element) / share
    by_input = product_time_s(m, k, n, groups, accelerator, profile, element) / share
    by_weight = product_time_s(k, n, m, groups, accelerator, profile, element) / share
    # Gradients of weights are summed in FP32: read and written once per product.
    summed = memory_time_s(
        operator.weights * 8.0 + (operator.reads + operator.writes) * element.stored_byte,
        accelerator,
        profile.hbm_efficiency,
    )
    cast = _cast_time(operator.reads, accelerator, profile, element, operator.quantised)
    cast_back = _cast_time(operator.writes, accelerator, profile, element, operator.quantised)
    gap = profile.kernel_gap_s
    return OperatorTime(
        forward_s=np.maximum(forward, moved) + gap + cast,
        input_gradient_s=np.maximum(by_input, moved) + gap + cast_back,
        weight_gradient_s=np.maximum(by_weight, summed) + gap,
        flops=operator.flops,
        traffic_byte=traffic,
        compute_s=forward,
        memory_s=moved,
    )


def _cast_time(
    elements: Number,
    accelerator: Accelerator,
    profile: ComputeProfile,
    element: NumberFormat,
    quantised: bool,
) -> Number:
    """Return the time to turn BF16 activations into the low precision of a product."""
    if not quantised or element.element_byte >= BF16_BYTE:
        return 0.0
    moved = elements * (BF16_BYTE + element.stored_byte) * profile.quantise_passes
    return memory_time_s(moved, accelerator, profile.hbm_efficiency)


def _attention_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    rate = peak_flops(accelerator, "bf16")
    half_width = np.asarray(operator.k) / 2
    filled = half_width / (half_width + profile.attention_width_half)
    keys = operator.n + profile.attention_block / 2
    flops = 2.0 * operator.m * keys * operator.k * operator.groups
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    moved = memory_time_s(traffic, accelerator, profile.hbm_efficiency)
    scores = 2.0 * operator.m * operator.n * operator.groups * BF16_BYTE
    unfused = memory_time_s(scores * profile.score_passes, accelerator, profile.hbm_efficiency)
    # Without fusion the masked half is computed too.
    whole = 2.0 if profile.score_passes else 1.0
    compute = whole * flops / (rate * profile.attention_forward_efficiency * filled)
    back_rate = rate * profile.attention_backward_efficiency * filled
    back_ratio = 2.0 if profile.score_passes else ATTENTION_BACKWARD_RATIO
    backward = whole * back_ratio * flops / back_rate
    gap = profile.kernel_gap_s
    return OperatorTime(
        forward_s=np.maximum(compute, moved) + unfused + gap,
        input_gradient_s=np.maximum(backward, 2 * moved) + 1.5 * unfused + 2 * gap,
        weight_gradient_s=0.0,
        flops=operator.flops,
        traffic_byte=traffic,
        compute_s=compute,
        memory_s=moved,
    )


def _scan_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    rate = peak_flops(accelerator, "bf16") * profile.scan_efficiency
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    moved = memory_time_s(traffic, accelerator, profile.hbm_efficiency)
    compute = operator.flops / rate
    gap = 3 * profile.kernel_gap_s
    return OperatorTime(
        forward_s=np.maximum(compute, moved) + gap,
        input_gradient_s=np.maximum(ATTENTION_BACKWARD_RATIO * compute, 2 * moved) + 2 * gap,
        weight_gradient_s=0.0,
        flops=operator.flops,
        traffic_byte=traffic,
        compute_s=compute,
        memory_s=moved,
    )


def _vector_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    is_gather = operator.kind == "gather"
    efficiency = profile.gather_efficiency if is_gather else profile.hbm_efficiency
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    left = 1.0 if is_gather else profile.vector_traffic
    moved = memory_time_s(traffic * left, accelerator, efficiency)
    gap = profile.kernel_gap_s * left
    return OperatorTime(
        forward_s=moved + gap,
        input_gradient_s=VECTOR_BACKWARD_RATIO * moved + gap,
        weight_gradient_s=0.0,
        flops=0.0 * traffic,
        traffic_byte=traffic * left,
        compute_s=0.0 * traffic,
        memory_s=moved,
    )
