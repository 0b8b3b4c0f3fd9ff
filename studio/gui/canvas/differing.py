"""A comparison as it applies to the drawing shown, which may be some edits further; no Qt.

While racks are dragged or a slider is moved, comparisons come later than drawings. What stands
elsewhere than before is seen on the drawing itself; the rest is carried over by address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.comparison import ADDED, MOVED, SAME, FabricComparison
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Layout
from studio.gui.canvas.scene import Scene

_MOST_CARRIED = 50_000
"""More boxes are not looked up one by one while a drag goes on; their marks wait for its end."""
_STOOD_M = 1e-6
_Name = TypeVar("_Name")


@dataclass(frozen=True)
class Differing:
    """Codes of what is drawn, as in `FabricComparison`."""

    racks: IntArray
    """Shape (n_racks,)."""
    boxes: IntArray
    """Shape (n_housings,)."""
    chips: IntArray
    """Shape (n_components,)."""
    new_links: BoolArray
    """Shape (n_links,)."""
    stood: FloatArray
    """Where racks stood before, shape (n_racks, 4), NaN for new ones. [m]."""


class Differences:
    """A comparison, and whether it follows the drawing or is of two other states."""

    def __init__(self, found: FabricComparison, *, follows: bool) -> None:
        self.found = found
        self._follows = follows
        self._carried: tuple[Fabric, Differing | None] | None = None

    def on(self, scene: Scene) -> Differing | None:
        """Return what differs of a scene from the earlier fabric, None where that is not known."""
        fabric = scene.fabric
        if self.found.after is not fabric and not self._follows:
            return None
        if self._carried is None or self._carried[0] is not fabric:
            self._carried = (fabric, _carried_over(self.found, fabric))
        shown = self._carried[1]
        if shown is None:
            return None
        away = (np.abs(scene.racks - shown.stood) > _STOOD_M).any(axis=1)
        return replace(shown, racks=np.where((shown.racks == SAME) & away, MOVED, shown.racks))


def _carried_over(found: FabricComparison, fabric: Fabric) -> Differing | None:
    layout, after = fabric.layout, found.after.layout
    if after.housings is layout.housings and len(after.racks) == len(layout.racks):
        racks, boxes, chips = found.racks, found.boxes, found.chips
    elif len(layout.housings) <= _MOST_CARRIED:
        racks = _by_name(found.racks, after.rack_by_label, layout.rack_by_label)
        boxes = _by_name(found.boxes, after.housing_by_label, layout.housing_by_label)
        # Which chips of a box are others is not known before the next comparison is.
        chips = np.zeros(layout.component_count, dtype=np.int64)
    else:
        return None
    same_links = found.after.links is fabric.links
    new_links = found.new_links if same_links else np.zeros(fabric.links.count, dtype=bool)
    return Differing(racks, boxes, chips, new_links, _stood(found.before.layout, layout))


def _by_name(codes: IntArray, known: Mapping[_Name, int], now: Mapping[_Name, int]) -> IntArray:
    """Return the codes of what is there now; what the comparison has not seen is new."""
    numbers = [known.get(name, -1) for name in now]
    return np.array([codes[number] if number >= 0 else ADDED for number in numbers], np.int64)


def _stood(before: Layout, layout: Layout) -> FloatArray:
    known = before.rack_by_label
    places = []
    for rack in layout.racks:
        earlier = known.get(rack.label)
        if earlier is None:
            places.append((np.nan,) * 4)
        else:
            old = before.racks[earlier]
            places.append((old.x_m, old.y_m, *before.footprint_m(old)))
    return np.array(places, dtype=np.float64).reshape(-1, 4)
