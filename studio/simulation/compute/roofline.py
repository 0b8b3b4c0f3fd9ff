"""Time of one operator on one NPU: the slower of computing and moving, plus its launch.

Vectorised over candidates; knows no model and no parallelism.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.simulation.compute.matrix import matrix_times, product_time_s
from studio.simulation.compute.rates import (
    OperatorTime,
    PassTime,
    memory_time_s,
    peak_flops,
)
from studio.simulation.machine import Accelerator
from studio.workload.operators import Operator
from studio.workload.precision import BF16_BYTE
from studio.workload.profile import ComputeProfile

__all__ = [
    "OperatorTime",
    "memory_time_s",
    "operator_time",
    "operator_times",
    "peak_flops",
    "product_time_s",
]

ATTENTION_BACKWARD_RATIO = 2.5
"""Backward over forward FLOP of fused attention: scores again, four further products."""
VECTOR_BACKWARD_RATIO = 2.0
"""Backward over forward traffic: the gradient comes in beside the saved input."""
_PRODUCTS = ("gemm", "grouped-gemm")


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
    return operator_times((operator,), accelerator, profile, precision, weight_precision)[0]


def operator_times(
    operators: Sequence[Operator],
    accelerator: Accelerator,
    profile: ComputeProfile,
    precision: str = "bf16",
    weight_precision: str = "",
) -> list[OperatorTime]:
    """Return the times of many operators in their order; see `operator_time`."""
    products = iter(
        matrix_times(
            [one for one in operators if one.kind in _PRODUCTS],
            accelerator, profile, precision, weight_precision,
        )
    )  # fmt: skip
    return [
        next(products) if one.kind in _PRODUCTS else _other_time(one, accelerator, profile)
        for one in operators
    ]


def _other_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    if operator.kind == "attention":
        return _attention_time(operator, accelerator, profile)
    if operator.kind == "scan":
        return _scan_time(operator, accelerator, profile)
    return _vector_time(operator, accelerator, profile)


def _attention_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    rate = peak_flops(accelerator, "bf16") * profile.attention_library_efficiency
    half_width = np.asarray(operator.k) / 2
    filled = half_width / (half_width + profile.attention_width_half)
    keys = operator.n + profile.attention_block / 2
    flops = 2.0 * operator.m * keys * operator.k * operator.groups
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    moved = memory_time_s(traffic, accelerator, profile.hbm_efficiency)
    scores = 2.0 * operator.m * operator.n * operator.groups * BF16_BYTE
    unfused = memory_time_s(scores * profile.score_passes, accelerator, profile.hbm_efficiency)
    # Without fusion the masked half is computed too.
    is_unfused = np.any(profile.score_passes)
    whole = 2.0 if is_unfused else 1.0
    compute = whole * flops / (rate * profile.attention_forward_efficiency * filled)
    back_rate = rate * profile.attention_backward_efficiency * filled
    back_ratio = 2.0 if is_unfused else ATTENTION_BACKWARD_RATIO
    backward = whole * back_ratio * flops / back_rate
    gap = profile.kernel_gap_s
    # The backward reads what the forward did and the gradients beside it.
    return OperatorTime(
        PassTime(
            np.maximum(compute, moved) + unfused + gap, operator.flops, traffic, compute, moved
        ),
        PassTime(
            np.maximum(backward, 2 * moved) + 1.5 * unfused + 2 * gap,
            back_ratio * operator.flops, 2 * traffic, backward, 2 * moved,
        ),
    )  # fmt: skip


def _scan_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    rate = peak_flops(accelerator, "bf16") * profile.scan_efficiency
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    moved = memory_time_s(traffic, accelerator, profile.hbm_efficiency)
    compute = operator.flops / rate
    gap = 3 * profile.kernel_gap_s
    back = ATTENTION_BACKWARD_RATIO
    return OperatorTime(
        PassTime(np.maximum(compute, moved) + gap, operator.flops, traffic, compute, moved),
        PassTime(
            np.maximum(back * compute, 2 * moved) + 2 * gap,
            back * operator.flops, 2 * traffic, back * compute, 2 * moved,
        ),
    )  # fmt: skip


def _vector_time(
    operator: Operator, accelerator: Accelerator, profile: ComputeProfile
) -> OperatorTime:
    is_gather = operator.kind == "gather"
    efficiency = profile.gather_efficiency if is_gather else profile.hbm_efficiency
    traffic = (operator.reads + operator.writes) * BF16_BYTE
    left = 1.0 if is_gather else profile.vector_traffic
    moved = memory_time_s(traffic * left, accelerator, efficiency)
    gap = profile.kernel_gap_s * left
    nothing, back = 0.0 * traffic, VECTOR_BACKWARD_RATIO
    return OperatorTime(
        PassTime(moved + gap, nothing, traffic * left, nothing, moved),
        PassTime(back * moved + gap, nothing, back * traffic * left, nothing, back * moved),
    )
