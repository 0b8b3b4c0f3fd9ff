"""What a selection of boxes takes hold of: in all racks of an array, or in single ones; no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio.design.arrays import Cell
from studio.design.contents import Box
from studio.design.members import own_of, scope_of
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import cell_of
from studio.ids import RackId


@dataclass(frozen=True)
class HeldBoxes:
    """Boxes that are edited together."""

    rack: RackId
    scope: Cell | None
    """The rack of the array that is meant alone; None for all that are no exception."""
    boxes: tuple[Box, ...]


def hold_boxes(fabric: Fabric, addresses: Iterable[str]) -> tuple[HeldBoxes, ...]:
    """Return what is held where boxes are selected; other things selected do not count.

    A box that is selected in every rack of an array is held in all of them at once.
    """
    layout = fabric.layout
    chosen = set()
    for address in addresses:
        rack, slash, label = address.partition("/")
        number = layout.housing_by_label.get((rack, label)) if slash else None
        if number is not None:
            chosen.add(number)
    found: dict[tuple[RackId, Cell | None], list[Box]] = {}
    held_in_all: set[int] = set()
    for number in sorted(chosen):
        if number in held_in_all:
            continue
        box = layout.housings[number]
        instance = layout.racks[box.rack]
        rack_id = instance.rack
        entry = fabric.design.racks[rack_id]
        cell = cell_of(fabric.design, instance)
        scope = scope_of(entry, cell)
        alike: frozenset[int] = frozenset()
        # Each rack without contents of its own has the box: of thousands a few are never all.
        if len(chosen) >= len(layout.racks_by_entry[rack_id]) - len(entry.own_contents):
            alike = alike_boxes(fabric, number)
        in_all = len(alike) > 1 and alike <= chosen
        if in_all:
            held_in_all |= alike
        found.setdefault((rack_id, None if in_all else scope), []).append(
            (box.placement, box.element)
        )
    return tuple(
        HeldBoxes(rack, scope, tuple(dict.fromkeys(boxes)))
        for (rack, scope), boxes in found.items()
    )


def holds_box(fabric: Fabric, addresses: Iterable[str]) -> bool:
    """Tell whether any box is selected."""
    known = fabric.layout.housing_by_label
    steps = (address.partition("/") for address in addresses)
    return any((rack, label) in known for rack, slash, label in steps if slash)


def alike_boxes(fabric: Fabric, number: int) -> frozenset[int]:
    """Return the box in every rack of its array; an exception is alone."""
    layout, design = fabric.layout, fabric.design
    own = layout.housings[number]
    rack_id = layout.racks[own.rack].rack
    rack = design.racks[rack_id]
    if is_own(fabric, number):
        return frozenset((number,))
    found = layout.housings_by_place[rack_id, own.placement, own.element]
    if rack.own_contents:
        found = tuple(other for other in found if not is_own(fabric, other))
    return frozenset(found)


def is_own(fabric: Fabric, number: int) -> bool:
    """Tell whether a box stands in its rack alone, as an exception of the array."""
    box = fabric.layout.housings[number]
    instance = fabric.layout.racks[box.rack]
    rack = fabric.design.racks[instance.rack]
    return bool(rack.own_contents) and box.placement in own_of(
        rack, cell_of(fabric.design, instance)
    )
