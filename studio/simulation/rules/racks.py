"""Rules on racks: floor space, power, mass, supplies and feeds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding, Fix
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import RackInstance
from studio.messages import say
from studio.simulation.rollup.inventory import inventory_of
from studio.simulation.rules.report import MOST_PER_RULE
from studio.units import display


def floor_space(fabric: Fabric) -> Iterator[Finding]:
    """Report racks that overlap on the floor or stand outside the hall."""
    boxes = np.array([_footprint(fabric, rack) for rack in fabric.layout.racks]).reshape(-1, 4)
    site = fabric.design.site
    outside = (
        (boxes[:, 0] < -1e-6)
        | (boxes[:, 1] < -1e-6)
        | (boxes[:, 2] > site.width_m + 1e-6)
        | (boxes[:, 3] > site.depth_m + 1e-6)
    )
    for number in np.flatnonzero(outside)[:MOST_PER_RULE]:
        yield Finding(
            "floor-space",
            "warning",
            fabric.layout.racks[number].label,
            say(
                "stands outside the hall of {width_m:g} x {depth_m:g} m",
                width_m=site.width_m,
                depth_m=site.depth_m,
            ),
            say("Drag it inside, or make the hall larger in the site's fields"),
        )
    order = np.argsort(boxes[:, 0], kind="stable")
    left = boxes[order, 0]
    reported = 0
    for place, number in enumerate(order):
        box = boxes[number]
        beside = order[place + 1 : np.searchsorted(left, box[2] - 1e-6)]
        overlaps = (boxes[beside, 1] < box[3] - 1e-6) & (box[1] < boxes[beside, 3] - 1e-6)
        for other in beside[overlaps][: MOST_PER_RULE - reported]:
            reported += 1
            first, second = fabric.layout.racks[number].label, fabric.layout.racks[other].label
            yield Finding(
                "floor-space",
                "error",
                second,
                say("stands in the place of {first}", first=first),
                say("Drag one of the two to a free place"),
            )


def _footprint(fabric: Fabric, rack: RackInstance) -> tuple[float, float, float, float]:
    width, depth = fabric.layout.footprint_m(rack)
    return rack.x_m, rack.y_m, rack.x_m + width, rack.y_m + depth


def rack_power(fabric: Fabric) -> Iterator[Finding]:
    """Report racks that draw more at nameplate than they may, or than their supplies give."""
    inventory = inventory_of(fabric)
    load = inventory.power_by_rack_w("power_max")
    drawn = inventory.input_by_rack_w("power_max")
    supplies = inventory.supply_by_rack()
    counts = _supplies_in_order(fabric)
    reported: set[str] = set()
    for number, rack in enumerate(fabric.layout.racks):
        if rack.rack in reported:
            continue
        part, supply = fabric.layout.parts[rack.part], supplies.get(number)
        limit = part.value("power_limit")
        if limit and drawn[number] > limit:
            reported.add(rack.rack)
            watts = display(float(drawn[number]), "power")
            yield Finding(
                "rack-power",
                "error",
                rack.label,
                say(
                    "draws {watts} at nameplate; the rack takes {limit}",
                    watts=watts,
                    limit=display(limit, "power"),
                ),
                say("Move equipment to another rack"),
            )
        each = supply.value("power_output") if supply else 0.0
        count, watts = int(counts[number]), display(float(load[number]), "power")
        if each and load[number] > count * each:
            reported.add(rack.rack)
            yield Finding(
                "supply-overload",
                "error",
                rack.label,
                say(
                    "one supply gives {given} for {watts}"
                    if count == 1
                    else "{count} supplies give {given} for {watts}",
                    count=count,
                    given=display(count * each, "power"),
                    watts=watts,
                ),
                say("Add power supplies or move equipment"),
            )
        elif each and load[number] > (count - 1) * each:
            reported.add(rack.rack)
            spare = display((count - 1) * each, "power")
            yield Finding(
                "supply-redundancy",
                "warning",
                rack.label,
                say(
                    "with the only supply lost nothing feeds {watts}"
                    if count == 1
                    else "with one of {count} supplies lost the others give {spare} for {watts}",
                    count=count,
                    spare=spare,
                    watts=watts,
                ),
            )
        elif not supply and load[number] > 0:
            reported.add(rack.rack)
            yield Finding(
                "no-supply",
                "info",
                rack.label,
                say("has no power supplies: conversion loss is not counted"),
            )


def _supplies_in_order(fabric: Fabric) -> IntArray:
    supplies = fabric.layout.of_kind("power_supply")
    working = supplies[fabric.component_factor[supplies] > 0]
    return np.bincount(fabric.layout.rack[working], minlength=len(fabric.layout.racks))


def rack_mass(fabric: Fabric) -> Iterator[Finding]:
    """Report racks heavier than they or the floor may be."""
    layout = fabric.layout
    mass = inventory_of(fabric).mass_by_rack_kg()
    for rack, total in zip(layout.racks, mass.tolist(), strict=True):
        limit = layout.parts[rack.part].value("mass_limit")
        if limit and total > limit:
            yield Finding(
                "rack-mass",
                "error",
                rack.label,
                say(
                    "weighs {total}; {limit} are possible",
                    total=display(total, "mass"),
                    limit=display(limit, "mass"),
                ),
            )


def feeds(fabric: Fabric) -> Iterator[Finding]:
    """Report feeds that can't carry their part of the racks on them when any other is lost.

    A rack shares its load among the feeds that are left to it.
    """
    site, inventory = fabric.design.site, inventory_of(fabric)
    load = inventory.input_by_rack_w("power_max")
    carried: dict[str, float] = dict.fromkeys(site.feeds, 0.0)
    for number, rack in enumerate(fabric.layout.racks):
        feeds = fabric.design.racks[rack.rack].feeds
        for name in feeds:
            if name in carried:
                carried[name] += float(load[number]) / max(1, len(feeds) - 1)
            elif site.feeds:
                yield Finding(
                    "feed",
                    "error",
                    rack.label,
                    say("is on feed {name}, which the site does not have", name=name),
                    fix=Fix(
                        say("Use the site's feeds"),
                        {("racks", rack.rack, "feeds"): tuple(site.feeds)},
                    ),
                )
    for name, watts in carried.items():
        limit = site.feeds[name].limit_w
        if watts > limit:
            yield Finding(
                "feed",
                "error",
                f"feed {name}",
                say(
                    "must carry {watts} when another feed is lost; it has {limit}",
                    watts=display(watts, "power"),
                    limit=display(limit, "power"),
                ),
            )
