"""Edits of what is selected: delete and fail. Knows no Qt."""

from __future__ import annotations

from studio.design.arrays import cells
from studio.design.cabling import take_cable
from studio.design.edits import Edit, remove, set_field, set_state
from studio.design.labels import label_of
from studio.design.members import contents_of, with_contents
from studio.design.model import Design, Deviation
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held_boxes import HeldBoxes, hold_boxes
from studio.gui.views.subjects import Subject, rule_path, subjects_of
from studio.ids import Address, AssemblyId, RackId, RuleId


def selected_racks(fabric: Fabric, selection: frozenset[str]) -> tuple[RackId, ...]:
    """Return the racks (or arrays of racks) that any selected rack belongs to."""
    labels = fabric.layout.rack_by_label
    found = (fabric.layout.racks[labels[one]].rack for one in sorted(selection) if one in labels)
    return tuple(dict.fromkeys(found))


def is_array(design: Design, racks: tuple[RackId, ...]) -> bool:
    """Tell whether any of the racks is an array of several."""
    return any(design.racks[one].array.count * design.racks[one].array.rows > 1 for one in racks)


def delete(fabric: Fabric, selection: frozenset[str]) -> Edit:
    """Return the edit that removes what is selected.

    Whole racks, placements and rules go; single members of an array become absent, so that the
    array stays live. What stands in one rack of an array alone goes.
    """
    subjects = subjects_of(fabric, selection)
    boxes = hold_boxes(fabric, selection)

    def edit(design: Design) -> Design:
        for subject in subjects:
            design = _without(fabric, design, subject, selection)
        for held in boxes:
            design = _without_boxes(design, held)
        return design

    return edit


def _without(fabric: Fabric, design: Design, subject: Subject, selection: frozenset[str]) -> Design:
    if subject.kind == "rule":
        return _without_rule(fabric, design, subject)
    if subject.kind == "rack" and _is_whole(fabric, subject, selection):
        name = RackId(subject.path[1])
        return remove(design, "racks", name) if name in design.racks else design
    if subject.kind == "link":
        return _without_link(design, subject)
    if subject.kind in ("rack", "component"):
        return set_state(design, Address(subject.address), Deviation("absent"))
    return remove(design, "planes", subject.path[1]) if subject.kind == "plane" else design


def _without_boxes(design: Design, held: HeldBoxes) -> Design:
    """Take placements out of which every box is held; other boxes become absent."""
    rack = design.racks.get(held.rack)
    if rack is None:
        return design  # gone with its rack
    contents = contents_of(rack, held.scope)
    gone = frozenset(
        name
        for name, placement in contents.items()
        if {(name, n) for n in range(placement.array.count)} <= frozenset(held.boxes)
        and (held.scope is None or name not in rack.contents)
    )
    if gone:
        left = {key: one for key, one in contents.items() if key not in gone}
        design = with_contents(design, held.rack, held.scope, left)
    meant = cells(rack.array) if held.scope is None else [held.scope]
    for cell in meant:
        number = rack.first + cell[1] * rack.array.count + cell[0]
        label = label_of(rack.label, held.rack, number)
        for name, element in held.boxes:
            if name not in gone:
                placement = contents[name]
                own = label_of(placement.label, name, placement.first + element)
                design = set_state(design, Address(f"{label}/{own}"), Deviation("absent"))
    return design


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
