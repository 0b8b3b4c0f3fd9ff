"""What the arrow keys do to a selection: racks by the grid, boxes by rack units; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain

from studio.design.contents import shift_boxes, unit_of
from studio.design.members import contents_of
from studio.design.model import Design, Face
from studio.fabric.fabric import Fabric
from studio.gui.canvas.elevation import DEFAULT_RACK_UNITS as USUAL_UNITS
from studio.gui.canvas.held import hold
from studio.gui.canvas.held_boxes import HeldBoxes, hold_boxes
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

    Racks move on the floor, and boxes in their racks, up and down past others and no further than
    the rack; with racks selected, these.
    """
    steps = FAR if far else 1
    key = f"nudge-{hash(selection)}"
    held = hold(fabric, selection)
    if not held.is_empty:
        edit = moved_by(held, right * steps * GRID_M, down * steps * GRID_M)
        return EditRequest(mark("Move racks"), edit, key)
    boxes = hold_boxes(fabric, selection)
    units = _free_way(fabric, boxes, -down, steps) if boxes and down else 0
    return EditRequest(mark("Move boxes"), partial(_lift, boxes, units), key) if units else None


def _lift(boxes: Sequence[HeldBoxes], units: int, design: Design) -> Design:
    for one in boxes:
        design = shift_boxes(design, one.rack, one.boxes, units, (one.scope,))
    return design


def _free_way(fabric: Fabric, boxes: Sequence[HeldBoxes], direction: int, steps: int) -> int:
    """Return how far boxes go up, past others in their way; the least far where that is the end.

    Where no units are free in that direction, 0: they stay.
    """
    layout = fabric.layout
    tallest = max((int(part.value("rack_units")) for part in layout.parts), default=0)
    tallest = tallest or USUAL_UNITS
    for far in chain(range(steps, tallest), range(steps - 1, 0, -1)):
        lifted = _lift(boxes, direction * far, fabric.design)
        if all(_is_free(fabric, lifted, one) for one in boxes):
            return direction * far
    return 0


def _is_free(fabric: Fabric, design: Design, held: HeldBoxes) -> bool:
    """Tell whether boxes stand in their rack and on no other box there."""
    entry = design.racks[held.rack]
    part = fabric.part_by_id.get(entry.part)
    height = (int(part.value("rack_units")) if part is not None else 0) or USUAL_UNITS
    taken: dict[tuple[int, Face], int] = {}
    mine = set(held.boxes)
    spans = []
    for name, placement in contents_of(entry, held.scope).items():
        assembly = design.assemblies.get(placement.assembly)
        high = assembly.height_u if assembly is not None else 1
        for element in range(placement.array.count):
            low = unit_of(design, placement, element)
            units = [(u, placement.face) for u in range(low, low + high)]
            for one in units:
                taken[one] = taken.get(one, 0) + 1
            if (name, element) in mine:
                spans.append((low, low + high - 1, units))
    return all(
        low >= 1 and top <= height and all(taken[one] == 1 for one in units)
        for low, top, units in spans
    )
