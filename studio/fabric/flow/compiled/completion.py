"""Flows that end one after another, compiled: what `completion` does with arrays.

Rows, flows and entries are as in `Filling`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.filling import Table, fill, fill_few, table_of
from studio.fabric.flow.compiled.heap import heapify, remove_first, settle
from studio.fabric.flow.compiled.jit import kernel

_TIE = 1e-12
_REMEMBERED = 64
"""Changes after which the use of a row is summed afresh: differences lose digits."""
_OUTSIDE, _WRONGED = -1, -2
"""Places of flows that are not filled again, and of those that the next filling takes in."""


class Shares(NamedTuple):
    """Who has what, changed in place event by event."""

    capacity: FloatArray
    """Shape (rows,)."""
    rate: FloatArray
    """Shape (flows,)."""
    holder: IntArray
    """Shape (flows,): a full row on which no flow is faster."""
    used: FloatArray
    """Shape (rows,): by all flows but those being filled again."""
    held: IntArray
    """Shape (rows,): number of flows it holds back, without those being filled again."""
    level: FloatArray
    """Shape (rows,): rate of the flows it holds back."""
    peak: FloatArray
    """Shape (rows,): no flow on it is faster, but for those being filled again."""
    age: IntArray
    """Shape (rows,): changes of its use since that was summed."""


class Clock(NamedTuple):
    """When flows end, changed in place event by event."""

    left: FloatArray
    """Shape (flows,): bytes to go when the rate last changed."""
    since: FloatArray
    """Shape (flows,): when that was. [s]"""
    finished: FloatArray
    """Shape (flows,). [s]"""
    waiting: IntArray
    """Shape (flows,): heap of flows, the next to end on top."""
    place: IntArray
    """Shape (flows,): in the heap."""
    heaped: IntArray
    """Shape (1,): flows in the heap."""


class Chosen(NamedTuple):
    """Flows being filled again and the rows they concern; `counts` says how many there are."""

    counts: IntArray
    """Shape (3,): flows, rows and entries."""
    flow: IntArray
    place: IntArray
    """Shape (flows,): position among the chosen."""
    rate: FloatArray
    """Shape (flows,): what each chosen flow gets."""
    holder: IntArray
    """Shape (flows,): what row holds it back then."""
    first: IntArray
    """Shape (flows + 1,): where the entries of each chosen flow begin."""
    entry_row: IntArray
    """Shape (entries,): position of the row among those concerned."""
    entry_load: FloatArray
    row: IntArray
    row_place: IntArray
    """Shape (rows,): position among the rows concerned, -1 for others."""
    use: FloatArray
    """Shape (rows,): of a row concerned by chosen flows."""
    fastest: FloatArray
    """Shape (rows,): chosen flow on a row concerned."""
    slowest: FloatArray
    """Shape (rows,): chosen flow that a row concerned holds back."""


@kernel()
def _none_chosen(flows: int, rows: int, entries: int) -> Chosen:
    return Chosen(
        np.zeros(3, dtype=np.int64),
        np.empty(flows, dtype=np.int64),
        np.full(flows, _OUTSIDE, dtype=np.int64),
        np.empty(flows),
        np.empty(flows, dtype=np.int64),
        np.zeros(flows + 1, dtype=np.int64),
        np.empty(entries, dtype=np.int64),
        np.empty(entries),
        np.empty(rows, dtype=np.int64),
        np.full(rows, -1, dtype=np.int64),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
    )


@kernel()
def _shares(table: Table, capacity: FloatArray, rate: FloatArray, holder: IntArray) -> Shares:
    rows = len(capacity)
    used, peak = np.zeros(rows), np.zeros(rows)
    held, level = np.zeros(rows, dtype=np.int64), np.zeros(rows)
    for e in range(len(table.row)):
        r, own = table.row[e], rate[table.flow[e]]
        used[r] += table.load[e] * own
        peak[r] = max(peak[r], own)
    for f in range(len(rate)):
        if holder[f] >= 0:
            held[holder[f]] += 1
            level[holder[f]] = rate[f]
    return Shares(capacity, rate, holder, used, held, level, peak, np.zeros(rows, dtype=np.int64))


@kernel()
def _clock(size: FloatArray, rate: FloatArray) -> Clock:
    flows = len(size)
    finished, waiting, place = size / rate, np.arange(flows), np.arange(flows)
    heapify(waiting, place, finished, flows)
    return Clock(size.copy(), np.zeros(flows), finished, waiting, place, np.array([flows]))


@kernel(allocates=False)
def _concern(table: Table, shares: Shares, chosen: Chosen, r: int) -> int:
    """Note a row; return its position among those concerned."""
    if chosen.row_place[r] < 0:
        chosen.row_place[r] = chosen.counts[1]
        chosen.row[chosen.counts[1]] = r
        chosen.counts[1] += 1
        if shares.age[r] > _REMEMBERED:
            shares.age[r], shares.used[r] = 0, 0.0
            for k in range(table.begin[r], table.end[r]):
                e = table.at[k]
                if chosen.place[table.flow[e]] < 0:
                    shares.used[r] += table.load[e] * shares.rate[table.flow[e]]
    return int(chosen.row_place[r])


@kernel(allocates=False)
def _take_out(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Take a flow that ended, and its entries, off their rows."""
    for e in range(table.first[f], table.first[f + 1]):
        r = table.row[e]
        _concern(table, shares, chosen, r)
        shares.used[r] -= table.load[e] * shares.rate[f]
        table.end[r] -= 1
        last = table.at[table.end[r]]
        table.at[table.slot[e]] = last
        table.slot[last] = table.slot[e]
        table.at[table.end[r]] = e
        table.slot[e] = table.end[r]
    if shares.holder[f] >= 0:
        shares.held[shares.holder[f]] -= 1


