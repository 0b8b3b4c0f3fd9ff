"""Flows that fill rows of capacity, compiled: what `waterfill` does with arrays.

Rows, flows and entries are as in `Filling`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.heap import heapify, remove_first, sink
from studio.fabric.flow.compiled.jit import kernel

_TIE = 1e-12
_DRIFT = 1e-3
_LEFT, _ASKED, _RISING = 0, 1, 2
"""Of a row: capacity left, demand and number of the flows that still rise."""


@kernel("i8[::1](i8[::1], i8)")
def counted_order(values: IntArray, limit: int) -> IntArray:
    """Return the stable order of numbers from 0 up to `limit`, by counting them.

    References
    ----------
    [1] D. Knuth, "The Art of Computer Programming", vol. 3, section 5.2, algorithm D.
    """
    next_place = np.zeros(limit + 1, dtype=np.int64)
    for value in values:
        next_place[value + 1] += 1
    for value in range(limit):
        next_place[value + 1] += next_place[value]
    order = np.empty(len(values), dtype=np.int64)
    for i in range(len(values)):
        order[next_place[values[i]]] = i
        next_place[values[i]] += 1
    return order


class Table(NamedTuple):
    """Entries by flow and, changed in place as flows end, by row."""

    first: IntArray
    """Shape (flows + 1,): entries of flow f are first[f]:first[f + 1]."""
    flow: IntArray
    """Shape (entries,)."""
    row: IntArray
    """Shape (entries,)."""
    load: FloatArray
    """Shape (entries,)."""
    begin: IntArray
    """Shape (rows + 1,): entries on row r are at[begin[r]:end[r]]."""
    end: IntArray
    """Shape (rows,)."""
    at: IntArray
    """Shape (entries,): entry in every slot."""
    slot: IntArray
    """Shape (entries,): slot of every entry."""


@kernel()
def table_of(first: IntArray, row: IntArray, load: FloatArray, rows: int) -> Table:
    """Return the entries of all flows, by flow and by row."""
    at = counted_order(row, rows)
    slot = np.empty(len(row), dtype=np.int64)
    begin = np.zeros(rows + 1, dtype=np.int64)
    for k in range(len(at)):
        slot[at[k]] = k
        begin[row[k] + 1] += 1
    for r in range(rows):
        begin[r + 1] += begin[r]
    flow = np.empty(len(row), dtype=np.int64)
    for f in range(len(first) - 1):
        flow[first[f] : first[f + 1]] = f
    return Table(first, flow, row, load, begin, begin[1:].copy(), at, slot)


@kernel()
def _crossing(first: IntArray, row: IntArray, rows: int) -> tuple[IntArray, IntArray]:
    """Return the flows on every row: those of row r are flow[begin[r]:begin[r + 1]]."""
    begin = np.zeros(rows + 1, dtype=np.int64)
    for r in row:
        begin[r + 1] += 1
    for r in range(rows):
        begin[r + 1] += begin[r]
    flow, next_place = np.empty(len(row), dtype=np.int64), begin[:-1].copy()
    for f in range(len(first) - 1):
        for e in range(first[f], first[f + 1]):
            flow[next_place[row[e]]] = f
            next_place[row[e]] += 1
    return begin, flow


@kernel(allocates=False)
def _still_asked(
    first: IntArray, row: IntArray, load: FloatArray, flows: IntArray, holder: IntArray, wanted: int
) -> float:
    """Return the demand on a row of those of its flows that nothing holds back yet."""
    asked, last = 0.0, -1
    for f in flows:
        if holder[f] < 0 and f != last:
            for e in range(first[f], first[f + 1]):
                asked += load[e] if row[e] == wanted else 0.0
        last = f
    return asked


@kernel("Tuple((f8[::1], i8[::1]))(i8[::1], i8[::1], f8[::1], f8[::1])")
def fill(
    first: IntArray, row: IntArray, load: FloatArray, capacity: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return the max-min fair rate of every flow and the row that holds it back.

    The row that fills first freezes its flows; what they leave raises the level of other rows,
    so the level a row had when it was last looked at is never too high.

    References
    ----------
    [1] D. Bertsekas, R. Gallager, "Data Networks", 2nd ed., 1992, section 6.5.2.
    """
    rows = len(capacity)
    begin, crossing = _crossing(first, row, rows)
    rate = np.full(len(first) - 1, np.inf)
    holder = np.full(len(first) - 1, -1, dtype=np.int64)
    # Side by side, since all three change together.
    state = np.zeros((rows, 3))
    for e in range(len(row)):
        state[row[e], _ASKED] += load[e]
        state[row[e], _RISING] += 1
    summed, level = state[:, _ASKED].copy(), np.full(rows, np.inf)
    waiting, place = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int64)
    count = 0
    for r in range(rows):
        state[r, _LEFT] = capacity[r]
        if summed[r] > 0:
            level[r] = max(capacity[r], 0.0) / summed[r]
            waiting[count], place[r] = r, count
            count += 1
    heapify(waiting, place, level, count)
    while count:
        lowest = waiting[0]
        if state[lowest, _RISING] == 0:
            count = remove_first(waiting, place, level, count)
            continue
        flows = crossing[begin[lowest] : begin[lowest + 1]]
        if state[lowest, _ASKED] < _DRIFT * summed[lowest]:
            # Differences have lost digits.
            summed[lowest] = _still_asked(first, row, load, flows, holder, lowest)
            state[lowest, _ASKED] = summed[lowest]
        now = max(state[lowest, _LEFT], 0.0) / state[lowest, _ASKED]
        if now > level[lowest] * (1 + _TIE):
            level[lowest] = now
            sink(waiting, place, level, 0, count)
            continue
        count = remove_first(waiting, place, level, count)
        for f in flows:
            if holder[f] >= 0:
                continue
            rate[f], holder[f] = now, lowest
            for e in range(first[f], first[f + 1]):
                state[row[e], _LEFT] -= now * load[e]
                state[row[e], _ASKED] -= load[e]
                state[row[e], _RISING] -= 1
    return rate, holder


