"""Time of matrix products: tiles on matrix units, weights streamed, activations cast.

All products of a layer are worked out in one go: with few plans a call to numpy costs more than
what it computes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.simulation.compute.rates import (
    OperatorTime,
    PassTime,
    memory_time_s,
    peak_flops,
)
from studio.simulation.machine import Accelerator
from studio.workload.operators import FloatArray, Number, Operator
from studio.workload.precision import BF16_BYTE, NumberFormat, number_format
from studio.workload.profile import ComputeProfile

_SMALLEST_TILE = 16.0
"""Rows that matrix units take at least: CUDA's `wmma` and Ascend's cube both multiply 16 x 16."""


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
    rate = _rate_flops(accelerator, profile, element)
    return _tiled_s(m, n, k, groups, profile, rate, element.element_byte)


def _rate_flops(accelerator: Accelerator, profile: ComputeProfile, element: NumberFormat) -> Number:
    """Return the sustained rate of large products in a number format."""
    rating = element.rating if accelerator.compute_flops.get(element.rating) else "bf16"
    sustained = peak_flops(accelerator, rating) * profile.matrix_efficiency(rating)
    return sustained * element.rate_share


def _tiled_s(
    m: Number,
    n: Number,
    k: Number,
    groups: Number,
    profile: ComputeProfile,
    rate: Number,
    element_byte: Number,
) -> FloatArray:
    rows = np.maximum(m, 1.0)
    height = np.clip(np.exp2(np.ceil(np.log2(rows))), _SMALLEST_TILE, profile.tile_m)
    tiles = np.ceil(rows / height) * np.ceil(n / profile.tile_n) * groups
    waves = np.maximum(tiles / profile.matrix_units, 1.0)
    waves = waves + profile.wave_tail * (1 - np.exp(1 - waves))
    depth = k + profile.tile_overhead_k * BF16_BYTE / element_byte
    tile_flop = 2.0 * height * profile.tile_n * depth
    return np.asarray(waves * tile_flop * profile.matrix_units / rate)


def matrix_times(
    operators: Sequence[Operator],
    accelerator: Accelerator,
    profile: ComputeProfile,
    precision: str = "bf16",
    weight_precision: str = "",
) -> list[OperatorTime]:
    """Return the times of some products, forward and backward, in their order.

    Parameters
    ----------
    operators : `gemm` and `grouped-gemm` only; their fields may be arrays of shape (n,).
    precision : number format of quantised products; others run in BF16.
    weight_precision : format weights are stored in, when it differs (weight-only quantisation).
    """
    if not operators:
        return []
    low = number_format(precision)
    formats = [low if operator.quantised else number_format("bf16") for operator in operators]
    stored = [
        number_format(weight_precision) if weight_precision and operator.quantised else element
        for operator, element in zip(operators, formats, strict=True)
    ]
    fields = [
        (one.m, one.n, one.k, one.groups, one.weights, one.reads, one.writes) for one in operators
    ]
    shape = np.broadcast_shapes(*(np.shape(value) for row in fields for value in row))
    table = np.empty((7, len(operators), *shape))
    for index, row in enumerate(fields):
        for place, value in enumerate(row):
            table[place, index] = value
    m, n, k, groups, weights, reads, writes = table

    def column(values: Sequence[Number]) -> FloatArray:
        if all(isinstance(value, float) for value in values):
            return np.array(values).reshape(-1, *(1 for _ in shape))
        return np.stack([np.broadcast_to(value, shape) for value in values])

    rate = column([_rate_flops(accelerator, profile, element) for element in formats])
    element_byte = column([element.element_byte for element in formats])
    activation_byte = column([element.stored_byte for element in formats])
    weight_byte = column([element.stored_byte for element in stored])
    # Forward, gradient of the input, gradient of the weights.
    busy = _tiled_s(
        np.stack((m, m, k)), np.stack((n, k, n)), np.stack((k, n, m)), groups,
        profile, rate, element_byte,
    )  # fmt: skip
    # Products of experts follow each other: each but the last leaves units idle as it drains.
    busy *= 1.0 + (1.0 / profile.grouped_efficiency - 1.0) * (1.0 - 1.0 / groups)
    streaming = profile.hbm_efficiency
    traffic = weights * weight_byte + reads * activation_byte + writes * BF16_BYTE
    # Gradients of weights are summed in FP32: read and written once per product.
    summed = weights * 8.0 + (reads + writes) * activation_byte
    streamed = np.stack((traffic, traffic, summed))
    moved = np.asarray(memory_time_s(streamed, accelerator, streaming))
    # Activations are cast to the low precision on the way in, their gradients on the way back.
    cast_byte = np.where(
        element_byte < BF16_BYTE, (BF16_BYTE + activation_byte) * profile.quantise_passes, 0.0
    )
    cast = memory_time_s(np.stack((reads, writes)) * cast_byte, accelerator, streaming)
    seconds = np.maximum(busy, moved) + profile.kernel_gap_s
    seconds[:2] += cast
    return [
        OperatorTime(
            *(
                PassTime(seconds[one, at], operator.flops, byte[at], busy[one, at], moved[one, at])
                for one, byte in enumerate((traffic, traffic, summed))
            )
        )
        for at, operator in enumerate(operators)
    ]
