"""Edits of what is selected or dropped: delete, duplicate, paste, fail. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from studio.design.arrays import Cell, member_rack
from studio.design.cabling import take_cable
from studio.design.edits import duplicate_racks, free_name, put, remove, set_field, set_state
from studio.design.labels import is_numbered
from studio.design.model import Design, Deviation, Rack
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import hold
from studio.gui.views.subjects import Subject, rule_path, subjects_of
from studio.ids import Address, AssemblyId, RackId, RuleId

Edit = Callable[[Design], Design]
AISLE_M = 1.2
USUAL_DEPTH_M = 1.2


@dataclass(frozen=True)
class Clip:
    """Racks that were copied."""

    racks: Mapping[RackId, Rack]


def selected_racks(fabric: Fabric, selection: frozenset[str]) -> tuple[RackId, ...]:
    """Return the racks (or arrays of racks) that any selected rack belongs to."""
    labels = fabric.layout.rack_by_label
    found = (fabric.layout.racks[labels[one]].rack for one in sorted(selection) if one in labels)
    return tuple(dict.fromkeys(found))


def is_array(design: Design, racks: tuple[RackId, ...]) -> bool:
    """Tell whether any of the racks is an array of several."""
    return any(design.racks[one].array.count * design.racks[one].array.rows > 1 for one in racks)


def copied(fabric: Fabric, selection: frozenset[str]) -> Clip | None:
    """Return the selected racks as a clip, None where none is selected."""
    racks = selected_racks(fabric, selection)
    return Clip({one: fabric.design.racks[one] for one in racks}) if racks else None


def paste(clip: Clip) -> Edit:
    """Return the edit that inserts racks beside where they were copied."""

    def edit(design: Design) -> Design:
        known = [key for key, rack in clip.racks.items() if design.racks.get(key) is rack]
        down = shift_m(clip.racks)
        result, _ = duplicate_racks(design, tuple(known), 0.0, down)
        for key, rack in clip.racks.items():
            if key not in known:
                moved = msgspec.structs.replace(rack, first=next_number(result))
                result = put(result, "racks", free_name(key, result.racks), moved)
        return result

    return edit


def duplicate(
    fabric: Fabric, selection: frozenset[str]
) -> tuple[Edit, Callable[[Fabric], frozenset[str]]]:
    """Return the edit that copies the selected racks, and which labels to select afterwards."""
    held = hold(fabric, selection)
    known = frozenset(fabric.layout.rack_by_label)
    down = shift_m({one: fabric.design.racks[one] for one in held.racks})

    def edit(design: Design) -> Design:
        design, _ = duplicate_racks(design, held.whole, 0.0, down)
        for rack, members in held.members.items():
            for cell in members:
                design = _with_copy(design, rack, cell, down)
        return design

    return edit, lambda after: frozenset(after.layout.rack_by_label) - known


def _with_copy(design: Design, rack_id: RackId, cell: Cell, down_m: float) -> Design:
    """Return the design with a copy of one member of an array, as a rack of its own."""
    rack = design.racks[rack_id]
    single = member_rack(rack_id, rack, cell)
    label = rack.label if is_numbered(rack.label) else f"{single.label}-{{n}}"
    single = msgspec.structs.replace(
        single, y_m=single.y_m + down_m, first=next_number(design), label=label
    )
    return put(design, "racks", free_name(rack_id, design.racks), single)


def shift_m(racks: Mapping[RackId, Rack]) -> float:
    """Return how far down copies stand so that they do not cover what they were copied from."""
    if not racks:
        return 0.0
    tops = [rack.y_m for rack in racks.values()]
    ends = [rack.y_m + (rack.array.rows - 1) * rack.array.row_pitch for rack in racks.values()]
    return max(ends) - min(tops) + USUAL_DEPTH_M + AISLE_M


def delete(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that removes what is selected.

    Whole racks, placements and rules go; single members of an array become absent, so that the
    array stays live.
    """
    subjects = subjects_of(fabric, selection)

    def edit(design: Design) -> Design:
        for subject in subjects:
            design = _without(fabric, design, subject, selection)
        return design

    return edit


def _without(fabric: Fabric, design: Design, subject: Subject, selection: frozenset[str]) -> Design:
    if subject.kind == "rule":
        return _without_rule(fabric, design, subject)
    if subject.kind == "rack" and _is_whole(fabric, subject, selection):
        name = RackId(subject.path[1])
        return remove(design, "racks", name) if name in design.racks else design
    if subject.kind == "placement" and _is_single(design, subject):
        _, rack_id, _, placed = subject.path
        contents = {k: v for k, v in design.racks[RackId(rack_id)].contents.items() if k != placed}
        return set_field(design, ("racks", rack_id, "contents"), contents)
    if subject.kind == "link":
        return _without_link(design, subject)
    if subject.kind in ("rack", "placement", "component"):
        return set_state(design, Address(subject.address), Deviation("absent"))
    return remove(design, "planes", subject.path[1]) if subject.kind == "plane" else design


def _without_link(design: Design, subject: Subject) -> Design:
    """A cable drawn by hand goes as a whole; a link of a rule becomes absent."""
    section, name = subject.path[0], RuleId(subject.path[-1])
    if section == "links":
        if name not in design.links:
            return design
        if design.links[name].by_hand:
            return take_cable(design, name)
    return set_state(design, Address(subject.address), Deviation("absent"))


def _is_whole(fabric: Fabric, subject: Subject, selection: frozenset[str]) -> bool:
    """Tell whether every rack of the array is selected."""
    labels = {one.label for one in fabric.layout.racks if one.rack == subject.path[1]}
    return labels <= selection


def _is_single(design: Design, subject: Subject) -> bool:
    _, rack_id, _, name = subject.path
    rack = design.racks.get(RackId(rack_id))
    if rack is None or name not in rack.contents:
        return False
    return rack.array.count * rack.array.rows == 1 and rack.contents[name].array.count == 1


def _without_rule(fabric: Fabric, design: Design, subject: Subject) -> Design:
    name = subject.address.removeprefix("rule:")
    path = rule_path(fabric, name)
    if path is None or len(path) == 2:
        return remove(design, "links", name) if name in design.links else design
    assembly = design.assemblies[AssemblyId(path[1])]
    kept = {key: rule for key, rule in assembly.links.items() if key != path[3]}
    return set_field(design, (*path[:3],), kept)


def toggle_failed(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that fails the selection, or repairs it where all of it has failed."""
    places = [
        Address(subject.address)
        for subject in subjects_of(fabric, selection)
        if subject.kind in ("rack", "placement", "component", "link", "rule")
    ]
    exceptions = fabric.design.exceptions
    is_failed = all(one in exceptions and exceptions[one].state == "failed" for one in places)

    def edit(design: Design) -> Design:
        for place in places:
            design = set_state(design, place, None if is_failed else Deviation("failed"))
        return design

    return edit


def next_number(design: Design) -> int:
    """Return the first rack number that no rack of the design has."""
    return 1 + max(
        (one.first + one.array.count * one.array.rows - 1 for one in design.racks.values()),
        default=0,
    )
