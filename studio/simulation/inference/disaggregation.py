"""Prefill and decode on NPUs of their own: how many of each, and what they deliver together.

Knows rates only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.workload.operators import FloatArray, Number


@dataclass(frozen=True)
class Disaggregation:
    """Balanced split of NPUs between prefill and decode."""

    prefill_share: float
    """Of all NPUs."""
    tokens_per_s_per_npu: float
    """Output tokens, over all NPUs of both kinds."""
    transfer_byte_per_s_per_npu: float
    """KV cache one decoding NPU receives. [byte/s]"""
    transfer_s: float
    """KV cache of one request on its way, once. [s]"""


def disaggregate(
    prefill_tokens_per_s: float,
    decode_tokens_per_s: float,
    prompt: float,
    output: float,
    cache_byte_per_request: float = 0.0,
    link_byte_per_s: float = float("inf"),
) -> Disaggregation:
    """Return the split at which prefill and decode keep pace with each other.

    Parameters
    ----------
    prefill_tokens_per_s
        Prompt tokens one prefill NPU computes. [1/s]
    decode_tokens_per_s
        Output tokens one decode NPU emits. [1/s]
    prompt, output
        New tokens of one request. [1]
    cache_byte_per_request
        Handed over once. [byte]
    link_byte_per_s
        Per NPU and direction. [byte/s]

    Notes
    -----
    With share x for prefill, requests/s = x P / prompt = (1 - x) D / output, so
    x = (prompt / P) / (prompt / P + output / D).

    Raises
    ------
    InvalidInput : a rate or length that is not positive.
    """
    for name, value in (
        ("prefill rate", prefill_tokens_per_s),
        ("decode rate", decode_tokens_per_s),
        ("prompt", prompt),
        ("output", output),
    ):
        if not value > 0:
            raise InvalidInput("{name} {value:g}; it must be above 0", name=name, value=value)
    computing = prompt / prefill_tokens_per_s
    decoding = output / decode_tokens_per_s
    requests = 1 / (computing + decoding)
    share = computing * requests
    received = requests * cache_byte_per_request / (1 - share)
    return Disaggregation(
        share, requests * output, received, cache_byte_per_request / link_byte_per_s
    )


def balanced_decode_npus(
    npus: int, prefill_share: Number, instance_npus: Number, prefill_instance_npus: Number
) -> FloatArray:
    """Return the NPUs kept for decoding: whole instances, nearest to the balance of both phases.

    Parameters
    ----------
    npus
        Of both pools.
    prefill_share
        At which both phases keep pace, shape (n,) or a number.
    instance_npus, prefill_instance_npus
        Of one instance for decoding and of one for prefill; the NPUs left for prefill hold at
        least one.

    Notes
    -----
    Decoding gets one instance at least. Where both kinds do not fit beside each other there are
    no pools of their own and both phases share the NPUs by time.
    """
    instance = np.maximum(1.0, np.round(instance_npus))
    wanted = (1 - np.asarray(prefill_share)) * npus
    most = most_decode_instances(npus, instance, prefill_instance_npus)
    whole = instance * np.minimum(most, np.maximum(1.0, np.round(wanted / instance)))
    return np.where(most < 1, np.round(wanted), whole)


def kept_in_pools(npus: int, prefill_share: Number, instance_npus: Number) -> FloatArray:
    """Return the part of the balanced rate that pools of whole instances keep, 0..1.

    Parameters
    ----------
    npus, prefill_share, instance_npus : as `balanced_decode_npus`; prefill needs one NPU.

    Notes
    -----
    At balance, share x of the NPUs for prefill and 1 - x for decode keep pace. With share y in
    place of x the slower pool gives min(y / x, (1 - y) / (1 - x)) of that.
    """
    balance = np.asarray(prefill_share)
    filling = 1 - balanced_decode_npus(npus, balance, instance_npus, 1.0) / npus
    with np.errstate(divide="ignore"):
        kept = pooled_rate(filling, 1 / balance, 1 / (1 - balance), prompt=1.0, output=1.0)
    shares_by_time = most_decode_instances(npus, instance_npus, 1.0) < 1
    return np.where(shares_by_time, 1.0, kept)


def most_decode_instances(
    npus: int, instance_npus: Number, prefill_instance_npus: Number
) -> FloatArray:
    """Return how many decoding instances leave room for one that computes prompts."""
    return np.asarray((npus - np.maximum(1.0, prefill_instance_npus)) // instance_npus)


def pooled_rate(
    prefill_share: Number,
    prefill_tokens_per_s: Number,
    decode_tokens_per_s: Number,
    prompt: float,
    output: float,
) -> FloatArray:
    """Return output tokens per second and NPU of both pools: the slower one sets it.

    Parameters
    ----------
    prefill_share
        Of all NPUs.
    prefill_tokens_per_s, decode_tokens_per_s
        Of one NPU in its own phase.
    prompt, output
        New tokens of one request.
    """
    fed = prefill_share * prefill_tokens_per_s / prompt * output
    return np.minimum(fed, (1 - prefill_share) * decode_tokens_per_s)
