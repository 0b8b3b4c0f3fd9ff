"""Racks as rows, one per rack on the floor; an array's fields stand in each of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from studio.design.arrays import is_repeated, offset_of, place_members, turn_members
from studio.design.copying import next_number
from studio.design.edits import Edit, free_name, get_field, move_racks, put, rotate_racks
from studio.design.model import Array, Design, Rack
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark
from studio.gui.views.entry import read_entry, read_whole
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.rack_counts import with_count
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import marked_states, part_choices, state_column
from studio.gui.views.sheets.places import racks_of
from studio.gui.views.sheets.sheet import Column, Entry, Sheet, Source, Write
from studio.gui.views.sheets.values import Numbers, Values, Words, words
from studio.ids import PartId, RackId
from studio.simulation.rollup.inventory import inventory_of

_ROTATIONS: tuple[Choice, ...] = ((0, "0°"), (90, "90°"), (180, "180°"), (270, "270°"))
_READ_LENGTH = partial(read_entry, dimension="length")
USUAL_STEP_M = 1.2


def racks_sheet(source: Source) -> Sheet:
    """Return the racks of a design."""
    fabric = source.fabric
    layout, design = fabric.layout, fabric.design
    racks = layout.racks
    types = part_choices(source, "rack")

    def path(*steps: str) -> writing.PathOf:
        return lambda row: ("racks", str(racks[row].rack), *steps)

    def field(*steps: str) -> Callable[[], Values]:
        def numbers() -> Numbers:
            # Read once for each entry: an array of thousands is one.
            of = {
                entry: get_field(design, ("racks", str(entry), *steps))
                for entry in layout.racks_by_entry
            }
            return Numbers(np.array([of[one.rack] for one in racks], dtype=float))

        return numbers

    def label(row: int) -> str:
        return racks[row].label

    columns = (
        Column(
            "rack",
            mark("Rack"),
            lambda: Words([one.label for one in racks], np.arange(len(racks))),
        ),
        Column(
            "id",
            mark("Array"),
            lambda: words([str(one.rack) for one in racks]),
            writing.name("racks", lambda row: str(racks[row].rack)),
        ),
        Column(
            "type",
            mark("Rack type"),
            lambda: words(_names_of(fabric, types)),
            writing.choice(path("part"), writing.same(types)),
            writing.same(types),
        ),
        _position(source, "x", mark("Position x"), "x_m"),
        _position(source, "y", mark("Position y"), "y_m"),
        _rotation(source),
        _repeat(source, "count", mark("Racks in a row"), field("array", "count")),
        _repeat(source, "rows", mark("Rows"), field("array", "rows")),
        _length("pitch", mark("Pitch"), field("array", "pitch"), path("array", "pitch")),
        Column(
            "label",
            mark("Label pattern"),
            lambda: words([design.racks[one.rack].label for one in racks]),
            writing.text(path("label")),
        ),
        _count("first", mark("First number"), field("first"), path("first")),
        Column("boxes", mark("Boxes"), lambda: Numbers(_boxes(source)), is_number=True),
        Column("npus", mark("NPUs"), lambda: Numbers(_npus(source)), is_number=True),
        Column(
            "power",
            mark("Typical power"),
            lambda: Numbers(inventory_of(fabric).input_by_rack_w("power_typical"), "power"),
            is_number=True,
        ),
        state_column(source, label, lambda: marked_states(source, len(racks), 1, racks_of)),
        Column(
            "note",
            mark("Note"),
            lambda: words([design.racks[one.rack].note for one in racks]),
            writing.text(path("note")),
        ),
    )
    return Sheet(
        "racks",
        len(racks),
        columns,
        label,
        partial(racks_of, fabric),
        partial(_added, types),
        ("type", "x", "y", "rotation", "count", "pitch", "label"),
    )


def _position(source: Source, key: str, title: str, member: str) -> Column:
    racks = source.fabric.layout.racks

    def at(row: int) -> float:
        return float(getattr(racks[row], member))

    writer = writing.moved(
        lambda row: f"{racks[row].label}.{member}",
        lambda entry: _READ_LENGTH(entry.text, shown=entry.shown),
        at,
        partial(_moved, source, member == "y_m"),
    )
    return Column(
        key,
        title,
        lambda: Numbers(np.array([at(row) for row in range(len(racks))]), "length"),
        writer,
        is_number=True,
    )


def _moved(source: Source, is_across: bool, design: Design, row: int, by_m: float) -> Design:
    """A single rack moves itself; a member of an array gets out of line."""
    instance = source.fabric.layout.racks[row]
    rack = design.racks[instance.rack]
    dx_m, dy_m = (0.0, by_m) if is_across else (by_m, 0.0)
    if not is_repeated(rack.array):
        return move_racks(design, (instance.rack,), dx_m, dy_m)
    cell = divmod(instance.element, rack.array.count)[::-1]
    x_m, y_m = offset_of(rack, cell)
    return place_members(design, instance.rack, {cell: (x_m + dx_m, y_m + dy_m)})


def _rotation(source: Source) -> Column:
    racks = source.fabric.layout.racks

    def turn(design: Design, row: int, degrees: float) -> Design:
        instance = racks[row]
        array = design.racks[instance.rack].array
        if not is_repeated(array):
            return rotate_racks(design, (instance.rack,), round(degrees))
        cell = divmod(instance.element, array.count)[::-1]
        return turn_members(design, instance.rack, (cell,), round(degrees))

    return Column(
        "rotation",
        mark("Rotation"),
        lambda: words([f"{one.rotation_deg}°" for one in racks]),
        writing.moved(
            lambda row: f"{racks[row].label}.rotation",
            lambda entry: writing.read_choice(entry.text, _ROTATIONS),
            lambda row: racks[row].rotation_deg,
            turn,
        ),
        writing.same(_ROTATIONS),
    )


def _count(key: str, title: str, make: Callable[[], Values], path_of: writing.PathOf) -> Column:
    return Column(key, title, make, writing.whole(path_of), is_number=True)


def _repeat(source: Source, member: str, title: str, make: Callable[[], Values]) -> Column:
    racks = source.fabric.layout.racks

    def write(entry: Entry) -> Write:
        rack, value = racks[entry.row].rack, read_whole(entry.text, entry.shown)
        edit = partial(_with_count, source, rack, member, value)
        return Write(f"racks.{rack}.array.{member}", value, edit)

    return Column(member, title, make, write, is_number=True)


def _with_count(source: Source, rack: RackId, member: str, value: int, design: Design) -> Design:
    return with_count(source.fabric, design, rack, member, value)


def _length(key: str, title: str, make: Callable[[], Values], path_of: writing.PathOf) -> Column:
    def metres() -> Values:
        made = make()
        assert isinstance(made, Numbers)
        return Numbers(made.numbers, "length")

    return Column(key, title, metres, writing.number(path_of, "length"), is_number=True)


def _named(choices: tuple[Choice, ...], value: object) -> str:
    return next((text for one, text in choices if one == value), str(value))


def _names_of(fabric: Fabric, types: tuple[Choice, ...]) -> list[str]:
    racks = fabric.layout.racks
    names = {number: _named(types, fabric.parts[number].id) for number in {r.part for r in racks}}
    return [names[one.part] for one in racks]


def _boxes(source: Source) -> FloatArray:
    layout = source.fabric.layout
    return np.bincount(layout.rack_of_housing, minlength=len(layout.racks)).astype(float)


def _npus(source: Source) -> FloatArray:
    layout = source.fabric.layout
    racks = layout.rack[source.fabric.npus]
    return np.bincount(racks, minlength=len(layout.racks)).astype(float)


def _added(types: tuple[Choice, ...], rows: Sequence[Mapping[str, str]]) -> Edit:
    """Return the edit that stands new racks on the floor; what a row leaves out is usual."""
    made = [_rack(types, cells) for cells in rows]

    def edit(design: Design) -> Design:
        x_m = max((rack.x_m for rack in design.racks.values()), default=-USUAL_STEP_M)
        for wanted, place in made:
            x_m = wanted.x_m if "x" in place else x_m + USUAL_STEP_M
            rack = Rack(
                part=wanted.part or _usual_part(design, types),
                x_m=x_m,
                y_m=wanted.y_m,
                rotation_deg=wanted.rotation_deg,
                array=wanted.array,
                label=wanted.label,
                first=next_number(design),
            )
            design = put(design, "racks", free_name("rack", design.racks), rack)
        return design

    return edit


def _rack(types: tuple[Choice, ...], cells: Mapping[str, str]) -> tuple[Rack, frozenset[str]]:
    given = {key: text for key, text in cells.items() if text.strip()}
    lengths = {
        key: _READ_LENGTH(given[key], shown="0 m") for key in ("x", "y", "pitch") if key in given
    }
    rotation = writing.read_choice(given["rotation"], _ROTATIONS) if "rotation" in given else 0
    part = writing.read_choice(given["type"], types) if "type" in given else ""
    count = read_whole(given.get("count", "1"))
    rack = Rack(
        part=PartId(str(part)),
        x_m=lengths.get("x", 0.0),
        y_m=lengths.get("y", 0.0),
        rotation_deg=int(str(rotation)),
        array=Array(count=count, pitch=lengths.get("pitch", USUAL_STEP_M if count > 1 else 0.0)),
        label=given.get("label", "R{n:02}").strip(),
    )
    return rack, frozenset(given)


def _usual_part(design: Design, types: tuple[Choice, ...]) -> PartId:
    first = next(iter(design.racks.values()), None)
    return first.part if first is not None else PartId(str(types[0][0]))
