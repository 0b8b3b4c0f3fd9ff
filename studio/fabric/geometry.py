"""Where cables run and how long they are, from rack positions and the site's routing.

One route: from the port up to the tray above its rack, along the tray in right angles, down to
the other port. Inside a rack it is the difference of heights and half the rack's width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.design.site import Routing
from studio.errors import InvalidDesign
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.layout import Layout
from studio.fabric.links import Links
from studio.messages import say
from studio.units import MICRO

DEFAULT_RACK_HEIGHT_M = 2.25
"""Of a rack type that names no height: a usual cabinet of 48 units."""
TRACE_M = 0.3
"""A board trace between two chips of one housing."""
FIBRE_S_PER_M = 4.9e-9
"""Group delay of silica fibre, index 1.468; taken where a cable part gives none."""


@dataclass(frozen=True)
class Geometry:
    """Lengths and propagation delays; shape (n_links,)."""

    route_m: FloatArray
    """Along the route, without slack."""
    length_m: FloatArray
    """With slack and rounded up to a stock length for cables; the route for traces."""
    delay_s: FloatArray
    """Propagation and transceivers, one way."""


def measure(layout: Layout, links: Links, routing: Routing) -> Geometry:
    """Return the length and delay of every link.

    Raises
    ------
    InvalidDesign : the routing has negative or endless lengths.
    """
    return _measured(layout, links, routing, slice(None))


def measure_moved(
    layout: Layout, links: Links, routing: Routing, before: Layout, known: Geometry
) -> Geometry:
    """Return the same as `measure`, worked out for the links between racks that moved apart.

    Parameters
    ----------
    before, known : the layout that differs in where racks stand, and the geometry of it.
    """
    shift = _standing(layout).middle_um - _standing(before).middle_um
    # Racks that keep together keep their cables too.
    _, together = np.unique(shift, axis=0, return_inverse=True)
    block = together.reshape(-1)[layout.rack]
    chosen = np.flatnonzero(block[links.a] != block[links.b])
    if not len(chosen):
        return known
    part = _measured(layout, links, routing, chosen)
    return Geometry(
        _with(known.route_m, chosen, part.route_m),
        _with(known.length_m, chosen, part.length_m),
        _with(known.delay_s, chosen, part.delay_s),
    )


def _with(known: FloatArray, chosen: IntArray, values: FloatArray) -> FloatArray:
    changed = known.copy()
    changed[chosen] = values
    return changed


def _measured(layout: Layout, links: Links, routing: Routing, chosen: IntArray | slice) -> Geometry:
    """Return the geometry of some links, each array as long as they are many."""
    _check(routing)
    rule = links.rule[chosen]
    route = _routes(layout, links.a[chosen], links.b[chosen], routing)
    fixed = np.array([links_.rule.length_m for links_ in links.rules])
    if len(fixed):
        given = fixed[rule] > 0
        route = np.where(given, fixed[rule], route)
    cabled = np.array([bool(one.rule.cable) for one in links.rules], dtype=bool)
    is_cable = cabled[rule] if len(cabled) else np.zeros(0, dtype=bool)
    slack = routing.slack_m + routing.slack_fraction * route
    length = np.where(is_cable, _stock(route + slack, routing), route)
    per_metre, ends = _delays(layout, links)
    return Geometry(route, length, length * per_metre[rule] + ends[rule])


def _check(routing: Routing) -> None:
    numbers = (
        (say("slack"), routing.slack_m),
        (say("slack fraction"), routing.slack_fraction),
        (say("tray height"), routing.tray_above_rack_m),
        *((say("stock length"), length) for length in routing.stock_lengths_m),
    )
    for what, value in numbers:
        if not 0 <= value <= 1e5:
            raise InvalidDesign(
                "site routing: {what} {value}; 0 to 100 000 is possible",
                what=what,
                value=value,
            )


def _routes(layout: Layout, a: IntArray, b: IntArray, routing: Routing) -> FloatArray:
    """Return how long the ways are between pairs of components, shape (n_pairs,)."""
    if not len(a):
        return np.empty(0)
    racks = _standing(layout)
    height = layout.height_m
    housing_a, housing_b = layout.housing[a], layout.housing[b]
    rack_a, rack_b = layout.rack[a], layout.rack[b]
    height_a, height_b = height[housing_a], height[housing_b]
    along = np.abs(racks.middle_um[rack_a] - racks.middle_um[rack_b]).sum(axis=1) * MICRO
    tray = np.maximum(racks.top_m[rack_a], racks.top_m[rack_b]) + routing.tray_above_rack_m
    between = np.maximum(tray - height_a, 0) + np.maximum(tray - height_b, 0) + along
    inside = np.abs(height_a - height_b) + racks.width_m[rack_a] / 2
    route = np.where(rack_a == rack_b, inside, between)
    return np.where(housing_a == housing_b, TRACE_M, route)


@dataclass(frozen=True)
class _Standing:
    """Where racks stand and how large they are; first dimension n_racks."""

    middle_um: IntArray
    """Shape (n_racks, 2). In whole micrometres: the way between racks that are moved together
    stays the same to the last digit."""
    top_m: FloatArray
    width_m: FloatArray
    """Of the shorter side."""


def _standing(layout: Layout) -> _Standing:
    # Racks of a part that are turned alike are of one size: of thousands a few are looked up.
    sizes: dict[tuple[int, int], tuple[float, float, float]] = {}
    rows = []
    for rack in layout.racks:
        alike = rack.part, rack.rotation_deg
        if alike not in sizes:
            top = layout.parts[rack.part].value("height") or DEFAULT_RACK_HEIGHT_M
            sizes[alike] = (*layout.footprint_m(rack), top)
        wide, deep, top = sizes[alike]
        rows.append((rack.x_m + wide / 2, rack.y_m + deep / 2, top, min(wide, deep)))
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    middle = np.rint(table[:, :2] / MICRO).astype(np.int64)
    return _Standing(middle, table[:, 2], table[:, 3])


def _stock(length: FloatArray, routing: Routing) -> FloatArray:
    stock = np.sort(np.array(routing.stock_lengths_m, dtype=np.float64))
    if not len(stock):
        return length
    place = np.searchsorted(stock, length - 1e-9)
    return np.where(place < len(stock), stock[np.minimum(place, len(stock) - 1)], length)


def _delays(layout: Layout, links: Links) -> tuple[FloatArray, FloatArray]:
    """Return delay per metre and the delay of both transceivers, shapes (n_rules,)."""
    parts = {part.id: part for part in layout.parts}
    per_metre = np.full(len(links.rules), FIBRE_S_PER_M)
    ends = np.zeros(len(links.rules))
    for number, one in enumerate(links.rules):
        cable = parts.get(one.rule.cable)
        if cable is not None and cable.value("propagation"):
            per_metre[number] = cable.value("propagation")
        for end in (one.rule.transceiver_a, one.rule.transceiver_b):
            if end in parts:
                ends[number] += parts[end].value("latency")
    return per_metre, ends
