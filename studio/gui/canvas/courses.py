"""Which way the trunks between racks take, for as long as no rack moves; arrays, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas.arcs import arcs, exits
from studio.gui.canvas.wiring import Wiring


@dataclass(frozen=True)
class Trays:
    """Lines of trays, shape (n, 4) in metres, with plane and number of cables of each."""

    lines: FloatArray
    plane: IntArray
    cables: IntArray
    is_spine: BoolArray
    labelled: BoolArray
    """Lines whose count is worth a label: spines, and rows where they meet the spine."""


@dataclass(frozen=True)
class Courses:
    """The courses of all trunks, worked out when first asked for; snapshots share them."""

    racks: FloatArray
    """Shape (n_racks, 4): left, top, width, depth in the hall, in metres."""
    wiring: Wiring

    @cached_property
    def exits(self) -> tuple[FloatArray, FloatArray]:
        """Return where each trunk leaves rack A and rack B, shapes (n_trunks, 2), in metres."""
        return exits(self.racks, self.wiring.trunks, self.wiring.hangs)

    @cached_property
    def arcs(self) -> FloatArray:
        """Return the polyline of each trunk, shape (n_trunks, n_points, 2), in metres."""
        return arcs(*self.exits, self.wiring.hangs[self.wiring.trunks.plane])

    def magnified(self, trunks: IntArray, steps: int) -> FloatArray:
        """Return the polylines of some trunks in finer steps, shape (n, steps + 1, 2)."""
        start, end = self.exits
        wiring = self.wiring
        below = wiring.hangs[wiring.trunks.plane[trunks]]
        return arcs(start[trunks], end[trunks], below, steps)

    @cached_property
    def trays(self) -> dict[bytes, Trays]:
        """Return the trays found last, by the trunks they carry; `trays_of` fills it."""
        return {}

    @cached_property
    def reach(self) -> tuple[float, float]:
        """Return the least and the greatest y of any trunk, in metres; there is at least one."""
        return float(self.arcs[:, :, 1].min()), float(self.arcs[:, :, 1].max())
