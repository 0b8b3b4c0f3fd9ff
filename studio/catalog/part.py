"""Part types as they stand in `models/parts/*.json`: values with unit, source, date and grade.

Nothing here knows where a part is used.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from studio.ids import PartId

Grade = Literal["vendor", "paper", "measured", "analyst", "secondary", "inferred", "assumed"]
"""How well a value is known; `GRADES_BEST_FIRST` orders them."""

GRADES_BEST_FIRST: tuple[Grade, ...] = (
    "measured",
    "paper",
    "vendor",
    "analyst",
    "secondary",
    "inferred",
    "assumed",
)

Kind = Literal[
    "npu",
    "cpu",
    "switch",
    "nic",
    "memory",
    "storage",
    "transceiver",
    "cable",
    "power_supply",
    "cooling",
    "rack",
    "chassis",
    "board",
]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A public document that values rest on."""

    title: str
    url: str = ""
    date: str = ""


class Datum(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One value of a part, as the studio uses it, with what its source printed."""

    value: str
    """With unit, per package, per direction, dense: `392 GB/s`."""
    source: str
    """Key of a source in the same file."""
    grade: Grade
    date: str
    """When the source was published or read: `2026-06` or `2026-06-12`."""
    quoted: str = ""
    """What the source printed, where it differs: `784 GB/s bidirectional`."""
    note: str = ""
    """How the quoted figure became the value, or what the value assumes."""


class PortGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Equal ports of a part."""

    count: int
    rate: str
    """Of one port, per direction, after coding: `28 GB/s`."""
    connector: str = ""
    """`trace`, `QSFP-DD`, `OSFP`, `NVLink cartridge` … Ports join only where connectors match."""
    source: str = ""
    grade: Grade = "vendor"
    note: str = ""


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A bin, a revision or a conflicting source: a named set of other values of the same part."""

    label: str
    label_zh: str
    values: dict[str, Datum]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One type of component."""

    id: PartId
    kind: Kind
    name: str
    name_zh: str
    vendor: str
    values: dict[str, Datum]
    """By field name; the names, units and meanings stand in `studio/catalog/fields.py`."""
    ports: dict[str, PortGroup] = {}
    variants: dict[str, Variant] = {}
    family: str = ""
    """Efficiency profile of an accelerator: `ascend-910c`, `nvidia-hopper` …"""
    tags: dict[str, str] = {}
    """Properties that are words: `optics_kind`, `medium`, `cooling`, `connector` …"""
    note: str = ""


class PartFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file of the catalogue."""

    format_version: int
    sources: dict[str, Source]
    parts: list[Part]
