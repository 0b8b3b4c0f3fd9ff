"""Tokens gained per step when drafts are verified; knows no time."""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import BrokenRule
from studio.messages import say
from studio.simulation.inference.requests import check_share, within

MOST_DRAFTS = 1024
"""Tokens drafted per step at most: far beyond any drafter, whose trees hold up to about 64."""


@dataclass(frozen=True)
class Speculation:
    """Drafting by extra layers of the model (MTP) or by a small one."""

    drafts: int = 0
    """Tokens proposed per step."""
    acceptance: float = 0.7
    """Chance that a draft is right when all before it were."""

    @property
    def verified(self) -> float:
        """Tokens the model computes per sequence and step."""
        return 1.0 + self.drafts

    @property
    def emitted(self) -> float:
        """Tokens that come out per sequence and step, mean."""
        return accepted_tokens(self.drafts, self.acceptance)


def accepted_tokens(drafts: int, acceptance: float) -> float:
    """Return the tokens that come out of one step, mean. [1].

    Raises
    ------
    BrokenRule : drafts that cannot be, or an acceptance outside 0..1.

    Notes
    -----
    1 + a + a^2 + ... + a^k for k drafts accepted one after the other.

    References
    ----------
    Leviathan, Kalman, Matias, "Fast Inference from Transformers via Speculative Decoding",
    ICML 2023, equation 1.
    """
    if not 0 <= drafts <= MOST_DRAFTS or drafts != int(drafts):
        raise BrokenRule(
            say(
                "{drafts} draft tokens per step, of whole numbers up to {most}",
                drafts=drafts,
                most=MOST_DRAFTS,
            ),
            round(within(drafts, 0, MOST_DRAFTS)),
        )
    check_share(say("acceptance"), acceptance)
    return float(sum(acceptance**i for i in range(drafts + 1)))
