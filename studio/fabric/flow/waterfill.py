"""Max-min fair rates of flows over shared rows of capacity; knows no graph.

References
----------
[1] D. Bertsekas, R. Gallager, "Data Networks", 2nd ed., 1992, section 6.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.loads import summed
from studio.fabric.flow.sorting import distinct, first_of_each, stable_order, starts_of_runs
from studio.fabric.flow.wiring import ranges

_TIE = 1e-12
"""Relative difference below which two fill levels are one."""
_DRIFT = 1e-3
"""Part of a row's demand below which it is summed afresh."""
_ROWS_PER_ENTRY = 8
"""Rows looked at in the time of one non-zero."""
_ROUND = 10_000
"""Rows that could be looked at in the fixed time of a round."""
_ENTRY_S = 4e-7
"""What numpy takes per non-zero. [s]"""
_TRIED = 3
"""Rounds level by level before their use is judged."""


@dataclass(frozen=True, eq=False)
class Filling:
    """Rows that flows share: entry k says flow[k] loads row[k] by load[k] per unit of rate."""

    flow_count: int
    flow: IntArray
    """Shape (nonzeros,), ascending."""
    row: IntArray
    """Shape (nonzeros,)."""
    load: FloatArray
    """Shape (nonzeros,): load of one arc of the row when each flow of the class has rate 1."""
    capacity: FloatArray
    """Shape (rows,): bandwidth of one arc of the row. [byte/s]"""

    def by_flow(self) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        """Return what kernels take: where entries of each flow begin, rows, loads, capacities."""
        return (
            first_of_each(self.flow, self.flow_count),
            np.ascontiguousarray(self.row, np.int64),
            np.ascontiguousarray(self.load, np.float64),
            np.ascontiguousarray(self.capacity, np.float64),
        )

    def restricted(self, keep: BoolArray) -> Filling:
        """Return the filling of only the flows kept, numbered as before."""
        chosen = keep[self.flow]
        return Filling(
            self.flow_count,
            self.flow[chosen],
            self.row[chosen],
            self.load[chosen],
            self.capacity,
        )


def max_min_rates(filling: Filling, limit: FloatArray | None = None) -> FloatArray:
    """Return the max-min fair rate of every flow; see `max_min_fill`. [byte/s]."""
    return max_min_fill(filling, limit)[0]


def max_min_fill(filling: Filling, limit: FloatArray | None = None) -> tuple[FloatArray, IntArray]:
    """Return the max-min fair rate of every flow, and the row that holds it back.

    Parameters
    ----------
    filling :
        Flows and the rows they load.
    limit :
        Shape (flows,): largest rate of each flow, such as window over round trip; none if omitted.
        [byte/s]

    Returns
    -------
    Shape (flows,): infinite for a flow that loads no row and has no limit. [byte/s]
    Shape (flows,): a full row on which no flow is faster; -1 for one held by its own limit.

    Notes
    -----
    A row whose fill level is the lowest on every flow that crosses it is a bottleneck, whatever
    happens elsewhere: levels of other rows only rise while flows freeze. So all such rows can
    freeze together, and the number of rounds is the depth of the chain of dependent bottlenecks.
    Where non-zeros by far outnumber rows, level after level of the rows alone is cheaper.
    """
    if limit is not None:
        if not np.all(limit > 0):
            raise InvalidInput("the largest rate of a flow must be positive")
        rate, holder = max_min_fill(_with_private_rows(filling, limit))
        return rate, np.where(holder < len(filling.capacity), holder, -1)
    kernels = ready(_ENTRY_S * len(filling.flow))
    if kernels is not None:
        compiled: tuple[FloatArray, IntArray] = kernels.fill(*filling.by_flow())
        return compiled
    work = _Filling(filling)
    while work.entries:
        if work.levels_first():
            work.freeze_lowest()
        else:
            work.freeze_bottlenecks()
    return work.rate, work.holder


def _with_private_rows(filling: Filling, limit: FloatArray) -> Filling:
    """Return the filling in which every flow's own limit is a row that it alone loads."""
    flows, rows = filling.flow_count, len(filling.capacity)
    own = np.arange(flows)
    flow = np.concatenate([filling.flow, own])
    order = stable_order(flow, flows)
    return Filling(
        flows,
        flow[order],
        np.concatenate([filling.row, rows + own])[order],
        np.concatenate([filling.load, np.ones(flows)])[order],
        np.concatenate([filling.capacity, limit]),
    )


