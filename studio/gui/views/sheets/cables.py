"""Single cables by rows of the table: an end moved, other parts, new ones from a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from studio.catalog.part import Kind
from studio.design.cabling import add_cables, move_end, single_like
from studio.design.edits import Edit, set_field
from studio.design.model import Design, LinkRule
from studio.errors import InvalidInput
from studio.fabric.places import find_components
from studio.gui.canvas.wire_ends import patterns
from studio.gui.i18n import named
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import part_choices
from studio.gui.views.sheets.sheet import Entry, Source, Write
from studio.ids import Address, PartId, RuleId

Side = Literal["a", "b"]
ADD_KEYS = ("from", "to", "plane", "cable", "transceiver_a", "transceiver_b")
"""Columns of cables to add, in the order taken where no header is given."""
_PARTS: Mapping[str, Kind] = {
    "cable": "cable",
    "transceiver_a": "transceiver",
    "transceiver_b": "transceiver",
}


def write_end(source: Source, side: Side, entry: Entry) -> Write:
    """Return what entering another end of a link does.

    A cable drawn by hand goes there; for one of a rule a single cable takes its place.
    """
    links = source.fabric.links
    one = links.rules[int(links.rule[entry.row])]
    end = str(source.fabric.layout.address(_component(source, entry.text)))
    link = Address(links.name(entry.row))
    if one.rule.by_hand:
        _single(one.name, one.rule, len(one.a))
        name = RuleId(one.name)
        return Write(f"links.{name}.{side}", end, lambda design: move_end(design, name, side, end))
    ends = {
        "a": str(source.fabric.layout.address(int(links.a[entry.row]))),
        "b": str(source.fabric.layout.address(int(links.b[entry.row]))),
    }

    def edit(design: Design) -> Design:
        # Both ends may be entered in one step: the second finds the cable of the first.
        made = (key for key, rule in design.links.items() if link in rule.replaces)
        name = next(made, None)
        if name is not None:
            return move_end(design, name, side, end)
        cable = single_like(one.rule, **{**ends, side: end})
        return add_cables(design, [msgspec.structs.replace(cable, replaces=(link,))])[0]

    return Write(f"{link}.{side}", end, edit)


def _single(name: str, rule: LinkRule, count: int) -> None:
    if count > 1:
        raise InvalidInput(
            "{name} is one cable of {count} links from {a} to {b}; move it on the drawing",
            name=name,
            count=count,
            a=rule.a,
            b=rule.b,
        )


def write_part(source: Source, member: str, choices: tuple[Choice, ...], entry: Entry) -> Write:
    """Return what entering another cable or transceiver does, possible for single cables only."""
    links = source.fabric.links
    one = links.rules[int(links.rule[entry.row])]
    if not one.rule.by_hand:
        raise InvalidInput(
            "link rule {name!r} says so for all its links; change it there, or move an end to "
            "make this one a single cable",
            name=one.name,
        )
    path = ("links", one.name, member)
    value = writing.read_choice(entry.text, choices)
    return Write(".".join(path), value, lambda design: set_field(design, path, value))


def cables_added(source: Source, rows: Sequence[Mapping[str, str]]) -> Edit:
    """Return the edit that draws single cables, like the rules that join such components."""
    made = [_cable(source, cells) for cells in rows]
    return lambda design: add_cables(design, made)[0]


def _cable(source: Source, cells: Mapping[str, str]) -> LinkRule:
    fabric = source.fabric
    given = {key: text.strip() for key, text in cells.items() if text.strip()}
    if "from" not in given or "to" not in given:
        raise InvalidInput("a cable has two ends; write them as R03/N2/npu[5]")
    start, end = _component(source, given["from"]), _component(source, given["to"])
    if start == end:
        raise InvalidInput("both ends are {address!r}", address=given["to"])
    planes = tuple((key, named(one, source.language)) for key, one in fabric.design.planes.items())
    if "plane" in given:
        planes = tuple(
            one for one in planes if one[0] == writing.read_choice(given["plane"], planes)
        )
    found = patterns(fabric, start, end, [str(key) for key, _ in planes])
    if not found:
        raise InvalidInput(
            "{a} and {b} have no ports that fit each other",
            a=fabric.layout.address(start),
            b=fabric.layout.address(end),
        )
    a, b = (end, start) if found[0].is_turned else (start, end)
    cable = single_like(found[0].rule, str(fabric.layout.address(a)), str(fabric.layout.address(b)))
    parts = {
        member: PartId(str(writing.read_choice(given[member], part_choices(source, kind))))
        for member, kind in _PARTS.items()
        if member in given
    }
    return msgspec.structs.replace(cable, **parts)


def _component(source: Source, text: str) -> int:
    """Return the one component at an address.

    Raises
    ------
    InvalidInput : none is there, or several are.
    """
    found = find_components(source.fabric.layout, text.strip())
    if len(found) != 1:
        raise InvalidInput(
            "{text!r} names {count} components; a cable ends at one",
            text=text.strip(),
            count=len(found),
        )
    return int(found[0])
