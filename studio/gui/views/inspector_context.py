"""What sections of the inspector are made from, and the fields that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.catalog.part import Kind
from studio.design.edits import get_field, set_state
from studio.design.model import Design
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorField,
    InspectorSection,
    Row,
    choice_field,
    row_field,
)
from studio.gui.views.inspector_parts import part_sections
from studio.gui.views.inspector_rows import ROWS
from studio.gui.views.states import DEVIATIONS, STATES, state_of
from studio.gui.views.subjects import Subject
from studio.ids import Address

NO_PART: Choice = ("", mark("None"))


@dataclass(frozen=True)
class Context:
    """What a section is made from."""

    fabric: Fabric
    subjects: tuple[Subject, ...]
    language: str

    @property
    def design(self) -> Design:
        """Return the design shown."""
        return self.fabric.design

    @property
    def bases(self) -> tuple[tuple[str, ...], ...]:
        """Return where the subjects stand, each once."""
        return tuple(dict.fromkeys(subject.path for subject in self.subjects))


Build = Callable[[Context], list[InspectorSection]]


def plain_section(context: Context, kind: type, title: str) -> InspectorSection:
    """Return the fields of a kind of value as its table of rows says."""
    fields = tuple(row_field(context.design, context.bases, row) for row in ROWS[kind])
    return InspectorSection(title, fields)


def part_choice(
    context: Context, member: str, label: str, kind: Kind, *, may_be_none: bool = False
) -> InspectorField:
    """Return the choice among part types of a kind: the design's own ones, then the catalogue's."""
    choices = (*((NO_PART,) if may_be_none else ()), *part_choices(context, kind))
    return row_field(context.design, context.bases, Row(member, label, "choice"), choices)


def part_choices(context: Context, kind: Kind) -> tuple[Choice, ...]:
    """Return the part types of a kind: the design's own ones, then the catalogue's."""
    parts = context.fabric.catalog.of_kind(kind)
    own = [
        (part_id, change.name or str(part_id))
        for part_id, change in context.design.parts.items()
        if change.base and context.fabric.catalog.part(change.base).kind == kind
    ]
    chinese = context.language == "zh"
    named = [(part.id, part.name_zh if chinese else part.name) for part in parts]
    return (*own, *named)


def state_field(context: Context) -> InspectorField:
    """Return whether things work, are degraded, failed or absent."""
    addresses = tuple(Address(subject.address) for subject in context.subjects)
    exceptions = context.design.exceptions
    states = [state_of(exceptions.get(address)) for address in addresses]

    def write(design: Design, value: object) -> Design:
        for address in addresses:
            design = set_state(design, address, DEVIATIONS[value])
        return design

    key = "state+" + "+".join(addresses[:4])
    return choice_field(key, mark("State"), states, STATES, write)


def factor_fields(context: Context) -> list[InspectorField]:
    """Return how much of degraded things is left, where all are."""
    addresses = [Address(subject.address) for subject in context.subjects]
    exceptions = context.design.exceptions
    if not all(a in exceptions and exceptions[a].state == "degraded" for a in addresses):
        return []
    bases = [("exceptions", address) for address in addresses]
    row = Row("factor", mark("Capacity left"), "quantity", "ratio", 0, 1)
    return [row_field(context.design, bases, row)]


def type_sections(context: Context, member: str) -> list[InspectorSection]:
    """Return the part type's own sections where all subjects are of one type."""
    named = {str(get_field(context.design, (*base, member))) for base in context.bases}
    if len(named) != 1:
        return []
    found = part_sections(context.design, context.fabric.catalog, named.pop(), context.language)
    return list(found)
