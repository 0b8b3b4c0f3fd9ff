"""Edits that take boxes from rack to rack: in whole arrays, or out of one rack into another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from studio.design.arrays import Cell
from studio.design.cabling import follow_place
from studio.design.contents import (
    Box,
    by_placement,
    labels_of,
    place_box,
    run_of,
    shift_boxes,
    unit_of,
)
from studio.design.edits import free_name, rack_of, set_state
from studio.design.facing import faced, turn_boxes
from studio.design.labels import label_of
from studio.design.members import contents_of, own_of, scope_of, with_contents, with_own
from studio.design.model import Array, Design, Deviation, Placement, Rack
from studio.ids import Address, RackId


def carry_boxes(
    design: Design,
    source: RackId,
    boxes: Iterable[Box],
    target: RackId,
    units: int,
    *,
    is_turned: bool = False,
) -> Design:
    """Return the design with boxes taken to another rack, some rack units higher.

    They go out of all racks of an array into all of the other; exceptions go along.

    Parameters
    ----------
    is_turned : they go to the other face.
    """
    chosen = list(boxes)
    if source == target:
        design = shift_boxes(design, source, chosen, units)
        return turn_boxes(design, source, chosen) if is_turned else design
    rack, other = rack_of(design, source), rack_of(design, target)
    left = dict(rack.contents)
    renamed: dict[str, str] = {}
    for name, elements in by_placement(source, left, chosen).items():
        placement = faced(left[name], is_turned=is_turned)
        for element in elements:
            label = label_of(placement.label, name, placement.first + element)
            design, renamed[label] = _settled(
                design, (target, None), name, element, units, placement
            )
        left = _without(design, left, name, frozenset(elements))
    design = with_contents(design, source, None, left)
    places = zip(_labels(source, rack), _labels(target, other), strict=False)
    return _followed(
        design,
        {f"{old}/{one}": f"{new}/{two}" for old, new in places for one, two in renamed.items()},
    )


Place = tuple[RackId, Cell]
"""One rack on the floor: an entry of the design, and the cell of its array."""


def carry_single(
    design: Design,
    source: Place,
    boxes: Iterable[Box],
    target: Place,
    units: int,
    *,
    is_turned: bool = False,
) -> Design:
    """Return the design with boxes taken from one rack to another, some rack units higher.

    Only these two racks change. What leaves an array is marked absent there, so that the numbers of
    the other boxes and their cables stay; where it is carried back to, it is there again.

    Parameters
    ----------
    is_turned : they go to the other face.
    """
    chosen = list(boxes)
    rack_id, cell = source
    if source == target:
        only = (scope_of(rack_of(design, rack_id), cell),)
        design = shift_boxes(design, rack_id, chosen, units, only)
        return turn_boxes(design, rack_id, chosen, only) if is_turned else design
    shown = dict(contents_of(rack_of(design, rack_id), cell))
    rack_of(design, target[0])
    renamed = {}
    here = f"{_rack_label(design, source)}/"
    for name, elements in by_placement(rack_id, shown, chosen).items():
        placement = faced(shown[name], is_turned=is_turned)
        for element in elements:
            old = here + label_of(placement.label, name, placement.first + element)
            design, label = take_in(design, target, name, element, units, placement)
            renamed[old] = f"{_rack_label(design, target)}/{label}"
        design = _let_go(design, source, name, elements)
    design = _followed(design, renamed)
    for old in renamed:
        if old in _box_labels(design, source):
            design = set_state(design, Address(old), Deviation("absent"))
    return design


def take_in(
    design: Design, target: Place, name: str, element: int, units: int, placement: Placement
) -> tuple[Design, str]:
    """Return the design with a box of a placement in one rack, and its label there.

    Where the array has just that box and it is absent, it is there again.

    Parameters
    ----------
    units : how many rack units higher than the placement says.
    """
    rack_id, cell = target
    rack = design.racks[rack_id]
    place, u = _rack_label(design, target), unit_of(design, placement, element) + units
    for key, one in contents_of(rack, cell).items():
        for number in range(one.array.count if one.assembly == placement.assembly else 0):
            label = label_of(one.label, key, one.first + number)
            marked = design.exceptions.get(Address(f"{place}/{label}"))
            gone = marked is not None and marked.state == "absent"
            if gone and one.face == placement.face and unit_of(design, one, number) == u:
                return set_state(design, Address(f"{place}/{label}"), None), label
    return _settled(design, (rack_id, scope_of(rack, cell)), name, element, units, placement)


def _settled(
    design: Design,
    target: tuple[RackId, Cell | None],
    name: str,
    element: int,
    units: int,
    placement: Placement,
) -> tuple[Design, str]:
    """Return the design with one box of a placement as a placement elsewhere, and its label."""
    before = contents_of(design.racks[target[0]], target[1])
    alone = msgspec.structs.replace(
        placement,
        u=unit_of(design, placement, element) + units,
        array=Array(),
        first=placement.first + element,
    )
    design = place_box(design, *target, alone, name)
    key, made = next(
        (key, one)
        for key, one in contents_of(design.racks[target[0]], target[1]).items()
        if key not in before
    )
    return design, label_of(made.label, key, made.first)


def _let_go(design: Design, source: Place, name: str, elements: Sequence[int]) -> Design:
    """Return the design without boxes that the array does not give to the rack."""
    rack_id, cell = source
    rack = design.racks[rack_id]
    scope = scope_of(rack, cell)
    if scope is None:
        left = _without(design, dict(rack.contents), name, frozenset(elements))
        return with_contents(design, rack_id, None, left)
    if name in rack.contents or len(elements) < contents_of(rack, cell)[name].array.count:
        return design  # marked absent instead, so that numbers and cables of the others stay
    own = {key: one for key, one in own_of(rack, cell).items() if key != name}
    return with_own(design, rack_id, cell, own)


def _rack_label(design: Design, place: Place) -> str:
    rack = design.racks[place[0]]
    column, row = place[1]
    return label_of(rack.label, place[0], rack.first + row * rack.array.count + column)


def _box_labels(design: Design, place: Place) -> frozenset[str]:
    """Return the addresses of the boxes of one rack."""
    rack = _rack_label(design, place)
    labels = labels_of(contents_of(design.racks[place[0]], place[1]))
    return frozenset(f"{rack}/{label}" for label in labels)


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
        made[own] = run_of(design, name, placement, run)
    result: dict[str, Placement] = {}
    for key, value in contents.items():
        result.update(made if key == name else {key: value})
    return result


def _followed(design: Design, new_place: Mapping[str, str]) -> Design:
    """Return the design with cables and exceptions of boxes at their new addresses."""
    design = follow_place(design, dict(new_place))
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
