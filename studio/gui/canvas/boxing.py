"""Boxes in a rack held by the pointer: to other rack units, and to other racks; no Qt."""

from __future__ import annotations

import numpy as np

from studio.design.contents import carry_boxes
from studio.design.model import Design
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.layout import Housing
from studio.gui.canvas.addresses import housing_address, resolve
from studio.gui.canvas.elevation import FOOTER, HEADER
from studio.gui.canvas.fitting import Fit, RackRoom, Span, load_of
from studio.gui.canvas.grips import Ghost, Readout
from studio.gui.canvas.moving import Edit
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.i18n import tr
from studio.ids import RackId

_REACH_U = 3
"""How far a free place attracts a box."""


class BoxDrag:
    """Nodes, trays or shelves of one rack, dragged as they stand one above the other."""

    is_live = False
    moving = None
    guides: tuple[tuple[float, float, float, float], ...] = ()

    def __init__(self, scene: Scene, addresses: frozenset[str], held: int) -> None:
        layout = scene.layout
        self._scene = scene
        self._rack = int(layout.rack_of_housing[held])
        chosen = resolve(scene, addresses).housings
        own = chosen[layout.rack_of_housing[chosen] == self._rack] if len(chosen) else chosen
        numbers: IntArray = np.union1d(own, np.array([held]))
        self._housings = [layout.housings[n] for n in numbers.tolist()]
        self._rects = scene.housing_rects(numbers)
        self._room = RackRoom(scene, self._carried(numbers))
        self._load = load_of(scene.fabric, [one.template for one in self._housings])
        self.label = tr("Move boxes")
        self._target, self._units = self._rack, 0
        self._fit = Fit()

    def _carried(self, numbers: IntArray) -> IntArray:
        """Return the boxes that go along in the other racks of the array too."""
        layout = self._scene.layout
        keys = {(one.placement, one.element) for one in self._housings}
        rack_id = layout.racks[self._rack].rack
        more = [
            number
            for number, one in enumerate(layout.housings)
            if (one.placement, one.element) in keys and layout.racks[one.rack].rack == rack_id
        ]
        return np.union1d(numbers, np.array(more, dtype=np.int64))

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
        shown: FloatArray = np.tile(new[2:], 2) * share + np.array((new[0], new[1], 0.0, 0.0))
        return shown

    @property
    def readout(self) -> Readout:
        """Return the place and what the rack would carry."""
        layout = self._scene.layout
        low = min(one.u for one in self._housings) + self._units
        place = f"{layout.racks[self._target].label}, U{low}"
        times, after = self._racks_of(self._rack), self._racks_of(self._target)
        head = [place]
        if times != after:
            said = tr("out of {n} racks into {m}: racks of an array are alike")
            head.append(said.format(n=times, m=after))
        elif times > 1:
            name = layout.racks[self._target].rack
            head.append(tr("in all {n} racks of {name}").format(n=times, name=name))
        return Readout("\n".join((*head, self._fit.text)).strip(), bool(self._fit.blocked))

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
        rect = racks[self._target]
        unit = float(rect[3]) * (FOOTER - HEADER) / self._room.count(self._target)
        middle = (float(rect[1]) + float(rect[3]) * FOOTER - y) / unit
        first = self._housings[0]
        self._units = round(middle - first.height_u / 2) + 1 - first.u
        if reach_m > 0:
            reach = _REACH_U if self._fits_nowhere() else 0
            self._units += self._room.nearest_free(self._target, self._spans(), reach)
        self._fit = self._room.fit(self._target, self._spans(), self._load)

    def _fits_nowhere(self) -> bool:
        return not self._room.is_free(self._target, self._spans())

    def _spans(self) -> list[Span]:
        return [(one.u + self._units, one.height_u, one.face) for one in self._housings]

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are: none moves."""
        return scene.racks

    def request(self) -> EditRequest | None:
        """Return the edit that puts the boxes where they are shown, None where they can't stand."""
        racks = self._scene.layout.racks
        source, target = racks[self._rack].rack, racks[self._target].rack
        if self._fit.blocked or (source == target and not self._units):
            return None
        return EditRequest(self.label, _carry(source, self._housings, target, self._units))

    def give_up(self) -> EditRequest | None:
        """Return nothing: no edit was asked for."""
        return None

    def selected_after(self, scene: Scene) -> frozenset[str] | None:
        """Return the boxes where they stand now."""
        if self._fit.blocked:
            return None
        layout = scene.layout
        label = self._scene.layout.racks[self._target].label
        number = layout.rack_by_label.get(label)
        units = {one.u + self._units for one in self._housings}
        found = [
            n for n, one in enumerate(layout.housings) if one.rack == number and one.u in units
        ]
        return frozenset(housing_address(layout, n) for n in found)


def _carry(source: RackId, housings: list[Housing], target: RackId, units: int) -> Edit:
    boxes = [(one.placement, one.element) for one in housings]

    def edit(design: Design) -> Design:
        return carry_boxes(design, source, boxes, target, units)

    return edit
