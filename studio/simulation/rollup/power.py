"""Power of a design: nameplate, typical and idle, by category, conversion loss included."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.rollup.figure import Figure, Term, part_terms
from studio.simulation.rollup.inventory import Inventory

POWER_FIELDS: Mapping[str, str] = {
    "nameplate": "power_max",
    "typical": "power_typical",
    "idle": "power_idle",
}

CATEGORY_OF_KIND: Mapping[str, str] = {
    "npu": "npu",
    "cpu": "cpu",
    "memory": "memory",
    "storage": "memory",
    "switch": "switch",
    "nic": "nic",
    "transceiver": "optics",
    "cooling": "cooling",
    "board": "other",
    "chassis": "other",
    "rack": "other",
    "cable": "optics",
}


def power_figure(inventory: Inventory, operating_point: str) -> Figure:
    """Return equipment power at one of `nameplate`, `typical`, `idle`. [W].

    Notes
    -----
    Sum over pieces of their draw, plus for every rack draw x (1/efficiency - 1) of its supplies.
    Supplies are taken at their efficiency at usual load; cooling outside the racks is not in here
    but in the facility figure (equipment x PUE).
    """
    field = POWER_FIELDS[operating_point]
    terms: list[Term] = []
    pieces = (
        *((part, count) for part, count in _running(inventory) if part.kind != "power_supply"),
        *inventory.transceivers,
        *inventory.cables,
    )
    missing = []
    for part, count in pieces:
        category = CATEGORY_OF_KIND.get(part.kind, "other")
        found = part_terms([(part, count)], field, category)
        terms.extend(found)
        if not found and count and part.kind in ("npu", "cpu", "switch", "nic", "transceiver"):
            missing.append(part.id)
    terms.extend(_losses(inventory, field))
    return Figure(f"power_w.{operating_point}", "power", tuple(terms), tuple(missing))


def _running(inventory: Inventory) -> tuple[tuple[PartData, float], ...]:
    """A degraded piece still draws its power; a failed one does not."""
    fabric, layout = inventory.fabric, inventory.fabric.layout
    if not layout.component_count:
        return ()
    runs = (fabric.component_factor > 0).astype(np.float64)
    counts = np.bincount(layout.part, weights=runs, minlength=len(layout.parts))
    return tuple((layout.parts[n], float(counts[n])) for n in np.flatnonzero(counts))


def _losses(inventory: Inventory, field: str) -> list[Term]:
    load = inventory.power_by_rack_w(field)
    racks: dict[str, list[int]] = {}
    supplies: dict[str, PartData] = {}
    for rack, supply in inventory.supply_by_rack().items():
        racks.setdefault(supply.id, []).append(rack)
        supplies[supply.id] = supply
    terms = []
    for supply_id, members in racks.items():
        supply = supplies[supply_id]
        efficiency = supply.value("efficiency")
        if not 0 < efficiency <= 1:
            continue
        carried = float(load[np.array(members)].sum())
        terms.append(
            Term(
                say("Conversion loss in {supply}", supply=supply.title),
                1.0,
                carried * (1 / efficiency - 1),
                supply.id,
                "loss",
                supply.origins.get("efficiency"),
                say(
                    "{carried:.1f} kW carried at {efficiency:.1%}",
                    carried=carried / 1000,
                    efficiency=efficiency,
                ),
            )
        )
    return terms


def facility_power_w(equipment_w: float, pue: float) -> float:
    """Return what the site draws from the grid. [W]."""
    return equipment_w * pue
