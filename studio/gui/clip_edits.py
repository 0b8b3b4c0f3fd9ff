"""Racks and boxes copied, pasted and duplicated. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from studio.catalog.catalog import Catalog
from studio.design.arrays import Cell, cells
from studio.design.contents import place_box, unit_of
from studio.design.copying import Copied, copy_racks, insert_racks, renamed_racks
from studio.design.edits import Edit
from studio.design.labels import label_of
from studio.design.members import contents_of, scope_of
from studio.design.model import Array, Design, Placement
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import cell_of, hold
from studio.gui.clip_links import NO_LINKS, CopiedLinks, copied_links, with_links
from studio.gui.clip_places import shift_m
from studio.ids import Address, RackId

USUAL_UNITS = 48
"""Of a rack whose type does not say."""


@dataclass(frozen=True)
class CopiedBox:
    """A box that was copied, as its placement was then."""

    rack: str
    """Label of the rack it stood in."""
    name: str
    element: int
    placement: Placement


@dataclass(frozen=True)
class Clip:
    """Racks and boxes that were copied."""

    racks: Copied
    boxes: tuple[CopiedBox, ...] = ()
    links: CopiedLinks = NO_LINKS
    catalog: Catalog | None = None
    """What the links were made with."""

    @property
    def text(self) -> str:
        """Return what was copied in words, a line each."""
        return "\n".join((*sorted(self.racks.labels), *(f"{b.rack}/{b.name}" for b in self.boxes)))


def copied(fabric: Fabric, selection: frozenset[str]) -> Clip | None:
    """Return the selected racks and boxes as a clip, None where none is selected.

    Arrays of which every rack is selected go as arrays, others rack by rack; a box in a rack that
    is selected goes with it.
    """
    held, layout = hold(fabric, selection), fabric.layout
    racks = copy_racks(fabric.design, held.whole, held.members)
    boxes = []
    for address in sorted(selection):
        rack, slash, label = address.partition("/")
        number = layout.housing_by_label.get((rack, label)) if slash else None
        if number is None or rack in racks.labels:
            continue
        box, instance = layout.housings[number], layout.racks[layout.rack_by_label[rack]]
        cell = cell_of(fabric.design, instance)
        contents = contents_of(fabric.design.racks[instance.rack], cell)
        boxes.append(CopiedBox(rack, box.placement, box.element, contents[box.placement]))
    if not racks.racks and not boxes:
        return None
    return Clip(racks, tuple(boxes), copied_links(fabric, racks.labels), fabric.catalog)


def paste(fabric: Fabric, clip: Clip) -> Edit:
    """Return the edit that inserts copied racks near where they stood, clear of other racks."""
    right_m, down_m = shift_m(fabric, clip.racks)

    def edit(design: Design) -> Design:
        design, made = insert_racks(design, clip.racks, right_m, down_m)
        if clip.catalog is None:
            return design
        renamed = renamed_racks(clip.racks, design, made)
        return with_links(design, clip.catalog, clip.links, renamed)

    return edit


def paste_boxes(fabric: Fabric, clip: Clip, selection: frozenset[str]) -> Edit:
    """Return the edit that puts copied boxes into the racks selected, or where they stood.

    They take the units they had where these are free, else the lowest free ones. A rack of an
    array that is selected by itself gets them alone, an array that is selected in all its racks.

    Raises
    ------
    InvalidInput : a rack has no room for a box.
    """
    layout, design = fabric.layout, fabric.design
    held = hold(fabric, selection)
    targets: list[tuple[RackId, Cell | None]] = [(rack, None) for rack in held.whole]
    targets += [(rack, cell) for rack, cells in held.members.items() for cell in cells]
    places = [(target, one) for target in targets for one in clip.boxes]
    if not targets:
        for one in clip.boxes:
            instance = layout.racks[layout.rack_by_label.get(one.rack, 0)]
            cell = scope_of(design.racks[instance.rack], cell_of(design, instance))
            places.append(((instance.rack, cell), one))

    def edit(edited: Design) -> Design:
        for (rack, cell), one in places:
            edited = _with_box(fabric, edited, rack, cell, one)
        return edited

    return edit


def _with_box(
    fabric: Fabric, design: Design, rack_id: RackId, cell: Cell | None, box: CopiedBox
) -> Design:
    """Return the design with a copy of a box at its own units or the lowest free ones."""
    placement = box.placement
    if placement.assembly not in design.assemblies:
        raise InvalidInput(
            "{name}: assembly {assembly!r} is not in this design; drop it from the library first",
            name=box.name,
            assembly=placement.assembly,
        )
    taken = _taken(design, rack_id, cell, placement.face)
    high = max(1, design.assemblies[placement.assembly].height_u)
    wanted = unit_of(design, placement, box.element)
    usable = _usable(fabric, design, rack_id)
    free = (
        u for u in (wanted, *range(1, usable - high + 2)) if taken.isdisjoint(range(u, u + high))
    )
    u = next(free, 0)
    if not u:
        raise InvalidInput(
            "rack {rack} has no {height_u} free units in a row; select another rack",
            rack=rack_id,
            height_u=high,
        )
    first = placement.first + box.element
    alone = msgspec.structs.replace(placement, u=u, array=Array(), first=first)
    return place_box(design, rack_id, cell, alone, box.name)


def _taken(design: Design, rack_id: RackId, cell: Cell | None, face: str) -> frozenset[int]:
    """Return the rack units taken at one face of a rack, or in any rack of an array."""
    rack = design.racks[rack_id]
    cells_meant = [cell] if cell is not None else list(cells(rack.array))
    found: set[int] = set()
    for one in cells_meant:
        label = label_of(rack.label, rack_id, rack.first + one[1] * rack.array.count + one[0])
        for key, placement in contents_of(rack, one).items():
            high = max(1, design.assemblies[placement.assembly].height_u)
            for element in range(placement.array.count if placement.face == face else 0):
                own = label_of(placement.label, key, placement.first + element)
                marked = design.exceptions.get(Address(f"{label}/{own}"))
                if marked is None or marked.state != "absent":
                    low = unit_of(design, placement, element)
                    found.update(range(low, low + high))
    return frozenset(found)


def _usable(fabric: Fabric, design: Design, rack_id: RackId) -> int:
    part = fabric.part_by_id.get(design.racks[rack_id].part)
    return (int(part.value("rack_units")) if part is not None else 0) or USUAL_UNITS


def duplicate(
    fabric: Fabric, selection: frozenset[str]
) -> tuple[Edit, Callable[[Fabric], frozenset[str]]]:
    """Return the edit that copies the selected racks and boxes, and what to select afterwards."""
    clip = copied(fabric, selection)
    known = addresses_there(fabric)

    def edit(design: Design) -> Design:
        if clip is None:
            return design
        design = paste(fabric, clip)(design)
        return paste_boxes(fabric, clip, frozenset())(design)

    return edit, lambda after: made_since(after, known)


def addresses_there(fabric: Fabric) -> frozenset[str]:
    """Return the addresses of all racks and boxes."""
    layout = fabric.layout
    boxes = (f"{rack}/{label}" for rack, label in layout.housing_by_label)
    return frozenset((*layout.rack_by_label, *boxes))


def made_since(fabric: Fabric, known: frozenset[str]) -> frozenset[str]:
    """Return the racks that are new, and the boxes that are new in racks that are not."""
    new = addresses_there(fabric) - known
    return frozenset(one for one in new if "/" not in one or one.partition("/")[0] not in new)
