"""Names for the array types of the fabric, and sets of numbers told by counting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
SmallArray = NDArray[np.int8]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def distinct(numbers: IntArray) -> IntArray:
    """Return the numbers that occur, each once and in order, as `np.unique` does.

    For numbers from zero up to the size of a table, such as part, rule or component numbers:
    counting them is much faster than sorting.
    """
    return np.flatnonzero(np.bincount(numbers))


def marked(count: int, *numbers: IntArray) -> BoolArray:
    """Return a mask, shape (count,), of the numbers that occur."""
    mask = np.zeros(count, dtype=bool)
    for some in numbers:
        mask[some] = True
    return mask
