"""Chips and other parts inside boxes as rows; their fields are those of the group they stand in."""

from __future__ import annotations

from functools import partial

import numpy as np

from studio.fabric.arrays import FloatArray
from studio.gui.i18n import mark
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
from studio.gui.views.sheets.sheet import Column, Sheet, Source
from studio.gui.views.sheets.values import Numbers, Texts, Values, Words
from studio.gui.views.subjects import subjects_of

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
            writing.choice(path("part"), partial(_alike, source)),
            partial(_alike, source),
        ),
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


def _alike(source: Source, row: int) -> tuple[Choice, ...]:
    """A chip is replaced by one of its own kind."""
    return part_choices(source, source.fabric.parts[int(source.fabric.layout.part[row])].kind)