@kernel()
def fill_few(
    first: IntArray, row: IntArray, load: FloatArray, capacity: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return what `fill` returns, without a heap: faster up to some hundred rows."""
    rows, flows = len(capacity), len(first) - 1
    begin, crossing = _crossing(first, row, rows)
    rate, holder = np.full(flows, np.inf), np.full(flows, -1, dtype=np.int64)
    left, asked, level = capacity.copy(), np.zeros(rows), np.full(rows, np.inf)
    for e in range(len(row)):
        asked[row[e]] += load[e]
    summed, rising = asked.copy(), begin[1:] - begin[:-1]
    for r in range(rows):
        if asked[r] > 0:
            level[r] = max(left[r], 0.0) / asked[r]
    while True:
        lowest = 0
        for r in range(1, rows):
            if level[r] < level[lowest]:
                lowest = r
        now = level[lowest]
        if now == np.inf:
            return rate, holder
        level[lowest] = np.inf
        for k in range(begin[lowest], begin[lowest + 1]):
            f = crossing[k]
            if holder[f] >= 0:
                continue
            rate[f], holder[f] = now, lowest
            for e in range(first[f], first[f + 1]):
                r = row[e]
                left[r] -= now * load[e]
                asked[r] -= load[e]
                rising[r] -= 1
                if asked[r] < _DRIFT * summed[r] and rising[r] > 0:
                    # Differences have lost digits.
                    flows_here = crossing[begin[r] : begin[r + 1]]
                    summed[r] = _still_asked(first, row, load, flows_here, holder, r)
                    asked[r] = summed[r]
                level[r] = max(left[r], 0.0) / asked[r] if rising[r] > 0 else np.inf
