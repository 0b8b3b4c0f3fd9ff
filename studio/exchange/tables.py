"""Tables a design gives away: totals, bill of materials, links, cable schedule, results.

A table is a header and rows of plain values, so that CSV, JSON and the report print the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from studio.exchange.link_state import link_state
from studio.exchange.table import Cell, Table
from studio.fabric.addresses import component_addresses
from studio.fabric.fabric import Fabric
from studio.simulation.job_figures import figures_of
from studio.simulation.result import SimResult
from studio.simulation.rollup.figure import Figure
from studio.simulation.rollup.totals import Totals
from studio.units import DIMENSIONS


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
            link_state(fabric, link),
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
            link_state(fabric, link),
        )


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
    rows += [(f"memory_at.{one.name}", one.byte, "byte", "", "") for one in memory.moments]
    rows += [(f"host_memory.{one.name}", one.byte, "byte", "", "") for one in memory.host_terms]
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
