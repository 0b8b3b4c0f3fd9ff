"""Racks on the move: where they stand, and the edit that puts them down; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.design.arrays import Cell, offset_of, place_members
from studio.design.edits import Edit, move_racks
from studio.design.model import Design
from studio.gui.canvas.held import Held
from studio.ids import RackId


@dataclass(frozen=True)
class Places:
    """Where held racks stood when a move began, in metres."""

    whole: Mapping[RackId, tuple[float, float]]
    members: Mapping[RackId, Mapping[Cell, tuple[float, float]]]
    """How far members stood from their regular places."""


def places(design: Design, held: Held) -> Places:
    """Return where held racks stand."""
    return Places(
        {key: (design.racks[key].x_m, design.racks[key].y_m) for key in held.whole},
        {
            key: {cell: offset_of(design.racks[key], cell) for cell in cells}
            for key, cells in held.members.items()
        },
    )


def put_down(start: Places, dx_m: float, dy_m: float) -> Edit:
    """Return the edit that puts racks at a shift from where a move began.

    The edit states places, not steps, so that of many in a row only the last one matters.
    """

    def edit(design: Design) -> Design:
        for rack, (x, y) in start.whole.items():
            if rack in design.racks:
                now = design.racks[rack]
                step = (_shift(now.x_m, x + dx_m), _shift(now.y_m, y + dy_m))
                design = move_racks(design, [rack], *step)
        for rack, offsets in start.members.items():
            if rack in design.racks:
                moved = {
                    cell: (round(x + dx_m, 4), round(y + dy_m, 4))
                    for cell, (x, y) in offsets.items()
                }
                design = place_members(design, rack, moved)
        return design

    return edit


def moved_by(held: Held, dx_m: float, dy_m: float) -> Edit:
    """Return the edit that moves racks by a step, those that are still there."""

    def edit(design: Design) -> Design:
        known = Held(
            tuple(rack for rack in held.whole if rack in design.racks),
            {rack: cells for rack, cells in held.members.items() if rack in design.racks},
        )
        return put_down(places(design, known), dx_m, dy_m)(design)

    return edit


def _shift(now: float, wanted: float) -> float:
    return round(wanted, 4) - now
