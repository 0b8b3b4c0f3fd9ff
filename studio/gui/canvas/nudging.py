"""What the arrow keys do to a selection: racks by the grid, boxes by rack units; no Qt."""

from __future__ import annotations

from studio.design.contents import shift_boxes
from studio.design.model import Design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import hold
from studio.gui.canvas.held_boxes import hold_boxes
from studio.gui.canvas.moving import moved_by
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.snapping import GRID_M
from studio.gui.i18n import mark

FAR = 10
"""Steps of the grid, or rack units, with Shift."""


def nudge(
    fabric: Fabric, selection: frozenset[str], right: int, down: int, *, far: bool
) -> EditRequest | None:
    """Return the edit that an arrow key asks for; None where nothing selected moves that way.

    Racks move on the floor, and boxes in their racks, up and down; with racks selected, these.
    """
    steps = FAR if far else 1
    key = f"nudge-{hash(selection)}"
    held = hold(fabric, selection)
    if not held.is_empty:
        edit = moved_by(held, right * steps * GRID_M, down * steps * GRID_M)
        return EditRequest(mark("Move racks"), edit, key)
    boxes = hold_boxes(fabric, selection)
    if not boxes or not down:
        return None

    def lift(design: Design) -> Design:
        for one in boxes:
            design = shift_boxes(design, one.rack, one.boxes, -down * steps, (one.scope,))
        return design

    return EditRequest(mark("Move boxes"), lift, key)
