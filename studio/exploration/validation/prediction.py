"""What a predictor answers for one published measurement: a number, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """One answer to one row.

    `value` is in the unit of the row's primary metric; None means "not modelled" and then
    `reason` says why in words a reader can act on. For class rows the value is 1 for "does not
    fit" and 0 for "fits".
    """

    value: float | None
    reason: str = ""
