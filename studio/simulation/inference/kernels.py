"""Time of one piece of serving work on one NPU: computing, moving, and the gap between kernels.

Vectorised over candidates; knows no model and no parallelism.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.work import Work
from studio.simulation.machine import Accelerator
from studio.workload.operators import Number
from studio.workload.precision import NumberFormat, number_format

BF16_BYTE = 2.0


@dataclass(frozen=True)
class Formats:
    """Number formats of one serving instance."""

    weights: NumberFormat
    """How quantised weights are stored."""
    compute: NumberFormat
    """What quantised products multiply; never narrower than the NPU can."""
    cache_byte: float
    """One element of the KV cache. [byte]"""


@dataclass(frozen=True)
class WorkTime:
    """Time and traffic of one piece of work; numbers or arrays of shape (n,)."""

    time_s: Number
    """Device time, the gap before the next kernel excluded."""
    compute_s: Number
    memory_s: Number
    traffic_byte: Number
    kernels: Number


def formats(accelerator: Accelerator, precision: str, cache_precision: str = "") -> Formats:
    """Return the formats an engine uses for weights of `precision` on this NPU.

    Notes
    -----
    Where the matrix units cannot multiply a format, weights are expanded on the way in and the
    product runs in the widest of the formats the NPU can (weight-only quantisation). Without a
    stated format the cache holds FP8 beside 8-bit and 4-bit floating weights, else BF16.
    """
    weights = number_format(precision)
    can = accelerator.compute_flops
    wanted = {"fp4": ("fp4", "fp8"), "fp8": ("fp8", "int8"), "int8": ("int8", "fp8")}
    rating = next((name for name in wanted.get(weights.rating, ()) if can.get(name)), "bf16")
    if weights.name == "int4" or (weights.rating == "fp4" and rating != "fp4"):
        rating = "bf16"
    compute = weights if rating == weights.rating else number_format(rating)
    if cache_precision:
        cache = number_format(cache_precision).stored_byte
    else:
        is_float8 = weights.rating in ("fp8", "fp4") and bool(can.get("fp8"))
        cache = 1.0 if is_float8 else BF16_BYTE
    return Formats(weights, compute, cache)


def work_time(
    work: Work,
    accelerator: Accelerator,
    profile: InferenceProfile,
    numbers: Formats,
    imbalance: Number = 1.0,
) -> WorkTime:
    """Return the time of one piece of work on one NPU.

    Parameters
    ----------
    work
        What is computed and moved; arrays of shape (n,) or numbers.
    accelerator
        Ratings of the NPU.
    profile
        Efficiency constants of its family and engine.
    numbers
        Formats of weights, products and cache.
    imbalance
        Load of the busiest expert rank over the mean, for work of kind `experts`.

    Notes
    -----
    t = max(c, m) + o min(c, m), where c = FLOP (1 + lost / rows) / (peak e_c),
    m = bytes / (bandwidth e_m) and o is what is not hidden of the shorter. Lost rows stand for
    partly filled tiles, once per expert for grouped products.
    """
    compute = _compute_s(work, accelerator, profile, numbers)
    if work.kind == "experts":
        compute = compute * imbalance
    bandwidth = accelerator.memory_bandwidth_byte_per_s
    traffic, cached = _traffic_byte(work, numbers)
    left = profile.vector_traffic if work.kind == "vector" else 1.0
    moving = traffic * left / (bandwidth * profile.hbm_efficiency)
    moving = moving + cached / (bandwidth * profile.cache_efficiency)
    longer = np.maximum(compute, moving)
    shorter = np.minimum(compute, moving)
    kernels = work.kernels * left
    return WorkTime(
        longer + profile.overlap_loss * shorter,
        compute,
        moving,
        traffic * left + cached,
        kernels,
    )


def _traffic_byte(work: Work, numbers: Formats) -> tuple[Number, Number]:
    """Return (bytes of weights and activations, bytes of the cache)."""
    weight_byte = numbers.weights.stored_byte if work.quantised else BF16_BYTE
    traffic = work.weight_elements * weight_byte + work.activation_elements * BF16_BYTE
    return traffic, work.cache_elements * numbers.cache_byte


def _compute_s(
    work: Work, accelerator: Accelerator, profile: InferenceProfile, numbers: Formats
) -> Number:
    if work.kind == "vector":
        return work.flops / accelerator.compute_flops["bf16"]
    if work.kind == "decode-attention":
        return work.flops / (
            accelerator.compute_flops["bf16"] * profile.attention_decode_efficiency
        )
    if work.kind == "prompt-attention":
        return work.flops / (
            accelerator.compute_flops["bf16"] * profile.attention_prefill_efficiency
        )
    rating = numbers.compute.rating if work.quantised else "bf16"
    peak = accelerator.compute_flops.get(rating) or accelerator.compute_flops["bf16"]
    efficiency = profile.matrix_efficiency(rating)
    if work.kind == "experts":
        efficiency *= profile.grouped_efficiency
    padded = 1.0 + profile.tile_rows_lost / np.maximum(work.rows, 1.0)
    return work.flops * padded / (peak * efficiency)
