"""Links as rows: the cable schedule, with ends, lengths, cable and transceivers.

An end entered elsewhere makes a single cable that stands for the one of the rule.
"""

from __future__ import annotations

from functools import partial

from studio.catalog.part import Kind
from studio.design.model import LinkRule
from studio.fabric.arrays import IntArray
from studio.gui.i18n import mark, named
from studio.gui.views.inspector_rows import SCHEME_NAMES
from studio.gui.views.sheets import writing
from studio.gui.views.sheets.cables import ADD_KEYS, Side, cables_added, write_end, write_part
from studio.gui.views.sheets.common import named_part, part_choices, state_column, worked_out_states
from studio.gui.views.sheets.places import links_of
from studio.gui.views.sheets.sheet import Column, Sheet, Source
from studio.gui.views.sheets.values import Numbers, Texts, Values, Words
from studio.ids import PartId

_PARTS: tuple[tuple[str, str, Kind], ...] = (
    ("cable", mark("Cable"), "cable"),
    ("transceiver_a", mark("Transceiver at A"), "transceiver"),
    ("transceiver_b", mark("Transceiver at B"), "transceiver"),
)


def links_sheet(source: Source) -> Sheet:
    """Return every link with the cable that carries it."""
    fabric = source.fabric
    links, geometry = fabric.links, fabric.geometry

    def address(row: int) -> str:
        return links.name(row)

    columns = (
        Column("link", mark("Link"), lambda: Texts(links.count, address)),
        _end(source, "a", "from", mark("From"), links.a),
        _port(source, 0, "from_port", mark("Port at A")),
        _end(source, "b", "to", mark("To"), links.b),
        _port(source, 1, "to_port", mark("Port at B")),
        Column("rule", mark("Link rule"), lambda: _by_rule(source, [r.name for r in links.rules])),
        Column("plane", mark("Plane"), lambda: _planes(source)),
        Column("scheme", mark("Scheme"), lambda: _schemes(source)),
        Column(
            "bandwidth",
            mark("Bandwidth now"),
            lambda: Numbers(fabric.link_bandwidth_byte_per_s, "bandwidth"),
            is_number=True,
        ),
        Column("route", mark("Route"), lambda: Numbers(geometry.route_m, "length"), is_number=True),
        Column(
            "length",
            mark("Stock length"),
            lambda: Numbers(geometry.length_m, "length"),
            is_number=True,
        ),
        Column("delay", mark("Delay"), lambda: Numbers(geometry.delay_s, "time"), is_number=True),
        Column("medium", mark("Medium"), lambda: _media(source)),
        *(_part(source, *one) for one in _PARTS),
        state_column(
            source, address, lambda: worked_out_states(fabric.link_present, fabric.link_factor)
        ),
    )
    return Sheet(
        "links",
        links.count,
        columns,
        address,
        partial(links_of, fabric),
        partial(cables_added, source),
        ADD_KEYS,
    )


def _end(source: Source, side: Side, key: str, title: str, ends: IntArray) -> Column:
    layout = source.fabric.layout
    return Column(
        key,
        title,
        lambda: Texts(
            len(ends),
            lambda row: str(layout.address(int(ends[row]))),
            ends,
            lambda: [source.chip_addresses[end] for end in ends.tolist()],
        ),
        partial(write_end, source, side),
    )


def _port(source: Source, side: int, key: str, title: str) -> Column:
    """Return which port an end takes; the map of all ports is made when the column is shown."""
    fabric = source.fabric

    def make() -> Values:
        ports = fabric.port_map
        return Texts(fabric.links.count, lambda row: ports.name(row, side), ports.number[side])

    return Column(key, title, make)


def _part(source: Source, member: str, title: str, kind: Kind) -> Column:
    choices = (("", source.tr(mark("None"))), *part_choices(source, kind))
    return Column(
        member,
        title,
        partial(_rule_parts, source, member),
        partial(write_part, source, member, choices),
        writing.same(choices),
    )


def _by_rule(source: Source, names: list[str]) -> Values:
    return Words(names, source.fabric.links.rule)


def _planes(source: Source) -> Values:
    links, planes = source.fabric.links, source.fabric.design.planes
    return Words(
        [named(planes[one], source.language) for one in links.planes], links.plane, links.planes
    )


def _schemes(source: Source) -> Values:
    rules = source.fabric.links.rules
    return _by_rule(source, [source.tr(SCHEME_NAMES[type(one.rule.scheme)]) for one in rules])


def _rule_parts(source: Source, member: str) -> Values:
    rules = source.fabric.links.rules
    return _by_rule(source, [named_part(source, getattr(one.rule, member)) for one in rules])


def _media(source: Source) -> Values:
    return _by_rule(source, [_medium(source, one.rule) for one in source.fabric.links.rules])


def _medium(source: Source, rule: LinkRule) -> str:
    cable = source.fabric.part_by_id.get(PartId(rule.cable))
    return cable.tags.get("medium", "") if cable is not None else source.tr(mark("Board trace"))
