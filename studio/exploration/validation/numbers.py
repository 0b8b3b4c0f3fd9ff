"""Numbers as tables of measurements write them: 4096, 4,096, 1.5e3, 8k."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(
    r"\s*([-+]?)(\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(\.\d+)?([eE][-+]?\d+)?\s?([kKM](?![a-zA-Z]))?"
)
_FACTORS = {"": 1, "k": 1024, "K": 1024, "M": 1024 * 1024}
"""Sequences, batches and counts of accelerators come in powers of two."""


def first_number(text: str, *, as_written: bool = False) -> float:
    """Return the number a text begins with, NaN where it begins with none.

    A comma groups thousands only where three digits follow; k and M count in powers of two, or
    belong to a unit that the number is left in as it is written.
    """
    found = _NUMBER.match(text)
    if found is None or not (found[2] or found[3]):
        return math.nan
    sign, whole, fraction, power, unit = (part or "" for part in found.groups())
    digits = f"{sign}{whole.replace(',', '')}{fraction}{power}"
    return float(digits) * (1 if as_written else _FACTORS[unit])
