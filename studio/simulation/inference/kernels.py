"""Time of one piece of serving work on one NPU: computing, moving, and the gap between kernels.

Vectorised over candidates; knows no model and no parallelism.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.inference.work import Work
from studio.simulation.machine import Accelerator
from studio.workload.operators import FloatArray, Number
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
class WorkTimes:
    """Time and traffic of pieces of work."""

    table: FloatArray
    """Shape (6, n_works, *candidates): FLOP, bytes of traffic, seconds, seconds of computing alone,
    seconds of memory alone, kernels."""

    @property
    def time_s(self) -> FloatArray:
        """Device time, the gap before the next kernel excluded: shape (n_works, *candidates)."""
        seconds: FloatArray = self.table[2]
        return seconds


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


def work_times(
    works: Sequence[Work],
    candidates: tuple[int, ...],
    accelerator: Accelerator,
    profile: InferenceProfile,
    numbers: Formats,
    imbalance: Number = 1.0,
) -> WorkTimes:
    """Return the time of pieces of work on one NPU, all at once.

    Parameters
    ----------
    works
        What is computed and moved; their fields broadcast to `candidates`.
    candidates
        Shape of the candidates; empty for a single one.
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
    table = np.empty((len(_FIELDS), len(works), *candidates))
    for i, work in enumerate(works):
        for j, value in enumerate(_FIELDS_OF(work)):
            table[j, i] = value
    flops, rows, weights, activations, cached, kernels = table
    column = (-1, *(1 for _ in candidates))
    rated: dict[tuple[str, bool], float] = {}
    for work in works:
        if (work.kind, work.quantised) not in rated:
            rated[work.kind, work.quantised] = _rate(work, accelerator, profile, numbers)
    rates = np.array([rated[work.kind, work.quantised] for work in works])
    lost = np.array([profile.tile_rows_lost * (w.kind in _PRODUCTS) for w in works])
    weight_byte = np.array([numbers.weights.stored_byte if w.quantised else BF16_BYTE
                            for w in works])  # fmt: skip
    left = np.array([profile.vector_traffic if w.kind == "vector" else 1.0 for w in works])
    compute = flops * (1 + lost.reshape(column) / np.maximum(rows, 1.0)) / rates.reshape(column)
    is_experts = np.array([w.kind == "experts" for w in works]).reshape(column)
    compute = np.where(is_experts, compute * imbalance, compute)
    streamed = weights * weight_byte.reshape(column) + activations * BF16_BYTE
    streamed = streamed * left.reshape(column)
    cached = cached * numbers.cache_byte
    bandwidth = accelerator.memory_bandwidth_byte_per_s
    moving = streamed / (bandwidth * profile.hbm_efficiency)
    moving = moving + cached / (bandwidth * profile.cache_efficiency)
    time = np.maximum(compute, moving) + profile.overlap_loss * np.minimum(compute, moving)
    kernels = kernels * left.reshape(column)
    return WorkTimes(np.stack([flops, streamed + cached, time, compute, moving, kernels]))


_FIELDS = (
    "flops", "rows", "weight_elements", "activation_elements", "cache_elements", "kernels",
)  # fmt: skip
_FIELDS_OF = attrgetter(*_FIELDS)
_PRODUCTS = ("matrix", "experts")


def _rate(
    work: Work, accelerator: Accelerator, profile: InferenceProfile, numbers: Formats
) -> float:
    """Return the sustained rate of the units that compute a piece of work. [FLOP/s]."""
    plain = accelerator.compute_flops["bf16"]
    if work.kind == "vector":
        return plain
    if work.kind == "decode-attention":
        return plain * profile.attention_decode_efficiency
    if work.kind == "prompt-attention":
        return plain * profile.attention_prefill_efficiency
    rating = numbers.compute.rating if work.quantised else "bf16"
    peak = accelerator.compute_flops.get(rating) or plain
    share = profile.grouped_efficiency if work.kind == "experts" else 1.0
    return peak * profile.matrix_efficiency(rating) * share
