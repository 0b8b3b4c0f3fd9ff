"""Ports as rows: the port map, what each port of every chip is joined to and what is still free."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import mark, named
from studio.gui.views.sheets.common import named_part, worked_out_states
from studio.gui.views.sheets.places import NONE, chips_of, links_of
from studio.gui.views.sheets.sheet import Column, Sheet, Source
from studio.gui.views.sheets.values import Numbers, Texts, Values, Words
from studio.gui.views.states import STATES


def ports_sheet(source: Source) -> Sheet:
    """Return every port with the other end of the link there."""
    fabric = source.fabric
    ports = fabric.port_map
    link = ports.link_of_port[0]

    def address(row: int) -> str:
        """A port in use stands for its link, a free one for its chip."""
        if link[row] >= 0:
            return fabric.links.name(int(link[row]))
        return str(fabric.layout.address(int(ports.component[row])))

    columns = (
        Column("chip", mark("Chip"), lambda: _chips(source, ports.component)),
        Column("port", mark("Port"), lambda: _names(fabric)),
        Column("to", mark("Goes to"), lambda: _far_chips(source)),
        Column("to_port", mark("Port there"), lambda: _far_ports(fabric)),
        Column(
            "link",
            mark("Link"),
            lambda: Texts(ports.port_count, lambda row: _link(fabric, row), link),
        ),
        Column("plane", mark("Plane"), lambda: _planes(source)),
        Column(
            "bandwidth",
            mark("Port rate"),
            lambda: Numbers(
                np.array([one.port.rate_byte_per_s for one in ports.groups])[ports.group_of_port],
                "bandwidth",
            ),
            is_number=True,
        ),
        Column(
            "connector",
            mark("Connector"),
            lambda: Words([one.port.connector for one in ports.groups], ports.group_of_port),
        ),
        Column("cable", mark("Cable"), lambda: _cables(source)),
        Column(
            "length",
            mark("Stock length"),
            lambda: Numbers(_at_links(fabric, fabric.geometry.length_m, np.nan), "length"),
            is_number=True,
        ),
        Column("state", mark("State"), lambda: _states(source)),
    )
    return Sheet("ports", ports.port_count, columns, address, lambda place: _rows_of(fabric, place))


def _chips(source: Source, components: IntArray) -> Values:
    return Texts(
        len(components),
        lambda row: str(source.fabric.layout.address(int(components[row]))),
        components,
        lambda: [source.chip_addresses[one] for one in components.tolist()],
    )


def _names(fabric: Fabric) -> Values:
    ports = fabric.port_map
    group, number = ports.group_of_port, ports.number_of_port
    return Texts(
        ports.port_count,
        lambda row: f"{ports.groups[int(group[row])].name}[{number[row]}]",
        group * (int(number.max(initial=0)) + 1) + number,
    )


def _link(fabric: Fabric, row: int) -> str:
    link = int(fabric.port_map.link_of_port[0][row])
    return fabric.links.name(link) if link >= 0 else ""


def _far_chips(source: Source) -> Values:
    fabric = source.fabric
    link, side = fabric.port_map.link_of_port
    far = (
        np.where(side == 0, fabric.links.b[link], fabric.links.a[link])
        if fabric.links.count
        else link
    )
    chips = np.where(link >= 0, far, -1)

    def text(row: int) -> str:
        return str(fabric.layout.address(int(chips[row]))) if chips[row] >= 0 else ""

    def texts() -> list[str]:
        return [source.chip_addresses[one] if one >= 0 else "" for one in chips.tolist()]

    return Texts(len(chips), text, chips, texts)


def _far_ports(fabric: Fabric) -> Values:
    ports = fabric.port_map
    link, side = ports.link_of_port

    def text(row: int) -> str:
        return ports.name(int(link[row]), 1 - int(side[row])) if link[row] >= 0 else ""

    return Texts(ports.port_count, text)


def _at_links(fabric: Fabric, of_link: FloatArray | IntArray, free: float) -> FloatArray:
    """Return a value of the link at each port, `free` where there is none; shape (n_ports,)."""
    link = fabric.port_map.link_of_port[0]
    return (
        np.where(link >= 0, of_link[link], free) if fabric.links.count else np.full(len(link), free)
    )


def _planes(source: Source) -> Values:
    links, planes = source.fabric.links, source.fabric.design.planes
    names = [*(named(planes[one], source.language) for one in links.planes), ""]
    return Words(names, _at_links(source.fabric, links.plane, len(names) - 1).astype(np.int64))


def _cables(source: Source) -> Values:
    rules = source.fabric.links.rules
    names = [*(named_part(source, one.rule.cable) for one in rules), ""]
    codes = _at_links(source.fabric, source.fabric.links.rule, len(names) - 1)
    return Words(names, codes.astype(np.int64))


def _states(source: Source) -> Values:
    fabric = source.fabric
    texts = [*(source.tr(text) for _, text in STATES), source.tr(mark("Free"))]
    values = [*(str(value) for value, _ in STATES), "free"]
    of_link = worked_out_states(fabric.link_present, fabric.link_factor)
    codes = _at_links(fabric, of_link, len(texts) - 1).astype(np.int64)
    return Words(texts, codes, values)


def _rows_of(fabric: Fabric, address: str) -> IntArray:
    ports = fabric.port_map
    if address.startswith("rule:"):
        return np.flatnonzero(np.isin(ports.link_of_port[0], links_of(fabric, address)))
    chips = chips_of(fabric, address)
    if not len(chips):
        return NONE
    return np.concatenate([np.arange(ports.start[one], ports.start[one + 1]) for one in chips])
