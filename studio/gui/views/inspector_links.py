"""Sections of the inspector for link rules and single links."""

from __future__ import annotations

from collections.abc import Sequence

from studio.design.edits import get_field, set_field
from studio.design.model import Design, LinkRule
from studio.design.schemes import USUAL_SCHEMES
from studio.fabric.places import find_links
from studio.gui.i18n import mark, named
from studio.gui.views.entry import entry_text
from studio.gui.views.format import count_text
from studio.gui.views.inspector_context import Context, factor_fields, part_choice, state_field
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorField,
    InspectorSection,
    Row,
    choice_field,
    row_field,
)
from studio.gui.views.inspector_rows import ROWS, SCHEME_NAMES, SCHEME_TYPES
from studio.gui.views.scheme_text import dims_text, read_dims


def rule_sections(context: Context) -> list[InspectorSection]:
    """Return the fields of link rules, and how many links and cables they make."""
    design = context.design
    planes: tuple[Choice, ...] = tuple(
        (key, named(plane, context.language)) for key, plane in design.planes.items()
    )
    bases = context.bases
    head = (
        *_rule_figures(context),
        row_field(design, bases, Row("plane", mark("Plane"), "choice"), planes),
        _scheme_choice(context),
        *_scheme_fields(context),
    )
    optics = (
        part_choice(context, "cable", mark("Cable"), "cable", may_be_none=True),
        part_choice(
            context, "transceiver_a", mark("Transceiver at A"), "transceiver", may_be_none=True
        ),
        part_choice(
            context, "transceiver_b", mark("Transceiver at B"), "transceiver", may_be_none=True
        ),
    )
    rows = tuple(row_field(design, bases, row) for row in ROWS[LinkRule])
    return [InspectorSection(mark("Link rule"), (*head, *rows[:-1], *optics, rows[-1]))]


def _rule_figures(context: Context) -> tuple[InspectorField, ...]:
    names = {
        subject.address.removeprefix("rule:").partition("[")[0] for subject in context.subjects
    }
    chosen = [one for one in context.fabric.links.rules if one.name in names]
    links = sum(len(one.a) for one in chosen)
    cables = sum(one.cable_count for one in chosen)
    return (
        InspectorField("links", mark("Links made"), "fixed", text=count_text(links)),
        InspectorField("cables", mark("Cables used"), "fixed", text=count_text(cables)),
    )


def _scheme_choice(context: Context) -> InspectorField:
    choices: tuple[Choice, ...] = tuple((kind, SCHEME_NAMES[kind]) for kind in SCHEME_TYPES)
    found = [type(get_field(context.design, (*base, "scheme"))) for base in context.bases]
    bases = context.bases

    def write(design: Design, value: object) -> Design:
        assert isinstance(value, type)
        for base in bases:
            design = set_field(design, (*base, "scheme"), USUAL_SCHEMES[value])
        return design

    key = "+".join(".".join((*base, "scheme")) for base in bases)
    return choice_field(key, mark("Scheme"), found, choices, write)


def _scheme_fields(context: Context) -> list[InspectorField]:
    kinds = {type(get_field(context.design, (*base, "scheme"))) for base in context.bases}
    if len(kinds) != 1:
        return []
    kind = kinds.pop()
    rows: Sequence[Row] = ROWS.get(kind, ())
    grid = [_grid_field(context)] if hasattr(kind, "dims") else []
    return [*grid, *(row_field(context.design, context.bases, row) for row in rows)]


def _grid_field(context: Context) -> InspectorField:
    paths = [(*base, "scheme", "dims") for base in context.bases]
    found = [get_field(context.design, path) for path in paths]
    first = found[0]
    assert isinstance(first, tuple)
    is_mixed = any(one != first for one in found)

    def write(design: Design, value: object) -> Design:
        for path in paths:
            design = set_field(design, path, read_dims(str(value)))
        return design

    return InspectorField(
        key="+".join(".".join(path) for path in paths),
        label=mark("Grid"),
        editor="text",
        value=None if is_mixed else dims_text(first),
        text="" if is_mixed else dims_text(first),
        is_mixed=is_mixed,
        tip=mark("Sizes along each axis, such as 4x4x2"),
        write=write,
    )


def link_sections(context: Context) -> list[InspectorSection]:
    """Return state, ends and length of links, and the fields of their rules."""
    fabric = context.fabric
    fields = [state_field(context), *factor_fields(context)]
    if len(context.subjects) == 1:
        link = int(find_links(fabric.links, context.subjects[0].address)[0])
        route = float(fabric.geometry.route_m[link])
        length = float(fabric.geometry.length_m[link])
        rate = float(fabric.link_bandwidth_byte_per_s[link])
        fields += [
            InspectorField("a", mark("A end"), "fixed", text=fabric.port_map.end(link, 0)),
            InspectorField("b", mark("B end"), "fixed", text=fabric.port_map.end(link, 1)),
            InspectorField(
                "rate", mark("Bandwidth now"), "fixed", text=entry_text(rate, "bandwidth")
            ),
            InspectorField("route", mark("Route"), "fixed", text=entry_text(route, "length")),
            InspectorField("length", mark("Length"), "fixed", text=entry_text(length, "length")),
        ]
    return [InspectorSection(mark("Link"), tuple(fields)), *rule_sections(context)]
