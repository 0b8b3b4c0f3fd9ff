"""How the fields of a design and their values are called where two designs are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from studio.catalog.fields import FIELDS
from studio.design.diff import Change, FieldChange
from studio.design.model import (
    Assembly,
    Design,
    Deviation,
    FieldOverride,
    Group,
    LinkRule,
    PartChange,
    Placement,
    Rack,
    Shift,
    Waiver,
)
from studio.design.scenario import Inference, Training
from studio.design.site import Feed, Site
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark
from studio.gui.views.difference_values import ABSENT, JUDGEMENTS, NOTHING, Words, short_text
from studio.gui.views.format import figure_text
from studio.gui.views.inspector_fields import Row, value_text
from studio.gui.views.inspector_rows import ROWS, SCHEME_NAMES
from studio.gui.views.states import STATES, state_of
from studio.messages import Listed, Name, entry, say

_BETWEEN = " · "


class _Inside(NamedTuple):
    """Entries of a mapping below a value: what they are, and what says which of them is meant."""

    kind: type
    keys: int
    call: Callable[[Words, tuple[str, ...], Any], str]
    """Of the keys and the value that holds the mapping."""


_INSIDE: Mapping[tuple[type, tuple[str, ...]], _Inside] = {
    (Rack, ("contents",)): _Inside(
        Placement, 1, lambda _, keys, __: say("Box {name}", name=keys[0])
    ),
    (Rack, ("own_contents",)): _Inside(
        Placement,
        2,
        lambda words, keys, rack: say(
            "Box {name} in {rack} alone", name=keys[1], rack=words.rack(rack, keys[0])
        ),
    ),
    (Rack, ("array", "moved")): _Inside(
        Shift, 1, lambda words, keys, rack: say("Place of {name}", name=words.rack(rack, keys[0]))
    ),
    (Placement, ("array", "moved")): _Inside(
        Shift,
        1,
        lambda _, keys, __: say("Place of no. {n}", n=int(keys[0].partition(",")[0]) + 1),
    ),
    (Assembly, ("contents",)): _Inside(
        Group, 1, lambda _, keys, __: say("Members {name}", name=keys[0])
    ),
    (Assembly, ("links",)): _Inside(
        LinkRule, 1, lambda _, keys, __: say("Links {name}", name=keys[0])
    ),
    (PartChange, ("values",)): _Inside(
        FieldOverride,
        1,
        lambda _, keys, __: (
            Name(FIELDS[keys[0]].label, FIELDS[keys[0]].label_zh) if keys[0] in FIELDS else keys[0]
        ),
    ),
    (Site, ("feeds",)): _Inside(Feed, 1, lambda _, keys, __: say("Feed {name}", name=keys[0])),
    (Design, ("sources",)): _Inside(str, 1, lambda _, keys, __: say("Source {name}", name=keys[0])),
}

LABELS: Mapping[type, Mapping[str, str]] = {
    Rack: {"part": mark("Rack type"), "feeds": mark("Power feeds")},
    Placement: {
        "assembly": mark("Assembly"),
        "array.rows": mark("Rows"),
        "array.row_pitch": mark("Row pitch"),
    },
    Group: {"count": mark("Count"), "part": mark("Part type"), "assembly": mark("Assembly")},
    LinkRule: {
        "plane": mark("Plane"),
        "scheme": mark("Scheme"),
        "scheme.dims": mark("Grid"),
        "cable": mark("Cable"),
        "transceiver_a": mark("Transceiver at A"),
        "transceiver_b": mark("Transceiver at B"),
        "by_hand": mark("Drawn by hand"),
        "replaces": mark("Stands for"),
    },
    PartChange: {
        "base": mark("Copy of"),
        "name": mark("Name"),
        "variant": mark("Bin or revision"),
    },
    FieldOverride: {"value": mark("Value"), "source": mark("Source"), "note": mark("Note")},
    Shift: {
        "along": mark("Along the row"),
        "across": mark("Across the rows"),
        "turn_deg": mark("Turned further"),
    },
    Deviation: {
        "state": mark("State"),
        "factor": mark("Capacity left"),
        "part": mark("Part type"),
        "note": mark("Note"),
    },
    Training: {"model": mark("AI model"), "profile": mark("Efficiency profile")},
    Inference: {"model": mark("AI model"), "profile": mark("Efficiency profile")},
    Waiver: {
        "reason": mark("Reason"),
        "author": mark("Author"),
        "shown_as": mark("Shown as"),
    },
    Feed: {"limit_w": mark("Limit")},
    Site: {"routing.stock_lengths_m": mark("Stock lengths")},
}
"""What the inspector has no plain row for."""
_SHOWN: Mapping[str, Callable[[Words, Any, str], str]] = {
    **dict.fromkeys(
        ("part", "base", "cable", "transceiver_a", "transceiver_b"),
        lambda words, value, _: words.part(value),
    ),
    "assembly": lambda words, value, _: words.assembly(value),
    "plane": lambda words, value, _: words.plane(value),
    "active_scenario": lambda words, value, _: words.scenario(value),
    "state": lambda _, value, __: entry(dict(STATES)[state_of(Deviation(value))]),
    "shown_as": lambda _, value, __: entry(JUDGEMENTS[value]),
    "factor": lambda _, value, __: figure_text("", value, "ratio"),
    "limit_w": lambda _, value, __: figure_text("", value, "power"),
    "value": lambda _, value, unit: figure_text("", value, unit),
}
"""Values that are called otherwise than they are written, by the name of their field."""


class DifferenceTexts:
    """Says fields and values of two compiled designs in words to be translated."""

    def __init__(self, before: Fabric, after: Fabric) -> None:
        self._sides = (Words(before), Words(after))

    def of(self, change: Change, one: FieldChange) -> tuple[str, str, str]:
        """Return what a field is called, and its value before and after."""
        kind = _kind_of(change)
        path, called, unit = one.path, [], ""
        if change.section == "sources":
            kind, path = Design, ("sources", *path)
        while (found := _entered(kind, path)) is not None:
            inside, keys, path = found
            words = self._sides[1] if one.after is not None else self._sides[0]
            called.append(inside.call(words, keys, change.key))
            unit = FIELDS[keys[0]].dimension if inside.kind is FieldOverride else _unit_of(kind)
            kind = inside.kind
        name = ".".join(path)
        row = _row_of(kind, name)
        if row is not None:
            called.append(row.label)
        elif name:
            called.append(LABELS.get(kind, {}).get(name, name))
        field = _Field(kind, name or ("" if change.key else change.section), row, unit)
        before, after = (
            self._value(words, value, field)
            for words, value in zip(self._sides, (one.before, one.after), strict=True)
        )
        return Listed([entry(text) for text in called], _BETWEEN), before, after

    def _value(self, words: Words, value: Any, field: _Field) -> str:
        if value is None:
            return entry(NOTHING if field.name else ABSENT.get(field.kind, NOTHING))
        if field.row is not None:
            choices = dict(field.row.choices)
            return entry(choices[value]) if value in choices else value_text(field.row, value)
        show = _SHOWN.get(field.name)
        return show(words, value, field.unit) if show else short_text(words, value, field.unit)


class _Field(NamedTuple):
    """Where a value stands: the value around it, its name there, and what it is measured in."""

    kind: type
    name: str
    row: Row | None
    unit: str


def _kind_of(change: Change) -> type:
    value = change.after if change.after is not None else change.before
    return type(value)


def _unit_of(kind: type) -> str:
    """Return what the shifts inside an array are measured in."""
    return "length" if kind is Rack else "U"


def _entered(
    kind: type, path: tuple[str, ...]
) -> tuple[_Inside, tuple[str, ...], tuple[str, ...]] | None:
    """Return the mapping that a path goes into, the keys it takes there and the rest of it."""
    for (holder, way), inside in _INSIDE.items():
        end = len(way) + inside.keys
        if holder is kind and path[: len(way)] == way and len(path) >= end:
            return inside, path[len(way) : end], path[end:]
    return None


def _row_of(kind: type, name: str) -> Row | None:
    """Return the inspector's row of a field, that of a scheme for the values of one."""
    kinds = [kind]
    if name.startswith("scheme."):
        kinds += SCHEME_NAMES
    return next((row for one in kinds for row in ROWS.get(one, ()) if row.path == name), None)
