"""When flows finish: rates change as others end; knows no graph."""

from __future__ import annotations

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray
from studio.fabric.flow.waterfill import Filling, max_min_rates


def completion_times(
    filling: Filling, size_byte: FloatArray, count: FloatArray, merge: float = 1e-12
) -> FloatArray:
    """Return when each flow class finishes, all flows starting together.

    Parameters
    ----------
    filling :
        Loads per flow class; the load of a class already counts all its flows.
    size_byte :
        Shape (flows,): bytes of one flow of the class. [byte]
    count :
        Shape (flows,): flows of the class; classes without flows finish at once.
    merge :
        Completions within this part of the elapsed time are one event; 0.01 costs about one per
        cent of the makespan and is up to twenty times faster.

    Returns
    -------
    Shape (flows,). [s]

    Notes
    -----
    Equal sizes need one solve: faster flows end first, and a slower flow's bottleneck carries none
    faster than it, so it stays saturated. Otherwise a flow that ends frees capacity only to flows
    at least as fast as itself, so each event fills those again and leaves the slower ones alone.
    """
    active = (count > 0) & (size_byte > 0)
    finished = np.zeros(len(size_byte))
    rate = max_min_rates(filling.restricted(active))
    sizes = size_byte[active]
    if not len(sizes):
        return finished
    if np.all(sizes == sizes[0]):
        finished[active] = sizes / rate[active]
        return finished
    return _by_events(filling, size_byte.astype(np.float64), rate, active, merge)


def _by_events(
    filling: Filling, left: FloatArray, rate: FloatArray, active: BoolArray, merge: float
) -> FloatArray:
    finished = np.zeros(len(left))
    left = left.copy()
    now = 0.0
    while active.any():
        flows = np.flatnonzero(active)
        wait = left[flows] / rate[flows]
        step = float(wait.min())
        ends = wait <= step + merge * (now + step)
        now += step
        done = flows[ends]
        # Merged flows end at their own time; only the change of rates is a little early.
        finished[done] = now - step + wait[ends]
        left[flows] -= rate[flows] * step
        active[done] = False
        slowest = float(rate[done].min())
        again = active & (rate >= slowest * (1 - 1e-12))
        if not again.any():
            continue
        kept = active & ~again
        used = filling.restricted(kept)
        spare = filling.capacity - np.bincount(
            used.row, weights=used.load * rate[used.flow], minlength=len(filling.capacity)
        )
        part = filling.restricted(again)
        part = Filling(part.flow_count, part.flow, part.row, part.load, np.maximum(spare, 0.0))
        rate[again] = max_min_rates(part)[again]
    return finished
