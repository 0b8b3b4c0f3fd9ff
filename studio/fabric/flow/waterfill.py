"""Max-min fair rates of flows over shared rows of capacity; knows no graph.

References
----------
[1] D. Bertsekas, R. Gallager, "Data Networks", 2nd ed., 1992, section 6.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.errors import InvalidInput
from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.loads import summed

_TIE = 1e-12
"""Relative difference below which two fill levels are one."""


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
    happens elsewhere: levels of other rows only rise while flows freeze. So all such rows freeze
    together in one round, and the number of rounds is the depth of the chain of dependent
    bottlenecks, not their number.
    """
    rate = np.full(filling.flow_count, np.inf) if limit is None else limit.astype(np.float64)
    if limit is not None and not np.all(limit > 0):
        raise InvalidInput("the largest rate of a flow must be positive")
    ceiling = None if limit is None else rate.copy()
    holder = np.full(filling.flow_count, -1, dtype=np.int64)
    flow, row, load = filling.flow, filling.row, filling.load
    left = filling.capacity.astype(np.float64)
    rows = len(left)
    while len(flow):
        demand = summed(row, load, rows)
        level = np.divide(left, demand, out=np.full(rows, np.inf), where=demand > 0)
        lowest = _lowest_per_flow(flow, level[row], filling.flow_count)
        if ceiling is not None:
            lowest = np.minimum(lowest, ceiling)
        on_row = np.full(rows, np.inf)
        np.minimum.at(on_row, row, lowest[flow])
        is_bottleneck = level <= on_row * (1 + _TIE)
        freezes = np.zeros(filling.flow_count, dtype=np.bool_)
        holds = is_bottleneck[row]
        freezes[flow[holds]] = True
        holder[flow[holds]] = row[holds]
        if ceiling is not None:
            freezes |= _capped(flow, lowest, ceiling)
        rate[freezes] = lowest[freezes]
        frozen = freezes[flow]
        used = summed(row[frozen], load[frozen] * lowest[flow[frozen]], rows)
        left = np.maximum(left - used, 0.0)
        going = ~frozen
        flow, row, load = flow[going], row[going], load[going]
    return rate, holder


def _lowest_per_flow(flow: IntArray, values: FloatArray, count: int) -> FloatArray:
    starts = np.flatnonzero(np.concatenate([[True], flow[1:] != flow[:-1]]))
    lowest = np.full(count, np.inf)
    lowest[flow[starts]] = np.minimum.reduceat(values, starts)
    return lowest


def _capped(flow: IntArray, lowest: FloatArray, ceiling: FloatArray) -> BoolArray:
    """Return the flows held by their own limit: a private row, alone its bottleneck."""
    held = np.zeros(len(lowest), dtype=np.bool_)
    held[flow] = True
    return held & (lowest >= ceiling * (1 - _TIE))