@kernel(allocates=False)
def _end_next(table: Table, shares: Shares, chosen: Chosen, clock: Clock, merge: float) -> float:
    """Take out the flows that end next; return when. [s]."""
    finished, waiting = clock.finished, clock.waiting
    now = finished[waiting[0]]
    while clock.heaped[0] and finished[waiting[0]] <= now * (1 + merge):
        _take_out(table, shares, chosen, waiting[0])
        clock.heaped[0] = remove_first(waiting, clock.place, finished, clock.heaped[0])
    return float(now)


@kernel(allocates=False)
def _list(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Put a flow among the chosen, with its entries."""
    at, used = chosen.counts[0], chosen.counts[2]
    chosen.flow[at] = f
    for e in range(table.first[f], table.first[f + 1]):
        chosen.entry_row[used] = _concern(table, shares, chosen, table.row[e])
        chosen.entry_load[used] = table.load[e]
        used += 1
    chosen.place[f], chosen.first[at + 1] = at, used
    chosen.counts[0], chosen.counts[2] = at + 1, used


@kernel(allocates=False)
def _choose(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Put a flow from outside among the chosen, and take what it has from its rows."""
    _list(table, shares, chosen, f)
    for e in range(table.first[f], table.first[f + 1]):
        shares.used[table.row[e]] -= table.load[e] * shares.rate[f]
    shares.held[shares.holder[f]] -= 1


@kernel(allocates=False)
def _choose_held(table: Table, shares: Shares, chosen: Chosen) -> None:
    """Choose the flows that rows which lost load held back."""
    for i in range(chosen.counts[1]):
        r = chosen.row[i]
        if shares.held[r] == 0:
            continue
        for k in range(table.begin[r], table.end[r]):
            f = table.flow[table.at[k]]
            if shares.holder[f] == r:
                _choose(table, shares, chosen, f)


@kernel()
def _refill(shares: Shares, chosen: Chosen) -> None:
    """Share what the others leave among the chosen flows."""
    flows, rows, entries = chosen.counts
    left = np.empty(rows)
    for i in range(rows):
        r = chosen.row[i]
        left[i] = max(shares.capacity[r] - shares.used[r], 0.0)
        chosen.use[i], chosen.fastest[i], chosen.slowest[i] = 0.0, 0.0, np.inf
    rate, holder = fill_few(
        chosen.first[: flows + 1], chosen.entry_row[:entries], chosen.entry_load[:entries], left
    )
    for at in range(flows):
        i = holder[at]
        chosen.rate[at], chosen.holder[at] = rate[at], chosen.row[i]
        chosen.slowest[i] = min(chosen.slowest[i], rate[at])
        for e in range(chosen.first[at], chosen.first[at + 1]):
            i = chosen.entry_row[e]
            chosen.use[i] += chosen.entry_load[e] * rate[at]
            chosen.fastest[i] = max(chosen.fastest[i], rate[at])


@kernel(allocates=False)
def _find_wronged(table: Table, shares: Shares, chosen: Chosen) -> tuple[int, float]:
    """List, behind the chosen, the flows outside that new rates leave without their due.

    Returns
    -------
    How many, and the rate below which taking them in changes nothing: every row that fills below
    carries only flows it has already been filled with.
    """
    flows = chosen.counts[0]
    wronged, lowest = 0, np.inf
    for i in range(chosen.counts[1]):
        r = chosen.row[i]
        is_full = shares.used[r] + chosen.use[i] >= shares.capacity[r] * (1 - _TIE)
        is_led = chosen.fastest[i] <= shares.level[r] * (1 + _TIE)
        frees = shares.held[r] > 0 and not (is_full and is_led)
        fair = chosen.slowest[i] * (1 + _TIE)
        if not frees and shares.peak[r] <= fair:
            continue
        peak = 0.0
        for k in range(table.begin[r], table.end[r]):
            f = table.flow[table.at[k]]
            if chosen.place[f] >= 0:
                continue
            is_faster, is_freed = shares.rate[f] > fair, frees and shares.holder[f] == r
            if not is_faster and not is_freed:
                peak = max(peak, shares.rate[f])
                continue
            lowest = min(lowest, chosen.slowest[i] if is_faster else shares.rate[f])
            lowest = min(lowest, shares.rate[f])
            if chosen.place[f] == _OUTSIDE:
                chosen.place[f], chosen.flow[flows + wronged] = _WRONGED, f
                wronged += 1
        shares.peak[r] = peak
    return wronged, lowest * (1 - _TIE)


@kernel(allocates=False)
def _settle(
    table: Table, shares: Shares, chosen: Chosen, clock: Clock, now: float, at: int
) -> None:
    """Give a chosen flow its new rate from now on, and put it outside again."""
    f, own, r = chosen.flow[at], chosen.rate[at], chosen.holder[at]
    clock.left[f] -= shares.rate[f] * (now - clock.since[f])
    clock.since[f], clock.finished[f] = now, now + clock.left[f] / own
    settle(clock.waiting, clock.place, clock.finished, clock.place[f], clock.heaped[0])
    chosen.place[f], shares.rate[f], shares.holder[f] = _OUTSIDE, own, r
    shares.held[r] += 1
    shares.level[r] = own
    for e in range(table.first[f], table.first[f + 1]):
        r = table.row[e]
        shares.used[r] += table.load[e] * own
        shares.peak[r] = max(shares.peak[r], own)
        shares.age[r] += 1


@kernel(allocates=False)
def _settle_below(
    table: Table, shares: Shares, chosen: Chosen, clock: Clock, now: float, level: float
) -> None:
    """Settle the chosen flows slower than a level, and list the others anew."""
    flows = chosen.counts[0]
    for i in range(chosen.counts[1]):
        chosen.row_place[chosen.row[i]] = -1
    chosen.counts[:] = 0
    for at in range(flows):
        if chosen.rate[at] < level:
            _settle(table, shares, chosen, clock, now, at)
        else:
            _list(table, shares, chosen, chosen.flow[at])


@kernel("f8[::1](i8[::1], i8[::1], f8[::1], f8[::1], f8[::1], f8)")
def complete(
    first: IntArray,
    row: IntArray,
    load: FloatArray,
    capacity: FloatArray,
    size: FloatArray,
    merge: float,
) -> FloatArray:
    """Return when every flow ends, all starting together; see `completion_times`.

    At the end of a flow those whose row lost load are filled again, then those that this leaves
    without a full row on which none is faster, until the conditions of max-min fairness hold.
    """
    flows, rows = len(size), len(capacity)
    table = table_of(first, row, load, rows)
    rate, holder = fill(first, row, load, capacity)
    shares, clock = _shares(table, capacity, rate, holder), _clock(size, rate)
    chosen = _none_chosen(flows, rows, len(row))
    while clock.heaped[0]:
        now = _end_next(table, shares, chosen, clock, merge)
        _choose_held(table, shares, chosen)
        if not chosen.counts[0]:
            _settle_below(table, shares, chosen, clock, now, np.inf)
        while chosen.counts[0]:
            _refill(shares, chosen)
            before = chosen.counts[0]
            wronged, level = _find_wronged(table, shares, chosen)
            _settle_below(table, shares, chosen, clock, now, level)
            for at in range(before, before + wronged):
                _choose(table, shares, chosen, chosen.flow[at])
    return clock.finished
