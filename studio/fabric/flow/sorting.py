"""Sorting whole numbers that are not negative, faster than numpy's general ways; knows no graph."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import BoolArray, IntArray
from studio.fabric.flow.compiled.loading import ready

_DIGIT = 16
_LOW = (1 << _DIGIT) - 1
_ROOM = 4
"""Counters per number up to which counting them is fast."""


def stable_order(values: IntArray, limit: int) -> IntArray:
    """Return the stable order that sorts numbers from 0 up to but not including `limit`.

    Notes
    -----
    Digit by digit: numpy sorts 16-bit numbers by counting them, wider ones by comparing.
    """
    kernels = ready(0.0)
    if kernels is not None and limit < _ROOM * len(values):
        order: IntArray = kernels.counted_order(np.ascontiguousarray(values, np.int64), limit)
        return order
    if limit > 1 << (2 * _DIGIT):
        return np.argsort(values, kind="stable")
    order = np.argsort((values & _LOW).astype(np.uint16), kind="stable")
    if limit > 1 << _DIGIT:
        high = (values >> _DIGIT).astype(np.uint16)
        order = order[np.argsort(high[order], kind="stable")]
    return order


def distinct(values: IntArray) -> IntArray:
    """Return the distinct numbers, ascending."""
    ascending = np.sort(values)
    return ascending[starts_of_runs(ascending)]


def distinct_pairs(
    first: IntArray, second: IntArray, limit: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the distinct pairs of numbers below `limit`, ascending, and which of them each is."""
    order = stable_order(second, limit)
    order = order[stable_order(first[order], limit)]
    ends = first[order], second[order]
    is_start = starts_of_runs(ends[0]) | starts_of_runs(ends[1])
    which = np.empty(len(order), dtype=np.int64)
    which[order] = np.cumsum(is_start) - 1
    return ends[0][is_start], ends[1][is_start], which


def are_among(values: IntArray, ascending: IntArray) -> BoolArray:
    """Return which values are among some, given in ascending order."""
    if not len(ascending):
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.asarray(ascending[place] == values)


def starts_of_runs(values: IntArray) -> BoolArray:
    """Return which entries differ from the one before; the first does."""
    is_start = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_start[1:])
    return is_start


def first_of_each(values: IntArray, count: int) -> IntArray:
    """Return where the entries of every number below `count` begin once sorted, and the end.

    Returns
    -------
    Shape (count + 1,).
    """
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(values, minlength=count), out=first[1:])
    return first
