"""The port map of one chip in the inspector: what each of its ports is joined to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from studio.fabric.fabric import Fabric
from studio.fabric.port_map import NO_PORT
from studio.gui.i18n import mark, tr
from studio.gui.views.inspector_fields import InspectorField, InspectorSection

_Run = list[tuple[int, int, int, int]]
"""Ports side by side with one fate: kind, number, link or `NO_PORT`, and the side of the link."""


def port_section(fabric: Fabric, component: int) -> list[InspectorSection]:
    """Return the ports of a component; nothing for one without any."""
    ports = fabric.port_map
    first, stop = int(ports.start[component]), int(ports.start[component + 1])
    if first == stop:
        return []
    link, side = (of[first:stop].tolist() for of in ports.link_of_port)
    group = ports.group_of_port[first:stop].tolist()
    number = ports.number_of_port[first:stop].tolist()
    rows = list(zip(group, number, link, side, strict=True))
    fields = [_field(fabric, list(run)) for _, run in groupby(rows, lambda row: _fate(fabric, row))]
    return [InspectorSection(mark("Port map"), (*fields, *_beyond(fabric, component)))]


def _fate(fabric: Fabric, row: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Ports to one box, by links of one rule in one state, are told as one."""
    group, _, link, side = row
    if link == NO_PORT:
        return group, NO_PORT
    far = int((fabric.links.b, fabric.links.a)[side][link])
    works = float(fabric.link_factor[link])
    return group, int(fabric.links.rule[link]), int(fabric.layout.housing[far]), round(works * 1e6)


def _field(fabric: Fabric, run: _Run) -> InspectorField:
    group, low, link, side = run[0]
    high = run[-1][1]
    name = fabric.port_map.groups[group].name
    label = f"{name}[{low}]" if low == high else f"{name}[{low}:{high + 1}]"
    if link == NO_PORT:
        return InspectorField(label, label, "fixed", text=tr("free"))
    links = [one for _, _, one, _ in run]
    far = (fabric.links.b, fabric.links.a)[side][links]
    there = fabric.layout.address(int(far[0]))
    if len(set(far.tolist())) == 1:
        text = f"{there}:{fabric.port_map.names(links, 1 - side)}"
    else:
        box = "/".join(there.split("/")[:2])
        text = f"{box}: {fabric.port_map.names(links, 1 - side)}"
    factor = float(fabric.link_factor[link])
    if factor < 1:
        state = tr("failed") if factor <= 0 else f"{tr('degraded to')} {factor:.0%}"
        text = f"{text} ({state})"
    return InspectorField(label, label, "fixed", text=text, tip=fabric.links.name(link))


def _beyond(fabric: Fabric, component: int) -> Iterator[InspectorField]:
    """Yield how many links find no port, by kind."""
    ports = fabric.port_map
    lost: dict[int, int] = {}
    for side, of in enumerate((fabric.links.a, fabric.links.b)):
        for link in (of == component).nonzero()[0].tolist():
            group, number = int(ports.group[side][link]), int(ports.number[side][link])
            if group >= 0 and number >= ports.groups[group].port.count:
                lost[group] = lost.get(group, 0) + 1
    for group, count in lost.items():
        name = ports.groups[group].name
        text = tr("{n} links find no port").format(n=count)
        yield InspectorField(f"{name}.beyond", name, "fixed", text=text)
