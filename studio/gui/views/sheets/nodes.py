"""Placed assemblies as rows: nodes, switch boxes, trays and shelves in their racks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from studio.design.contents import place_box, shift_boxes
from studio.design.edits import Edit, get_field
from studio.design.members import own_of, scope_of
from studio.design.model import Array, Design, Placement, Rack
from studio.errors import InvalidInput
from studio.fabric.arrays import FloatArray
from studio.gui.i18n import mark, named
from studio.gui.views.entry import read_whole
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import marked_states, part_figure, state_column
from studio.gui.views.sheets.places import boxes_of
from studio.gui.views.sheets.scopes import (
    kept_alone,
    member_of,
    path_of,
    scope_column,
    written_path,
)
from studio.gui.views.sheets.sheet import Column, Sheet, Source
from studio.gui.views.sheets.values import Numbers, Texts, Values, Words, words
from studio.ids import AssemblyId, RackId

_FACES: tuple[Choice, ...] = (("front", mark("Front")), ("rear", mark("Rear")))
_KINDS: Mapping[str, str] = {
    "node": mark("Node"),
    "switch_box": mark("Switch box"),
    "tray": mark("Tray"),
    "shelf": mark("Shelf"),
    "board": mark("Board"),
}


def nodes_sheet(source: Source) -> Sheet:
    """Return everything placed in racks."""
    fabric = source.fabric
    layout, design = fabric.layout, fabric.design
    boxes, racks = layout.housings, layout.racks
    assemblies: tuple[Choice, ...] = tuple(
        (key, named(one, source.language)) for key, one in design.assemblies.items()
    )
    faces = writing.shown_choices(_FACES, source.tr)

    def base(row: int) -> tuple[str, ...]:
        return path_of(source, row)

    def path(*steps: str) -> writing.PathOf:
        return lambda row: (*written_path(source, row), *steps)

    def field(*steps: str) -> Callable[[], Values]:
        return lambda: Numbers(
            np.array([get_field(design, (*base(row), *steps)) for row in range(len(boxes))], float)
        )

    def address(row: int) -> str:
        return f"{racks[boxes[row].rack].label}/{boxes[row].label}"

    lowest = writing.moved(
        lambda row: ".".join((*path()(row), str(boxes[row].element), "u")),
        lambda entry: read_whole(entry.text, entry.shown),
        lambda row: boxes[row].u,
        partial(_lifted, source),
    )
    shared = (
        Column("box", mark("Box"), lambda: Texts(len(boxes), address)),
        Column("rack", mark("Rack"), lambda: _racks(source)),
        Column(
            "assembly",
            mark("Assembly"),
            lambda: words([dict(assemblies)[one.template.assembly] for one in boxes]),
            writing.choice(path("assembly"), writing.same(assemblies)),
            writing.same(assemblies),
        ),
        Column("kind", mark("Kind"), lambda: _kinds(source)),
        Column(
            "u",
            mark("Lowest rack unit"),
            lambda: Numbers(np.array([one.u for one in boxes], dtype=float)),
            lowest,
            is_number=True,
        ),
        Column(
            "height",
            mark("Height in U"),
            lambda: Numbers(np.array([one.height_u for one in boxes], dtype=float)),
            is_number=True,
        ),
        Column(
            "face",
            mark("Face"),
            lambda: words([dict(faces)[one.face] for one in boxes]),
            writing.choice(path("face"), writing.same(faces)),
            writing.same(faces),
        ),
        Column(
            "count",
            mark("Count"),
            field("array", "count"),
            writing.whole(path("array", "count")),
            is_number=True,
        ),
        Column(
            "label",
            mark("Label pattern"),
            lambda: words([str(get_field(design, (*base(n), "label"))) for n in range(len(boxes))]),
            writing.text(path("label")),
        ),
        Column("npus", mark("NPUs"), lambda: Numbers(_npus(source)), is_number=True),
        Column("chips", mark("Chips"), lambda: Numbers(_chips(source)), is_number=True),
        Column(
            "power", mark("Typical power"), lambda: Numbers(_power(source), "power"), is_number=True
        ),
    )
    columns = [kept_alone(source, one) for one in shared]
    columns.insert(4, scope_column(source))
    columns.append(
        state_column(source, address, lambda: marked_states(source, len(boxes), 2, boxes_of))
    )
    return Sheet(
        "nodes",
        len(boxes),
        tuple(columns),
        address,
        partial(boxes_of, fabric),
        partial(_added, source, assemblies, faces),
        ("rack", "u", "assembly", "count", "face"),
    )


def _lifted(source: Source, design: Design, row: int, units: float) -> Design:
    layout = source.fabric.layout
    box = layout.housings[row]
    rack, cell = member_of(source, row)
    is_own = source.alone or box.placement in own_of(design.racks[rack], cell)
    scope = (scope_of(design.racks[rack], cell) if is_own else None,)
    return shift_boxes(design, rack, [(box.placement, box.element)], round(units), scope)


def _racks(source: Source) -> Words:
    layout = source.fabric.layout
    return Words([one.label for one in layout.racks], layout.rack_of_housing)


def _kinds(source: Source) -> Values:
    design = source.fabric.design
    kinds = (design.assemblies[one.template.assembly].kind for one in source.fabric.layout.housings)
    return words([source.tr(_KINDS[kind]) for kind in kinds])


def _npus(source: Source) -> FloatArray:
    layout = source.fabric.layout
    housings = layout.housing[source.fabric.npus]
    return np.bincount(housings, minlength=len(layout.housings)).astype(float)


def _chips(source: Source) -> FloatArray:
    fabric = source.fabric
    present = fabric.layout.housing[fabric.component_present]
    return np.bincount(present, minlength=len(fabric.layout.housings)).astype(float)


def _power(source: Source) -> FloatArray:
    """Power of the chips that work; transceivers and losses are the rack's."""
    fabric = source.fabric
    layout = fabric.layout
    draws = np.nan_to_num(part_figure(source, "power_typical"))
    draws[[part.kind == "power_supply" for part in fabric.parts]] = 0.0
    if not layout.component_count:
        return np.zeros(len(layout.housings))
    each = draws[layout.part] * (fabric.component_factor > 0)
    return np.bincount(layout.housing, weights=each, minlength=len(layout.housings)).astype(float)


