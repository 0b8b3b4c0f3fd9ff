"""The edges of an array taken hold of: another count while dragging; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from studio import units
from studio.design.arrays import Cell, array_offset
from studio.design.edits import Edit
from studio.design.model import Design, Rack
from studio.design.resizing import resize_array
from studio.design.site import AISLE_M
from studio.errors import StudioError
from studio.fabric.arrays import FloatArray
from studio.gui.canvas.grips import ALONG_AXIS, Ghost, Readout
from studio.gui.canvas.held import all_of_array, cell_of
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.i18n import mark, tr
from studio.ids import RackId
from studio.simulation.rollup.inventory import inventory_of

_MOST = 2000
"""More racks in one direction are not drawn by hand."""

Direction = Literal["columns", "rows"]
_Sides = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Edge:
    """A handle at the end of an array; positions in metres."""

    rack: RackId
    direction: Direction
    x: float
    y: float
    is_along_x: bool
    """Whether the count grows with x, otherwise with y."""


def edges(scene: Scene, selection: frozenset[str]) -> tuple[Edge, ...]:
    """Return the handles of the one array (or single rack) that is selected."""
    layout, design = scene.layout, scene.fabric.design
    labels = layout.rack_by_label
    found = {layout.racks[labels[one]].rack for one in selection if one in labels}
    if len(found) != 1:
        return ()
    rack_id = next(iter(found))
    rack = design.racks[rack_id]
    numbers = layout.racks_by_entry[rack_id]
    turned = bool(rack.rotation_deg % 180)
    box = _regular_box(scene, rack, numbers)
    directions: tuple[Direction, ...] = ("columns", "rows")
    return tuple(
        _edge(
            rack_id,
            direction,
            box,
            _pitch(scene, rack, direction),
            (direction == "columns") != turned,
        )
        for direction in directions
    )


def _edge(
    rack_id: RackId,
    direction: Direction,
    box: _Sides,
    pitch: float,
    along_x: bool,
) -> Edge:
    left, top, right, bottom = box
    if along_x:
        return Edge(rack_id, direction, right if pitch >= 0 else left, (top + bottom) / 2, True)
    return Edge(rack_id, direction, (left + right) / 2, bottom if pitch >= 0 else top, False)


def _regular_box(
    scene: Scene, rack: Rack, numbers: Sequence[int]
) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of an array, members out of line at their places."""
    plain = _regular(rack)
    racks = scene.layout.racks
    width, depth = scene.layout.footprint_m(racks[numbers[0]])
    array = rack.array
    corners = {(column, row) for column in (0, array.count - 1) for row in (0, array.rows - 1)}
    # Where nothing is left out the corners say it all, however many stand between them.
    is_full = len(numbers) == array.count * array.rows
    cells = corners if is_full else {cell_of(scene.fabric.design, racks[n]) for n in numbers}
    at = np.array([array_offset(plain, *cell) for cell in cells])
    x, y = rack.x_m + at[:, 0], rack.y_m + at[:, 1]
    return float(x.min()), float(y.min()), float(x.max()) + width, float(y.max()) + depth


def _regular(rack: Rack) -> Rack:
    return msgspec.structs.replace(rack, array=msgspec.structs.replace(rack.array, moved={}))


def _pitch(scene: Scene, rack: Rack, direction: Direction) -> float:
    """Return the pitch of an array, for a single rack the one it would get."""
    own = rack.array.pitch if direction == "columns" else rack.array.row_pitch
    if own:
        return own
    number = next(n for n, one in enumerate(scene.layout.racks) if _is(scene, one.rack, rack))
    width, depth = scene.layout.footprint_m(scene.layout.racks[number])
    if rack.rotation_deg % 180:
        width, depth = depth, width
    return width if direction == "columns" else depth + AISLE_M


def _is(scene: Scene, rack_id: RackId, rack: Rack) -> bool:
    return scene.fabric.design.racks[rack_id] is rack


