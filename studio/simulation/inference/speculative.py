"""Tokens gained per step when drafts are verified; knows no time."""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import InvalidInput

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
    InvalidInput : drafts that cannot be, or an acceptance outside 0..1.

    Notes
    -----
    1 + a + a^2 + ... + a^k for k drafts accepted one after the other.

    References
    ----------
    Leviathan, Kalman, Matias, "Fast Inference from Transformers via Speculative Decoding",
    ICML 2023, equation 1.
    """
    if not 0 <= drafts <= MOST_DRAFTS:
        raise InvalidInput(
            "{drafts} draft tokens per step; nearest valid: {nearest}",
            drafts=drafts,
            nearest=min(max(drafts, 0), MOST_DRAFTS),
        )
    if not 0 <= acceptance <= 1:
        nearest = min(max(acceptance, 0.0), 1.0)
        raise InvalidInput(
            "acceptance {acceptance:g} is no share; nearest valid: {nearest:g}",
            acceptance=acceptance,
            nearest=nearest,
        )
    return float(sum(acceptance**i for i in range(drafts + 1)))
