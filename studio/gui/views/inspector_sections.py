"""What the inspector shows of a selection; a new kind of object is a new row in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.catalog.part import Kind
from studio.design.edits import get_field, set_field, set_state
from studio.design.model import Assembly, Design, Deviation, LinkRule, Placement, Plane, Rack
from studio.design.scenario import Inference, Training
from studio.design.site import Site
from studio.fabric.fabric import Fabric, find_links
from studio.gui.i18n import mark, named
from studio.gui.views.entry import entry_text
from studio.gui.views.format import count_text
from studio.gui.views.inspector_fields import (
    Choice,
    InspectorField,
    InspectorSection,
    Row,
    row_field,
)
from studio.gui.views.inspector_parts import part_sections
from studio.gui.views.inspector_rows import ROWS, SCHEME_NAMES, SCHEME_TYPES, default_scheme
from studio.gui.views.rack_counts import MEMBERS, with_count
from studio.gui.views.subjects import Subject, SubjectKind, subjects_of
from studio.ids import Address, PartId, RackId
from studio.workload.library import models

MOST_ASSEMBLY_GROUPS = 40
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


def _rows(context: Context, kind: type, title: str) -> InspectorSection:
    fields = tuple(row_field(context.design, context.bases, row) for row in ROWS[kind])
    return InspectorSection(title, fields)


def _part_choice(
    context: Context, member: str, label: str, kind: Kind, *, may_be_none: bool = False
) -> InspectorField:
    parts = context.fabric.catalog.of_kind(kind)
    own = [
        (part_id, change.name or str(part_id))
        for part_id, change in context.design.parts.items()
        if change.base and context.fabric.catalog.part(change.base).kind == kind
    ]
    chinese = context.language == "zh"
    named = [(part.id, part.name_zh if chinese else part.name) for part in parts]
    choices: tuple[Choice, ...] = (*((NO_PART,) if may_be_none else ()), *own, *named)
    return row_field(context.design, context.bases, Row(member, label, "choice"), choices)


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
        row = Row("limit_w", f"{name}", "quantity", "power", 0, 4e6)
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


def _rack(context: Context) -> list[InspectorSection]:
    part = _part_choice(context, "part", mark("Rack type"), "rack")
    rows = tuple(
        _with_room(context, row_field(context.design, context.bases, row)) for row in ROWS[Rack]
    )
    return [
        InspectorSection(mark("Rack"), (_state(context), part, *rows)),
        *_parts_of(context, "part"),
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


def _parts_of(context: Context, member: str) -> list[InspectorSection]:
    """Return the part type's own sections where all subjects are of one type."""
    named = {str(get_field(context.design, (*base, member))) for base in context.bases}
    if len(named) != 1:
        return []
    found = part_sections(context.design, context.fabric.catalog, named.pop(), context.language)
    return list(found)


def _placement(context: Context) -> list[InspectorSection]:
    design = context.design
    choices: tuple[Choice, ...] = tuple(
        (key, named(a, context.language)) for key, a in design.assemblies.items()
    )
    assembly = row_field(
        design, context.bases, Row("assembly", mark("Assembly"), "choice"), choices
    )
    rows = tuple(row_field(design, context.bases, row) for row in ROWS[Placement])
    sections = [InspectorSection(mark("Placement"), (_state(context), assembly, *rows))]
    used = dict.fromkeys(str(get_field(design, (*base, "assembly"))) for base in context.bases)
    subjects = tuple(Subject("assembly", "", ("assemblies", name)) for name in used)
    return sections + _assembly(replace(context, subjects=subjects))


def _assembly(context: Context) -> list[InspectorSection]:
    sections = [_rows(context, Assembly, mark("Assembly"))]
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


def _component(context: Context) -> list[InspectorSection]:
    design, catalog = context.design, context.fabric.catalog
    kinds = {
        context.fabric.part_by_id[p].kind
        for subject in context.subjects
        if (p := PartId(subject.part)) in context.fabric.part_by_id
    }
    fields = [_state(context), *_factor(context)]
    if len(kinds) == 1:
        kind = kinds.pop()
        fields.append(_part_choice(context, "part", mark("Part type"), kind))
    row = Row("count", mark("Count in assembly"), "count", "count", 0, 32)
    fields.append(row_field(design, context.bases, row))
    parts = dict.fromkeys(subject.part for subject in context.subjects)
    sections = [InspectorSection(mark("Component"), tuple(fields))]
    if len(parts) == 1:
        sections += part_sections(design, catalog, next(iter(parts)), context.language)
    return sections


