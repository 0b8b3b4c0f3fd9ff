"""A drag of racks from hold to release: positions shown at once, edits asked for now and then."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray
from studio.gui.canvas.grips import ALONG_AXIS, Ghost, Readout
from studio.gui.canvas.held import Held, hold
from studio.gui.canvas.moving import places, put_down
from studio.gui.canvas.pulled import pulled_cables
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.snapping import Snap, snapped
from studio.gui.i18n import mark, tr


class RackDrag:
    """Racks held by the pointer: whole arrays, and members that leave their line."""

    is_live = True
    snaps = True
    with_shift = ALONG_AXIS
    ghosts: tuple[Ghost, ...] = ()

    def __init__(self, scene: Scene, addresses: frozenset[str], number: int) -> None:
        self._held: Held = hold(scene.fabric, addresses)
        self.label = mark("Move member of array") if self._held.members else mark("Move racks")
        self._start = places(scene.fabric.design, self._held)
        self._rects = scene.racks
        self._merge_key = f"drag-{number}"
        self._moving: BoolArray = self._held.mask(scene.fabric)
        self._homes = self._regular_places(scene)
        self._pulled = pulled_cables(scene.fabric, self._moving)
        self._what = _named(scene, self._held, self._moving)
        self.snap = Snap(0.0, 0.0)
        self._asked: tuple[float, float] = (0.0, 0.0)

    @property
    def is_empty(self) -> bool:
        """Tell whether no rack is held."""
        return self._held.is_empty

    @property
    def moving(self) -> BoolArray:
        """Return which racks move, shape (n_racks,)."""
        return self._moving

    @property
    def guides(self) -> tuple[tuple[float, float, float, float], ...]:
        """Return lines that explain where the racks snap."""
        return self.snap.guides

    def readout(self, scene: Scene) -> Readout:
        """Return what moves, how far, and how long the cables are that it pulls along."""
        way = f"Δx {self.snap.dx:+.2f} m   Δy {self.snap.dy:+.2f} m"
        lines = (self._what, way, self._pulled.text(scene.fabric))
        return Readout("\n".join(line for line in lines if line))

    def move(self, dx_m: float, dy_m: float, reach_m: float) -> None:
        """Take the racks to a shift from where they stood, near others or on the grid."""
        if reach_m <= 0:
            self.snap = Snap(dx_m, dy_m)
            return
        # A member is drawn to its regular place too, so that it is easily put back.
        others = np.concatenate((self._rects[~self._moving], self._homes))
        self.snap = snapped(self._rects[self._moving], others, dx_m, dy_m, reach_m)

    def _regular_places(self, scene: Scene) -> FloatArray:
        """Return where members stand in line, if all held ones are as far out of it."""
        offsets = {shift for own in self._start.members.values() for shift in own.values()}
        if len(offsets) != 1 or self._start.whole:
            return scene.racks[:0]
        dx, dy = next(iter(offsets))
        home: FloatArray = scene.racks[self._moving] - np.array((dx, dy, 0.0, 0.0))
        return home

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are shown now, in metres."""
        if len(scene.racks) != len(self._moving):
            return scene.racks
        shift = np.array((self.snap.dx, self.snap.dy, 0.0, 0.0))
        return np.where(self._moving[:, None], self._rects + shift, scene.racks)

    def request(self) -> EditRequest | None:
        """Return the edit for the place reached, None where it was asked for already."""
        place = (self.snap.dx, self.snap.dy)
        if place == self._asked:
            return None
        self._asked = place
        return EditRequest(self.label, put_down(self._start, *place), self._merge_key)

    def give_up(self) -> EditRequest | None:
        """Return the edit that puts everything back, None where nothing was asked for."""
        self.snap = Snap(0.0, 0.0)
        return self.request()

    def selected_after(self, scene: Scene) -> frozenset[str] | None:
        """Return nothing: what is dragged stays selected."""
        del scene
        return None


def _named(scene: Scene, held: Held, moving: BoolArray) -> str:
    """Return what is on the move in a few words."""
    count = int(moving.sum())
    if count == 0:
        return ""
    if count == 1:
        label = scene.layout.racks[int(moving.argmax())].label
        return tr("{rack} alone, out of its array").format(rack=label) if held.members else label
    if len(held.whole) == 1 and not held.members:
        return tr("array {name}, {n} racks").format(name=held.whole[0], n=count)
    return tr("{n} racks").format(n=count)
