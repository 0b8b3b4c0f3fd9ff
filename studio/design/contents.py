"""Edits of what stands in racks: boxes placed, and moved to other rack units.

Racks of an array have equal contents: what moves in one moves in all, unless the edit names the
racks it is meant for by their cells; it is an exception there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from studio.design.arrays import Cell, cell_key, shift_of
from studio.design.edits import free_name, rack_of
from studio.design.labels import is_numbered, label_of
from studio.design.members import contents_of, with_contents
from studio.design.model import Design, Placement, Shift
from studio.errors import UnknownName
from studio.ids import RackId

Box = tuple[str, int]
"""Placement and number within its array, from 0."""


ALL: tuple[Cell | None, ...] = (None,)
"""Every rack of an array, those left out where exceptions stand."""


def unit_of(design: Design, placement: Placement, element: int) -> int:
    """Return the lowest rack unit that a box of a placement takes."""
    along = shift_of(placement.array, (element, 0)).along
    return placement.u + element * pitch_u(design, placement) + int(along)


def shift_boxes(
    design: Design,
    rack_id: RackId,
    boxes: Iterable[Box],
    units: int,
    only: Iterable[Cell | None] = ALL,
) -> Design:
    """Return the design with boxes moved up by some rack units.

    A placement of which every box goes moves itself; single boxes of an array get out of line.

    Parameters
    ----------
    only : the racks of an array that are meant, by cell.
    """
    chosen = list(boxes)
    for cell in only:
        rack = rack_of(design, rack_id)
        contents = dict(contents_of(rack, cell))
        for name, elements in by_placement(rack_id, contents, chosen).items():
            contents[name] = _shifted(contents[name], elements, units)
        design = with_contents(design, rack_id, cell, contents)
    return design


def _shifted(placement: Placement, elements: Sequence[int], units: int) -> Placement:
    if len(elements) == placement.array.count:
        return msgspec.structs.replace(placement, u=placement.u + units)
    moved = dict(placement.array.moved)
    for element in elements:
        along = shift_of(placement.array, (element, 0)).along + units
        moved.pop(cell_key((element, 0)), None)
        if along:
            moved[cell_key((element, 0))] = Shift(along)
    array = msgspec.structs.replace(placement.array, moved=moved)
    return msgspec.structs.replace(placement, array=array)


def straighten_boxes(
    design: Design, rack_id: RackId, boxes: Iterable[Box], only: Iterable[Cell | None] = ALL
) -> Design:
    """Return the design with boxes of arrays back in line."""
    chosen = list(boxes)
    for cell in only:
        rack = rack_of(design, rack_id)
        shown = contents_of(rack, cell)
        contents = dict(shown)
        for name, elements in by_placement(rack_id, contents, chosen).items():
            keys = {cell_key((element, 0)) for element in elements}
            array = contents[name].array
            moved = {key: shift for key, shift in array.moved.items() if key not in keys}
            if moved != array.moved:
                array = msgspec.structs.replace(array, moved=moved)
                contents[name] = msgspec.structs.replace(contents[name], array=array)
        if contents != shown:
            design = with_contents(design, rack_id, cell, contents)
    return design


def place_box(
    design: Design, rack_id: RackId, cell: Cell | None, placement: Placement, name: str = ""
) -> Design:
    """Return the design with one more placement in a rack, or with None in all of its array.

    It keeps its labels where those are free.

    Parameters
    ----------
    name : wanted for the placement; the first letter of its assembly where none is given.
    """
    rack = rack_of(design, rack_id)
    others = [contents_of(rack, cell), *(rack.own_contents.values() if cell is None else ())]
    wanted = name or placement.assembly[:1].upper() or "A"
    key = free_name(wanted, {one: None for contents in others for one in contents})
    labels = frozenset(label for contents in others for label in labels_of(contents))
    pattern = placement.label.replace("{id}", wanted)
    label, first = _free_label(pattern, placement.first, placement.array.count, labels)
    placed = msgspec.structs.replace(placement, label=label, first=first)
    return with_contents(design, rack_id, cell, {**contents_of(rack, cell), key: placed})


def pitch_u(design: Design, placement: Placement) -> int:
    """Return how many rack units lie between two boxes of a placement."""
    assembly = design.assemblies.get(placement.assembly)
    return int(placement.array.pitch) or max(1, assembly.height_u if assembly else 1)


def run_of(design: Design, name: str, placement: Placement, elements: Sequence[int]) -> Placement:
    """Return consecutive boxes of a placement as one of their own, where they stand."""
    moved = {
        cell_key((place, 0)): placement.array.moved[cell_key((element, 0))]
        for place, element in enumerate(elements)
        if cell_key((element, 0)) in placement.array.moved
    }
    array = msgspec.structs.replace(placement.array, count=len(elements), moved=moved)
    return msgspec.structs.replace(
        placement,
        u=placement.u + elements[0] * pitch_u(design, placement),
        array=array,
        first=placement.first + elements[0],
        label=placement.label.replace("{id}", name),
    )


def by_placement(
    rack_id: RackId, contents: Mapping[str, Placement], boxes: Iterable[Box]
) -> Mapping[str, list[int]]:
    """Return the numbers of boxes by their placement.

    Raises
    ------
    UnknownName : a box is not among the contents.
    """
    found: dict[str, list[int]] = {}
    for name, element in sorted(set(boxes)):
        if name not in contents or not 0 <= element < contents[name].array.count:
            raise UnknownName(
                "rack {rack_id!r} has no box {element} of placement {name!r}",
                rack_id=rack_id,
                element=element,
                name=name,
            )
        found.setdefault(name, []).append(element)
    return found


def labels_of(contents: Mapping[str, Placement]) -> list[str]:
    """Return the labels of all boxes of a rack."""
    return [
        label_of(one.label, key, one.first + n)
        for key, one in contents.items()
        for n in range(one.array.count)
    ]


def _free_label(pattern: str, first: int, count: int, taken: frozenset[str]) -> tuple[str, int]:
    """Return pattern and first number of labels that no box has, as wanted if possible."""
    if not is_numbered(pattern):
        return free_name(pattern, dict.fromkeys(taken)), first

    def is_free(number: int) -> bool:
        wanted = (label_of(pattern, "", number + n) for n in range(max(1, count)))
        return taken.isdisjoint(wanted)

    # Each label that is taken bars as many numbers as there are boxes; one more must be free.
    candidates = (first, *range(1, len(taken) * max(1, count) + 2))
    return pattern, next(number for number in candidates if is_free(number))
