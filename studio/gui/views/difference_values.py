"""Whole values of a design in a few words, for a list of what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studio.design import schemes
from studio.design.arrays import cell_at, cell_key
from studio.design.model import (
    Assembly,
    Design,
    Deviation,
    FieldOverride,
    Group,
    LinkRule,
    PartChange,
    Placement,
    Plane,
    Rack,
    Shift,
    Waiver,
)
from studio.design.scenario import Inference, Training
from studio.design.site import Feed
from studio.errors import StudioError
from studio.fabric.fabric import Fabric
from studio.fabric.parts import part_in
from studio.gui.i18n import mark
from studio.gui.views.format import figure_text
from studio.gui.views.inspector_rows import SCHEME_NAMES
from studio.gui.views.scheme_text import parameters_text
from studio.gui.views.states import STATES, state_of
from studio.messages import Listed, entry, say

NOTHING = "–"
ABSENT: Mapping[type, str] = {
    FieldOverride: mark("the catalogue's"),
    Shift: mark("in line"),
    Deviation: mark("In order"),
}
JUDGEMENTS: Mapping[str, str] = {
    "ignore": mark("Ignore"),
    "info": mark("Info"),
    "warning": mark("Warning"),
    "error": mark("Error"),
}


@dataclass(frozen=True)
class Words:
    """Names of one of two designs, as a text shows them."""

    fabric: Fabric

    @property
    def design(self) -> Design:
        return self.fabric.design

    def part(self, part_id: str) -> str:
        if not part_id:
            return say("none")
        try:
            return part_in(self.design, self.fabric.catalog, part_id).title
        except StudioError:
            return part_id

    def assembly(self, name: str) -> str:
        return _title(self.design.assemblies, name)

    def plane(self, name: str) -> str:
        return _title(self.design.planes, name)

    def scenario(self, name: str) -> str:
        return _title(self.design.scenarios, name)

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], str]:
        racks = self.design.racks
        return {
            (one.rack, cell_key(cell_at(racks[one.rack].array, one.element))): one.label
            for one in self.fabric.layout.racks
        }

    def rack(self, key: str, cell: str) -> str:
        """Return the label of a rack of an array, its cell where it is in nobody's way."""
        return self._labels.get((key, cell), f"{key}[{cell}]")


def _title(known: Mapping[Any, Any], name: str) -> str:
    """Return what an entry of a design is called; its key where it is gone."""
    return str(name) if name not in known else known[name].title


def short_text(words: Words, value: Any, unit: str) -> str:
    """Return a whole value in a few words."""
    from studio.session.difference import value_text as plain_text

    show = _SHORT.get(type(value))
    if show is not None:
        return show(words, value, unit)
    if isinstance(value, schemes.Scheme):
        name, numbers = entry(SCHEME_NAMES[type(value)]), parameters_text(value)
        return Listed([name, numbers]) if numbers else name
    return plain_text(value)


def _shift(_: Words, shift: Shift, unit: str) -> str:
    def far(number: float) -> str:
        return figure_text("", number, unit) if unit == "length" else f"{number:g} {unit}"

    texts: list[str] = []
    if shift.along:
        texts.append(say("{far} along the row", far=far(shift.along)))
    if shift.across:
        texts.append(say("{far} across the rows", far=far(shift.across)))
    if shift.turn_deg:
        texts.append(say("turned {degrees}°", degrees=shift.turn_deg))
    return Listed(texts) if texts else entry(ABSENT[Shift])


def _placement(words: Words, placement: Placement, _: str) -> str:
    return say(
        "{count} × {what} from U{u}, {face}",
        count=placement.array.count,
        what=words.assembly(placement.assembly),
        u=placement.u,
        face=say("front") if placement.face == "front" else say("rear"),
    )


def _deviation(words: Words, deviation: Deviation, _: str) -> str:
    texts = [entry(dict(STATES)[state_of(deviation)])]
    if deviation.state == "degraded":
        left = figure_text("", deviation.factor, "ratio")
        texts.append(say("{share} left", share=left))
    texts += [words.part(deviation.part)] if deviation.part else []
    texts += [deviation.note] if deviation.note else []
    return Listed(texts)


def _waiver(_: Words, waiver: Waiver, __: str) -> str:
    texts = [entry(JUDGEMENTS[waiver.shown_as]), waiver.reason, waiver.author]
    return Listed([text for text in texts if text])


def _part_change(words: Words, change: PartChange, _: str) -> str:
    return say("{name}, copy of {base}", name=change.name, base=words.part(change.base))


def _tuple(_: Words, values: tuple[Any, ...], __: str) -> str:
    if not values:
        return say("none")
    if isinstance(values[0], float):
        low, high = (figure_text("", one, "length") for one in (min(values), max(values)))
        return say("{n} lengths, {low} to {high}", n=len(values), low=low, high=high)
    return Listed([str(one) for one in values])


_SHORT: Mapping[type, Callable[[Words, Any, str], str]] = {
    bool: lambda _, value, __: say("yes") if value else say("no"),
    tuple: _tuple,
    Shift: _shift,
    Placement: _placement,
    Deviation: _deviation,
    Waiver: _waiver,
    PartChange: _part_change,
    Rack: lambda words, rack, _: say(
        "{count} × {what}", count=rack.array.count * rack.array.rows, what=words.part(rack.part)
    ),
    Group: lambda words, group, _: say(
        "{count} × {what}",
        count=group.count,
        what=words.part(group.part) if group.part else words.assembly(group.assembly),
    ),
    LinkRule: lambda _, rule, __: f"{rule.a} – {rule.b}",
    Plane: lambda _, plane, __: plane.title,
    Assembly: lambda _, assembly, __: assembly.title,
    Training: lambda _, job, __: job.title,
    Inference: lambda _, job, __: job.title,
    Feed: lambda _, feed, __: figure_text("", feed.limit_w, "power"),
    FieldOverride: lambda _, one, unit: figure_text("", one.value, unit),
}
