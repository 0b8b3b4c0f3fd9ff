"""Only the flows that a change concerns, filled again, compiled; rows and flows as in `Filling`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.fabric.flow.arrays import FloatArray, IntArray
from studio.fabric.flow.compiled.filling import Table, fill_few
from studio.fabric.flow.compiled.jit import kernel

_TIE = 1e-12
_REMEMBERED = 64
"""Changes after which the use of a row is summed afresh: differences lose digits."""
OUTSIDE = -1
"""Place of a flow that is not filled again."""
_WRONGED = -2
"""Place of a flow that the next filling takes in."""


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
def none_chosen(flows: int, rows: int, entries: int) -> Chosen:
    """Return room for so many flows, rows and entries, nothing being chosen."""
    return Chosen(
        np.zeros(3, dtype=np.int64),
        np.empty(flows, dtype=np.int64),
        np.full(flows, OUTSIDE, dtype=np.int64),
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
def shares_of(table: Table, capacity: FloatArray, rate: FloatArray, holder: IntArray) -> Shares:
    """Return who has what once all flows are filled."""
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


@kernel(allocates=False)
def concern(table: Table, shares: Shares, chosen: Chosen, r: int) -> int:
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
def take_among(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Put a flow among the chosen, with its entries."""
    at, used = chosen.counts[0], chosen.counts[2]
    chosen.flow[at] = f
    for e in range(table.first[f], table.first[f + 1]):
        chosen.entry_row[used] = concern(table, shares, chosen, table.row[e])
        chosen.entry_load[used] = table.load[e]
        used += 1
    chosen.place[f], chosen.first[at + 1] = at, used
    chosen.counts[0], chosen.counts[2] = at + 1, used


@kernel(allocates=False)
def choose(table: Table, shares: Shares, chosen: Chosen, f: int) -> None:
    """Put a flow from outside among the chosen, and take what it has from its rows."""
    take_among(table, shares, chosen, f)
    for e in range(table.first[f], table.first[f + 1]):
        shares.used[table.row[e]] -= table.load[e] * shares.rate[f]
    shares.held[shares.holder[f]] -= 1


@kernel(allocates=False)
def choose_held(table: Table, shares: Shares, chosen: Chosen) -> None:
    """Choose the flows that rows which lost load held back."""
    for i in range(chosen.counts[1]):
        r = chosen.row[i]
        if shares.held[r] == 0:
            continue
        for k in range(table.begin[r], table.end[r]):
            f = table.flow[table.at[k]]
            if shares.holder[f] == r:
                choose(table, shares, chosen, f)


@kernel()
def refill(shares: Shares, chosen: Chosen) -> None:
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
def find_wronged(table: Table, shares: Shares, chosen: Chosen) -> tuple[int, float]:
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
            if chosen.place[f] == OUTSIDE:
                chosen.place[f], chosen.flow[flows + wronged] = _WRONGED, f
                wronged += 1
        shares.peak[r] = peak
    return wronged, lowest * (1 - _TIE)
