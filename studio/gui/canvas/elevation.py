"""Where racks stand in the hall and their boxes in the rack; arrays, no Qt.

A rack is drawn at its floor position in the size of its footprint; magnified, the same rectangle
reveals the elevation, rack units from bottom to top, rear on the right where something is there.
"""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.layout import Layout

DEFAULT_RACK_WIDTH_M = 0.6
DEFAULT_RACK_DEPTH_M = 1.2
DEFAULT_RACK_UNITS = 47

HEADER = 0.12
"""Share of a rack's height for its name and the way to the trays."""
FOOTER = 0.94
"""Below this stand things without rack units, such as fans and manifolds."""
LEFT, RIGHT = 0.085, 0.85
"""Between these are the boxes; rack unit numbers to the left, the riser to the right."""
MIDDLE = (LEFT + RIGHT) / 2
"""Fronts end here and rears begin, in a rack that has something at its rear."""
FACE_GAP = 0.01
RISER_END = 0.985
_UNIT_GAP = 0.08


def rack_size_m(layout: Layout, part: int) -> tuple[float, float]:
    """Return width and depth of a rack type."""
    data = layout.parts[part]
    return (
        data.value("width") or DEFAULT_RACK_WIDTH_M,
        data.value("depth") or DEFAULT_RACK_DEPTH_M,
    )


def rack_rects(layout: Layout) -> FloatArray:
    """Return the footprint of each rack, shape (n_racks, 4): left, top, width, depth, in metres."""
    rects = np.zeros((len(layout.racks), 4))
    sizes = {part: rack_size_m(layout, part) for part in {rack.part for rack in layout.racks}}
    for number, rack in enumerate(layout.racks):
        width, depth = sizes[rack.part]
        if rack.rotation_deg % 180:
            width, depth = depth, width
        rects[number] = rack.x_m, rack.y_m, width, depth
    return rects


def rack_units(layout: Layout) -> FloatArray:
    """Return the usable height of each rack in rack units, shape (n_racks,)."""
    units = [layout.parts[r.part].value("rack_units") or DEFAULT_RACK_UNITS for r in layout.racks]
    return np.array(units, dtype=np.float64)


def housing_rects(layout: Layout) -> FloatArray:
    """Return each housing as fractions of its rack's rectangle, shape (n_housings, 4)."""
    if not layout.housings:
        return np.zeros((0, 4))
    rack = layout.rack_of_housing
    bottom = np.array([housing.u - 1 for housing in layout.housings], dtype=np.float64)
    height = np.array([housing.height_u for housing in layout.housings], dtype=np.float64)
    rear = np.array([housing.face == "rear" for housing in layout.housings], dtype=bool)
    unit = (FOOTER - HEADER) / rack_units(layout)[rack]
    rects = np.zeros((len(rack), 4))
    rects[:, 1] = FOOTER - (bottom + height - _UNIT_GAP / 2) * unit
    rects[:, 3] = (height - _UNIT_GAP) * unit
    _set_faces(rects, rear, np.isin(rack, rack[rear]))
    _set_footers(rects, rack, height == 0)
    return rects


def face_span(*, is_rear: bool, is_split: bool) -> tuple[float, float]:
    """Return where boxes of a face begin and how wide they are, as shares of a rack's width.

    Parameters
    ----------
    is_split : both faces are drawn, as where anything stands at the rear.
    """
    if not is_split:
        return LEFT, RIGHT - LEFT
    return MIDDLE + FACE_GAP if is_rear else LEFT, MIDDLE - LEFT - FACE_GAP


def _set_faces(rects: FloatArray, rear: BoolArray, split: BoolArray) -> None:
    for is_rear, is_split in ((False, False), (False, True), (True, True)):
        rects[(rear == is_rear) & (split == is_split), 0::2] = face_span(
            is_rear=is_rear, is_split=is_split
        )


def _set_footers(rects: FloatArray, rack: IntArray, flat: BoolArray) -> None:
    """Put housings that take no rack unit side by side at the foot of their rack."""
    numbers = np.flatnonzero(flat)
    if not len(numbers):
        return
    of_rack = rack[numbers]
    first = np.searchsorted(of_rack, of_rack, side="left")
    count = np.searchsorted(of_rack, of_rack, side="right") - first
    share = (RIGHT - LEFT) / count
    rects[numbers, 0] = LEFT + (np.arange(len(numbers)) - first) * share
    rects[numbers, 1] = FOOTER + 0.008
    rects[numbers, 2] = share * 0.97
    rects[numbers, 3] = 1 - FOOTER - 0.032
