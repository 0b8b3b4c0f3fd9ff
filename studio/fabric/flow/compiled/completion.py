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

_TIE = 1e-12


class Chosen(NamedTuple):
    """Flows being filled again; `counts` holds how many flows and rows there are."""

    flow: IntArray
    place: IntArray
    """Shape (flows,): position among the chosen, -1 for others."""
    rate_before: FloatArray
    """Shape (flows,): in the order of `flow`."""
    row: IntArray
    row_place: IntArray
    """Shape (rows,): position among the rows to look at, -1 for others."""
    counts: IntArray
    """Shape (2,)."""


@kernel()
def _choose(chosen: Chosen, f: int, rate: FloatArray) -> None:
    if chosen.place[f] < 0:
        chosen.place[f] = chosen.counts[0]
        chosen.flow[chosen.counts[0]] = f
        chosen.rate_before[chosen.counts[0]] = rate[f]
        chosen.counts[0] += 1


@kernel()
def _look_at(chosen: Chosen, r: int) -> None:
    if chosen.row_place[r] < 0:
        chosen.row_place[r] = chosen.counts[1]
        chosen.row[chosen.counts[1]] = r
        chosen.counts[1] += 1


@kernel()
def _refill(
    table: Table, chosen: Chosen, capacity: FloatArray, rate: FloatArray, holder: IntArray
) -> None:
    """Share what the others leave among the chosen flows."""
    flows, entries = chosen.counts[0], 0
    for i in range(flows):
        f = chosen.flow[i]
        entries += table.first[f + 1] - table.first[f]
    first = np.zeros(flows + 1, dtype=np.int64)
    row, load = np.empty(entries, dtype=np.int64), np.empty(entries)
    entries = 0
    for i in range(flows):
        f = chosen.flow[i]
        for e in range(table.first[f], table.first[f + 1]):
            _look_at(chosen, table.row[e])
            row[entries], load[entries] = chosen.row_place[table.row[e]], table.load[e]
            entries += 1
        first[i + 1] = entries
    left = np.empty(chosen.counts[1])
    for i in range(chosen.counts[1]):
        r = chosen.row[i]
        left[i] = capacity[r]
        for k in range(table.begin[r], table.end[r]):
            e = table.at[k]
            if chosen.place[table.flow[e]] < 0:
                left[i] -= table.load[e] * rate[table.flow[e]]
        left[i] = max(left[i], 0.0)
    fresh, held = fill(first, row, load, left)
    for i in range(flows):
        rate[chosen.flow[i]] = fresh[i]
        holder[chosen.flow[i]] = chosen.row[held[i]]


@kernel()
def _choose_wronged(
    table: Table, chosen: Chosen, capacity: FloatArray, rate: FloatArray, holder: IntArray
) -> bool:
    """Choose the flows outside that the new rates leave without their due; tell of any."""
    before = chosen.counts[0]
    for i in range(chosen.counts[1]):
        r = chosen.row[i]
        used, fastest, level = 0.0, 0.0, np.inf
        for k in range(table.begin[r], table.end[r]):
            f = table.flow[table.at[k]]
            used += table.load[table.at[k]] * rate[f]
            fastest = max(fastest, rate[f])
            if holder[f] == r and 0 <= chosen.place[f] < before:
                level = min(level, rate[f])
        is_full = used >= capacity[r] * (1 - _TIE)
        for k in range(table.begin[r], table.end[r]):
            f = table.flow[table.at[k]]
            if chosen.place[f] >= 0:
                continue
            is_held = is_full and rate[f] >= fastest * (1 - _TIE)
            if rate[f] > level * (1 + _TIE) or (holder[f] == r and not is_held):
                _choose(chosen, f, rate)
    return bool(chosen.counts[0] > before)


@kernel()
def _take_out(table: Table, chosen: Chosen, f: int) -> None:
    """Take the entries of a flow off their rows, and note these rows."""
    for e in range(table.first[f], table.first[f + 1]):
        r = table.row[e]
        _look_at(chosen, r)
        table.end[r] -= 1
        last = table.at[table.end[r]]
        table.at[table.slot[e]] = last
        table.slot[last] = table.slot[e]
        table.at[table.end[r]] = e
        table.slot[e] = table.end[r]


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
    left, since, finished = size.copy(), np.zeros(flows), size / rate
    waiting, place = np.arange(flows), np.arange(flows)
    heapify(waiting, place, finished, flows)
    chosen = Chosen(
        np.empty(flows, dtype=np.int64),
        np.full(flows, -1, dtype=np.int64),
        np.empty(flows),
        np.empty(rows, dtype=np.int64),
        np.full(rows, -1, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
    )
    count = flows
    while count:
        now = finished[waiting[0]]
        while count and finished[waiting[0]] <= now * (1 + merge):
            _take_out(table, chosen, waiting[0])
            count = remove_first(waiting, place, finished, count)
        for i in range(chosen.counts[1]):
            r = chosen.row[i]
            for k in range(table.begin[r], table.end[r]):
                if holder[table.flow[table.at[k]]] == r:
                    _choose(chosen, table.flow[table.at[k]], rate)
        while chosen.counts[0]:
            _refill(table, chosen, capacity, rate, holder)
            if not _choose_wronged(table, chosen, capacity, rate, holder):
                break
        for i in range(chosen.counts[0]):
            f = chosen.flow[i]
            left[f] -= chosen.rate_before[i] * (now - since[f])
            since[f], finished[f] = now, now + left[f] / rate[f]
            settle(waiting, place, finished, place[f], count)
            chosen.place[f] = -1
        for i in range(chosen.counts[1]):
            chosen.row_place[chosen.row[i]] = -1
        chosen.counts[:] = 0
    return finished
