"""Values painted over the drawing, and the colours for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray

BINS = 64
_ANCHORS = np.array(
    (
        (0, 34, 78),
        (24, 61, 107),
        (68, 84, 108),
        (104, 108, 114),
        (138, 134, 119),
        (175, 161, 112),
        (214, 192, 92),
        (254, 232, 56),
    ),
    dtype=np.float64,
)
"""Blue to yellow, even in lightness: told apart with every kind of colour vision."""


@dataclass(frozen=True)
class Overlay:
    """Shares of 0..1 to paint on components or links; NaN where there is no value."""

    label: str
    components: FloatArray | None = None
    """Shape (n_components,)."""
    links: FloatArray | None = None
    """Shape (n_links,)."""
    low: str = "0"
    """What 0 stands for, with its unit."""
    high: str = "1"


def bins(values: FloatArray) -> IntArray:
    """Return the colour bin of each value, -1 where there is no value; shape as `values`."""
    known = np.isfinite(values)
    safe = np.where(known, np.clip(values, 0, 1), 0)
    return np.where(known, np.minimum((safe * BINS).astype(np.int64), BINS - 1), -1)


def rgb(number: int) -> tuple[int, int, int]:
    """Return the colour of a bin."""
    place = number / (BINS - 1) * (len(_ANCHORS) - 1)
    low = min(int(place), len(_ANCHORS) - 2)
    mixed = _ANCHORS[low] + (_ANCHORS[low + 1] - _ANCHORS[low]) * (place - low)
    return int(mixed[0]), int(mixed[1]), int(mixed[2])


def grouped(values: FloatArray, group: IntArray, groups: int, *, highest: bool) -> FloatArray:
    """Return the mean (or highest) known value of each group, NaN where there is none.

    Parameters
    ----------
    group : shape as `values`. Group of each value, -1 for none.
    """
    chosen = np.isfinite(values) & (group >= 0)
    numbers, kept = group[chosen], values[chosen]
    if highest:
        found = np.full(groups, -np.inf)
        np.maximum.at(found, numbers, kept)
        return np.where(np.isfinite(found), found, np.nan)
    count = np.bincount(numbers, minlength=groups)
    total = np.bincount(numbers, kept, minlength=groups)
    mean = np.full(groups, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
