"""The cable schedule: one row a cable, as an installer reads and labels it.

A label says the near end first and the far end second, so every cable has one for each end.
"""

from __future__ import annotations

from collections.abc import Iterator

from studio.exchange.link_state import link_state
from studio.exchange.table import Cell, Table
from studio.fabric.fabric import Fabric
from studio.simulation.rollup.inventory import CableRun, inventory_of
from studio.units import GIGA, bit_per_s

_HEADER = (
    *("cable", "plane", "part", "links", "gigabit_per_s"),
    *("a_rack", "a_u", "a_box", "a", "a_port", "a_transceiver"),
    *("b_rack", "b_u", "b_box", "b", "b_port", "b_transceiver"),
    *("route_m", "length_m", "label_a", "label_b", "state"),
)


def cable_table(fabric: Fabric) -> Table:
    """Return the schedule; `route_m` is the way a cable takes, `length_m` what is bought."""
    return Table(_HEADER, _rows(fabric))


def _rows(fabric: Fabric) -> Iterator[tuple[Cell, ...]]:
    place_of_rule = {one.name: place for place, one in enumerate(fabric.links.rules)}
    for run in inventory_of(fabric).cable_runs:
        place = place_of_rule[run.rule]
        for number, link in enumerate(run.first_links.tolist()):
            yield _row(fabric, run, place, number, link)


def _row(fabric: Fabric, run: CableRun, place: int, number: int, link: int) -> tuple[Cell, ...]:
    links, geometry = fabric.links, fabric.geometry
    rule = links.rules[place].rule
    stop = min(link + rule.links_per_cable, int(links.start[place + 1]))
    together = range(link, stop)
    a = _end(fabric, together, 0)
    b = _end(fabric, together, 1)
    near, far = _label(a), _label(b)
    return (
        f"{run.rule}-{number + 1:05}",
        links.planes[int(links.plane[link])],
        run.cable.id,
        len(together),
        bit_per_s(float(links.bandwidth_byte_per_s[link:stop].sum())) / GIGA,
        *(*a, rule.transceiver_a),
        *(*b, rule.transceiver_b),
        round(float(geometry.route_m[link]), 3),
        round(float(geometry.length_m[link]), 3),
        f"{near} > {far}",
        f"{far} > {near}",
        _state(fabric, together),
    )


def _end(fabric: Fabric, links: range, side: int) -> tuple[str, int, str, str, str]:
    """Return rack, rack unit, box, component and ports at one end of a cable."""
    layout = fabric.layout
    component = int((fabric.links.a, fabric.links.b)[side][links[0]])
    box = layout.housings[int(layout.housing[component])]
    ports = fabric.port_map.names(links, side)
    return layout.racks[box.rack].label, box.u, box.label, layout.address(component), ports


def _label(end: tuple[str, int, str, str, str]) -> str:
    rack, unit, box, component, ports = end
    chip = component.rpartition("/")[2]
    # Where a cable ends at several chips, the ports name theirs.
    port = ports if "]:" in ports else f"{chip}:{ports}"
    return f"{rack}-U{unit} {box} {port}".rstrip(":")


def _state(fabric: Fabric, links: range) -> str:
    states = {link_state(fabric, link) for link in links if fabric.link_present[link]}
    return ", ".join(sorted(states, key=lambda state: state == "ok"))
