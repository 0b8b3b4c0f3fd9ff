"""Edits of what is dropped from the library: racks, assemblies and parts. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from studio.design.arrays import Cell, cell_at
from studio.design.contents import place_box
from studio.design.copying import next_number
from studio.design.edits import Edit, free_name, put, set_field
from studio.design.members import scope_of
from studio.design.model import (
    Array,
    Assembly,
    AssemblyKind,
    Design,
    Face,
    Group,
    Placement,
    Rack,
)
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData, part_in
from studio.ids import AssemblyId, PartId, RackId
from studio.session.library import lend, usual_rack

_INSIDE_KINDS = (
    "npu",
    "cpu",
    "switch",
    "nic",
    "memory",
    "storage",
    "power_supply",
    "cooling",
    "board",
    "chassis",
)


def add_rack(item: str, x_m: float, y_m: float) -> Edit:
    """Return the edit that stands a rack on the floor: a part type, or a copy of `design:id`."""

    def edit(design: Design) -> Design:
        own = item.removeprefix("design:")
        pattern = design.racks.get(RackId(own)) if own != item else None
        number = next_number(design)
        if pattern is not None:
            rack = msgspec.structs.replace(
                pattern, x_m=x_m, y_m=y_m, array=Array(), own_contents={}, first=number
            )
        else:
            rack = Rack(part=PartId(item), x_m=x_m, y_m=y_m, first=number)
        return put(design, "racks", free_name(own if pattern else "rack", design.racks), rack)

    return edit


def place_assembly(
    fabric: Fabric,
    assembly: str,
    rack_label: str,
    u: int,
    *,
    only: bool = False,
    face: Face = "front",
) -> Edit:
    """Return the edit that puts an assembly into a rack, and into all of its array.

    Parameters
    ----------
    only : into that rack of the array alone.
    """
    rack_id, cell = _place(fabric, rack_label, only)

    def edit(design: Design) -> Design:
        lent, name = lend(design, assembly)
        return place_box(lent, rack_id, cell, Placement(name, u, face=face))

    return edit


def rack_around(assembly: str, x_m: float, y_m: float) -> Edit:
    """Return the edit that stands an assembly on the floor, in a rack of the kind it stands in."""

    def edit(design: Design) -> Design:
        part = usual_rack(design, assembly)
        rack_id = RackId(free_name("rack", design.racks))
        rack = Rack(part=part, x_m=x_m, y_m=y_m, first=next_number(design))
        lent, name = lend(put(design, "racks", rack_id, rack), assembly)
        return place_box(lent, rack_id, None, Placement(name, 1))

    return edit


_BOX_KINDS: Mapping[str, AssemblyKind] = {
    "switch": "switch_box",
    "power_supply": "shelf",
    "board": "board",
}


def box_part(
    fabric: Fabric,
    part_id: str,
    rack_label: str,
    u: int,
    height_u: int,
    *,
    only: bool = False,
    face: Face = "front",
) -> Edit:
    """Return the edit that makes a box around a part, and puts it into a rack and all of its array.

    Parameters
    ----------
    only : into that rack of the array alone.

    Raises
    ------
    InvalidInput : the part does not go into a box.
    """
    part = _inside(fabric, part_id)
    kind = _BOX_KINDS.get(part.kind, "node")
    rack_id, cell = _place(fabric, rack_label, only)

    def edit(design: Design) -> Design:
        key = free_name(kind.replace("_", "-"), design.assemblies)
        box = Assembly(
            kind=kind, name=part.name, height_u=height_u, contents={part.kind: Group(1, part.id)}
        )
        design = put(design, "assemblies", key, box)
        return place_box(design, rack_id, cell, Placement(AssemblyId(key), u, face=face))

    return edit


def _place(fabric: Fabric, rack_label: str, only: bool) -> tuple[RackId, Cell | None]:
    """Return an entry of the design, and the cell where one rack of it is meant alone."""
    instance = fabric.layout.racks[fabric.layout.rack_by_label[rack_label]]
    rack = fabric.design.racks[instance.rack]
    return instance.rack, scope_of(rack, cell_at(rack.array, instance.element)) if only else None


def _inside(fabric: Fabric, part_id: str) -> PartData:
    part = part_in(fabric.design, fabric.catalog, part_id)
    if part.kind not in _INSIDE_KINDS:
        raise InvalidInput(
            "{part} does not go into a box; choose it in a link rule or a rack's fields",
            part=part.name,
        )
    return part


def put_part(fabric: Fabric, part_id: str, housing: str) -> tuple[str, Edit]:
    """Return name and edit of a part dropped on a box: swap what is of its kind, else add one.

    Raises
    ------
    InvalidInput : the part does not go into a box.
    """
    part = _inside(fabric, part_id)
    rack, label = housing.split("/")[:2]
    template = fabric.layout.housings[fabric.layout.housing_by_label[rack, label]].template
    assembly = fabric.design.assemblies[AssemblyId(str(template.assembly))]
    same_kind = (
        name
        for name, group in assembly.contents.items()
        if (known := fabric.part_by_id.get(group.part)) is not None and known.kind == part.kind
    )
    group_name = next(same_kind, "")
    if group_name:
        path = ("assemblies", str(template.assembly), "contents", group_name, "part")
        return "swap", lambda design: set_field(design, path, part_id)
    contents = {**assembly.contents, free_name(part.kind, assembly.contents): Group(1, part.id)}
    whole = ("assemblies", str(template.assembly), "contents")
    return "add", lambda design: set_field(design, whole, contents)
