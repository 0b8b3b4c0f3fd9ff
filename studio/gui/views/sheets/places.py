"""Which racks, boxes, chips and links an address names, contains or lies in."""

from __future__ import annotations

import numpy as np

from studio.errors import StudioError
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.gui.canvas.addresses import component_at

NONE: IntArray = np.empty(0, dtype=np.int64)


def racks_of(fabric: Fabric, address: str) -> IntArray:
    """Return the rack an address is or lies in."""
    rack = fabric.layout.rack_by_label.get(address.split("/")[0])
    return NONE if rack is None else np.array([rack], dtype=np.int64)


def boxes_of(fabric: Fabric, address: str) -> IntArray:
    """Return the boxes of a rack, or the box an address is or lies in."""
    layout, steps = fabric.layout, address.split("/")
    if len(steps) == 1:
        rack = layout.rack_by_label.get(address)
        return NONE if rack is None else np.flatnonzero(layout.rack_of_housing == rack)
    housing = layout.housing_by_label.get((steps[0], steps[1]))
    return NONE if housing is None else np.array([housing], dtype=np.int64)


def chips_of(fabric: Fabric, address: str) -> IntArray:
    """Return the chips of a rack or box, or the chip at an address."""
    if address.startswith("rule:"):
        return NONE
    layout, steps = fabric.layout, address.split("/")
    if len(steps) > 2 and (steps[0], steps[1]) in layout.housing_by_label:
        housing = layout.housing_by_label[steps[0], steps[1]]
        chip = component_at(layout, housing, steps[2:])
        if chip is not None:
            return np.array([chip], dtype=np.int64)
    try:
        return find_components(fabric.layout, address)
    except StudioError:
        return NONE


def links_of(fabric: Fabric, address: str) -> IntArray:
    """Return the links of a rule, or one link, or those that end at a place."""
    links = fabric.links
    if address.startswith("rule:"):
        try:
            return find_links(links, address)
        except StudioError:
            return NONE
    chips = chips_of(fabric, address)
    if not len(chips):
        return NONE
    is_there = np.zeros(fabric.layout.component_count, dtype=bool)
    is_there[chips] = True
    return np.flatnonzero(is_there[links.a] | is_there[links.b])