def _added(
    source: Source,
    assemblies: tuple[Choice, ...],
    faces: tuple[Choice, ...],
    rows: Sequence[Mapping[str, str]],
) -> Edit:
    """Return the edit that puts assemblies into racks; an array takes it into each of its racks."""
    made = [_placement(source, assemblies, faces, cells) for cells in rows]

    def edit(design: Design) -> Design:
        for rack_id, placement in made:
            design = place_box(design, rack_id, None, placement)
        return design

    return edit


def _placement(
    source: Source,
    assemblies: tuple[Choice, ...],
    faces: tuple[Choice, ...],
    cells: Mapping[str, str],
) -> tuple[RackId, Placement]:
    rack = _rack_id(source, cells.get("rack", "").strip())
    if not assemblies:
        raise InvalidInput("the design has no assembly to place; make one first")
    wanted = cells.get("assembly", "").strip()
    assembly = writing.read_choice(wanted, assemblies) if wanted else assemblies[0][0]
    face = writing.read_choice(cells["face"], faces) if cells.get("face", "").strip() else "front"
    count = read_whole(cells.get("count", "").strip() or "1")
    if not cells.get("u", "").strip():
        raise InvalidInput("the lowest rack unit is missing")
    return rack, Placement(
        assembly=AssemblyId(str(assembly)),
        u=read_whole(cells["u"]),
        face="rear" if face == "rear" else "front",
        array=Array(count=count),
    )


def _rack_id(source: Source, wanted: str) -> RackId:
    """Return the rack, or array of racks, of a label or an id."""
    layout = source.fabric.layout
    if wanted in layout.rack_by_label:
        return layout.racks[layout.rack_by_label[wanted]].rack
    racks: Mapping[str, Rack] = {str(key): rack for key, rack in source.fabric.design.racks.items()}
    if wanted in racks:
        return RackId(wanted)
    choices: tuple[Choice, ...] = tuple((one.rack, one.label) for one in layout.racks)
    return RackId(str(writing.read_choice(wanted, choices)))
