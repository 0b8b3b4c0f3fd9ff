"""Time of one piece of serving work on one NPU: computing, moving, and the gap between kernels.

Vectorised over candidates; knows no model and no parallelism.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

import numpy as np

from studio.simulation.inference.pieces import Work
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.machine import Accelerator
from studio.workload.operators import FloatArray, Number
from studio.workload.precision import BF16_BYTE, NumberFormat, number_format


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
    Where the matrix units cannot multiply a format as fast as BF16, weights are expanded on the way
    in and the product runs in the widest of the formats the NPU can (weight-only quantisation).
    Without a stated format the cache holds FP8 beside 8-bit and 4-bit floating weights, else BF16.
    """
    weights = number_format(precision)
    plain = accelerator.compute_flops["bf16"]
    # Some NPUs keep a narrow format only so that it works at all, slower than a wide one.
    can = {name for name, rate in accelerator.compute_flops.items() if rate >= plain}
    wanted = {"fp4": ("fp4", "fp8"), "fp8": ("fp8", "int8"), "int8": ("int8", "fp8")}
    rating = next((name for name in wanted.get(weights.rating, ()) if name in can), "bf16")
    if weights.name == "int4" or (weights.rating == "fp4" and rating != "fp4"):
        rating = "bf16"
    compute = weights if rating == weights.rating else number_format(rating)
    if cache_precision:
        cache = number_format(cache_precision).stored_byte
    else:
        is_float8 = weights.rating in ("fp8", "fp4") and "fp8" in can
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
    partly filled tiles, once per expert for grouped products. Bytes that only the busiest rank of
    a group moves take time but are not counted as traffic.
    """
    table = _table(works, candidates)
    flops, rows, weights, late, activations, cached, kernels = table
    shape = (-1, *(1 for _ in candidates))
    kinds = tuple((work.kind, work.quantised) for work in works)
    rates = np.array(_rates(kinds, accelerator, profile, numbers)).reshape(shape)
    lost, left, is_experts, weight_byte = (
        column.reshape(shape)
        for column in _columns(
            kinds, profile.tile_rows_lost, profile.vector_traffic, numbers.weights.stored_byte
        )
    )
    compute = flops * (1 + lost / np.maximum(rows, 1.0)) / rates
    if np.ndim(imbalance) or imbalance != 1.0:
        compute = np.where(is_experts, compute * imbalance, compute)
    read = weights * weight_byte
    streamed = (read + activations * BF16_BYTE) * left
    cached = cached * numbers.cache_byte
    bandwidth = accelerator.memory_bandwidth_byte_per_s
    slower = is_experts * (1 / profile.grouped_stream - 1)
    waited = (1 + slower) * late * weight_byte
    moving = (streamed + slower * read + waited) / (bandwidth * profile.hbm_efficiency)
    moving = moving + cached / (bandwidth * profile.cache_efficiency)
    time = np.maximum(compute, moving) + profile.overlap_loss * np.minimum(compute, moving)
    found = np.empty((6, *table.shape[1:]))
    found[0], found[1], found[2], found[3], found[4] = (
        flops,
        streamed + cached,
        time,
        compute,
        moving,
    )
    found[5] = kernels * left
    return WorkTimes(found)


def _table(works: Sequence[Work], candidates: tuple[int, ...]) -> FloatArray:
    """Return the fields of pieces of work: shape (n_fields, n_works, *candidates)."""
    if not candidates:
        return np.array([_FIELDS_OF(work) for work in works], dtype=np.float64).T
    table = np.empty((len(_FIELDS), len(works), *candidates))
    for i, work in enumerate(works):
        for j, value in enumerate(_FIELDS_OF(work)):
            table[j, i] = value
    return table


@lru_cache(maxsize=1024)
def _columns(
    kinds: tuple[tuple[str, bool], ...],
    rows_lost: float,
    vector_traffic: float,
    stored_byte: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return, per piece of work: rows lost, traffic left, 1 for experts, bytes of a weight."""
    names = [kind for kind, _ in kinds]
    return (
        np.array([rows_lost * (name in _PRODUCTS) for name in names]),
        np.array([vector_traffic if name == "vector" else 1.0 for name in names]),
        np.array([float(name == "experts") for name in names]),
        np.array([stored_byte if is_quantised else BF16_BYTE for _, is_quantised in kinds]),
    )


_FIELDS = (
    "flops", "rows", "weight_elements", "late_elements", "activation_elements", "cache_elements",
    "kernels",
)  # fmt: skip
_FIELDS_OF = attrgetter(*_FIELDS)
_PRODUCTS = ("matrix", "experts")


def _rates(
    kinds: tuple[tuple[str, bool], ...],
    accelerator: Accelerator,
    profile: InferenceProfile,
    numbers: Formats,
) -> list[float]:
    """Return the sustained rate of the units that compute each piece of work. [FLOP/s]."""
    found = {one: _rate(*one, accelerator, profile, numbers) for one in set(kinds)}
    return [found[one] for one in kinds]


def _rate(
    kind: str,
    is_quantised: bool,
    accelerator: Accelerator,
    profile: InferenceProfile,
    numbers: Formats,
) -> float:
    plain = accelerator.compute_flops["bf16"]
    if kind == "vector":
        return plain
    if kind == "decode-attention":
        return plain * profile.attention_decode_efficiency
    if kind == "prompt-attention":
        return plain * profile.attention_prefill_efficiency
    rating = numbers.compute.rating if is_quantised else "bf16"
    peak = accelerator.compute_flops.get(rating) or plain
    share = profile.grouped_efficiency if kind == "experts" else 1.0
    return peak * profile.matrix_efficiency(rating) * share
