"""A drag of racks from hold to release: positions shown at once, edits asked for now and then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray
from studio.gui.canvas.moving import members, places, put_down, rack_ids
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.snapping import Snap, snapped


class RackDrag:
    """Racks held by the pointer."""

    def __init__(self, scene: Scene, addresses: frozenset[str], number: int) -> None:
        self._ids = rack_ids(scene, addresses)
        self._start = places(scene.fabric.design, self._ids)
        self._rects = scene.racks
        self._merge_key = f"drag-{number}"
        self.moving: BoolArray = members(scene, self._ids)
        self.snap = Snap(0.0, 0.0)
        self._asked: tuple[float, float] = (0.0, 0.0)

    @property
    def is_empty(self) -> bool:
        """Tell whether no rack is held."""
        return not self._ids

    def move(self, dx_m: float, dy_m: float, reach_m: float) -> None:
        """Take the racks to a shift from where they stood, near others or on the grid.

        Parameters
        ----------
        reach_m : how far racks attract; 0 to go exactly where the pointer is.
        """
        if reach_m <= 0:
            self.snap = Snap(dx_m, dy_m)
            return
        self.snap = snapped(
            self._rects[self.moving], self._rects[~self.moving], dx_m, dy_m, reach_m
        )

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are shown now, in metres."""
        if len(scene.racks) != len(self.moving):
            return scene.racks
        shift = np.array((self.snap.dx, self.snap.dy, 0.0, 0.0))
        return np.where(self.moving[:, None], self._rects + shift, scene.racks)

    def request(self, label: str) -> EditRequest | None:
        """Return the edit for the place reached, None where it was asked for already."""
        place = (self.snap.dx, self.snap.dy)
        if place == self._asked:
            return None
        self._asked = place
        return EditRequest(label, put_down(self._start, *place), self._merge_key)

    def give_up(self, label: str) -> EditRequest | None:
        """Return the edit that puts everything back, None where nothing was asked for."""
        self.snap = Snap(0.0, 0.0)
        return self.request(label)


Emit = Callable[[EditRequest], None]
