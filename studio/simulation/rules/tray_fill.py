"""Rule `tray-fill`: cables fill no stretch of a tray beyond what it may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.design.finding import Finding, Fix
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.messages import say

MOST_FILL = 0.5
"""Share of a tray's cross-section; ANSI/TIA-569, cable tray fill of 50 % at most."""


@dataclass(frozen=True)
class _Bundles:
    """Cables between pairs of racks, summed; arrays have shape (n_pairs,)."""

    a: IntArray
    b: IntArray
    area_m2: FloatArray


def tray_fill(fabric: Fabric) -> Iterator[Finding]:
    """Report the fullest stretch of tray where it is filled beyond the limit.

    Cables run as their length is measured: along the row of the A side to the place of the B
    side, then across to it. One tray stands over every row and every place in a row.
    """
    area = fabric.design.site.routing.tray_area_m2
    bundles = _bundles(fabric)
    if not len(bundles.a) or area <= 0:
        return
    racks = fabric.layout.racks
    column, x_m = _places(np.array([rack.x_m for rack in racks]))
    row, y_m = _places(np.array([rack.y_m for rack in racks]))
    along = _filled(row[bundles.a], column[bundles.a], column[bundles.b], bundles.area_m2, len(x_m))
    across = _filled(column[bundles.b], row[bundles.a], row[bundles.b], bundles.area_m2, len(y_m))
    fullest = max((along, row, column), (across, column, row), key=lambda one: float(one[0].max()))
    fills, line, place = fullest
    worst = np.unravel_index(int(np.argmax(fills)), fills.shape)
    most = float(fills[worst]) / area
    if most > MOST_FILL:
        beside = np.flatnonzero(line == worst[0])
        first = beside[np.argmin(np.abs(place[beside] - worst[1]))]
        yield Finding(
            "tray-fill",
            "warning",
            racks[int(first)].label,
            say(
                "the tray beside it is filled to {fill:.0%}; {limit:.0%} of {area} is possible",
                fill=most,
                limit=MOST_FILL,
                area=f"{area * 1e4:,.4g} cm²",
            ),
            say("Set a larger tray, thinner cables, or racks that exchange most beside each other"),
            _larger(float(fills[worst])),
        )


def _larger(area_m2: float) -> Fix:
    """Return the fix that gives the trays room, rounded up to whole steps of 50 cm²."""
    step = 0.005
    wanted = float(np.ceil(area_m2 / MOST_FILL / step) * step)
    label = say("Make the tray {area}", area=f"{wanted * 1e4:,.4g} cm²")
    return Fix(label, {("site", "routing", "tray_area_m2"): wanted})


def _bundles(fabric: Fabric) -> _Bundles:
    count = len(fabric.layout.racks)
    keys: list[IntArray] = []
    areas: list[FloatArray] = []
    rack = fabric.layout.rack
    for one in fabric.links.rules:
        diameter = fabric.part_by_id[one.rule.cable].value("diameter") if one.rule.cable else 0.0
        if not diameter or not len(one.a):
            continue
        first = slice(None, None, one.rule.links_per_cable)
        a, b = rack[one.a[first]], rack[one.b[first]]
        leaves = a != b
        pairs, cables = np.unique(a[leaves] * count + b[leaves], return_counts=True)
        keys.append(pairs)
        areas.append(cables.astype(np.float64) * (np.pi / 4 * diameter**2))
    if not keys:
        empty = np.empty(0, dtype=np.int64)
        return _Bundles(empty, empty, np.empty(0))
    pairs = np.concatenate(keys)
    return _Bundles(pairs // count, pairs % count, np.concatenate(areas))


def _places(position_m: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the number of each rack's row or column, those within 10 cm of each other as one."""
    shared, number = np.unique(np.round(position_m, 1), return_inverse=True)
    return number.reshape(-1), shared


def _filled(
    line: IntArray, start: IntArray, stop: IntArray, area_m2: FloatArray, places: int
) -> FloatArray:
    """Return the area taken between neighbouring places of every line, shape (lines, places)."""
    change = np.zeros((int(line.max()) + 1, places + 1))
    np.add.at(change, (line, np.minimum(start, stop)), area_m2)
    np.add.at(change, (line, np.maximum(start, stop)), -area_m2)
    return np.cumsum(change, axis=1)[:, :-1]
