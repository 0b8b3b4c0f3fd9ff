"""What the inspector shows of a selection; a new kind of object is a new row in the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from studio.design.edits import get_field
from studio.design.model import Design, Plane
from studio.design.scenario import Inference, Training
from studio.design.site import Site
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components
from studio.gui.i18n import mark
from studio.gui.views.inspector_chips import own_part_field
from studio.gui.views.inspector_context import (
    Build,
    Context,
    factor_fields,
    part_choice,
    plain_section,
    state_field,
)
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorSection,
    Row,
    row_field,
)
from studio.gui.views.inspector_links import link_sections, rule_sections
from studio.gui.views.inspector_parts import part_sections
from studio.gui.views.inspector_ports import port_section
from studio.gui.views.inspector_racks import assembly_sections, placement_sections, rack_sections
from studio.gui.views.inspector_rows import ROWS
from studio.gui.views.subjects import Subject, SubjectKind, subjects_of
from studio.ids import PartId
from studio.messages import say
from studio.workload.library import models


def inspector_sections(
    fabric: Fabric, selection: frozenset[str], language: str
) -> tuple[InspectorSection, ...]:
    """Return the sections for a selection; with nothing selected those of the whole design."""
    subjects = subjects_of(fabric, selection)
    if not subjects:
        subjects = (Subject("design", "design", ()),)
    kinds = dict.fromkeys(subject.kind for subject in subjects)
    sections: list[InspectorSection] = []
    for kind in kinds:
        chosen = tuple(subject for subject in subjects if subject.kind == kind)
        sections += BUILDERS[kind](Context(fabric, chosen, language))
    return tuple(sections)


def design_reads(design: Design) -> tuple[object, ...]:
    """Return what the sections of the whole design, with nothing selected, are made of."""
    return (
        design.name,
        design.name_zh,
        design.description,
        design.description_zh,
        design.author,
        design.scenarios,
        design.active_scenario,
        design.site,
    )


def selection_title(fabric: Fabric, selection: frozenset[str], language: str) -> str:
    """Return what is selected, in a few words."""
    if not selection:
        design = fabric.design
        return design.name_zh or design.name if language == "zh" else design.name
    if len(selection) == 1:
        return next(iter(selection))
    return f"已选 {len(selection)} 项" if language == "zh" else f"{len(selection)} selected"


def _design(context: Context) -> list[InspectorSection]:
    design = context.design
    rows = (
        Row("name", mark("Name"), "text"),
        Row("name_zh", mark("Chinese name"), "text"),
        Row("description", mark("Description"), "long_text"),
        Row("description_zh", mark("Chinese description"), "long_text"),
        Row("author", mark("Author"), "text"),
    )
    fields = tuple(row_field(design, [()], row) for row in rows)
    sections = [InspectorSection(mark("Design"), fields)]
    if design.active_scenario in design.scenarios:
        sections += _scenario(
            replace(
                context,
                subjects=(Subject("scenario", "", ("scenarios", design.active_scenario)),),
            )
        )
    return [*sections, *_site(context)]


def _site(context: Context) -> list[InspectorSection]:
    fields = [row_field(context.design, [("site",)], row) for row in ROWS[Site]]
    for name in context.design.site.feeds:
        row = Row("limit_w", say("Feed {name}", name=name), "quantity", "power", 0, 4e6)
        fields.append(row_field(context.design, [("site", "feeds", name)], row))
    return [InspectorSection(mark("Site"), tuple(fields))]


def _scenario(context: Context) -> list[InspectorSection]:
    sections = []
    for kind, title in ((Training, mark("Training job")), (Inference, mark("Inference job"))):
        bases = tuple(
            base for base in context.bases if isinstance(get_field(context.design, base), kind)
        )
        if not bases:
            continue
        chosen: tuple[Choice, ...] = tuple((name, name) for name in models())
        model = row_field(context.design, bases, Row("model", mark("AI model"), "choice"), chosen)
        rest = tuple(row_field(context.design, bases, row) for row in ROWS[kind])
        sections.append(InspectorSection(title, (model, *rest)))
    return sections


def _component(context: Context) -> list[InspectorSection]:
    design, catalog = context.design, context.fabric.catalog
    kinds = {
        context.fabric.part_by_id[p].kind
        for subject in context.subjects
        if (p := PartId(subject.part)) in context.fabric.part_by_id
    }
    fields = [state_field(context), *factor_fields(context)]
    if len(kinds) == 1:
        kind = kinds.pop()
        fields.append(part_choice(context, "part", mark("Part type"), kind))
        fields.append(own_part_field(context, kind))
    row = Row("count", mark("Count in assembly"), "count", "count", 0, 32)
    fields.append(row_field(design, context.bases, row))
    parts = dict.fromkeys(subject.part for subject in context.subjects)
    sections = [InspectorSection(mark("Component"), tuple(fields))]
    if len(parts) == 1:
        sections += part_sections(design, catalog, next(iter(parts)), context.language)
    if len(context.subjects) == 1:
        place = find_components(context.fabric.layout, context.subjects[0].address)
        sections += port_section(context.fabric, int(place[0]))
    return sections


def _plane(context: Context) -> list[InspectorSection]:
    return [plain_section(context, Plane, mark("Plane"))]


def _part(context: Context) -> list[InspectorSection]:
    return [
        section
        for subject in context.subjects
        for section in part_sections(
            context.design, context.fabric.catalog, subject.part, context.language
        )
    ]


BUILDERS: Mapping[SubjectKind, Build] = {
    "design": _design,
    "site": _site,
    "scenario": _scenario,
    "rack": rack_sections,
    "placement": placement_sections,
    "component": _component,
    "assembly": assembly_sections,
    "rule": rule_sections,
    "link": link_sections,
    "plane": _plane,
    "part": _part,
}
