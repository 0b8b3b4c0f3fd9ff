"""Tables a design gives away: totals, parts list, links, cable schedule, results.

A table is a header and rows of plain values, so that CSV, JSON and the report print the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from studio.fabric.addresses import component_addresses
from studio.fabric.fabric import Fabric
from studio.simulation.job_figures import figures_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.figure import Figure
from studio.simulation.rollup.inventory import inventory_of
from studio.simulation.rollup.totals import Totals
from studio.units import DIMENSIONS

Cell = str | int | float
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads Chinese names as Latin-1."""


@dataclass(frozen=True)
class Table:
    """A header and its rows; rows are made while they are written."""

    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def to_csv(table: Table) -> str:
    """Return a table as CSV with a byte-order mark, as Excel wants it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.header)
    writer.writerows(tuple(_safe(cell) for cell in row) for row in table.rows)
    return BYTE_ORDER_MARK + text.getvalue()


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, in wide characters too."""


def _safe(cell: Cell) -> Cell:
    """A name that begins like a formula must not run as one in a spreadsheet."""
    if isinstance(cell, str) and cell.lstrip(" ")[:1] in _FORMULA_STARTS:
        return "'" + cell
    return cell


def totals_table(totals: Totals) -> Table:
    """Return every figure with its SI unit and grade."""
    return Table(
        ("figure", "value", "unit", "grade"),
        [
            (name, figure.value, _si_unit(figure), figure.grade)
            for name, figure in totals.figures.items()
        ],
    )


def _si_unit(figure: Figure) -> str:
    return DIMENSIONS[figure.dimension].si_unit


def terms_table(totals: Totals) -> Table:
    """Return every term of every figure."""
    return Table(
        ("figure", "term", "part", "count", "each", "value", "grade", "source", "quoted"),
        [
            (
                name,
                term.label,
                term.part,
                term.count,
                term.each,
                term.value,
                term.origin.grade if term.origin else "",
                term.origin.source if term.origin else "",
                term.origin.quoted if term.origin else "",
            )
            for name, figure in totals.figures.items()
            for term in figure.terms
        ],
    )


def parts_table(fabric: Fabric) -> Table:
    """Return the bill of materials: every part type with count, price and mass."""
    inventory = inventory_of(fabric)
    rows = []
    for part, count in inventory.pieces:
        price, mass = part.value("price"), part.value("mass")
        identity = (part.id, part.name, part.name_zh, part.vendor, part.kind, count)
        worth = (price or "", price * count or "", mass or "", mass * count or "")
        rows.append((*identity, *worth))
    header = ("part", "name", "name_zh", "vendor", "kind", "count")
    money = ("price_usd_each", "price_usd", "mass_kg_each", "mass_kg")
    return Table(header + money, rows)


def links_table(fabric: Fabric) -> Table:
    """Return every link with its ends, plane, rate, length and state."""
    return Table(
        ("link", "plane", "a", "b", "bandwidth_byte_per_s", "length_m", "delay_s", "state"),
        _link_rows(fabric),
    )


def _link_rows(fabric: Fabric) -> Iterator[tuple[Cell, ...]]:
    links, layout, geometry = fabric.links, fabric.layout, fabric.geometry
    for link in range(links.count):
        if not fabric.link_present[link]:
            continue
        yield (
            links.name(link),
            links.planes[int(links.plane[link])],
            layout.address(int(links.a[link])),
            layout.address(int(links.b[link])),
            float(fabric.link_bandwidth_byte_per_s[link]),
            round(float(geometry.length_m[link]), 3),
            float(geometry.delay_s[link]),
            _state(fabric, link),
        )


def ports_table(fabric: Fabric) -> Table:
    """Return the port map: every port with the other end, the cable there and its state."""
    header = ("rack", "box", "component", "port", "rate_byte_per_s", "connector", "link")
    return Table((*header, "to", "to_port", "plane", "length_m", "state"), _port_rows(fabric))


