"""Edits that put selected racks in order: turned, aligned, spread, back in line, apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from studio.design.arrays import (
    Cell,
    cell_key,
    cells,
    detach_array,
    detach_members,
    is_repeated,
    straighten,
    turn_members,
)
from studio.design.cabling import give_back
from studio.design.contents import straighten_boxes
from studio.design.edits import Edit, rotate_racks, set_part, set_state
from studio.design.facing import turn_boxes
from studio.design.members import share
from studio.design.model import Design, Rack
from studio.errors import InvalidDesign
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.gui.canvas.held import Held, hold
from studio.gui.canvas.held_boxes import HeldBoxes, hold_boxes
from studio.gui.canvas.moving import moved_by
from studio.gui.canvas.snapping import around
from studio.ids import Address, RackId, RuleId

Side = Literal["left", "centre", "right", "top", "middle", "bottom"]
Axis = Literal["x", "y"]

_AXIS: Mapping[Side, tuple[int, float]] = {
    "left": (0, 0.0),
    "centre": (0, 0.5),
    "right": (0, 1.0),
    "top": (1, 0.0),
    "middle": (1, 0.5),
    "bottom": (1, 1.0),
}
"""Of each side: along x or y, and which share of the size lines up."""


def block_count(fabric: Fabric, selection: frozenset[str]) -> int:
    """Return how many things can be lined up: whole arrays, single racks and members."""
    held = hold(fabric, selection)
    return len(held.whole) + sum(len(members) for members in held.members.values())


def rotate(fabric: Fabric, selection: frozenset[str], degrees: int) -> Edit:
    """Return the edit that turns racks, whole arrays about their first one."""
    held = hold(fabric, selection)

    def edit(design: Design) -> Design:
        design = rotate_racks(design, held.whole, degrees)
        for rack, members in held.members.items():
            design = turn_members(design, rack, members, degrees)
        return design

    return edit


def turn(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that brings boxes to the other face of their racks."""
    boxes = hold_boxes(fabric, selection)

    def edit(design: Design) -> Design:
        for one in boxes:
            design = turn_boxes(design, one.rack, one.boxes, (one.scope,))
        return design

    return edit


def align(fabric: Fabric, selection: frozenset[str], side: Side) -> Edit:
    """Return the edit that lines racks up with the outermost of them, or with their middle."""
    singles, boxes = _blocks(fabric, selection)
    axis, share = _AXIS[side]
    low, size = boxes[:, axis], boxes[:, axis + 2]
    line = float(low.min() + share * ((low + size).max() - low.min())) if len(boxes) else 0.0
    return _shifted(singles, axis, line - (low + share * size))


def distribute(fabric: Fabric, selection: frozenset[str], axis: Axis) -> Edit:
    """Return the edit that leaves equal gaps between racks; the outermost two stay."""
    singles, boxes = _blocks(fabric, selection)
    number = 0 if axis == "x" else 1
    low, size = boxes[:, number], boxes[:, number + 2]
    order = np.argsort(low + size / 2, kind="stable")
    if len(order) < 3:
        return _unchanged
    first, last = order[0], order[-1]
    room = low[last] + size[last] - low[first] - size.sum()
    gap = room / (len(order) - 1)
    at = low[first] + np.concatenate((np.zeros(1), np.cumsum(size[order] + gap)[:-1]))
    shifts = np.zeros(len(order))
    shifts[order] = at - low[order]
    return _shifted(singles, number, shifts)


def _blocks(fabric: Fabric, selection: frozenset[str]) -> tuple[list[Held], FloatArray]:
    """Return what keeps together, one by one, and the rectangle around each, shape (n, 4)."""
    held = hold(fabric, selection)
    singles = [Held((rack,), {}) for rack in held.whole]
    singles += [Held((), {rack: (cell,)}) for rack, own in held.members.items() for cell in own]
    layout = fabric.layout
    rects = np.array([(r.x_m, r.y_m, *layout.footprint_m(r)) for r in layout.racks]).reshape(-1, 4)
    boxes = [around(rects[block]) for block in held.blocks(fabric)]
    return singles, np.array(boxes, dtype=np.float64).reshape(-1, 4)


def _shifted(singles: Sequence[Held], axis: int, shifts: FloatArray) -> Edit:
    def edit(design: Design) -> Design:
        for one, shift in zip(singles, shifts.tolist(), strict=True):
            if abs(shift) > 1e-6:
                step = (shift, 0.0) if axis == 0 else (0.0, shift)
                design = moved_by(one, *step)(design)
        return design

    return edit


