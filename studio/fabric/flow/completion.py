"""When flows finish: rates change as others end; knows no graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.flow.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.flow.compiled.loading import ready
from studio.fabric.flow.loads import summed
from studio.fabric.flow.sorting import are_among, distinct, first_of_each, stable_order
from studio.fabric.flow.waterfill import Filling, max_min_fill
from studio.fabric.flow.wiring import ranges

_TIE = 1e-12
"""Relative slack in comparing rates and in calling an arc full."""
_EVENT_S = 1e-3
"""What numpy takes per event. [s]"""


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
    faster than it, so it stays saturated. Otherwise each event fills again only the flows whose
    bottleneck lost load, and then every flow that this leaves without a bottleneck of its own.
    """
    active = (count > 0) & (size_byte > 0)
    finished = np.zeros(len(size_byte))
    sizes = size_byte[active]
    if not len(sizes):
        return finished
    sharing = filling.restricted(active)
    rate, holder = max_min_fill(sharing)
    if np.all(sizes == sizes[0]):
        finished[active] = sizes / rate[active]
        return finished
    # What would end together at these rates is likely to be one event.
    events = len(np.unique((sizes / rate[active]).astype(np.float32)))
    if (kernels := ready(_EVENT_S * events)) is not None:
        done: FloatArray = kernels.complete(
            *sharing.by_flow(), np.where(active, size_byte, 0.0), merge
        )
        return done
    shared = _Shared(filling, rate, holder, active)
    return _by_events(shared, size_byte.astype(np.float64), merge)


def _by_events(shared: _Shared, left: FloatArray, merge: float) -> FloatArray:
    rate, active = shared.rate, shared.active
    finished = np.zeros(len(left))
    left = left.copy()
    now = 0.0
    while active.any():
        flows = np.flatnonzero(active)
        wait = left[flows] / rate[flows]
        step = float(wait.min())
        ends = wait <= step + merge * (now + step)
        done = flows[ends]
        # Merged flows end at their own time; only the change of rates is a little early.
        finished[done] = now + wait[ends]
        now += step
        left[flows] -= rate[flows] * step
        active[done] = False
        shared.release(done)
    return finished


@dataclass
class _Shared:
    """Rows by flow and flows by row, with the rates in force; changed in place event by event."""

    filling: Filling
    rate: FloatArray
    holder: IntArray
    """Shape (flows,): a full row on which no flow is faster."""
    active: BoolArray

    def __post_init__(self) -> None:
        filling = self.filling
        rows = len(filling.capacity)
        self.first = first_of_each(filling.flow, filling.flow_count)
        self.by_row = stable_order(filling.row, rows)
        self.first_in_row = first_of_each(filling.row, rows)

    def entries_of(self, flows: IntArray) -> tuple[IntArray, IntArray]:
        """Return the non-zeros of some flows and the position of the flow of each."""
        return ranges(self.first[flows], self.first[flows + 1])

    def on_rows(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return the non-zeros of active flows on some rows, and the position of each row."""
        position, owner = ranges(self.first_in_row[rows], self.first_in_row[rows + 1])
        entry = self.by_row[position]
        works = self.active[self.filling.flow[entry]]
        return entry[works], owner[works]

    def release(self, done: IntArray) -> None:
        """Fill again what the end of some flows concerns.

        Notes
        -----
        Rates are max-min fair if and only if every flow has a full row on which none is faster.
        The flows whose row lost load are filled into what the others leave. Then two things can
        be wrong: a flow outside is faster on a row that now holds one inside, or a row that held
        a flow outside is no longer full or has a faster flow. Those are filled too, and so on.
        """
        lost = distinct(self.filling.row[self.entries_of(done)[0]])
        entry, owner = self.on_rows(lost)
        flows = self.filling.flow[entry]
        chosen = distinct(flows[self.holder[flows] == lost[owner]])
        while len(chosen):
            rows = self._refill(chosen)
            wrong = self._wrong(distinct(np.concatenate([rows, lost])), chosen)
            if not len(wrong):
                return
            chosen = distinct(np.concatenate([chosen, wrong]))

    def _refill(self, flows: IntArray) -> IntArray:
        """Share what others leave among some flows; return the rows they load."""
        filling = self.filling
        entry, owner = self.entries_of(flows)
        rows, row = np.unique(filling.row[entry], return_inverse=True)
        there, position = self.on_rows(rows)
        others = ~are_among(filling.flow[there], flows)
        there, position = there[others], position[others]
        used = summed(position, filling.load[there] * self.rate[filling.flow[there]], len(rows))
        part = Filling(
            len(flows),
            owner,
            row.reshape(-1),
            filling.load[entry],
            np.maximum(filling.capacity[rows] - used, 0.0),
        )
        self.rate[flows], holder = max_min_fill(part)
        self.holder[flows] = rows[holder]
        return rows

    def _wrong(self, rows: IntArray, inside: IntArray) -> IntArray:
        """Return the flows outside that the new rates of those inside leave without their due."""
        filling = self.filling
        entry, position = self.on_rows(rows)
        flow = filling.flow[entry]
        rate = self.rate[flow]
        used = summed(position, filling.load[entry] * rate, len(rows))
        fastest, level = np.zeros(len(rows)), np.full(len(rows), np.inf)
        np.maximum.at(fastest, position, rate)
        is_inside = are_among(flow, inside)
        held_here = self.holder[flow] == rows[position]
        mine = is_inside & held_here
        np.minimum.at(level, position[mine], rate[mine])
        is_faster = rate > level[position] * (1 + _TIE)
        is_full = used >= filling.capacity[rows] * (1 - _TIE)
        is_held = is_full[position] & (rate >= fastest[position] * (1 - _TIE))
        return distinct(flow[~is_inside & (is_faster | (held_here & ~is_held))])
