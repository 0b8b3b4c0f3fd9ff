"""The rack schedule: one row a rack, as whoever orders, places, feeds and lifts it reads it.

Mass is that of the rack with what stands in it; cables and transceivers come on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.exchange.table import Cell, Table
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData
from studio.simulation.rollup.inventory import Inventory, inventory_of

_HEADER = (
    *("rack", "part", "name", "x_m", "y_m", "rotation_deg", "feeds"),
    *("units", "units_used", "boxes", "npus", "mass_kg", "mass_limit_kg"),
    *("nameplate_w", "typical_w", "idle_w", "power_limit_w"),
    *("cables_inside", "cables_out"),
)
_DIGITS = 3


@dataclass(frozen=True)
class RackLine:
    """One rack on the floor; power is what it takes from its feeds, conversion loss included."""

    label: str
    part: PartData
    x_m: float
    y_m: float
    rotation_deg: int
    feeds: tuple[str, ...]
    units_used: int
    """Rack units that hold something, at the front, the rear or both."""
    boxes: int
    npus: int
    mass_kg: float
    nameplate_w: float
    typical_w: float
    idle_w: float
    cables_inside: int
    """Cables with both ends in the rack."""
    cables_out: int
    """Cables that leave it."""


def rack_table(fabric: Fabric) -> Table:
    """Return the schedule; limits are 0 where the rack's type states none."""
    return Table(_HEADER, (_row(line) for line in rack_lines(fabric)))


def _row(line: RackLine) -> tuple[Cell, ...]:
    rounded = (round(value, _DIGITS) for value in (line.nameplate_w, line.typical_w, line.idle_w))
    return (
        *(line.label, line.part.id, line.part.name),
        *(round(line.x_m, _DIGITS), round(line.y_m, _DIGITS), line.rotation_deg),
        ", ".join(line.feeds),
        *(int(line.part.value("rack_units")), line.units_used, line.boxes, line.npus),
        *(round(line.mass_kg, _DIGITS), line.part.value("mass_limit")),
        *rounded,
        line.part.value("power_limit"),
        *(line.cables_inside, line.cables_out),
    )


def rack_lines(fabric: Fabric) -> Iterator[RackLine]:
    """Return the racks in order; those that are absent as a whole are left out."""
    layout, inventory = fabric.layout, inventory_of(fabric)
    count = len(layout.racks)
    mass = inventory.mass_by_rack_kg()
    nameplate, typical, idle = (
        inventory.input_by_rack_w(field) for field in ("power_max", "power_typical", "power_idle")
    )
    there = fabric.npus[fabric.component_present[fabric.npus]]
    npus = np.bincount(layout.rack[there], minlength=count)
    inside, out = _cables(fabric, inventory)
    used: list[set[int]] = [set() for _ in range(count)]
    boxes = [0] * count
    for housing, is_there in zip(layout.housings, fabric.housing_present.tolist(), strict=True):
        if is_there:
            used[housing.rack].update(range(housing.u, housing.u + housing.height_u))
            boxes[housing.rack] += 1
    for number in inventory.rack_numbers.tolist():
        rack = layout.racks[number]
        yield RackLine(
            rack.label, layout.parts[rack.part], rack.x_m, rack.y_m, rack.rotation_deg,
            fabric.design.racks[rack.rack].feeds, len(used[number]), boxes[number],
            int(npus[number]), float(mass[number]), float(nameplate[number]),
            float(typical[number]), float(idle[number]), int(inside[number]), int(out[number]),
        )  # fmt: skip


def _cables(fabric: Fabric, inventory: Inventory) -> tuple[IntArray, IntArray]:
    """Return how many cables stay inside each rack and how many leave it, shape (n_racks,)."""
    rack, count = fabric.layout.rack, len(fabric.layout.racks)
    inside, out = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for run in inventory.cable_runs:
        a, b = (rack[end[run.first_links]] for end in (fabric.links.a, fabric.links.b))
        inside += np.bincount(a[a == b], minlength=count)
        for near, far in ((a, b), (b, a)):
            out += np.bincount(near[near != far], minlength=count)
    return inside, out
