"""What a service is asked for: lengths of requests, and the objective they are held to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from studio.errors import InvalidInput
from studio.workload.operators import Number


@dataclass(frozen=True)
class RequestShape:
    """Lengths of the requests of a service, mean."""

    prompt: float = 1024.0
    output: float = 256.0
    cached_share: float = 0.0
    """Share of each prompt found in the prefix cache, 0..1."""
    longest: float = 0.0
    """Tokens at which outputs are cut off; below `output`, all outputs are equally long."""

    @property
    def has_equal_outputs(self) -> bool:
        """Whether no output is longer than the mean."""
        return self.longest <= self.output

    def left(self, tokens: Number) -> Number:
        """Return the share of outputs longer than so many tokens, 1..0.

        Notes
        -----
        Where outputs differ, an end is as likely after any token: exp(-t / s) up to the longest,
        s such that the mean is right.
        """
        if self.has_equal_outputs:
            return np.where(np.asarray(tokens) < self.output, 1.0, 0.0)
        decay = np.exp(-np.asarray(tokens) / _scale(self.output, self.longest))
        return np.where(np.asarray(tokens) < self.longest, decay, 0.0)

    @property
    def mean_age(self) -> float:
        """Output tokens a decoding request has behind it, mean over those in flight.

        Notes
        -----
        E[L^2] / (2 E[L]): long outputs are in flight for longer.
        """
        if self.has_equal_outputs:
            return self.output / 2
        scale = _scale(self.output, self.longest)
        cut = self.longest / scale
        return scale * scale * (1 - math.exp(-cut) * (1 + cut)) / self.output

    @property
    def new_prompt(self) -> float:
        """Prompt tokens that are really computed."""
        return max(self.prompt * (1 - self.cached_share), 1.0)

    @property
    def prefix(self) -> float:
        """Prompt tokens read from the cache."""
        return self.prompt - self.new_prompt

    @property
    def mean_context(self) -> float:
        """Tokens in the cache of a decoding request, mean over its life."""
        return self.prompt + self.mean_age

    @property
    def full_length(self) -> float:
        """Tokens in the cache at the end."""
        return self.prompt + self.output


@lru_cache(maxsize=256)
def _scale(mean: float, longest: float) -> float:
    """Return s of exp(-t / s), cut off at `longest`, whose mean is right: s (1 - exp(-c / s))."""
    low, high = mean, mean * 1e6
    for _ in range(100):
        middle = (low * high) ** 0.5
        if middle * -np.expm1(-longest / middle) < mean:
            low = middle
        else:
            high = middle
    return float(high)


@dataclass(frozen=True)
class Limits:
    """Service-level objective; infinity where there is none."""

    tpot_s: float = np.inf
    ttft_s: float = np.inf


def check_request(
    prompt: float, output: float, cached: float, batch: float, tpot: float, ttft: float
) -> None:
    """Raise for lengths, shares, batches and limits that cannot be; names the nearest valid.

    Raises
    ------
    InvalidInput : the first value that is impossible.
    """
    for name, value in (("prompt", prompt), ("output", output)):
        if not 1 <= value <= 1e8:
            raise InvalidInput(
                "{name} of {value:g} tokens; nearest valid: 1 to 100,000,000",
                name=name,
                value=value,
            )
    if not 0 <= cached <= 1:
        nearest = min(max(cached, 0.0), 1.0)
        raise InvalidInput(
            "cached share {cached:g} is no share; nearest valid: {nearest:g}",
            cached=cached,
            nearest=nearest,
        )
    if not 0 <= batch <= 1e9:
        raise InvalidInput(
            "a batch of {batch:g} sequences; nearest valid: 0 (largest possible)",
            batch=batch,
        )
    for name, value in (("TPOT", tpot), ("TTFT", ttft)):
        if not value > 0:
            raise InvalidInput(
                "a {name} limit of {value:g} s; it must be above 0",
                name=name,
                value=value,
            )
