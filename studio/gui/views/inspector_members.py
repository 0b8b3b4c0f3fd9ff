"""Fields of single racks of an array, and of boxes that stand in one of them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from studio.design.arrays import Cell, is_repeated, offset_of, place_members, shift_of, turn_members
from studio.design.members import make_own, own_of, share
from studio.design.model import Design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.held import cell_of, hold
from studio.gui.i18n import mark, tr
from studio.gui.views.entry import entry_text
from studio.gui.views.format import count_text
from studio.gui.views.inspector_context import Context
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorField,
    InspectorSection,
    choice_field,
)
from studio.ids import RackId

Member = tuple[RackId, Cell]
TURNS: tuple[Choice, ...] = ((0, "0°"), (90, "90°"), (180, "180°"), (270, "270°"))
SCOPES: tuple[Choice, ...] = (
    (False, mark("As in the array")),
    (True, mark("This rack's own")),
)
IN_LINE = mark("Back in line")
AS_IN_ARRAY = mark("Back to what the array has")
_REACH_M = 3.0
"""Of the slider; farther out is entered."""


def member_section(context: Context) -> list[InspectorSection]:
    """Return where single racks of arrays stand out of line; nothing for whole arrays."""
    held = hold(context.fabric, (subject.address for subject in context.subjects))
    members = tuple((rack, cell) for rack, cells in held.members.items() for cell in cells)
    if not members:
        return []
    fields = (
        _shift(context.design, members, 0, mark("Out of line along x")),
        _shift(context.design, members, 1, mark("Out of line along y")),
        _turn(context.design, members),
        _own_boxes(context.design, members),
    )
    return [InspectorSection(mark("This rack of the array"), fields)]


def _shift(design: Design, members: tuple[Member, ...], axis: int, label: str) -> InspectorField:
    values = [offset_of(design.racks[rack], cell)[axis] for rack, cell in members]
    is_mixed = len(set(values)) > 1

    def write(edited: Design, value: object) -> Design:
        assert isinstance(value, int | float)
        for rack, cell in members:
            offset = list(offset_of(edited.racks[rack], cell))
            offset[axis] = float(value)
            edited = place_members(edited, rack, {cell: (offset[0], offset[1])})
        return edited

    return InspectorField(
        key=_key("xy"[axis], members),
        label=label,
        editor="quantity",
        value=None if is_mixed else values[0],
        text="" if is_mixed else entry_text(values[0], "length"),
        dimension="length",
        is_mixed=is_mixed,
        low=min(-_REACH_M, *values),
        high=max(_REACH_M, *values),
        can_reset=any(values),
        reset_tip=IN_LINE,
        write=write,
        reset=lambda edited: write(edited, 0.0),
    )


def _turn(design: Design, members: tuple[Member, ...]) -> InspectorField:
    values = [shift_of(design.racks[rack].array, cell).turn_deg for rack, cell in members]

    def write(edited: Design, value: object) -> Design:
        assert isinstance(value, int)
        for rack, cell in members:
            now = shift_of(edited.racks[rack].array, cell).turn_deg
            edited = turn_members(edited, rack, [cell], value - now)
        return edited

    return choice_field(
        _key("turn", members),
        mark("Turned further"),
        values,
        TURNS,
        write,
        lambda edited: write(edited, 0),
        can_reset=any(values),
        reset_tip=IN_LINE,
    )


def _own_boxes(design: Design, members: tuple[Member, ...]) -> InspectorField:
    counts = [
        sum(placement.array.count for placement in own_of(design.racks[rack], cell).values())
        for rack, cell in members
    ]

    def reset(edited: Design) -> Design:
        for rack, cell in members:
            edited = share(edited, rack, cell)
        return edited

    return InspectorField(
        key=_key("own", members),
        label=mark("Boxes of its own"),
        editor="fixed",
        text=count_text(sum(counts)),
        can_reset=reset(design) is not design,
        reset_tip=AS_IN_ARRAY,
        reset=reset,
    )


def _key(name: str, members: tuple[Member, ...]) -> str:
    shown = "+".join(f"{rack}[{cell[0]},{cell[1]}]" for rack, cell in members[:4])
    return f"member.{shown}.{name}"


def scope_field(context: Context) -> list[InspectorField]:
    """Return whether boxes follow their array or are their rack's own; nothing in single racks."""
    found = list(_placed_members(context))
    if not found:
        return []
    own = [name in own_of(context.design.racks[rack], cell) for (rack, cell), name in found]
    alone = [name not in context.design.racks[rack].contents for (rack, _), name in found]
    if any(alone):
        # What has no like in the array can't follow it.
        text = tr("In this rack alone")
        return [InspectorField("scope", mark("Stands"), "fixed", text=text)]
    write = _scope_writer(found)
    return [
        choice_field(
            "scope+" + "+".join(subject.address for subject in context.subjects[:4]),
            mark("Values"),
            own,
            SCOPES,
            write,
            lambda design: write(design, False),
            can_reset=any(own),
            reset_tip=AS_IN_ARRAY,
        )
    ]


def _placed_members(context: Context) -> Iterator[tuple[Member, str]]:
    fabric: Fabric = context.fabric
    layout = fabric.layout
    for subject in context.subjects:
        label = subject.address.partition("/")[0]
        instance = layout.racks[layout.rack_by_label[label]]
        rack = fabric.design.racks[instance.rack]
        if is_repeated(rack.array):
            yield (instance.rack, cell_of(fabric.design, instance)), subject.path[-1]


def _scope_writer(found: list[tuple[Member, str]]) -> Callable[[Design, object], Design]:
    def write(design: Design, value: object) -> Design:
        for (rack, cell), name in found:
            change = make_own if value else share
            design = change(design, rack, cell, [name])
        return design

    return write