def _unchanged(design: Design) -> Design:
    return design


def detach(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that makes racks of their own of whole arrays, or of members chosen."""
    held = hold(fabric, selection)

    def edit(design: Design) -> Design:
        for rack in held.whole:
            if is_repeated(design.racks[rack].array):
                design, _ = detach_array(design, rack)
        for rack, members in held.members.items():
            design, _ = detach_members(design, rack, members)
        return design

    return edit


def put_back(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that ends exceptions: members in line, what was absent is there."""
    held = hold(fabric, selection)
    boxes = hold_boxes(fabric, selection)
    by_hand, links = _moved_cables(fabric, selection), _absent_links(fabric, selection)

    def edit(design: Design) -> Design:
        racks = {rack: tuple(cells(design.racks[rack].array)) for rack in held.whole}
        for rack, members in {**racks, **held.members}.items():
            design = _racks_put_back(design, rack, members)
        for one in boxes:
            design = _box_put_back(design, one)
        for name in by_hand:
            if name in design.links:
                design = give_back(design, name)
        for link in links:
            design = set_state(design, link, None)
        for address in sorted(selection):
            marked = design.exceptions.get(Address(address))
            if marked is not None and marked.state == "absent":
                design = set_state(design, Address(address), None)
            design = set_part(design, Address(address), None)
        return design

    return edit


def _racks_put_back(design: Design, rack: RackId, members: Sequence[Cell]) -> Design:
    design = straighten(design, rack, members)
    own = design.racks[rack].own_contents
    for cell in [cell for cell in members if cell_key(cell) in own] if own else ():
        design = share(design, rack, cell)
    return design


def _box_put_back(design: Design, held: HeldBoxes) -> Design:
    """Boxes of an own placement are as in the array again, those of an array back in line.

    What stands in one rack alone has no place in the array to go back to, and stays.
    """
    names = [name for name, _ in held.boxes]
    if held.scope is not None:
        design = share(design, held.rack, held.scope, names)
    known = design.racks[held.rack].contents
    return straighten_boxes(design, held.rack, [box for box in held.boxes if box[0] in known])


def has_exceptions(fabric: Fabric, selection: frozenset[str]) -> bool:
    """Tell whether anything selected can be put back."""
    design = fabric.design
    held = hold(fabric, selection)
    if any(_is_irregular(design.racks[rack]) for rack in held.whole):
        return True
    for rack, members in held.members.items():
        # Asked after every edit, also where thousands of members are selected.
        irregular = _is_irregular(design.racks[rack])
        if irregular and _racks_put_back(design, rack, members) is not design:
            return True
    if any(_is_put_back(design, one) for one in hold_boxes(fabric, selection)):
        return True
    if _moved_cables(fabric, selection) or _absent_links(fabric, selection):
        return True
    marked = (design.exceptions.get(Address(one)) for one in selection)
    return any(one is not None and (one.state == "absent" or one.part) for one in marked)


def _is_irregular(rack: Rack) -> bool:
    """Tell whether any member of an array is out of line or has contents of its own."""
    return bool(rack.array.moved or rack.own_contents)


def _is_put_back(design: Design, held: HeldBoxes) -> bool:
    return _box_put_back(design, held) is not design


def _moved_cables(fabric: Fabric, selection: frozenset[str]) -> list[RuleId]:
    """Return the selected cables drawn by hand that stand for others."""
    links = fabric.design.links
    names = {one.removeprefix("rule:").partition("[")[0] for one in selection if ":" in one}
    return [key for key, rule in links.items() if key in names and rule.replaces]


def _absent_links(fabric: Fabric, selection: frozenset[str]) -> list[Address]:
    """Return the links taken away at selected components and boxes, no cable standing for them."""
    taken = {link for rule in fabric.design.links.values() for link in rule.replaces}
    absent = [
        address
        for address, one in fabric.design.exceptions.items()
        if one.state == "absent" and address.startswith("rule:") and address not in taken
    ]
    places = [one for one in selection if "/" in one]
    if not absent or not places:
        return []
    ends = np.unique(np.concatenate([_components(fabric, one) for one in places]))
    found = []
    for address in absent:
        try:
            links = find_links(fabric.links, address)
        except InvalidDesign:
            continue
        if np.isin(fabric.links.a[links], ends).any() or np.isin(fabric.links.b[links], ends).any():
            found.append(address)
    return found


def _components(fabric: Fabric, address: str) -> IntArray:
    try:
        return find_components(fabric.layout, address)
    except InvalidDesign:
        return np.zeros(0, dtype=np.int64)
