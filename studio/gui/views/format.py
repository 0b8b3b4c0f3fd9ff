"""How figures, differences and ratios are written, in either language."""

from __future__ import annotations

import math
from functools import lru_cache

from studio import units
from studio.gui.i18n import mark
from studio.simulation import words

_BIT_STEPS = (
    ("Pb/s", units.PETA),
    ("Tb/s", units.TERA),
    ("Gb/s", units.GIGA),
    ("Mb/s", units.MEGA),
    ("b/s", 1.0),
)
_COUNT_STEPS = (("G", units.GIGA), ("M", units.MEGA), ("k", units.KILO))


ASSUMED = mark("Assumption of Supernode Studio")
"""Title of the source of values that have none; it is the only title that is translated."""


@lru_cache(maxsize=4096)
def figure_text(name: str, value: float, dimension: str, digits: int = 4) -> str:
    """Return a figure's value; figures named `…bit_per_s` are shown in bits."""
    if name.endswith("bit_per_s"):
        return _stepped(value, _BIT_STEPS, digits)
    if name == "price_usd" or dimension == "price":
        return units.display(value, "price", digits)
    if dimension == "count":
        return count_text(value, digits)
    if dimension == "time" and abs(value) >= units.YEAR_S:
        return f"{units.display(value / units.YEAR_S, 'count', digits)} yr"
    return units.display(value, dimension, digits)


def count_text(value: float, digits: int = 4) -> str:
    """Return a count: in full up to six digits, then with a prefix."""
    if abs(value) < 1e6:
        return units.display(value, "count", max(digits, 6) if value == round(value) else digits)
    return _stepped(value, _COUNT_STEPS, digits)


def _stepped(value: float, steps: tuple[tuple[str, float], ...], digits: int) -> str:
    unit, size = next((step for step in steps if abs(value) >= step[1]), steps[-1])
    return f"{units.display(value / size, 'count', digits)} {unit}"


_CHANGE_DIGITS = ((9.95e-4, 2), (0.995, 1), (math.inf, 0))
"""Decimals of a relative change in percent, by the size it is below."""


def change_text(value: float, before: float) -> str:
    """Return a relative change such as `+4.2 %`, empty where nothing changed."""
    if value == before:
        return ""
    if not before:
        return "+" if value > 0 else "−"
    change = value / before - 1
    if abs(change) < 5e-5:
        return ""
    sign = "+" if change > 0 else "−"
    if abs(change) >= 10:
        return f"×{value / before:.0f}"
    digits = next(digits for below, digits in _CHANGE_DIGITS if abs(change) < below)
    return f"{sign}{abs(change) * 100:.{digits}f} %"


def ratio_text(ratio: float | None) -> str:
    """Return a ratio such as `1.67×`, a dash where there is none."""
    if ratio is None or not math.isfinite(ratio):
        return "–"
    return units.display_ratio(ratio).replace("x", "×")


def share_text(share: float) -> str:
    """Return a share 0..1 as percent."""
    return f"{share * 100:.1f} %" if share >= 0.0995 else f"{share * 100:.2f} %"


def grade_text(grade: str, language: str) -> str:
    """Return the word for an evidence grade."""
    found = words.grade_name(grade)
    return found.chinese if language == "zh" and found.chinese else found


def word(name: str, language: str) -> str:
    """Return a category, phase or term of a result as a word to show."""
    found = words.word(name)
    return found.chinese if language == "zh" and found.chinese else found
