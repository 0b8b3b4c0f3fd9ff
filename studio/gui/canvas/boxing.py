"""Boxes in a rack held by the pointer: to other units, the other face, other racks; no Qt."""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.design.arrays import Cell
from studio.design.carrying import Place, carry_boxes, carry_single
from studio.design.contents import Box, shift_boxes
from studio.design.facing import other_face, turn_boxes
from studio.design.members import scope_of
from studio.design.model import Design, Face
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.layout import Housing
from studio.gui.canvas.addresses import housing_address, resolve
from studio.gui.canvas.dropping import face_at, has_rear
from studio.gui.canvas.elevation import FOOTER, HEADER, face_span
from studio.gui.canvas.fitting import Fit, RackRoom, Span, load_of
from studio.gui.canvas.grips import Ghost, Readout
from studio.gui.canvas.held import cell_of
from studio.gui.canvas.held_boxes import alike_boxes
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.i18n import mark, tr
from studio.ids import RackId

_REACH_U = 3
"""How far a free place attracts a box."""


class BoxDrag:
    """Nodes, trays or shelves of one rack, dragged as they stand one above the other."""

    is_live = False
    snaps = True
    with_shift = mark("Shift: at the other face")
    moving = None
    guides: tuple[tuple[float, float, float, float], ...] = ()

    def __init__(
        self, scene: Scene, addresses: frozenset[str], held: int, begun_m: tuple[float, float]
    ) -> None:
        layout = scene.layout
        self._scene = scene
        self._begun = begun_m
        """Where in the hall the pointer took hold."""
        self._rack = int(layout.rack_of_housing[held])
        chosen = resolve(scene, addresses).housings
        own = chosen[layout.rack_of_housing[chosen] == self._rack] if len(chosen) else chosen
        self._numbers: IntArray = np.union1d(own, np.array([held]))
        self._housings = [layout.housings[n] for n in self._numbers.tolist()]
        self._rects = scene.housing_rects(self._numbers)
        alike = alike_boxes(scene.fabric, held)
        meant = alike & frozenset((held, *chosen.tolist()))
        self._alike = alike
        self._can_switch = len(alike) > 1
        self._default = self._is_shared = self._can_switch and meant == alike
        self._meant = frozenset((held,)) if self._default else meant
        """The box held, in the racks in which it is meant where not in all of the array."""
        self._rooms: dict[bool, RackRoom] = {}
        self._load = load_of(scene.fabric, [one.template for one in self._housings])
        self.label = mark("Move boxes")
        self._target, self._units = self._rack, 0
        self._own_face: Face = layout.housings[held].face
        self._is_turned = self._is_other_face = False
        self._fit = Fit()

    def switch(self, is_switched: bool, is_other_face: bool = False) -> None:
        """Mean all racks of the array instead of the one chosen, or the other way round.

        Parameters
        ----------
        is_other_face : the boxes go to the other face than the one the pointer is at.
        """
        self._is_shared = self._default != (is_switched and self._can_switch)
        self._is_other_face = is_other_face

    @property
    def _room(self) -> RackRoom:
        """Return what is free without the boxes that go along."""
        if self._is_shared not in self._rooms:
            self._rooms[self._is_shared] = RackRoom(self._scene, self._carried())
        return self._rooms[self._is_shared]

    def _carried(self) -> IntArray:
        fabric = self._scene.fabric
        meant = self._scene.layout.rack_of_housing
        places = {int(meant[n]) for n in (self._alike if self._is_shared else self._meant)}
        more = [
            other
            for number in self._numbers.tolist()
            for other in alike_boxes(fabric, number)
            if int(meant[other]) in places
        ]
        return np.union1d(self._numbers, np.array(more, dtype=np.int64))

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """Return where the boxes would stand."""
        rects = self._shown()
        wrong = bool(self._fit.blocked)
        return tuple(Ghost((r[0], r[1], r[2], r[3]), wrong) for r in rects.tolist())

    def _shown(self) -> FloatArray:
        old, new = self._scene.racks[self._rack], self._scene.racks[self._target]
        share = (self._rects - np.array((old[0], old[1], 0.0, 0.0))) / np.tile(old[2:], 2)
        unit = (FOOTER - HEADER) / self._room.count(self._target)
        tall = (FOOTER - HEADER) / self._room.count(self._rack)
        top = np.array([one.u + one.height_u - 1 + self._units for one in self._housings])
        share[:, 3] *= unit / tall
        share[:, 1] = FOOTER - top * unit + (unit * 0.04)
        faces = [self._face(one) for one in self._housings]
        is_split = "rear" in faces or has_rear(self._scene, self._target)
        share[:, 0::2] = [face_span(is_rear=one == "rear", is_split=is_split) for one in faces]
        shown: FloatArray = np.tile(new[2:], 2) * share + np.array((new[0], new[1], 0.0, 0.0))
        return shown

    def readout(self, scene: Scene) -> Readout:
        """Return the place and what the rack would carry."""
        del scene
        layout = self._scene.layout
        low = min(one.u for one in self._housings) + self._units
        place = f"{layout.racks[self._target].label}, U{low}"
        if any(self._face(one) == "rear" for one in self._housings):
            place = f"{place}, {tr('rear')}"
        head = [place, *self._scope()]
        return Readout("\n".join((*head, self._fit.text)).strip(), bool(self._fit.blocked))

    def _scope(self) -> list[str]:
        """Return in which racks the boxes are meant, and how to mean others."""
        if not self._can_switch:
            return []
        alone = tr("in {rack} alone").format(rack=self._scene.layout.racks[self._rack].label)
        if len(self._meant) > 1:
            alone = tr("in {n} racks alone").format(n=len(self._meant))
        times, after = self._racks_of(self._rack), self._racks_of(self._target)
        name = self._scene.layout.racks[self._rack].rack
        shared = tr("in all {n} racks of {name}").format(n=len(self._alike), name=name)
        if times != after:
            said = tr("out of {n} racks into {m}: racks of an array are alike")
            shared = said.format(n=times, m=after)
        now, other = (shared, alone) if self._is_shared else (alone, shared)
        return [now, tr("Ctrl: {other}").format(other=other)]

    def _racks_of(self, number: int) -> int:
        racks = self._scene.layout.racks
        return sum(one.rack == racks[number].rack for one in racks)

    def move(self, dx_m: float, dy_m: float, reach_m: float) -> None:
        """Follow the pointer to a rack and its units, near a free place where there is reach."""
        racks = self._scene.racks
        x = float(self._rects[:, 0].mean() + self._rects[:, 2].mean() / 2) + dx_m
        y = float(self._rects[0, 1] + self._rects[0, 3] / 2) + dy_m
        inside = (
            (racks[:, 0] <= x)
            & (x < racks[:, 0] + racks[:, 2])
            & (racks[:, 1] <= y)
            & (y < racks[:, 1] + racks[:, 3])
        )
        under = np.flatnonzero(inside)
        if len(under):
            self._target = int(under[-1])
        self._is_turned = self._is_other_face != (self._face_under(dx_m) != self._own_face)
        rect = racks[self._target]
        unit = float(rect[3]) * (FOOTER - HEADER) / self._room.count(self._target)
        middle = (float(rect[1]) + float(rect[3]) * FOOTER - y) / unit
        first = self._housings[0]
        self._units = round(middle - first.height_u / 2) + 1 - first.u
        if reach_m > 0:
            reach = _REACH_U if self._fits_nowhere() else 0
            self._units += self._room.nearest_free(self._target, self._spans(), reach)
        self._fit = self._room.fit(self._target, self._spans(), self._load)

    def _face_under(self, dx_m: float) -> Face:
        """Return the face the pointer is at; where only fronts are drawn, the one they are at."""
        if not has_rear(self._scene, self._target):
            return self._own_face
        return face_at(self._scene, self._target, self._begun[0] + dx_m)

    def _face(self, housing: Housing) -> Face:
        return other_face(housing.face) if self._is_turned else housing.face

    def _fits_nowhere(self) -> bool:
        return not self._room.is_free(self._target, self._spans())

    def _spans(self) -> list[Span]:
        return [(one.u + self._units, one.height_u, self._face(one)) for one in self._housings]

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are: none moves."""
        return scene.racks

    def request(self) -> EditRequest | None:
        """Return the edit that puts the boxes where they are shown, None where they can't stand."""
        racks = self._scene.layout.racks
        source, target = racks[self._rack], racks[self._target]
        is_new = self._units or self._is_turned or source is not target
        if self._fit.blocked or not is_new:
            return None
        boxes = [(one.placement, one.element) for one in self._housings]
        way = (self._units, self._is_turned)
        if self._is_shared:
            return EditRequest(self.label, partial(_carry, source.rack, boxes, target.rack, way))
        design, places = self._scene.fabric.design, self._scene.layout.rack_of_housing
        if source is target:
            entry = design.racks[source.rack]
            meant = (racks[int(places[n])] for n in sorted(self._meant))
            cells = [scope_of(entry, cell_of(design, one)) for one in meant]
            return EditRequest(self.label, partial(_shift, source.rack, boxes, cells, way))
        ends = (source.rack, cell_of(design, source)), (target.rack, cell_of(design, target))
        return EditRequest(self.label, partial(_carry_single, ends, boxes, way))

    def give_up(self) -> EditRequest | None:
        """Return nothing: no edit was asked for."""
        return None

    def selected_after(self, scene: Scene) -> frozenset[str] | None:
        """Return the boxes where they stand now."""
        if self._fit.blocked:
            return None
        layout, racks = scene.layout, self._scene.layout.racks
        target = racks[self._target]
        labels = {one.label for one in racks if self._is_shared and one.rack == target.rack}
        numbers = {layout.rack_by_label.get(label) for label in (*labels, target.label)}
        spans = {(u, face) for u, _, face in self._spans()}
        found = [
            n
            for n in np.flatnonzero(scene.fabric.housing_present).tolist()
            if layout.housings[n].rack in numbers
            and (layout.housings[n].u, layout.housings[n].face) in spans
        ]
        return frozenset(housing_address(layout, n) for n in found)


_Way = tuple[int, bool]
"""Rack units up, and whether to the other face."""


def _carry(source: RackId, boxes: list[Box], target: RackId, way: _Way, design: Design) -> Design:
    return carry_boxes(design, source, boxes, target, way[0], is_turned=way[1])


def _shift(
    rack: RackId, boxes: list[Box], cells: list[Cell | None], way: _Way, design: Design
) -> Design:
    shifted = shift_boxes(design, rack, boxes, way[0], cells)
    return turn_boxes(shifted, rack, boxes, cells) if way[1] else shifted


def _carry_single(
    places: tuple[Place, Place], boxes: list[Box], way: _Way, design: Design
) -> Design:
    return carry_single(design, places[0], boxes, places[1], way[0], is_turned=way[1])
