"""Whether a box follows the array of its rack or is that rack's own, as a column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.design.arrays import Cell, cell_at, cell_key, is_repeated
from studio.design.members import contents_path, make_own, scope_of, share
from studio.errors import InvalidInput
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.sheet import Column, Entry, Source, Write
from studio.gui.views.sheets.values import Words
from studio.ids import RackId

SCOPE_TITLE = mark("Values")
_SCOPES: tuple[Choice, ...] = (("array", mark("As in the array")), ("own", mark("Its own")))
_SINGLE = mark("Single rack")


def member_of(source: Source, row: int) -> tuple[RackId, Cell]:
    """Return the rack a box stands in, as entry of the design and cell of its array."""
    layout = source.fabric.layout
    instance = layout.racks[layout.housings[row].rack]
    return instance.rack, cell_at(source.fabric.design.racks[instance.rack].array, instance.element)


def path_of(source: Source, row: int) -> tuple[str, ...]:
    """Return where a box's placement is written: with the array, or as its rack's own."""
    rack, cell = member_of(source, row)
    box = source.fabric.layout.housings[row]
    return contents_path(rack, source.fabric.design.racks[rack], cell, box.placement)


def written_path(source: Source, row: int) -> tuple[str, ...]:
    """Return where an entry for a box is written: as `path_of`, or in its rack alone."""
    path = path_of(source, row)
    rack, cell = member_of(source, row)
    if source.alone and scope_of(source.fabric.design.racks[rack], cell) is not None:
        return ("racks", str(rack), "own_contents", cell_key(cell), path[-1])
    return path


def kept_alone(source: Source, column: Column) -> Column:
    """Return a column of boxes; alone, an entry makes the box an exception of its array first."""
    enter = column.writer
    if not source.alone or enter is None:
        return column

    def write(entry: Entry) -> Write:
        made = enter(entry)
        rack, cell = member_of(source, entry.row)
        if scope_of(source.fabric.design.racks[rack], cell) is None:
            return made
        name = source.fabric.layout.housings[entry.row].placement
        return Write(
            made.target,
            made.value,
            lambda design: made.edit(make_own(design, rack, cell, [name])),
        )

    return replace(column, writer=write)


def scope_column(source: Source) -> Column:
    """Return the column that makes a box an exception of its array, and ends it."""
    design, boxes = source.fabric.design, source.fabric.layout.housings
    choices = writing.shown_choices(_SCOPES, source.tr)
    codes = []
    for row in range(len(boxes)):
        path = path_of(source, row)
        is_single = not is_repeated(design.racks[RackId(path[1])].array)
        codes.append(2 if is_single else int(path[2] == "own_contents"))

    def write(entry: Entry) -> Write:
        wanted = writing.read_choice(entry.text, choices)
        rack, cell = member_of(source, entry.row)
        name = boxes[entry.row].placement
        if codes[entry.row] == 2:
            raise InvalidInput("the rack stands by itself; what is in it follows no array")
        change = make_own if wanted == "own" else share
        target = f"{rack}.{cell}.{name}.own"
        return Write(target, wanted, lambda design: change(design, rack, cell, [name]))

    texts = [*(text for _, text in choices), source.tr(_SINGLE)]
    values = [*(str(value) for value, _ in choices), "single"]
    return Column(
        "scope",
        SCOPE_TITLE,
        lambda: Words(texts, np.array(codes, dtype=np.int64), values),
        write,
        writing.same(choices),
    )
