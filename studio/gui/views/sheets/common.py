"""Columns and choices that several sheets share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from studio.catalog.part import Kind
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.sheet import Column, Source
from studio.gui.views.sheets.values import Words
from studio.gui.views.states import STATES, state_of
from studio.ids import PartId

KIND_NAMES: Mapping[str, str] = {
    "rack": mark("Rack"),
    "npu": mark("NPU"),
    "cpu": mark("CPU"),
    "switch": mark("Switch chip"),
    "nic": mark("NIC"),
    "transceiver": mark("Transceiver"),
    "cable": mark("Cable"),
    "memory": mark("Memory module"),
    "storage": mark("Drive"),
    "power_supply": mark("Power supply"),
    "cooling": mark("Cooling unit"),
    "chassis": mark("Chassis part"),
    "board": mark("Board"),
}
"""What one part of each kind is called."""

_CODES = {str(value): place for place, (value, _) in enumerate(STATES)}


def part_choices(source: Source, kind: Kind) -> tuple[Choice, ...]:
    """Return the part types of a kind: the design's own ones, then the catalogue's."""
    catalog, design = source.fabric.catalog, source.fabric.design
    own = tuple(
        (part_id, change.name or str(part_id))
        for part_id, change in design.parts.items()
        if change.base and catalog.part(change.base).kind == kind
    )
    chinese = source.language == "zh"
    known = tuple(
        (part.id, part.name_zh if chinese else part.name) for part in catalog.of_kind(kind)
    )
    return own + known


def part_names(source: Source) -> list[str]:
    """Return the name of each part type of the fabric."""
    chinese = source.language == "zh"
    return [part.name_zh if chinese and part.name_zh else part.name for part in source.fabric.parts]


def state_column(
    source: Source, address_of: Callable[[int], str], make: Callable[[], IntArray]
) -> Column:
    """Return the column of what works, is degraded, failed or absent.

    Parameters
    ----------
    make : gives the place in `STATES` of each row.
    """
    choices = writing.shown_choices(STATES, source.tr)
    texts, values = [text for _, text in choices], [str(value) for value, _ in choices]
    return Column(
        "state",
        mark("State"),
        lambda: Words(texts, make(), values),
        writing.state(address_of, choices),
        writing.same(choices),
    )


def marked_states(
    source: Source, count: int, depth: int, rows_of: Callable[[Fabric, str], IntArray]
) -> IntArray:
    """Return the state of each rack or box by the exceptions at it or around it.

    Parameters
    ----------
    depth : steps of a row's address; what lies deeper says nothing of the row as a whole.
    """
    codes = np.zeros(count, dtype=np.int64)
    for address, marked in source.fabric.design.exceptions.items():
        if not address.startswith("rule:") and address.count("/") < depth:
            codes[rows_of(source.fabric, address)] = _CODES[state_of(marked)]
    return codes


def worked_out_states(present: BoolArray, factor: FloatArray) -> IntArray:
    """Return the state of each chip or link, what it depends on included."""
    found = np.select(
        [~present, factor == 0, factor < 1],
        [_CODES["absent"], _CODES["failed"], _CODES["degraded"]],
        0,
    )
    return found.astype(np.int64)


def part_figure(source: Source, field: str) -> FloatArray:
    """Return a value of each part type, NaN where it is not known; shape (n_parts,)."""
    return np.array([part.values.get(field, np.nan) for part in source.fabric.parts])


def named_part(source: Source, part_id: str) -> str:
    """Return the name of a part type of the fabric, empty for none."""
    part = source.fabric.part_by_id.get(PartId(part_id))
    if part is None:
        return part_id
    return part.name_zh if source.language == "zh" and part.name_zh else part.name
