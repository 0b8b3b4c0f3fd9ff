"""Whether a box follows the array of its rack or is that rack's own, as a column."""

from __future__ import annotations

import numpy as np

from studio.design.arrays import Cell, cell_at, is_repeated
from studio.design.members import contents_path, make_own, share
from studio.errors import InvalidInput
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.sheet import Column, Entry, Source, Write
from studio.gui.views.sheets.values import Words
from studio.ids import RackId

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
        mark("Values"),
        lambda: Words(texts, np.array(codes, dtype=np.int64), values),
        write,
        writing.same(choices),
    )
