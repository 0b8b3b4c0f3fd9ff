"""Racks and placements of a design, expanded into the arrays of a layout, rack by rack.

Only what repeats is walked in Python; components come from templates by offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from studio.design.arrays import array_offset, cell_key, cells, member_rotation
from studio.design.members import contents_of
from studio.design.model import Design, Rack
from studio.errors import InvalidDesign
from studio.fabric.layout import Housing, Layout, RackInstance
from studio.fabric.parts import PartTable
from studio.fabric.stacking import check_cells, check_moved, member_label, same_label, stacked
from studio.fabric.template import Template, build_templates
from studio.ids import AssemblyId, RackId
from studio.messages import say

MOST_RACKS = 20_000
MOST_PLACEMENTS = 400_000
MOST_COMPONENTS = 2_000_000
FARTHEST_M = 1e5
"""Racks farther out than this are a mistake of units."""


def build_layout(design: Design, parts: PartTable) -> Layout:
    """Expand racks, arrays and placements.

    Raises
    ------
    InvalidDesign : a limit is exceeded, a label repeats, or something named is not there.
    """
    templates = build_templates(design.assemblies, parts)
    racks: list[RackInstance] = []
    housings: list[Housing] = []
    components = 0
    for rack_id, rack in design.racks.items():
        place = say("rack {rack_id!r}", rack_id=rack_id)
        stack = stacked(place, rack.contents, design, templates)
        instances = _rack_instances(rack_id, rack, parts)
        own = _own_stacks(place, rack, design, templates)
        stacks = [own.get(one.element, stack) for one in instances] if own else [stack]
        times = 1 if own else len(instances)
        components += times * sum(len(box.template.parts) for one in stacks for box in one)
        placements = len(housings) + times * sum(map(len, stacks))
        _check_size(rack_id, len(racks) + len(instances), placements, components)
        for instance in instances:
            inside = own.get(instance.element, stack)
            housings.extend(replace(housing, rack=len(racks)) for housing in inside)
            racks.append(instance)
    _check_labels(racks)
    return _assemble(racks, housings, parts)


def _own_stacks(
    place: str, rack: Rack, design: Design, templates: Mapping[AssemblyId, Template]
) -> Mapping[int, list[Housing]]:
    """Return what stands in the racks of an array that are exceptions, by number in the array."""
    check_cells(place, rack.own_contents)
    found = {}
    for cell in cells(rack.array) if rack.own_contents else ():
        if cell_key(cell) in rack.own_contents:
            one = say("{rack}, member {cell}", rack=place, cell=cell_key(cell))
            contents = contents_of(rack, cell)
            element = cell[1] * rack.array.count + cell[0]
            found[element] = stacked(one, contents, design, templates)
    return found


def _check_size(rack_id: RackId, racks: int, placements: int, components: int) -> None:
    for count, most, what in (
        (racks, MOST_RACKS, say("racks")),
        (placements, MOST_PLACEMENTS, say("placements")),
        (components, MOST_COMPONENTS, say("components")),
    ):
        if count > most:
            raise InvalidDesign(
                "rack {rack_id!r}: the design would have {count} {what}; {most} are "
                "possible. Make its array or the counts inside smaller",
                rack_id=rack_id,
                count=count,
                what=what,
                most=most,
            )


def _rack_instances(rack_id: RackId, rack: Rack, parts: PartTable) -> list[RackInstance]:
    array = rack.array
    if not (array.count >= 0 and array.rows >= 0 and array.count * array.rows <= MOST_RACKS):
        raise InvalidDesign(
            "rack {rack_id!r}: array of {count} x {rows}; 0 to {most_racks} racks are possible",
            rack_id=rack_id,
            count=array.count,
            rows=array.rows,
            most_racks=MOST_RACKS,
        )
    _check_position(rack_id, rack)
    number = parts.number(rack.part, say("rack {rack_id!r}", rack_id=rack_id))
    found = []
    for element in range(array.count * array.rows):
        row, column = divmod(element, array.count)
        dx, dy = array_offset(rack, column, row)
        label = member_label(
            rack.label,
            rack_id,
            rack.first + element,
            say(
                "rack {rack_id!r}",
                rack_id=rack_id,
            ),
        )
        x_m, y_m = rack.x_m + dx, rack.y_m + dy
        turned = member_rotation(rack, column, row)
        found.append(RackInstance(rack_id, element, label, number, x_m, y_m, turned))
    return found


def place_racks(layout: Layout, before: Design, design: Design) -> Layout:
    """Return the layout with its racks where the design has them now; nothing else has changed.

    Racks that have not moved stay the same objects.

    Parameters
    ----------
    before : the design that the layout is of.
    """
    racks = list(layout.racks)
    for rack_id, rack in design.racks.items():
        _check_position(rack_id, rack)
        if rack is before.racks[rack_id]:
            continue
        # An entry without members, an array of none, stands nowhere.
        numbers = layout.racks_by_entry.get(rack_id, ())
        for element in _elements_placed(before.racks[rack_id], rack, len(numbers)):
            racks[numbers[element]] = _placed(racks[numbers[element]], rack)
    return layout.alike(racks=tuple(racks))


def _elements_placed(before: Rack, rack: Rack, count: int) -> Iterable[int]:
    """Return the members that may stand elsewhere: of an array that stays, those out of line."""
    old, new = before.array, rack.array
    stays = (before.x_m, before.y_m, before.rotation_deg) == (rack.x_m, rack.y_m, rack.rotation_deg)
    if not stays or (old.pitch, old.row_pitch) != (new.pitch, new.row_pitch):
        return range(count)
    keys = {**old.moved, **new.moved}
    changed = {cell for cell in keys if old.moved.get(cell) != new.moved.get(cell)}
    # Cells beyond the array are kept for when it grows again.
    return [n for n, cell in enumerate(cells(new)) if cell_key(cell) in changed] if changed else ()


def _placed(instance: RackInstance, rack: Rack) -> RackInstance:
    row, column = divmod(instance.element, rack.array.count)
    dx, dy = array_offset(rack, column, row)
    x_m, y_m = rack.x_m + dx, rack.y_m + dy
    turned = member_rotation(rack, column, row)
    if (instance.x_m, instance.y_m, instance.rotation_deg) == (x_m, y_m, turned):
        return instance
    return RackInstance(
        instance.rack, instance.element, instance.label, instance.part, x_m, y_m, turned
    )


def _check_position(rack_id: RackId, rack: Rack) -> None:
    if not (abs(rack.x_m) <= FARTHEST_M and abs(rack.y_m) <= FARTHEST_M):
        raise InvalidDesign(
            "rack {rack_id!r}: stands at ({x_m}, {y_m}) m; at most {farthest_m:.0f} m from "
            "the origin is possible",
            rack_id=rack_id,
            x_m=rack.x_m,
            y_m=rack.y_m,
            farthest_m=FARTHEST_M,
        )
    if not (abs(rack.array.pitch) <= FARTHEST_M and abs(rack.array.row_pitch) <= FARTHEST_M):
        raise InvalidDesign(
            "rack {rack_id!r}: pitch ({pitch}, {row_pitch}) m; at most {farthest_m:.0f} m is "
            "possible",
            rack_id=rack_id,
            pitch=rack.array.pitch,
            row_pitch=rack.array.row_pitch,
            farthest_m=FARTHEST_M,
        )
    if rack.rotation_deg % 90:
        raise InvalidDesign(
            "rack {rack_id!r}: {rotation_deg} degrees; use multiples of 90",
            rack_id=rack_id,
            rotation_deg=rack.rotation_deg,
        )
    check_moved(say("rack {rack_id!r}", rack_id=rack_id), rack.array, FARTHEST_M, "m")


def _check_labels(racks: list[RackInstance]) -> None:
    if (clash := same_label(racks)) is not None:
        one, other = clash
        raise InvalidDesign(
            "racks {rack!r} and {other!r} both have a rack labelled {label!r}; change "
            "'first' or 'label' of one",
            rack=one.rack,
            other=other.rack,
            label=one.label,
        )


def _assemble(racks: list[RackInstance], housings: list[Housing], parts: PartTable) -> Layout:
    sizes = np.array([len(housing.template.parts) for housing in housings], dtype=np.int64)
    start = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    chunks = [housing.template.parts for housing in housings]
    part = np.concatenate(chunks) if chunks else np.empty(0, dtype=np.int64)
    housing_number = np.repeat(np.arange(len(housings)), sizes)
    return Layout(
        racks=tuple(racks),
        housings=tuple(housings),
        parts=parts.parts(),
        part=part,
        housing=housing_number,
        member=np.arange(len(part)) - start[housing_number],
        start=start,
    )
