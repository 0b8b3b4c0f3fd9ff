"""What an address names: components, links."""

from __future__ import annotations

import numpy as np

from studio.design.selector import parse_selector
from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.arrays import IntArray
from studio.fabric.layout import Layout
from studio.fabric.links import Links
from studio.messages import say


def find_components(layout: Layout, address: str) -> IntArray:
    """Return the components at an address: a rack, a placement, a group, or a single component.

    Raises
    ------
    InvalidDesign : nothing is at that address.
    """
    steps = address.split("/")
    chosen = np.empty(0, dtype=np.int64)
    if len(steps) == 1 and steps[0] in layout.rack_by_label:
        chosen = np.flatnonzero(layout.rack == layout.rack_by_label[steps[0]])
        if not len(chosen):
            return chosen
    elif len(steps) == 2 and (steps[0], steps[1]) in layout.housing_by_label:
        housing = layout.housing_by_label[steps[0], steps[1]]
        return np.arange(layout.start[housing], layout.start[housing + 1])
    elif len(steps) > 2 or steps[0] == "**":
        try:
            chosen = layout.select(parse_selector(address))
        except InvalidInput as error:
            raise InvalidDesign(error.message) from error
    if not len(chosen):
        raise InvalidDesign(
            "nothing is at {address!r}; an address reads like 'R03', 'R03/N2' or 'R03/N2/npu[5]'",
            address=address,
        )
    return chosen


def components_if_there(layout: Layout, address: str) -> IntArray:
    """Return the components at an address, none where it is gone.

    What a design says of single components outlives a smaller array or a removed rack, and holds
    again when they are back; a rule reports it meanwhile.
    """
    try:
        return find_components(layout, address)
    except InvalidDesign:
        return np.empty(0, dtype=np.int64)


def find_links(links: Links, address: str) -> IntArray:
    """Return the links at an address: `rule:name` for all of a rule, or `rule:name[12]`.

    Raises
    ------
    InvalidDesign : there is no such rule, or it has fewer links.
    """
    name, bracket, index = address.removeprefix("rule:").partition("[")
    number = next((n for n, one in enumerate(links.rules) if one.name == name), None)
    if number is None:
        known = ", ".join(one.name for one in links.rules) or say("none")
        raise InvalidDesign(
            "no link rule is called {name!r}; the design has {known}",
            name=name,
            known=known,
        )
    first, stop = int(links.start[number]), int(links.start[number + 1])
    if not bracket:
        return np.arange(first, stop)
    place = index.removesuffix("]")
    if not place.isdecimal() or int(place[:12]) >= stop - first:
        raise InvalidDesign(
            "{address!r}: rule {name!r} has links 0 to {stop}",
            address=address,
            name=name,
            stop=stop - first - 1,
        )
    return np.array([first + int(place)])


def links_if_there(links: Links, address: str) -> IntArray:
    """Return the links at an address, none where it is gone; see `components_if_there`."""
    try:
        return find_links(links, address)
    except InvalidDesign:
        return np.empty(0, dtype=np.int64)
