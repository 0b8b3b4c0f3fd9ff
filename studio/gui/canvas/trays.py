"""Halls with many racks: trunks gathered on a tray per row and a spine between rows; no Qt.

Single arcs would be a solid area; a tray tells how much leaves each rack and each row.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.canvas.arcs import MOST_ARCS
from studio.gui.canvas.courses import Trays
from studio.gui.canvas.scene import Scene

_ABOVE_M, _STEP_M = 0.22, 0.14
_SPINE_M = 0.45
_ROW_M = 0.2
"""Racks whose backs differ by less stand in the same row."""


def is_dense(scene: Scene) -> bool:
    """Tell whether trays are drawn instead of arcs."""
    return len(scene.wiring.trunks.a) > MOST_ARCS


def tray_share(rank: IntArray) -> FloatArray:
    """Return where on a rack's width the cables of a plane climb to their tray."""
    share: FloatArray = 0.3 + 0.1 * (rank % 5).astype(np.float64)
    return share


def rows_of(racks: FloatArray) -> IntArray:
    """Return the row of each rack, from the top of the hall, shape (n_racks,)."""
    if not len(racks):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(racks[:, 1], kind="stable")
    steps = np.diff(racks[order, 1]) > _ROW_M
    row = np.empty(len(racks), dtype=np.int64)
    row[order] = np.concatenate((np.zeros(1, np.int64), np.cumsum(steps)))
    return row


def trays_of(scene: Scene, chosen: IntArray) -> Trays:
    """Return the trays that carry some trunks; every frame of a zoom asks for the same ones."""
    known, key = scene.courses.trays, chosen.tobytes()
    if key not in known:
        known.clear()
        known[key] = trays(scene, chosen)
    return known[key]


def trays(scene: Scene, chosen: IntArray) -> Trays:
    """Return the trays that carry some trunks."""
    found = [
        _of_plane(scene, chosen[scene.wiring.trunks.plane[chosen] == plane], int(plane), rank)
        for rank, plane in enumerate(np.unique(scene.wiring.trunks.plane[chosen]))
    ]
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Trays(np.zeros((0, 4)), none, none, none.astype(bool), none.astype(bool))
    return Trays(
        np.concatenate([one.lines for one in found]),
        np.concatenate([one.plane for one in found]),
        np.concatenate([one.cables for one in found]),
        np.concatenate([one.is_spine for one in found]),
        np.concatenate([one.labelled for one in found]),
    )


def _of_plane(scene: Scene, chosen: IntArray, plane: int, rank: int) -> Trays:
    trunks, racks = scene.wiring.trunks, scene.racks
    ends = np.concatenate((trunks.a[chosen], trunks.b[chosen]))
    cables = trunks.cables[chosen]
    per_rack = np.bincount(ends, np.concatenate((cables, cables)), minlength=len(racks))
    used = np.flatnonzero(per_rack)
    row = rows_of(racks)
    below = bool(scene.wiring.hangs[plane])
    level = _levels(racks, row, below, rank)
    x = racks[used, 0] + racks[used, 2] * tray_share(np.array(rank))
    edge = racks[used, 1] + (racks[used, 3] if below else 0.0)
    ticks = np.stack((x, edge, x, level[row[used]]), axis=1)
    spine_x = float((racks[:, 0] + racks[:, 2]).max()) + _SPINE_M + _STEP_M * rank
    apart = chosen[row[trunks.a[chosen]] != row[trunks.b[chosen]]]
    leaving = _leaving(scene, row, apart, len(level))
    bars, rows = _bars(row[used], x, level, spine_x, leaving)
    spines, crossing = _spines(scene, row, apart, level, spine_x)
    kind = np.repeat((0, 1, 2), (len(ticks), len(bars), len(spines)))
    counts = np.concatenate((per_rack[used], leaving[rows], crossing)).astype(np.int64)
    lines = np.concatenate((ticks, bars, spines))
    return Trays(lines, np.full(len(lines), plane), counts, kind == 2, (kind > 0) & (counts > 0))


def _leaving(scene: Scene, row: IntArray, apart: IntArray, rows: int) -> FloatArray:
    """Return the number of cables from each row to other rows."""
    trunks = scene.wiring.trunks
    ends = np.concatenate((row[trunks.a[apart]], row[trunks.b[apart]]))
    total = np.bincount(ends, np.tile(trunks.cables[apart], 2).astype(np.float64), minlength=rows)
    return total.astype(np.float64)


def _levels(racks: FloatArray, row: IntArray, below: bool, rank: int) -> FloatArray:
    """Return the height of each row's tray."""
    level = np.full(int(row.max(initial=-1)) + 1, -np.inf if below else np.inf)
    aside = _ABOVE_M + _STEP_M * rank
    if below:
        np.maximum.at(level, row, racks[:, 1] + racks[:, 3] + aside)
    else:
        np.minimum.at(level, row, racks[:, 1] - aside)
    return level


def _bars(
    row: IntArray, x: FloatArray, level: FloatArray, spine_x: float, leaving: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return one bar for each row in use, as far as the spine where cables leave it."""
    rows = np.unique(row)
    left, right = np.full(len(level), np.inf), np.full(len(level), -np.inf)
    np.minimum.at(left, row, x)
    np.maximum.at(right, row, x)
    right = np.where(leaving > 0, spine_x, right)
    return np.stack((left[rows], level[rows], right[rows], level[rows]), axis=1), rows


def _spines(
    scene: Scene, row: IntArray, away: IntArray, level: FloatArray, x: float
) -> tuple[FloatArray, FloatArray]:
    """Return the pieces of the spine between neighbouring rows and the cables on each."""
    trunks = scene.wiring.trunks
    upper = np.minimum(row[trunks.a[away]], row[trunks.b[away]])
    lower = np.maximum(row[trunks.a[away]], row[trunks.b[away]])
    size = len(level)
    begun = np.bincount(upper, trunks.cables[away], minlength=size)
    ended = np.bincount(lower, trunks.cables[away], minlength=size)
    crossing = np.cumsum(begun - ended)[:-1]
    pieces = np.stack((np.full(size - 1, x), level[:-1], np.full(size - 1, x), level[1:]), axis=1)
    return pieces[crossing > 0], crossing[crossing > 0]
