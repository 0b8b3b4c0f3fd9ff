"""What of a scene is in view and large enough to be seen; slices of arrays, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Rect, Viewport

SMALLEST_HOUSING_PX = 26.0
"""Width of a rack from which its boxes are drawn."""
SMALLEST_CHIP_PX = 4.0


@dataclass(frozen=True)
class Visible:
    """Numbers of what is drawn."""

    racks: IntArray
    housings: IntArray
    chips: IntArray


def overlapping(rects: FloatArray, window: Rect) -> BoolArray:
    """Tell which rectangles, shape (n, 4), touch a window; all in the same unit."""
    x, y, width, height = window
    hit: BoolArray = (
        (rects[:, 0] < x + width)
        & (rects[:, 0] + rects[:, 2] > x)
        & (rects[:, 1] < y + height)
        & (rects[:, 1] + rects[:, 3] > y)
    )
    return hit


def enclosed(rects: FloatArray, window: Rect) -> BoolArray:
    """Tell which rectangles, shape (n, 4), lie within a window."""
    x, y, width, height = window
    inside: BoolArray = (
        (rects[:, 0] >= x)
        & (rects[:, 0] + rects[:, 2] <= x + width)
        & (rects[:, 1] >= y)
        & (rects[:, 1] + rects[:, 3] <= y + height)
    )
    return inside


def ranges(start: IntArray, chosen: IntArray) -> IntArray:
    """Return the members of some groups stored one after another.

    Parameters
    ----------
    start : shape (n_groups + 1,). First member of each group.
    """
    first, count = start[chosen], start[chosen + 1] - start[chosen]
    total = int(count.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(first - (np.cumsum(count) - count), count)
    members: IntArray = np.arange(total) + shift
    return members


def visible(scene: Scene, viewport: Viewport, window: Rect | None = None) -> Visible:
    """Return what to draw.

    Parameters
    ----------
    window : part of the hall in metres, the whole view where none is given.
    """
    window = window or viewport.world
    nothing = np.zeros(0, dtype=np.int64)
    racks = np.flatnonzero(overlapping(scene.racks, window))
    wide = scene.racks[racks, 2] * viewport.scale >= SMALLEST_HOUSING_PX
    housings = ranges(scene.rack_start, racks[wide])
    if not len(housings):
        return Visible(racks, nothing, nothing)
    rects = scene.housing_rects(housings)
    shown = overlapping(rects, window) & (rects[:, 3] * viewport.scale >= 1.0)
    housings = housings[shown]
    large = rects[shown, 3] * viewport.scale >= 2 * SMALLEST_CHIP_PX
    chips = ranges(scene.layout.start, housings[large])
    # Most views show thousands of chips too low to be seen: those are not placed at all.
    low = scene.housing_heights[scene.layout.housing[chips]] * scene.chips[chips, 3]
    chips = chips[low * viewport.scale >= SMALLEST_CHIP_PX]
    if len(chips):
        boxes = scene.chip_rects(chips)
        legible = (boxes[:, 2:].min(axis=1) * viewport.scale >= SMALLEST_CHIP_PX) & overlapping(
            boxes, window
        )
        chips = chips[legible]
    return Visible(racks, housings, chips)
