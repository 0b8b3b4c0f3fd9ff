"""Rule `feed-loss`: with one feed lost, the supplies on the others carry every rack."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.fabric.arrays import FloatArray
from studio.fabric.fabric import Fabric
from studio.messages import say
from studio.simulation.rollup.inventory import inventory_of
from studio.units import display


def feed_loss(fabric: Fabric) -> Iterator[Finding]:
    """Report racks on several feeds whose supplies can't carry them when a feed is lost.

    Supplies of a box are wired to the feeds of its rack in turn, so that the loss of one of n
    takes one in n of them, rounded up. Supplies tagged `feeds: both` take any feed and lose none.
    """
    load = inventory_of(fabric).power_by_rack_w("power_max")
    feeds = np.array([len(fabric.design.racks[one.rack].feeds) for one in fabric.layout.racks])
    left = _left_w(fabric, feeds)
    reported: set[str] = set()
    for number in np.flatnonzero((feeds > 1) & (left > 0) & (load > left)):
        rack = fabric.layout.racks[int(number)]
        if rack.rack in reported:
            continue
        reported.add(rack.rack)
        yield Finding(
            "feed-loss",
            "warning",
            rack.label,
            say(
                "with one of {feeds} feeds lost, the supplies on the others give {left} for {load}",
                feeds=int(feeds[number]),
                left=display(float(left[number]), "power"),
                load=display(float(load[number]), "power"),
            ),
            say("Add supplies, or wire the rack to more feeds"),
        )


def _left_w(fabric: Fabric, feeds: FloatArray) -> FloatArray:
    """Return what the supplies of each rack still give with one feed lost, shape (n_racks,)."""
    layout = fabric.layout
    left = np.zeros(len(layout.racks))
    for number, part in enumerate(layout.parts):
        if part.kind != "power_supply":
            continue
        chosen = (layout.part == number) & (fabric.component_factor > 0)
        count = np.bincount(layout.housing[chosen], minlength=len(layout.housings))
        of_rack = np.maximum(1, feeds[layout.rack_of_housing])
        lost = 0 if part.tags.get("feeds") == "both" else -(-count // of_rack)
        each = part.value("power_output")
        left += np.bincount(
            layout.rack_of_housing, weights=(count - lost) * each, minlength=len(left)
        )
    return left
