"""Where copies of racks stand: below what was copied, and clear of all other racks. Knows no Qt."""

from __future__ import annotations

import numpy as np

from studio.design.arrays import array_offset, cells, member_rotation
from studio.design.copying import Copied
from studio.design.model import Rack
from studio.design.site import AISLE_M
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import DEFAULT_RACK_DEPTH_M, DEFAULT_RACK_WIDTH_M

_MOST_TRIES = 100
_SLACK_M = 1e-6
"""Racks that touch do not cover each other."""


def shift_m(fabric: Fabric, copied: Copied) -> float:
    """Return how far down copies stand so that they cover no rack of a fabric. [m]."""
    mine = [rect for _, rack in copied.racks for rect in _rects(fabric, rack)]
    if not mine:
        return 0.0
    rects = np.array(mine)
    step = float(np.ptp(rects[:, 1])) + DEFAULT_RACK_DEPTH_M + AISLE_M
    layout = fabric.layout
    there = np.array([(r.x_m, r.y_m, *layout.footprint_m(r)) for r in layout.racks]).reshape(-1, 4)
    for tries in range(1, _MOST_TRIES + 1):
        if not _cover(rects + np.array((0.0, tries * step, 0.0, 0.0)), there):
            return tries * step
    return step


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
