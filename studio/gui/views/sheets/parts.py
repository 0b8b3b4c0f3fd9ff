"""Part types of the design as rows, with what the design changes of the catalogue's values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from studio.catalog.fields import FIELDS
from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.i18n import mark
from studio.gui.views.entry import read_entry
from studio.gui.views.inspector_parts import value_writer, variant_choices, variant_writer
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import KIND_NAMES, part_figure, part_names
from studio.gui.views.sheets.places import NONE, chips_of
from studio.gui.views.sheets.sheet import Column, Entry, Sheet, Source, Write, Writer
from studio.gui.views.sheets.values import Numbers, Values, words
from studio.simulation.rollup.inventory import inventory_of

_SHOWN = (
    "compute_bf16",
    "compute_fp8",
    "memory",
    "memory_bandwidth",
    "capacity",
    "rate",
    "reach",
    "latency",
    "power_max",
    "power_typical",
    "power_idle",
    "efficiency",
    "price",
    "mass",
    "failure_rate",
)
"""Values worth a column; the inspector has them all."""


def parts_sheet(source: Source) -> Sheet:
    """Return every part type the design uses."""
    fabric = source.fabric
    parts = fabric.parts

    def texts(make: Callable[[int], str]) -> Callable[[], Values]:
        return lambda: words([make(row) for row in range(len(parts))])

    columns = (
        Column("part", mark("Part type"), texts(lambda row: str(parts[row].id))),
        Column("name", mark("Name"), lambda: words(part_names(source))),
        Column("kind", mark("Kind"), texts(lambda row: source.tr(KIND_NAMES[parts[row].kind]))),
        Column("vendor", mark("Vendor"), texts(lambda row: parts[row].vendor)),
        Column("count", mark("Count"), lambda: Numbers(_pieces(source)), is_number=True),
        Column(
            "variant",
            mark("Bin or revision"),
            texts(lambda row: _variant(source, row)),
            partial(_write_variant, source),
            lambda row: variant_choices(fabric.design, fabric.catalog, parts[row]),
        ),
        *(_value(source, name) for name in _SHOWN if any(name in one.values for one in parts)),
    )
    return Sheet(
        "parts", len(parts), columns, lambda row: f"part:{parts[row].id}", partial(_rows, source)
    )


def _pieces(source: Source) -> FloatArray:
    counted: dict[str, float] = {}
    for part, count in inventory_of(source.fabric).pieces:
        counted[part.id] = counted.get(part.id, 0.0) + count
    return np.array([counted.get(part.id, 0.0) for part in source.fabric.parts])


def _variant(source: Source, row: int) -> str:
    part = source.fabric.parts[row]
    choices = variant_choices(source.fabric.design, source.fabric.catalog, part)
    return source.tr(dict(choices).get(part.variant, "")) if choices else ""


def _write_variant(source: Source, entry: Entry) -> Write:
    part = source.fabric.parts[entry.row]
    choices = variant_choices(source.fabric.design, source.fabric.catalog, part)
    value = writing.read_choice(entry.text, writing.shown_choices(choices, source.tr))
    write = variant_writer(part.id)
    return Write(f"parts.{part.id}.variant", value, lambda design: write(design, value))


def _value(source: Source, field: str) -> Column:
    row = FIELDS[field]
    return Column(
        field,
        row.label_zh if source.language == "zh" else row.label,
        lambda: Numbers(part_figure(source, field), row.dimension),
        _value_writer(source, field),
        is_number=True,
    )


def _value_writer(source: Source, field: str) -> Writer:
    def write(entry: Entry) -> Write:
        part = source.fabric.parts[entry.row].id
        value = read_entry(entry.text, FIELDS[field].dimension, entry.shown)
        put = value_writer(part, field)
        return Write(f"parts.{part}.values.{field}", value, lambda design: put(design, value))

    return write


def _rows(source: Source, address: str) -> IntArray:
    """The part type of an address, or those of the chips there."""
    fabric = source.fabric
    if address.startswith("part:"):
        wanted = address.removeprefix("part:")
        return np.array([n for n, one in enumerate(fabric.parts) if one.id == wanted], np.int64)
    chips = chips_of(fabric, address)
    return np.unique(fabric.layout.part[chips]) if len(chips) else NONE