class EdgeDrag:
    """The end of an array held by the pointer."""

    is_live = True
    snaps = False
    with_shift = ALONG_AXIS
    moving = None
    guides: tuple[tuple[float, float, float, float], ...] = ()

    def __init__(self, scene: Scene, edge: Edge, number: int) -> None:
        self.label = mark("Change array")
        self._edge = edge
        self._design = scene.fabric.design
        self._rack = self._design.racks[edge.rack]
        self._pitch_m = _pitch(scene, self._rack, edge.direction)
        array = self._rack.array
        self._start: Cell = (array.count, array.rows)
        self._asked = self._start
        self._merge_key = f"edge-{number}"
        self._problem = ""
        self.counts: Cell = self._start
        labels = [one.label for one in scene.layout.racks if one.rack == edge.rack]
        self._label = labels[0]
        self._measure(scene)

    def _measure(self, scene: Scene) -> None:
        """Take down what one rack of the array adds."""
        fabric = scene.fabric
        number = fabric.layout.rack_by_label[self._label]
        self._size = fabric.layout.footprint_m(fabric.layout.racks[number])
        self._npus = int((fabric.layout.rack[fabric.npus] == number).sum())
        self._all_npus = len(fabric.npus)
        power = inventory_of(fabric).input_by_rack_w("power_typical")
        self._power_w, self._all_power_w = float(power[number]), float(power.sum())

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """Return where racks will come or go."""
        if self.counts == self._start:
            return ()
        plain = _regular(self._rack)
        array = msgspec.structs.replace(plain.array, **self._pitches)
        plain = msgspec.structs.replace(plain, array=array)
        (old_count, old_rows), (count, rows) = self._start, self.counts
        found: list[Ghost] = []
        for row in range(max(rows, old_rows)):
            for column in range(max(count, old_count)):
                was = column < old_count and row < old_rows
                if was != (column < count and row < rows) and len(found) < _MOST:
                    dx, dy = array_offset(plain, column, row)
                    rect = (plain.x_m + dx, plain.y_m + dy, *self._size)
                    found.append(Ghost(rect, bool(self._problem)))
        return tuple(found)

    @property
    def _pitches(self) -> dict[str, float]:
        array = self._rack.array
        if self._edge.direction == "columns":
            return {"pitch": self._pitch_m, "row_pitch": array.row_pitch}
        return {"pitch": array.pitch, "row_pitch": self._pitch_m}

    def readout(self, scene: Scene) -> Readout:
        """Return the new count and what the design holds with it."""
        del scene
        before, after = (count * rows for count, rows in (self._start, self.counts))
        if self._problem:
            return Readout(self._problem, is_wrong=True)
        count, rows = self.counts
        lines = [tr("{n} × {rows} racks").format(n=count, rows=rows) if rows > 1 else ""]
        lines = [one or tr("{n} racks").format(n=count) for one in lines]
        more = after - before
        totals = []
        if self._npus:
            totals.append(f"{self._all_npus + more * self._npus:,} NPU")
        power = self._all_power_w + more * self._power_w
        if power > 0:
            totals.append(f"≈ {units.display(power, 'power', 3)}")
        if totals:
            lines.append(" · ".join(totals))
        return Readout("\n".join(lines))

    def move(self, dx_m: float, dy_m: float, reach_m: float) -> None:
        """Take the end of the array along."""
        del reach_m
        way = dx_m if self._edge.is_along_x else dy_m
        count, rows = self._start
        more = round(way / self._pitch_m) if self._pitch_m else 0
        if self._edge.direction == "columns":
            self.counts = (min(max(1, count + more), _MOST), rows)
        else:
            self.counts = (count, min(max(1, rows + more), _MOST))
        self._problem = self._refusal()

    def _refusal(self) -> str:
        try:
            self._edit(self.counts)(self._design)
        except StudioError as error:
            return tr(error.message)
        return ""

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are: none moves."""
        return scene.racks

    def request(self) -> EditRequest | None:
        """Return the edit for the count reached, None where it was asked for or is impossible."""
        if self.counts == self._asked or self._problem:
            return None
        self._asked = self.counts
        return EditRequest(self.label, self._edit(self.counts), self._merge_key)

    def give_up(self) -> EditRequest | None:
        """Return the edit that brings the old count back, None where nothing was asked for."""
        self.counts, self._problem = self._start, ""
        return self.request()

    def _edit(self, counts: Cell) -> Edit:
        rack_id, before = self._edge.rack, self._design
        pitches = self._pitches

        def edit(design: Design) -> Design:
            # Stated from where the drag began, so that racks behind are not renumbered twice.
            design = msgspec.structs.replace(
                design, racks=before.racks, exceptions=before.exceptions
            )
            if counts == self._start:
                return design
            return resize_array(design, rack_id, *counts, pitches["pitch"], pitches["row_pitch"])

        return edit

    def selected_after(self, scene: Scene) -> frozenset[str] | None:
        """Return all racks of the array."""
        return all_of_array(scene.layout, self._label)
