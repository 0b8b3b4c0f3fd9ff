"""Edits of what stands in racks: boxes moved to other rack units and to other racks.

Racks of an array have equal contents, so that what moves in one moves in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from studio.design.arrays import cell_key, shift_of
from studio.design.cabling import follow_place
from studio.design.edits import free_name, rack_of
from studio.design.labels import is_numbered, label_of
from studio.design.model import Array, Design, Placement, Rack, Shift
from studio.errors import UnknownName
from studio.ids import Address, RackId

Box = tuple[str, int]
"""Placement and number within its array, from 0."""


def unit_of(design: Design, placement: Placement, element: int) -> int:
    """Return the lowest rack unit that a box of a placement takes."""
    along = shift_of(placement.array, (element, 0)).along
    return placement.u + element * _pitch_u(design, placement) + int(along)


def shift_boxes(design: Design, rack_id: RackId, boxes: Iterable[Box], units: int) -> Design:
    """Return the design with boxes moved up by some rack units.

    A placement of which every box goes moves itself; single boxes of an array get out of line.
    """
    rack = rack_of(design, rack_id)
    contents = dict(rack.contents)
    for name, elements in _by_placement(rack_id, rack, boxes).items():
        placement = contents[name]
        if len(elements) == placement.array.count:
            contents[name] = msgspec.structs.replace(placement, u=placement.u + units)
            continue
        moved = dict(placement.array.moved)
        for element in elements:
            along = shift_of(placement.array, (element, 0)).along + units
            moved.pop(cell_key((element, 0)), None)
            if along:
                moved[cell_key((element, 0))] = Shift(along)
        array = msgspec.structs.replace(placement.array, moved=moved)
        contents[name] = msgspec.structs.replace(placement, array=array)
    return _with_contents(design, rack_id, contents)


def straighten_boxes(design: Design, rack_id: RackId, boxes: Iterable[Box]) -> Design:
    """Return the design with boxes of arrays back in line."""
    rack = rack_of(design, rack_id)
    contents = dict(rack.contents)
    for name, elements in _by_placement(rack_id, rack, boxes).items():
        keys = {cell_key((element, 0)) for element in elements}
        array = contents[name].array
        moved = {key: shift for key, shift in array.moved.items() if key not in keys}
        if moved != array.moved:
            array = msgspec.structs.replace(array, moved=moved)
            contents[name] = msgspec.structs.replace(contents[name], array=array)
    return design if contents == rack.contents else _with_contents(design, rack_id, contents)


def carry_boxes(
    design: Design, source: RackId, boxes: Iterable[Box], target: RackId, units: int
) -> Design:
    """Return the design with boxes taken to another rack, some rack units higher.

    They keep their labels where those are free; exceptions go along.
    """
    if source == target:
        return shift_boxes(design, source, boxes, units)
    rack, other = rack_of(design, source), rack_of(design, target)
    left, taken = dict(rack.contents), dict(other.contents)
    renamed: dict[str, str] = {}
    for name, elements in _by_placement(source, rack, boxes).items():
        placement = left[name]
        for element in elements:
            label = label_of(placement.label, name, placement.first + element)
            new_name = free_name(name, taken)
            taken[new_name] = _alone(design, name, placement, element, units, taken)
            one = taken[new_name]
            renamed[label] = label_of(one.label, new_name, one.first)
        left = _without(design, left, name, frozenset(elements))
    changed = _with_contents(_with_contents(design, source, left), target, taken)
    return _followed(changed, (source, rack), (target, other), renamed)


def _pitch_u(design: Design, placement: Placement) -> int:
    assembly = design.assemblies.get(placement.assembly)
    return int(placement.array.pitch) or max(1, assembly.height_u if assembly else 1)


def _by_placement(rack_id: RackId, rack: Rack, boxes: Iterable[Box]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, element in sorted(set(boxes)):
        if name not in rack.contents or not 0 <= element < rack.contents[name].array.count:
            raise UnknownName(
                "rack {rack_id!r} has no box {element} of placement {name!r}",
                rack_id=rack_id,
                element=element,
                name=name,
            )
        found.setdefault(name, []).append(element)
    return found


def _alone(
    design: Design,
    name: str,
    placement: Placement,
    element: int,
    units: int,
    taken: Mapping[str, Placement],
) -> Placement:
    """Return a box as a placement of its own, with a label that is free among others."""
    labels = {
        label_of(one.label, key, one.first + n)
        for key, one in taken.items()
        for n in range(one.array.count)
    }
    pattern = placement.label.replace("{id}", name)
    number = placement.first + element
    if is_numbered(pattern):
        if label_of(pattern, name, number) in labels:
            # One more label than there are: the first free number is among as many.
            free = (n for n in range(1, len(labels) + 2) if label_of(pattern, "", n) not in labels)
            number = next(free)
    else:
        pattern = free_name(pattern, dict.fromkeys(labels))
    return msgspec.structs.replace(
        placement,
        u=unit_of(design, placement, element) + units,
        array=Array(),
        label=pattern,
        first=number,
    )


def _without(
    design: Design, contents: Mapping[str, Placement], name: str, gone: frozenset[int]
) -> dict[str, Placement]:
    """Return contents without some boxes of a placement; what is left of it stays live."""
    placement = contents[name]
    kept = [n for n in range(placement.array.count) if n not in gone]
    runs: list[list[int]] = []
    for element in kept:
        if runs and runs[-1][-1] == element - 1:
            runs[-1].append(element)
        else:
            runs.append([element])
    made: dict[str, Placement] = {}
    for place, run in enumerate(runs):
        own = free_name(f"{name}-part", {**contents, **made}) if place else name
        made[own] = _run(design, name, placement, run)
    result: dict[str, Placement] = {}
    for key, value in contents.items():
        result.update(made if key == name else {key: value})
    return result


def _run(design: Design, name: str, placement: Placement, elements: list[int]) -> Placement:
    moved = {
        cell_key((place, 0)): placement.array.moved[cell_key((element, 0))]
        for place, element in enumerate(elements)
        if cell_key((element, 0)) in placement.array.moved
    }
    array = msgspec.structs.replace(placement.array, count=len(elements), moved=moved)
    return msgspec.structs.replace(
        placement,
        u=placement.u + elements[0] * _pitch_u(design, placement),
        array=array,
        first=placement.first + elements[0],
        label=placement.label.replace("{id}", name),
    )


def _with_contents(design: Design, rack_id: RackId, contents: dict[str, Placement]) -> Design:
    rack = msgspec.structs.replace(design.racks[rack_id], contents=contents)
    return msgspec.structs.replace(design, racks={**design.racks, rack_id: rack})


def _followed(
    design: Design,
    source: tuple[RackId, Rack],
    target: tuple[RackId, Rack],
    renamed: Mapping[str, str],
) -> Design:
    """Return the design with exceptions of boxes at their new addresses, rack by rack."""
    new_place = {
        f"{old_rack}/{old}": f"{new_rack}/{new}"
        for old_rack, new_rack in zip(_labels(*source), _labels(*target), strict=False)
        for old, new in renamed.items()
    }
    design = follow_place(design, new_place)
    kept = {}
    for address, deviation in design.exceptions.items():
        steps = address.split("/", 2)
        place = new_place.get("/".join(steps[:2]))
        kept[Address("/".join((place, *steps[2:]))) if place else address] = deviation
    if list(kept) == list(design.exceptions):
        return design
    return msgspec.structs.replace(design, exceptions=kept)


def _labels(rack_id: RackId, rack: Rack) -> list[str]:
    count = rack.array.count * rack.array.rows
    return [label_of(rack.label, rack_id, rack.first + n) for n in range(count)]
