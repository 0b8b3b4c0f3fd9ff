"""A part type in the inspector: every value with its evidence, and what the design changes."""

from __future__ import annotations

import msgspec

from studio.catalog.catalog import Catalog
from studio.catalog.fields import FIELDS
from studio.design.edits import Edit, free_name, put, remove
from studio.design.model import Design, FieldOverride, PartChange
from studio.errors import StudioError
from studio.fabric.parts import Origin, PartData, resolve_part
from studio.gui.i18n import mark, tr
from studio.gui.views.entry import entry_text
from studio.gui.views.format import figure_text, grade_text
from studio.gui.views.inspector_fields import Choice, InspectorField, InspectorSection, Write
from studio.ids import PartId

SLIDER_SPAN = 4.0
"""A slider on a part's value reaches from a quarter to four times the catalogue's."""


def part_sections(
    design: Design, catalog: Catalog, part_id: str, language: str
) -> tuple[InspectorSection, ...]:
    """Return the sections of one part type; none where the catalogue does not know it."""
    change = design.parts.get(PartId(part_id))
    try:
        part = resolve_part(PartId(part_id), change, catalog)
        base = resolve_part(PartId(part_id), _without_values(change), catalog)
    except StudioError:
        return ()
    title = part.name_zh if language == "zh" else part.name
    fields = [_identity(part), *_own_name(design, part), *_variant(design, catalog, part)]
    fields += [_value(part, base, name, language) for name in part.values]
    ports = tuple(
        InspectorField(
            key=f"parts.{part_id}.ports.{name}",
            label=name,
            editor="fixed",
            text=f"{port.count} × {figure_text('', port.rate_byte_per_s, 'bandwidth')}",
            note=port.connector,
        )
        for name, port in part.ports.items()
    )
    sections = [InspectorSection(title, tuple(fields), part.vendor)]
    if ports:
        sections.append(InspectorSection(mark("Ports"), ports))
    return tuple(sections)


def _without_values(change: PartChange | None) -> PartChange | None:
    if change is None:
        return None
    return PartChange(base=change.base, name=change.name, variant=change.variant)


def _identity(part: PartData) -> InspectorField:
    return InspectorField(
        key=f"parts.{part.id}.id", label=mark("Part type"), editor="fixed", text=part.id
    )


def _own_name(design: Design, part: PartData) -> list[InspectorField]:
    """A type of the design's own can be named; those of the catalogue are called as they are."""
    change = design.parts.get(part.id, PartChange())
    if not change.base:
        return []

    def write(edited: Design, value: object) -> Design:
        before = edited.parts.get(part.id, change)
        return put(edited, "parts", part.id, msgspec.structs.replace(before, name=str(value)))

    name = change.name or part.name
    key = f"parts.{part.id}.name"
    return [InspectorField(key, mark("Name"), "text", name, name, write=write)]


def own_part(design: Design, catalog: Catalog, part_id: PartId) -> tuple[Design, PartId]:
    """Return the design with a part type of its own, like another one, and its name there."""
    like = design.parts.get(part_id, PartChange())
    part = resolve_part(part_id, design.parts.get(part_id), catalog)
    taken = {**catalog.parts, **design.parts}
    own = PartId(free_name(f"own-{part_id.removeprefix('own-')}", taken))
    change = msgspec.structs.replace(like, base=like.base or part_id, name=f"{part.name} *")
    return put(design, "parts", own, change), own


def _variant(design: Design, catalog: Catalog, part: PartData) -> list[InspectorField]:
    choices = variant_choices(design, catalog, part)
    if not choices:
        return []
    return [
        InspectorField(
            key=f"parts.{part.id}.variant",
            label=mark("Bin or revision"),
            editor="choice",
            value=part.variant,
            text=part.variant,
            choices=choices,
            write=variant_writer(part.id),
        )
    ]


def variant_choices(design: Design, catalog: Catalog, part: PartData) -> tuple[Choice, ...]:
    """Return the bins and revisions of a part type, none where there is only one."""
    change = design.parts.get(part.id, PartChange())
    known = catalog.part(change.base or part.id).variants
    if not known:
        return ()
    return (
        ("", mark("As announced")),
        *((name, variant.label) for name, variant in known.items()),
    )


def variant_writer(part_id: PartId) -> Write:
    """Return what chooses a bin or revision of a part type."""

    def write(design: Design, value: object) -> Design:
        before = design.parts.get(part_id, PartChange())
        after = PartChange(before.base, before.name, str(value), before.values)
        return _put(design, part_id, after)

    return write


def _value(part: PartData, base: PartData, name: str, language: str) -> InspectorField:
    row = FIELDS[name]
    value, usual = part.values[name], base.values.get(name, 0.0)
    is_changed = name not in base.values or base.values[name] != value
    return InspectorField(
        key=f"parts.{part.id}.values.{name}",
        label=row.label_zh if language == "zh" else row.label,
        editor="count" if row.dimension == "count" else "quantity",
        value=value,
        text=entry_text(value, row.dimension),
        dimension=row.dimension,
        low=usual / SLIDER_SPAN,
        high=min(1.0, usual * SLIDER_SPAN) if row.dimension == "ratio" else usual * SLIDER_SPAN,
        note=_evidence(part.origins.get(name), language),
        tip=_origin_tip(part.origins.get(name)),
        can_reset=is_changed,
        write=value_writer(part.id, name),
        reset=_resetter(part.id, name),
    )


def value_writer(part_id: PartId, name: str) -> Write:
    """Return what sets one value of a part type in the design."""

    def write(design: Design, value: object) -> Design:
        change = design.parts.get(part_id, PartChange())
        number = float(value) if isinstance(value, int | float) else 0.0
        values = {**change.values, name: FieldOverride(number)}
        return _put(design, part_id, PartChange(change.base, change.name, change.variant, values))

    return write


def _resetter(part_id: PartId, name: str) -> Edit:
    def reset(design: Design) -> Design:
        change = design.parts.get(part_id)
        if change is None:
            return design
        values = {key: value for key, value in change.values.items() if key != name}
        return _put(design, part_id, PartChange(change.base, change.name, change.variant, values))

    return reset


def _put(design: Design, part_id: PartId, change: PartChange) -> Design:
    """A change that says nothing is left out, so that a reset leaves the file as it was."""
    if change == PartChange():
        return remove(design, "parts", part_id) if part_id in design.parts else design
    return put(design, "parts", part_id, change)


def _evidence(origin: Origin | None, language: str) -> str:
    if origin is None:
        return ""
    quoted = f" · “{origin.quoted}”" if origin.quoted else ""
    return f"{grade_text(origin.grade, language)}{quoted} · {tr(origin.source)}"


def _origin_tip(origin: Origin | None) -> str:
    if origin is None:
        return ""
    texts = (f"“{origin.quoted}”", tr(origin.source), origin.url, origin.date, tr(origin.note))
    return "\n".join(text for text in texts if text)
