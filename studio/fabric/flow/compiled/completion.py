"""Flows that end one after another, compiled: what `completion` does with arrays.

Rows, flows and entries are as in `Filling`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.filling import Table, fill, table_of
from studio.fabric.flow.compiled.heap import heapify, remove_first, settle
from studio.fabric.flow.compiled.jit import kernel
from studio.fabric.flow.compiled.refilling import (
    OUTSIDE,
    Chosen,
    Shares,
    choose,
    choose_held,
    concern,
    find_wronged,
    none_chosen,
    refill,
    shares_of,
    take_among,
)


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


@kernel()
def _clock(size: FloatArray, rate: FloatArray) -> Clock:
    flows = len(size)
    finished, waiting, place = size / rate, np.arange(flows), np.arange(flows)
    heapify(waiting, place, finished, flows)
    return Clock(size.copy(), np.zeros(flows), finished, waiting, place, np.array([flows]))


@kernel(allocates=False)
def _take_out(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Take a flow that ended, and its entries, off their rows."""
    for e in range(table.first[f], table.first[f + 1]):
        r = table.row[e]
        concern(table, shares, chosen, r)
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
def _settle(
    table: Table, shares: Shares, chosen: Chosen, clock: Clock, now: float, at: int
) -> None:
    """Give a chosen flow its new rate from now on, and put it outside again."""
    f, own, r = chosen.flow[at], chosen.rate[at], chosen.holder[at]
    clock.left[f] -= shares.rate[f] * (now - clock.since[f])
    clock.since[f], clock.finished[f] = now, now + clock.left[f] / own
    settle(clock.waiting, clock.place, clock.finished, clock.place[f], clock.heaped[0])
    chosen.place[f], shares.rate[f], shares.holder[f] = OUTSIDE, own, r
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
            take_among(table, shares, chosen, chosen.flow[at])


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
    shares, clock = shares_of(table, capacity, rate, holder), _clock(size, rate)
    chosen = none_chosen(flows, rows, len(row))
    while clock.heaped[0]:
        now = _end_next(table, shares, chosen, clock, merge)
        choose_held(table, shares, chosen)
        if not chosen.counts[0]:
            _settle_below(table, shares, chosen, clock, now, np.inf)
        while chosen.counts[0]:
            refill(shares, chosen)
            before = chosen.counts[0]
            wronged, level = find_wronged(table, shares, chosen)
            _settle_below(table, shares, chosen, clock, now, level)
            for at in range(before, before + wronged):
                choose(table, shares, chosen, chosen.flow[at])
    return clock.finished