def _port_rows(fabric: Fabric) -> Iterator[tuple[Cell, ...]]:
    ports, layout, links = fabric.port_map, fabric.layout, fabric.links
    link_of_port, side_of_port = ports.link_of_port
    addresses = component_addresses(layout)
    group, number = ports.group_of_port, ports.number_of_port
    for place, component in enumerate(ports.component.tolist()):
        housing = layout.housings[int(layout.housing[component])]
        one = ports.groups[int(group[place])]
        row: list[Cell] = [
            layout.racks[housing.rack].label,
            housing.label,
            addresses[component],
            f"{one.name}[{number[place]}]",
            one.port.rate_byte_per_s,
            one.port.connector,
        ]
        link = int(link_of_port[place])
        if link < 0:
            yield (*row, "", "", "", "", "", "free")
            continue
        far = 1 - int(side_of_port[place])
        yield (
            *row,
            links.name(link),
            addresses[int((links.a, links.b)[far][link])],
            ports.name(link, far),
            links.planes[int(links.plane[link])],
            round(float(fabric.geometry.length_m[link]), 3),
            _state(fabric, link),
        )


def _state(fabric: Fabric, link: int) -> str:
    factor = float(fabric.link_factor[link])
    return "ok" if factor == 1 else "failed" if factor == 0 else f"degraded to {factor:g}"


def cables_table(fabric: Fabric) -> Table:
    """Return the cable schedule: one row a cable with both ends, parts, route and bought length."""
    header = ("cable", "part", "a_rack", "a_box", "a", "a_port", "a_transceiver")
    far = ("b_rack", "b_box", "b", "b_port", "b_transceiver")
    return Table((*header, *far, "route_m", "length_m", "links"), _cable_rows(fabric))


def _cable_rows(fabric: Fabric) -> Iterator[tuple[Cell, ...]]:
    links, layout, geometry = fabric.links, fabric.layout, fabric.geometry
    rules = {one.name: (one, int(links.start[n + 1])) for n, one in enumerate(links.rules)}
    ports = fabric.port_map
    for run in inventory_of(fabric).cable_runs:
        rule, stop = rules[run.rule][0].rule, rules[run.rule][1]
        ends = (rule.transceiver_a, rule.transceiver_b)
        for number, link in enumerate(run.first_links.tolist()):
            together = range(link, min(link + rule.links_per_cable, stop))
            row: list[Cell] = [f"{run.rule}-{number + 1:05}", run.cable.id]
            for side, module in enumerate(ends):
                end = int((links.a, links.b)[side][link])
                housing = layout.housings[int(layout.housing[end])]
                rack = layout.racks[housing.rack].label
                port = ports.names(together, side)
                row += [rack, housing.label, layout.address(end), port, module]
            row += [
                round(float(geometry.route_m[link]), 3),
                round(float(geometry.length_m[link]), 3),
                rule.links_per_cable,
            ]
            yield tuple(row)


def result_table(result: SimResult) -> Table:
    """Return a simulated job as name, value and unit, with error band; terms included."""
    memory = result.memory
    rows: list[tuple[Cell, ...]] = [
        ("scenario", result.scenario, "", "", ""),
        ("model", result.model, "", "", ""),
        ("plan", result.plan, "", "", ""),
    ]
    rows += [
        (figure.key, figure.value(result), figure.unit, *_ends(result, figure.name))
        for figure in figures_of(result)
    ]
    rows += [
        ("memory_fits", str(memory.fits).lower(), "", "", ""),
        ("memory_used_bytes", memory.used_byte, "byte", *_ends(result, "memory")),
        ("memory_capacity_bytes", memory.capacity_byte, "byte", "", ""),
    ]
    rows += [(f"memory.{term.name}", term.byte, "byte", "", "") for term in memory.terms]
    for phase in result.phases:
        rows.append((f"{phase.name}.seconds", phase.seconds, "s", "", ""))
        rows += [(f"{phase.name}.{term.name}", term.seconds, "s", "", "") for term in phase.terms]
    rows.append(("weakest_grade", result.evidence, "", "", ""))
    rows += [("assumption", text, "", "", "") for text in result.assumptions]
    rows += [("warning", text, "", "", "") for text in result.warnings]
    return Table(("name", "value", "unit", "error_band_low", "error_band_high"), rows)


def _ends(result: SimResult, name: str) -> tuple[Cell, Cell]:
    low, high = result.error_range(name) or ("", "")
    return low, high


FABRIC_TABLES: Mapping[str, Callable[[Fabric], Table]] = {
    "parts": parts_table,
    "links": links_table,
    "cables": cables_table,
    "ports": ports_table,
}
TOTALS_TABLES: Mapping[str, Callable[[Totals], Table]] = {
    "totals": totals_table,
    "terms": terms_table,
}