class _Filling:
    """Flows that still rise, the rows they share, and two ways to the next that freeze."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.rate = np.full(filling.flow_count, np.inf)
        self.holder = np.full(filling.flow_count, -1, dtype=np.int64)
        self.left = filling.capacity.astype(np.float64)
        self.demand = summed(filling.row, filling.load, len(self.left))
        self.exact_demand = self.demand.copy()
        """Demand when it was last summed afresh."""
        self.rises = np.ones(filling.flow_count, dtype=np.bool_)
        self.entries = len(filling.flow)
        """Non-zeros of flows that still rise."""
        self.flow, self.row, self.load = filling.flow, filling.row, filling.load
        """Non-zeros of all flows that rose at the last look at all of them."""
        self.rounds, self.frozen = 0, 0
        """Rounds level by level, and the non-zeros they froze."""

    def levels_first(self) -> bool:
        """Return whether to look at rows alone, a round per level, or at all non-zeros.

        It is given up where rounds freeze little: every flow may have a level of its own.
        """
        rows = len(self.left)
        if self.rounds < _TRIED:
            return _ROWS_PER_ENTRY * rows < self.entries
        return _ROWS_PER_ENTRY * self.frozen > self.rounds * (rows + _ROUND)

    @cached_property
    def first(self) -> IntArray:
        return first_of_each(self.filling.flow, self.filling.flow_count)

    @cached_property
    def count(self) -> IntArray:
        """Flows of every row that still rise: says when no demand is left, as its sum cannot."""
        return np.bincount(self.row[self.rises[self.flow]], minlength=len(self.left))

    @cached_property
    def by_row(self) -> tuple[IntArray, IntArray]:
        row, rows = self.filling.row, len(self.left)
        return stable_order(row, rows), first_of_each(row, rows)

    def levels(self) -> FloatArray:
        """Return how far every row lets its flows rise; infinite without flows."""
        level = np.full(len(self.left), np.inf)
        np.divide(self.left, self.demand, out=level, where=self.demand > 0)
        return level

    def freeze_lowest(self) -> None:
        """Freeze the flows of the rows that fill first."""
        level, counted = self.levels(), self.count
        lowest = float(level.min())
        full = np.flatnonzero(level <= lowest * (1 + _TIE))
        entry, owner = self._on_rows(full)
        flows = self.filling.flow[entry]
        rises = self.rises[flows]
        flows = flows[rises]
        self.holder[flows] = full[owner[rises]]
        flows = distinct(flows)
        self.rate[flows] = lowest
        self.rises[flows] = False
        entry, _ = ranges(self.first[flows], self.first[flows + 1])
        row, load = self.filling.row[entry], self.filling.load[entry]
        less = summed(row, load, len(self.left))
        self.left = np.maximum(self.left - lowest * less, 0.0)
        counted -= np.bincount(row, minlength=len(self.left))
        self.demand = np.where(counted > 0, self.demand - less, 0.0)
        self._sum_again(np.flatnonzero((counted > 0) & (self.demand < _DRIFT * self.exact_demand)))
        self.entries -= len(entry)
        self.rounds += 1
        self.frozen += len(entry)

    def _sum_again(self, rows: IntArray) -> None:
        """Sum the demand of rows of which little is left: differences have lost digits."""
        entry, owner = self._on_rows(rows)
        rises = self.rises[self.filling.flow[entry]]
        self.demand[rows] = summed(owner[rises], self.filling.load[entry[rises]], len(rows))
        self.exact_demand[rows] = self.demand[rows]

    def _on_rows(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        order, first = self.by_row
        place, owner = ranges(first[rows], first[rows + 1])
        return order[place], owner

    def freeze_bottlenecks(self) -> None:
        """Freeze the flows of every row that is the lowest of all its flows."""
        if len(self.flow) > self.entries:
            keep = self.rises[self.flow]
            self.flow, self.row, self.load = self.flow[keep], self.row[keep], self.load[keep]
        flow, row, load, rows = self.flow, self.row, self.load, len(self.left)
        self.demand = summed(row, load, rows)
        level = self.levels()
        lowest = _lowest_per_flow(flow, level[row], self.filling.flow_count)
        on_row = np.full(rows, np.inf)
        np.minimum.at(on_row, row, lowest[flow])
        holds = (level <= on_row * (1 + _TIE))[row]
        self.holder[flow[holds]] = row[holds]
        self.rises[flow[holds]] = False
        frozen = ~self.rises[flow]
        flow, row, load = flow[frozen], row[frozen], load[frozen]
        self.rate[flow] = lowest[flow]
        self.left = np.maximum(self.left - summed(row, load * lowest[flow], rows), 0.0)
        self.entries -= len(flow)
        # What was counted row by row is out of date.
        self.__dict__.pop("count", None)


def _lowest_per_flow(flow: IntArray, values: FloatArray, count: int) -> FloatArray:
    starts = np.flatnonzero(starts_of_runs(flow))
    lowest = np.full(count, np.inf)
    lowest[flow[starts]] = np.minimum.reduceat(values, starts)
    return lowest
