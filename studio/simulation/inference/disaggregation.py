"""Prefill and decode on NPUs of their own: how many of each, and what they deliver together.

Knows rates only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from studio.errors import BrokenRule, InvalidInput
from studio.messages import say
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


_PARTS = 1000
"""In which a share is told, to one digit of a per cent."""


def check_prefill_share(share: float, npus: int, instance_npus: float) -> None:
    """Raise for a share of the NPUs that leaves none for prefill or none for decoding.

    Raises
    ------
    BrokenRule : with the largest share that leaves one instance of `instance_npus`, or the
        smallest that is an NPU.
    """
    if not 1 <= share * npus + 0.5 < npus:
        most = max(0.0, math.floor(_PARTS * (1 - instance_npus / npus)) / _PARTS)
        least = math.ceil(_PARTS / npus) / _PARTS if share > 0 else 0.0
        raise BrokenRule(
            say("{percent:.4g}% of {npus} NPUs for prefill", percent=share * 100, npus=npus),
            say(
                "{nearest:.1%} (0 keeps both phases in balance)",
                nearest=most if share > 0.5 else least,
            ),
        )


def balanced_decode_npus(
    npus: int, prefill_share: Number, instance_npus: Number, prefill_instance_npus: Number
) -> FloatArray:
    """Return the NPUs kept for decoding: whole instances, as many as deliver most.

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
    no pools of their own and both phases share the NPUs by time. At balance, share x of the NPUs
    for prefill and 1 - x for decode keep pace; with share y in place of x the slower pool gives
    min(y / x, (1 - y) / (1 - x)) of that, so the best is next to the balance.
    """
    instance = np.maximum(1.0, np.round(instance_npus))
    balance = np.asarray(prefill_share, dtype=np.float64)
    wanted = (1 - balance) * npus
    most = most_decode_instances(npus, instance, prefill_instance_npus)
    fewer, more = (
        instance * np.clip(count, 1.0, np.maximum(most, 1.0))
        for count in (np.floor(wanted / instance), np.ceil(wanted / instance))
    )
    with np.errstate(divide="ignore"):
        kept = [
            pooled_rate(1 - held / npus, 1 / balance, 1 / (1 - balance), prompt=1.0, output=1.0)
            for held in (fewer, more)
        ]
    whole = np.where(kept[1] > kept[0], more, fewer)
    return np.where(most < 1, np.round(wanted), whole)


def pools_rate(
    npus: int,
    instance_npus: Number,
    prefill_tokens_per_s: Number,
    decode_tokens_per_s: Number,
    prompt: float,
    output: float,
) -> FloatArray:
    """Return output tokens per second and NPU of the best pools of instances that are cut alike.

    Parameters
    ----------
    npus, instance_npus : as of `balanced_decode_npus`; prefill needs one NPU.
    prefill_tokens_per_s, decode_tokens_per_s, prompt, output : as of `pooled_rate`.
    """
    stepping = output / np.asarray(decode_tokens_per_s, dtype=np.float64)
    computing = prompt / np.asarray(prefill_tokens_per_s, dtype=np.float64)
    balance = computing / (computing + stepping)
    share = 1 - balanced_decode_npus(npus, balance, instance_npus, 1.0) / npus
    return pooled_rate(share, prefill_tokens_per_s, decode_tokens_per_s, prompt, output)


def in_turn_rate(
    prefill_tokens_per_s: Number, decode_tokens_per_s: Number, prompt: float, output: float
) -> FloatArray:
    """Return output tokens per second and NPU where both phases take turns on the same NPUs.

    Parameters
    ----------
    prefill_tokens_per_s, decode_tokens_per_s, prompt, output : as of `pooled_rate`.
    """
    computing = prompt / np.asarray(prefill_tokens_per_s, dtype=np.float64)
    return np.asarray(output / (computing + output / decode_tokens_per_s))


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
