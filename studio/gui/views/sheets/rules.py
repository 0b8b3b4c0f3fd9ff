"""Link rules as rows: a handful of rows that make all the links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from studio.catalog.part import Kind
from studio.design.edits import Edit, free_name, get_field, put, set_field
from studio.design.model import Design, LinkRule
from studio.design.schemes import USUAL_SCHEMES, Scheme
from studio.errors import InvalidInput
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark, named
from studio.gui.views.entry import read_whole
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.inspector_rows import SCHEME_NAMES
from studio.gui.views.scheme_text import SCHEME_KEYS, parameters_text, with_parameters
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.common import named_part, part_choices
from studio.gui.views.sheets.places import NONE
from studio.gui.views.sheets.sheet import Column, Entry, Sheet, Source, Write
from studio.gui.views.sheets.values import Numbers, Values, words
from studio.gui.views.subjects import rule_path
from studio.ids import PartId, PlaneId

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
    kinds = writing.shown_choices(
        tuple((key, SCHEME_NAMES[kind]) for key, kind in SCHEME_KEYS.items()), source.tr
    )
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
            partial(_write_scheme, bases, kinds),
            writing.same(kinds),
        ),
        Column(
            "parameters",
            mark("Parameters"),
            lambda: words([parameters_text(one.rule.scheme) for one in rules]),
            partial(_write_parameters, bases),
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
        partial(_added, source, planes, kinds),
        ADD_KEYS,
    )


ADD_KEYS = (
    "rule",
    "plane",
    "scheme",
    "parameters",
    "a",
    "b",
    "multiplicity",
    "cable",
    "transceiver_a",
    "transceiver_b",
)
"""Columns of rules to add, in the order taken where no header is given."""


def _write_scheme(
    bases: Sequence[tuple[str, ...]], kinds: tuple[Choice, ...], entry: Entry
) -> Write:
    kind = SCHEME_KEYS[str(writing.read_choice(entry.text, kinds))]
    path = (*bases[entry.row], "scheme")

    def edit(design: Design) -> Design:
        return set_field(design, path, USUAL_SCHEMES[kind])

    return Write(".".join(path), kind, edit)


def _write_parameters(bases: Sequence[tuple[str, ...]], entry: Entry) -> Write:
    path = (*bases[entry.row], "scheme")

    def edit(design: Design) -> Design:
        # The scheme itself may be entered in the same step.
        now = get_field(design, path)
        assert isinstance(now, Scheme)
        return set_field(design, path, with_parameters(now, entry.text))

    return Write(".".join((*path, "parameters")), entry.text, edit)


def _added(
    source: Source,
    planes: tuple[Choice, ...],
    kinds: tuple[Choice, ...],
    rows: Sequence[Mapping[str, str]],
) -> Edit:
    """Return the edit that adds link rules."""
    made = [_rule(source, planes, kinds, cells) for cells in rows]

    def edit(design: Design) -> Design:
        for name, rule in made:
            design = put(design, "links", free_name(name, design.links), rule)
        return design

    return edit


def _rule(
    source: Source,
    planes: tuple[Choice, ...],
    kinds: tuple[Choice, ...],
    cells: Mapping[str, str],
) -> tuple[str, LinkRule]:
    given = {key: text.strip() for key, text in cells.items() if text.strip()}
    if "a" not in given:
        raise InvalidInput("the A side is missing; write for example R*/N*/npu")
    if not planes:
        raise InvalidInput("the design has no plane; add one first")
    plane = writing.read_choice(given["plane"], planes) if "plane" in given else planes[0][0]
    kind = SCHEME_KEYS[str(writing.read_choice(given.get("scheme", "one-to-one"), kinds))]
    scheme = with_parameters(USUAL_SCHEMES[kind], given.get("parameters", ""))
    parts = {
        member: str(writing.read_choice(given[member], part_choices(source, part_kind)))
        for member, _, part_kind in _PARTS
        if member in given
    }
    rule = LinkRule(
        plane=PlaneId(str(plane)),
        a=given["a"],
        b=given.get("b", ""),
        scheme=scheme,
        multiplicity=read_whole(given.get("multiplicity", "1")),
        cable=PartId(parts.get("cable", "")),
        transceiver_a=PartId(parts.get("transceiver_a", "")),
        transceiver_b=PartId(parts.get("transceiver_b", "")),
    )
    return given.get("rule", "rule"), rule


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