def _rule(context: Context) -> list[InspectorSection]:
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
        _part_choice(context, "cable", mark("Cable"), "cable", may_be_none=True),
        _part_choice(
            context, "transceiver_a", mark("Transceiver at A"), "transceiver", may_be_none=True
        ),
        _part_choice(
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
            design = set_field(design, (*base, "scheme"), default_scheme(value))
        return design

    is_mixed = len(set(found)) > 1
    return InspectorField(
        key="+".join(".".join((*base, "scheme")) for base in bases),
        label=mark("Scheme"),
        editor="choice",
        value=None if is_mixed else found[0],
        is_mixed=is_mixed,
        choices=choices,
        write=write,
    )


def _scheme_fields(context: Context) -> list[InspectorField]:
    kinds = {type(get_field(context.design, (*base, "scheme"))) for base in context.bases}
    if len(kinds) != 1:
        return []
    rows: Sequence[Row] = ROWS.get(kinds.pop(), ())
    return [row_field(context.design, context.bases, row) for row in rows]


def _link(context: Context) -> list[InspectorSection]:
    fabric = context.fabric
    fields = [_state(context), *_factor(context)]
    if len(context.subjects) == 1:
        link = int(find_links(fabric.links, context.subjects[0].address)[0])
        ends = (int(fabric.links.a[link]), int(fabric.links.b[link]))
        length = float(fabric.geometry.length_m[link])
        rate = float(fabric.link_bandwidth_byte_per_s[link])
        fields += [
            InspectorField("a", mark("A end"), "fixed", text=fabric.layout.address(ends[0])),
            InspectorField("b", mark("B end"), "fixed", text=fabric.layout.address(ends[1])),
            InspectorField(
                "rate", mark("Bandwidth now"), "fixed", text=entry_text(rate, "bandwidth")
            ),
            InspectorField("length", mark("Length"), "fixed", text=entry_text(length, "length")),
        ]
    return [InspectorSection(mark("Link"), tuple(fields)), *_rule(context)]


def _plane(context: Context) -> list[InspectorSection]:
    return [_rows(context, Plane, mark("Plane"))]


def _part(context: Context) -> list[InspectorSection]:
    return [
        section
        for subject in context.subjects
        for section in part_sections(
            context.design, context.fabric.catalog, subject.part, context.language
        )
    ]


_STATES: tuple[Choice, ...] = (
    ("", mark("In order")),
    ("degraded", mark("Degraded")),
    ("failed", mark("Failed")),
    ("absent", mark("Absent")),
)
HALF = 0.5


def _state(context: Context) -> InspectorField:
    addresses = tuple(Address(subject.address) for subject in context.subjects)
    exceptions = context.design.exceptions
    states = [e.state if (e := exceptions.get(a)) else "" for a in addresses]

    def write(design: Design, value: object) -> Design:
        factor = HALF if value == "degraded" else 1.0
        for address in addresses:
            mark_as = Deviation(state=value, factor=factor) if value else None  # type: ignore[arg-type]
            design = set_state(design, address, mark_as)
        return design

    is_mixed = len(set(states)) > 1
    return InspectorField(
        key="state+" + "+".join(addresses[:4]),
        label=mark("State"),
        editor="choice",
        value=None if is_mixed else states[0],
        is_mixed=is_mixed,
        choices=_STATES,
        write=write,
    )


def _factor(context: Context) -> list[InspectorField]:
    addresses = [Address(subject.address) for subject in context.subjects]
    exceptions = context.design.exceptions
    if not all(a in exceptions and exceptions[a].state == "degraded" for a in addresses):
        return []
    bases = [("exceptions", address) for address in addresses]
    row = Row("factor", mark("Capacity left"), "quantity", "ratio", 0, 1)
    return [row_field(context.design, bases, row)]


BUILDERS: Mapping[SubjectKind, Build] = {
    "design": _design,
    "site": _site,
    "scenario": _scenario,
    "rack": _rack,
    "placement": _placement,
    "component": _component,
    "assembly": _assembly,
    "rule": _rule,
    "link": _link,
    "plane": _plane,
    "part": _part,
}
