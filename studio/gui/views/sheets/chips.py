"""Chips and other parts inside boxes as rows; their fields are those of the group they stand in."""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.design.edits import set_field, set_part
from studio.fabric.arrays import FloatArray, marked
from studio.gui.i18n import mark
from studio.gui.views.inspector_chips import AS_IN_ASSEMBLY
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import (
    KIND_NAMES,
    part_choices,
    part_figure,
    part_names,
    state_column,
    worked_out_states,
)
from studio.gui.views.sheets.places import chips_of
from studio.gui.views.sheets.scopes import SCOPE_TITLE
from studio.gui.views.sheets.sheet import Column, Entry, Sheet, Source, Write
from studio.gui.views.sheets.values import Numbers, Texts, Values, Words
from studio.gui.views.subjects import subjects_of
from studio.ids import Address, PartId

_FIGURES = (
    ("compute", mark("BF16 compute"), "compute_bf16", "compute"),
    ("memory", mark("Memory"), "memory", "data"),
    ("power", mark("Typical power"), "power_typical", "power"),
)


def chips_sheet(source: Source) -> Sheet:
    """Return every component."""
    fabric = source.fabric
    layout = fabric.layout

    def address(row: int) -> str:
        return str(layout.address(row))

    def path(*steps: str) -> writing.PathOf:
        return lambda row: (*_group_path(source, row), *steps)

    columns = (
        Column("chip", mark("Chip"), lambda: _addresses(source)),
        Column(
            "rack", mark("Rack"), lambda: Words([one.label for one in layout.racks], layout.rack)
        ),
        Column(
            "box",
            mark("Box"),
            lambda: Words([one.label for one in layout.housings], layout.housing),
        ),
        Column("kind", mark("Kind"), lambda: _kinds(source)),
        Column(
            "type",
            mark("Part type"),
            lambda: Words(part_names(source), layout.part, [part.id for part in fabric.parts]),
            partial(_write_type, source),
            partial(_alike, source),
        ),
        _scope_column(source),
        Column(
            "count",
            mark("Count in assembly"),
            lambda: Numbers(_counts(source)),
            writing.whole(path("count")),
            is_number=True,
        ),
        *(
            Column(
                key,
                title,
                partial(_figure, source, field, dimension),
                is_number=True,
            )
            for key, title, field, dimension in _FIGURES
        ),
        state_column(
            source,
            address,
            lambda: worked_out_states(fabric.component_present, fabric.component_factor),
        ),
    )
    return Sheet("chips", layout.component_count, columns, address, partial(chips_of, fabric))


def _addresses(source: Source) -> Values:
    layout = source.fabric.layout
    return Texts(
        layout.component_count,
        lambda row: str(layout.address(row)),
        make_all=lambda: source.chip_addresses,
    )


def _figure(source: Source, field: str, dimension: str) -> Values:
    return Numbers(part_figure(source, field)[source.fabric.layout.part], dimension)


def _kinds(source: Source) -> Values:
    names = [source.tr(KIND_NAMES[part.kind]) for part in source.fabric.parts]
    return Words(names, source.fabric.layout.part, [part.kind for part in source.fabric.parts])


def _counts(source: Source) -> FloatArray:
    """Members of the group of each chip, worked out once per assembly."""
    layout, design = source.fabric.layout, source.fabric.design
    known: dict[int, FloatArray] = {}
    chunks = []
    for housing in layout.housings:
        template = housing.template
        if id(template) not in known:
            counts = []
            for steps in template.paths:
                assembly, group = template.assembly, None
                for name, _ in steps:
                    group = design.assemblies[assembly].contents[name]
                    assembly = group.assembly
                counts.append(float(group.count) if group is not None else np.nan)
            known[id(template)] = np.array(counts)
        chunks.append(known[id(template)])
    return np.concatenate(chunks) if chunks else np.empty(0)


def _group_path(source: Source, row: int) -> tuple[str, ...]:
    return subjects_of(source.fabric, (str(source.fabric.layout.address(row)),))[0].path


def _write_type(source: Source, entry: Entry) -> Write:
    """Another part for the whole group; for a chip that differs already, or alone, for it only."""
    fabric = source.fabric
    wanted = writing.read_choice(entry.text, _alike(source, entry.row))
    if not source.alone and entry.row not in fabric.layout.different:
        path = (*_group_path(source, entry.row), "part")
        return Write(".".join(path), wanted, lambda design: set_field(design, path, wanted))
    return _own_part(fabric.layout.address(entry.row), PartId(str(wanted)))


def _own_part(address: Address, part: PartId | None) -> Write:
    target = f"exceptions.{address}.part"
    return Write(target, part, lambda design: set_part(design, address, part))


def _scope_column(source: Source) -> Column:
    """Return the column that makes a chip another part than its assembly says, and ends it."""
    layout = source.fabric.layout
    choices = writing.shown_choices(_SCOPES, source.tr)
    is_own = marked(layout.component_count, layout.different)

    def write(entry: Entry) -> Write:
        wanted = writing.read_choice(entry.text, choices)
        part = layout.parts[int(layout.part[entry.row])].id if wanted == "own" else None
        return _own_part(layout.address(entry.row), part)

    texts, values = [text for _, text in choices], [str(value) for value, _ in choices]
    return Column(
        "scope",
        SCOPE_TITLE,
        lambda: Words(texts, is_own.astype(np.int64), values),
        write,
        writing.same(choices),
    )


_SCOPES: tuple[Choice, ...] = (("assembly", AS_IN_ASSEMBLY), ("own", mark("Its own")))


def _alike(source: Source, row: int) -> tuple[Choice, ...]:
    """A chip is replaced by one of its own kind."""
    return part_choices(source, source.fabric.parts[int(source.fabric.layout.part[row])].kind)
