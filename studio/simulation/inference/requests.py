"""What a service is asked for: lengths of requests, and the objective they are held to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from studio.errors import BrokenRule
from studio.messages import say
from studio.workload.operators import Number

MOST_TOKENS = 1e8
"""Of a prompt, an output or one pass: far beyond any request."""
MOST_SEQUENCES = 1e9
"""In flight in one instance."""
LEAST_LIMIT_S = 1e-6
"""A service-level objective below that no device can ask of itself: a launch takes longer."""


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
    BrokenRule : the first value that is impossible.
    """
    for name, value in ((say("prompt"), prompt), (say("output"), output)):
        check_tokens(name, value)
    check_share(say("cached share"), cached)
    if not 0 <= batch <= MOST_SEQUENCES:
        raise BrokenRule(
            say("a batch of {batch:.6g} sequences", batch=batch),
            say(
                "{nearest:g} (0 is the largest possible)", nearest=within(batch, 0, MOST_SEQUENCES)
            ),
        )
    for name, value in ((say("TPOT"), tpot), (say("TTFT"), ttft)):
        if not value >= LEAST_LIMIT_S:
            raise BrokenRule(
                say(
                    "a {name} limit of {value:g} s; it must be {least:g} s or more",
                    name=name,
                    value=value,
                    least=LEAST_LIMIT_S,
                ),
                LEAST_LIMIT_S,
            )


def check_tokens(name: str, tokens: float) -> None:
    """Raise for a number of tokens that nothing has, called `name`.

    Raises
    ------
    BrokenRule : fewer than one, or absurdly many.
    """
    if not 1 <= tokens <= MOST_TOKENS:
        raise BrokenRule(
            say(
                "{name} of {tokens:.6g} tokens, of 1 to {most:,.0f} possible",
                name=name,
                tokens=tokens,
                most=MOST_TOKENS,
            ),
            say("{nearest:.0f}", nearest=within(tokens, 1, MOST_TOKENS)),
        )


def check_share(name: str, share: float) -> None:
    """Raise for a number outside 0..1, called `name`.

    Raises
    ------
    BrokenRule : with 0 or 1, the nearer one.
    """
    if not 0 <= share <= 1:
        raise BrokenRule(
            say("{name} {share:g} is no share", name=name, share=share),
            say("{nearest:g}", nearest=within(share, 0, 1)),
        )


def within(value: float, least: float, most: float) -> float:
    """Return the number of a range next to a value; the least where it is no number."""
    return least if math.isnan(value) else min(max(value, least), most)
