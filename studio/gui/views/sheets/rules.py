"""Link rules as rows: a handful of rows that make all the links."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from studio.catalog.part import Kind
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark, named
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.inspector_rows import SCHEME_NAMES
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import named_part, part_choices
from studio.gui.views.sheets.places import NONE
from studio.gui.views.sheets.sheet import Column, Sheet, Source
from studio.gui.views.sheets.values import Numbers, Values, words
from studio.gui.views.subjects import rule_path

_TEXTS = (
    ("a", mark("A side"), "a"),
    ("b", mark("B side"), "b"),
    ("a_port", mark("Port group at A"), "a_port"),
    ("b_port", mark("Port group at B"), "b_port"),
    ("note", mark("Note"), "note"),
)
_COUNTS = (
    ("multiplicity", mark("Links per pair"), "multiplicity"),
    ("links_per_cable", mark("Links per cable"), "links_per_cable"),
)
_PARTS: tuple[tuple[str, str, Kind], ...] = (
    ("cable", mark("Cable"), "cable"),
    ("transceiver_a", mark("Transceiver at A"), "transceiver"),
    ("transceiver_b", mark("Transceiver at B"), "transceiver"),
)
_QUANTITIES = (
    ("bandwidth_byte_per_s", mark("Bandwidth per link"), "bandwidth"),
    ("length_m", mark("Length"), "length"),
)


def rules_sheet(source: Source) -> Sheet:
    """Return every link rule, those inside assemblies too."""
    fabric = source.fabric
    rules = fabric.links.rules
    bases = [rule_path(fabric, one.name) or () for one in rules]

    def path(*steps: str) -> writing.PathOf:
        return lambda row: (*bases[row], *steps)

    def texts(member: str) -> Callable[[], Values]:
        return lambda: words([str(getattr(one.rule, member)) for one in rules])

    def numbers(member: str, dimension: str) -> Callable[[], Values]:
        return lambda: Numbers(
            np.array([getattr(one.rule, member) for one in rules], dtype=float), dimension
        )

    planes = _planes(source)
    columns = (
        Column(
            "rule",
            mark("Link rule"),
            lambda: words([one.name for one in rules]),
            writing.name("links", lambda row: rules[row].name),
        ),
        Column(
            "plane",
            mark("Plane"),
            lambda: words([dict(planes)[one.rule.plane] for one in rules]),
            writing.choice(path("plane"), writing.same(planes)),
            writing.same(planes),
        ),
        Column(
            "scheme",
            mark("Scheme"),
            lambda: words([source.tr(SCHEME_NAMES[type(one.rule.scheme)]) for one in rules]),
        ),
        *(Column(key, title, texts(m), writing.text(path(m))) for key, title, m in _TEXTS[:4]),
        *(
            Column(key, title, numbers(m, "count"), writing.whole(path(m)), is_number=True)
            for key, title, m in _COUNTS
        ),
        *(
            Column(
                key.split("_", maxsplit=1)[0],
                title,
                numbers(key, dimension),
                writing.number(path(key), dimension),
                is_number=True,
            )
            for key, title, dimension in _QUANTITIES
        ),
        *(_part(source, key, title, kind, path(key)) for key, title, kind in _PARTS),
        Column(
            "links",
            mark("Links made"),
            lambda: Numbers(np.array([len(one.a) for one in rules], dtype=float)),
            is_number=True,
        ),
        Column(
            "cables",
            mark("Cables used"),
            lambda: Numbers(np.array([one.cable_count for one in rules], dtype=float)),
            is_number=True,
        ),
        *(Column(key, title, texts(m), writing.text(path(m))) for key, title, m in _TEXTS[4:]),
    )
    return Sheet(
        "rules",
        len(rules),
        columns,
        lambda row: f"rule:{rules[row].name}",
        partial(_rules_of, fabric),
    )


def _planes(source: Source) -> tuple[Choice, ...]:
    planes = source.fabric.design.planes
    return tuple((key, named(one, source.language)) for key, one in planes.items())


def _part(source: Source, member: str, title: str, kind: Kind, path_of: writing.PathOf) -> Column:
    choices = (("", source.tr(mark("None"))), *part_choices(source, kind))
    rules = source.fabric.links.rules
    return Column(
        member,
        title,
        lambda: words([named_part(source, getattr(one.rule, member)) for one in rules]),
        writing.choice(path_of, writing.same(choices)),
        writing.same(choices),
    )


def _rules_of(fabric: Fabric, address: str) -> IntArray:
    name = address.removeprefix("rule:").partition("[")[0]
    if name == address:
        return NONE
    return np.array([n for n, one in enumerate(fabric.links.rules) if one.name == name], np.int64)
