"""What a service is asked for: lengths of requests, and the objective they are held to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput


@dataclass(frozen=True)
class RequestShape:
    """Lengths of the requests of a service, mean."""

    prompt: float = 1024.0
    output: float = 256.0
    cached_share: float = 0.0
    """Share of each prompt found in the prefix cache, 0..1."""

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
        return self.prompt + self.output / 2

    @property
    def full_length(self) -> float:
        """Tokens in the cache at the end."""
        return self.prompt + self.output


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
