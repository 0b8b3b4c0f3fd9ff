"""What works and what is there: the exceptions of a design, laid over its layout and links."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studio.design.model import Design, Deviation
from studio.errors import InvalidDesign
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.layout import Layout
from studio.fabric.links import Links
from studio.fabric.places import components_if_there, links_if_there


class States(NamedTuple):
    """State of every component and link; factors are the share that works, 0 to 1."""

    component_factor: FloatArray
    component_present: BoolArray
    link_factor: FloatArray
    link_present: BoolArray


def states_of(design: Design, layout: Layout, links: Links) -> States:
    """Return which components and links work and are there.

    Raises
    ------
    InvalidDesign : an exception's factor is not within 0 and 1.
    """
    present, factor = _component_states(design, layout)
    link_present, link_factor = _link_states(design, links, present, factor)
    return States(factor, present, link_factor, link_present)


def _component_states(design: Design, layout: Layout) -> tuple[BoolArray, FloatArray]:
    present = np.ones(layout.component_count, dtype=bool)
    factor = np.ones(layout.component_count)
    for address, deviation in design.exceptions.items():
        if not address.startswith("rule:"):
            chosen = components_if_there(layout, address)
            _apply(address, deviation, chosen, present, factor)
    return present, factor


def _apply(
    address: str, deviation: Deviation, chosen: IntArray, present: BoolArray, factor: FloatArray
) -> None:
    if deviation.state == "absent":
        present[chosen] = False
        factor[chosen] = 0.0
    elif deviation.state == "failed":
        factor[chosen] = 0.0
    elif not 0 <= deviation.factor <= 1:
        raise InvalidDesign(
            "exception {address!r}: degraded to {factor}; a factor of 0..1 is possible",
            address=address,
            factor=deviation.factor,
        )
    else:
        factor[chosen] *= deviation.factor


def _link_states(
    design: Design,
    links: Links,
    component_present: BoolArray,
    component_factor: FloatArray,
) -> tuple[BoolArray, FloatArray]:
    present = component_present[links.a] & component_present[links.b]
    # A degraded component slows its work, not its ports; only a dead one takes its links along.
    alive = (component_factor[links.a] > 0) & (component_factor[links.b] > 0)
    factor = alive.astype(np.float64)
    for address, deviation in design.exceptions.items():
        if address.startswith("rule:"):
            chosen = links_if_there(links, address)
            _apply(address, deviation, chosen, present, factor)
    return present, factor
