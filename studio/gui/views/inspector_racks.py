"""Sections of the inspector for racks and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from studio.design.edits import get_field
from studio.design.model import Assembly, Design, Placement, Rack
from studio.gui.i18n import mark, named
from studio.gui.views.inspector_context import (
    Context,
    part_choice,
    plain_section,
    state_field,
    type_sections,
)
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorField,
    InspectorSection,
    Row,
    row_field,
)
from studio.gui.views.inspector_members import member_section, scope_field
from studio.gui.views.inspector_rows import ROWS
from studio.gui.views.rack_counts import MEMBERS, with_count
from studio.gui.views.subjects import Subject
from studio.ids import RackId

MOST_ASSEMBLY_GROUPS = 40


def rack_sections(context: Context) -> list[InspectorSection]:
    """Return the fields of racks and arrays, of single racks of them, and of their type."""
    part = part_choice(context, "part", mark("Rack type"), "rack")
    rows = tuple(
        _with_room(context, row_field(context.design, context.bases, row)) for row in ROWS[Rack]
    )
    return [
        InspectorSection(mark("Rack"), (state_field(context), part, *rows)),
        *member_section(context),
        *type_sections(context, "part"),
    ]


def _with_room(context: Context, field: InspectorField) -> InspectorField:
    """Counts of racks make room for themselves."""
    member = field.key.rpartition(".")[2]
    if f".array.{member}" not in field.key or member not in MEMBERS:
        return field

    def write(design: Design, value: object) -> Design:
        for base in context.bases:
            design = with_count(context.fabric, design, RackId(base[1]), member, value)
        return design

    return replace(field, write=write)


def placement_sections(context: Context) -> list[InspectorSection]:
    """Return the fields of boxes where they stand, and of what they are."""
    design = context.design
    choices: tuple[Choice, ...] = tuple(
        (key, named(a, context.language)) for key, a in design.assemblies.items()
    )
    assembly = row_field(
        design, context.bases, Row("assembly", mark("Assembly"), "choice"), choices
    )
    rows = tuple(row_field(design, context.bases, row) for row in ROWS[Placement])
    head = (state_field(context), *scope_field(context), assembly)
    sections = [InspectorSection(mark("Placement"), (*head, *rows))]
    used = dict.fromkeys(str(get_field(design, (*base, "assembly"))) for base in context.bases)
    subjects = tuple(Subject("assembly", "", ("assemblies", name)) for name in used)
    return sections + assembly_sections(replace(context, subjects=subjects))


def assembly_sections(context: Context) -> list[InspectorSection]:
    """Return the fields of assemblies, and the counts inside where there is one."""
    sections = [plain_section(context, Assembly, mark("Assembly"))]
    if len(context.bases) != 1:
        return sections
    base = context.bases[0]
    contents = get_field(context.design, (*base, "contents"))
    assert isinstance(contents, Mapping)
    fields = []
    for name in list(contents)[:MOST_ASSEMBLY_GROUPS]:
        group = contents[name]
        row = Row("count", f"{name}", "count", "count", 0, max(16, 2 * group.count))
        field = row_field(context.design, [(*base, "contents", name)], row)
        fields.append(replace(field, note=str(group.part or group.assembly)))
    return [*sections, InspectorSection(mark("Contents"), tuple(fields))]
