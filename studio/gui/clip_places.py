"""Where copies of racks stand: near what was copied, clear of other racks. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from studio.design.arrays import array_offset, cells, member_rotation
from studio.design.copying import Copied
from studio.design.model import Rack
from studio.design.site import AISLE_M, Site
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import DEFAULT_RACK_DEPTH_M, DEFAULT_RACK_WIDTH_M

_MOST_TRIES = 100
_SLACK_M = 1e-6
"""Racks that touch do not cover each other."""


def shift_m(fabric: Fabric, copied: Copied) -> tuple[float, float]:
    """Return how far right and down copies stand so that they cover no rack of a fabric. [m].

    Behind what was copied, an aisle between; where the hall ends before, in front of it, beside
    it, and outside the hall only where it has no room at all.
    """
    mine = [rect for _, rack in copied.racks for rect in _rects(fabric, rack)]
    if not mine:
        return 0.0, 0.0
    rects, layout = np.array(mine), fabric.layout
    there = np.array([(r.x_m, r.y_m, *layout.footprint_m(r)) for r in layout.racks]).reshape(-1, 4)
    down = _step_down(rects)
    across = float((rects[:, 0] + rects[:, 2]).max() - rects[:, 0].min())
    inside = (by for by in _ways(across, down) if _is_in_hall(rects, by, fabric.design.site))
    behind = ((0.0, n * down) for n in range(1, _MOST_TRIES + 1))
    free = (
        by for by in chain(inside, behind) if not _cover(rects + np.array((*by, 0.0, 0.0)), there)
    )
    return next(free, (0.0, down))


def _ways(across: float, down: float) -> Iterator[tuple[float, float]]:
    """Yield how far copies might go right and down: the nearest first, rows before columns."""
    steps = range(1, _MOST_TRIES + 1)
    for x, y in ((0.0, down), (0.0, -down), (across, 0.0), (-across, 0.0)):
        yield from ((n * x, n * y) for n in steps)


def _step_down(rects: FloatArray) -> float:
    return float(np.ptp(rects[:, 1])) + DEFAULT_RACK_DEPTH_M + AISLE_M


def _is_in_hall(rects: FloatArray, by: tuple[float, float], site: Site) -> bool:
    low = rects[:, :2] + by
    high = low + rects[:, 2:]
    room = np.array((site.width_m, site.depth_m))
    return bool((low >= -_SLACK_M).all() and (high <= room + _SLACK_M).all())


def _rects(fabric: Fabric, rack: Rack) -> list[tuple[float, float, float, float]]:
    """Return left, top, width and depth of a rack, or of each of an array. [m]."""
    part = fabric.part_by_id.get(rack.part)
    width = (part.value("width") if part is not None else 0.0) or DEFAULT_RACK_WIDTH_M
    depth = (part.value("depth") if part is not None else 0.0) or DEFAULT_RACK_DEPTH_M
    found = []
    for cell in cells(rack.array):
        x, y = array_offset(rack, *cell)
        turned = member_rotation(rack, *cell) % 180
        size = (depth, width) if turned else (width, depth)
        found.append((rack.x_m + x, rack.y_m + y, *size))
    return found


def _cover(mine: FloatArray, there: FloatArray) -> bool:
    """Tell whether any of some rectangles covers part of any of others."""
    low, high = mine[:, None, :2], (mine[:, :2] + mine[:, 2:])[:, None]
    other_low, other_high = there[None, :, :2], (there[:, :2] + there[:, 2:])[None]
    over = (low < other_high - _SLACK_M) & (other_low < high - _SLACK_M)
    return bool(over.all(axis=2).any())
