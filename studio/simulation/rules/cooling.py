"""Rules `cooling-class` and `inlet-temperature`: heat leaves every rack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.design.finding import Finding
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.rollup.inventory import inventory_of
from studio.units import display

AIR_LIMIT_W = 40_000.0
"""Heat that contained room air carries out of one rack at most; Uptime Institute's surveys and
vendors' rack guides give 15 to 20 kW as common and 30 to 40 kW as the limit."""
_WET = ("liquid", "immersion")


@dataclass(frozen=True)
class _Cooling:
    """What one rack is cooled by."""

    liquid_share: float = 0.0
    liquid_w: float = np.inf
    air_w: float = 0.0
    """Of fans and doors that state a limit; 0 leaves it to the room."""


def cooling_class(fabric: Fabric) -> Iterator[Finding]:
    """Report racks whose heat is more than their cooling carries, by liquid and by air.

    Heat is what the rack draws at typical power, conversion loss included: it is the sustained
    draw that has to be carried away. The liquid share of the cooling goes to liquid, the rest to
    the air.
    """
    heat = inventory_of(fabric).input_by_rack_w("power_typical")
    cooling = _by_rack(fabric)
    reported: set[tuple[str, str]] = set()
    for number, rack in enumerate(fabric.layout.racks):
        own = cooling.get(number, _Cooling())
        wet = own.liquid_share * float(heat[number])
        dry = float(heat[number]) - wet
        limit = own.air_w or AIR_LIMIT_W
        for name, watts, most in (("liquid", wet, own.liquid_w), ("air", dry, limit)):
            if watts <= most or (rack.rack, name) in reported:
                continue
            reported.add((rack.rack, name))
            yield Finding(
                "cooling-class",
                "error",
                rack.label,
                say(
                    "{heat} of heat goes to liquid; its cooling carries {limit}"
                    if name == "liquid"
                    else "{heat} of heat goes to the air; {limit} can be carried away",
                    heat=display(watts, "power"),
                    limit=display(most, "power"),
                ),
                say("Move equipment, or add cold plates, a rear door or more cooling"),
            )


def _by_rack(fabric: Fabric) -> dict[int, _Cooling]:
    layout = fabric.layout
    found: dict[int, _Cooling] = {}
    units = layout.of_kind("cooling")
    units = units[fabric.component_factor[units] > 0]
    for unit in units.tolist():
        part = layout.parts[int(layout.part[unit])]
        rack = int(layout.rack[unit])
        found[rack] = _with(found.get(rack, _Cooling()), part)
    return found


def _with(cooling: _Cooling, part: PartData) -> _Cooling:
    limit = part.value("heat_limit")
    if part.tags.get("cooling") in _WET:
        liquid = limit or np.inf
        if np.isfinite(cooling.liquid_w):
            liquid += cooling.liquid_w
        share = max(cooling.liquid_share, part.value("liquid_share") or 1.0)
        return _Cooling(share, liquid, cooling.air_w)
    return _Cooling(cooling.liquid_share, cooling.liquid_w, cooling.air_w + limit)


def liquid_parts(fabric: Fabric) -> Iterator[Finding]:
    """Report parts made for liquid cooling in racks that have none."""
    layout = fabric.layout
    wet = {rack for rack, own in _by_rack(fabric).items() if own.liquid_share}
    for number, part in enumerate(layout.parts):
        if part.kind == "cooling" or part.tags.get("cooling") not in _WET:
            continue
        placed = np.flatnonzero((layout.part == number) & (fabric.component_factor > 0))
        dry = [one for one in placed.tolist() if int(layout.rack[one]) not in wet]
        if dry:
            yield Finding(
                "cooling-class",
                "error",
                layout.address(dry[0]),
                say("{part} is cooled by liquid; its rack has none", part=part.title),
                say("Add a manifold or cold-plate loop to the rack"),
            )


def inlet_temperature(fabric: Fabric) -> Iterator[Finding]:
    """Report cooling that takes in air or coolant warmer than it may."""
    layout, site = fabric.layout, fabric.design.site
    placed = np.bincount(layout.part, minlength=len(layout.parts))
    for number, part in enumerate(layout.parts):
        limit = part.value("inlet_max")
        if part.kind != "cooling" or not limit or not placed[number]:
            continue
        is_wet = part.tags.get("cooling") in _WET
        supplied = site.coolant_temperature_k if is_wet else site.inlet_temperature_k
        if supplied > limit:
            first = int(np.argmax(layout.part == number))
            yield Finding(
                "inlet-temperature",
                "error",
                layout.address(first),
                say(
                    "takes in at most {limit}; the site supplies {supplied}",
                    limit=display(limit, "temperature"),
                    supplied=display(supplied, "temperature"),
                ),
                say("Lower the temperature of the site, or take other cooling"),
            )
