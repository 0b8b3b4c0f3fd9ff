"""What a predictor answers for one published measurement: a number, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.messages import say


@dataclass(frozen=True)
class Prediction:
    """One answer to one row.

    `value` is in the unit of the row's primary metric; None means "not modelled" and then
    `reason` says why in words a reader can act on. For class rows the value is 1 for "does not
    fit" and 0 for "fits".
    """

    value: float | None
    reason: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    """By column, the quantities that the metric of the row names, in the units of the columns."""


def not_predicted(quantity: str) -> str:
    """Return that nothing predicts a quantity."""
    return say("the quantity {quantity!r} is not predicted", quantity=quantity)


def doubted(note: str, doubt: str) -> str:
    """Return how a figure was found, and what lowers the trust in it."""
    return say("{note}; lower confidence: {doubt}", note=note, doubt=doubt) if doubt else note
