"""Prefill and decode on NPUs of their own: how many of each, and what they deliver together.

Knows rates only.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import InvalidInput


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
