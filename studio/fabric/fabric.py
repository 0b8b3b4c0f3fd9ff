"""A design compiled: components, links, lengths and states as arrays.

`compile_design` keeps from an earlier fabric whatever the edit did not touch; the result is the
same as a full compile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from studio.catalog.catalog import Catalog
from studio.design.model import Design, Deviation, LinkRule
from studio.errors import InvalidDesign
from studio.fabric import reuse
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.expansion import build_layout
from studio.fabric.geometry import Geometry, measure
from studio.fabric.layout import Layout
from studio.fabric.links import Links, RuleLinks, join_rules, rule_links
from studio.fabric.own_parts import with_own_parts
from studio.fabric.parts import PartData, PartTable
from studio.fabric.places import find_components, find_links
from studio.fabric.port_map import PortMap, map_ports
from studio.ids import PartId
from studio.messages import say

_States = tuple[FloatArray, BoolArray, FloatArray, BoolArray]


@dataclass(frozen=True)
class Fabric:
    """Everything the drawing means, expanded; never changed after it was made."""

    design: Design
    catalog: Catalog
    parts: tuple[PartData, ...]
    layout: Layout
    links: Links
    geometry: Geometry
    component_factor: FloatArray
    """Share of each component that works: 1 in order, 0 failed; shape (n_components,)."""
    component_present: BoolArray
    link_factor: FloatArray
    """Share of each link's bandwidth left, failed ends included; shape (n_links,)."""
    link_present: BoolArray

    @cached_property
    def part_by_id(self) -> Mapping[PartId, PartData]:
        """Return every part type used, cables and transceivers included."""
        return {part.id: part for part in self.parts}

    @cached_property
    def worked_out(self) -> dict[type, object]:
        """Return what others have worked out of this snapshot, by its type; it lives as long."""
        return {}

    def count(self, kind: str) -> int:
        """Return how many components of a kind are present."""
        return int(self.component_present[self.layout.of_kind(kind)].sum())

    @cached_property
    def npus(self) -> IntArray:
        """Return the components that are NPUs and present."""
        npus = self.layout.of_kind("npu")
        return npus[self.component_present[npus]]

    @cached_property
    def housing_present(self) -> BoolArray:
        """Tell which housings are there: not marked absent, nor all that is in them."""
        layout, count = self.layout, len(self.layout.housings)
        drawn = np.bincount(layout.housing, minlength=count)
        there = np.bincount(layout.housing[self.component_present], minlength=count)
        present: BoolArray = (there > 0) | (drawn == 0)
        for address, marked in self.design.exceptions.items():
            if marked.state == "absent":
                rack, _, label = address.partition("/")
                number = layout.housing_by_label.get((rack, label))
                if number is not None:
                    present[number] = False
        return present

    @cached_property
    def port_map(self) -> PortMap:
        """Return which port each link takes, and what every port is joined to."""
        return map_ports(self.layout, self.links, self.link_present)

    @cached_property
    def link_bandwidth_byte_per_s(self) -> FloatArray:
        """Return what each link carries now, per direction, shape (n_links,)."""
        return self.links.bandwidth_byte_per_s * self.link_factor


def _go_on() -> None:
    """Nobody gives up."""


def compile_design(
    design: Design,
    catalog: Catalog,
    previous: Fabric | None = None,
    go_on: Callable[[], None] = _go_on,
) -> Fabric:
    """Return the fabric of a design.

    Parameters
    ----------
    previous : fabric of an earlier snapshot of the same document, to keep what did not change.
    go_on : called several times on the way; what it raises, such as `GivenUp`, ends the compile.

    Raises
    ------
    InvalidDesign : the first thing that can't be built, with its place and what would be possible.
    """
    go_on()
    layout = _layout(design, catalog, previous)
    go_on()
    links = _links(design, layout, previous, go_on)
    go_on()
    geometry = _geometry(design, layout, links, previous)
    go_on()
    states = _states(design, layout, links, previous)
    return Fabric(design, catalog, layout.parts, layout, links, geometry, *states)


def _layout(design: Design, catalog: Catalog, previous: Fabric | None) -> Layout:
    kept = reuse.kept_layout(previous, design, catalog) if previous is not None else None
    if kept is not None:
        return kept
    parts = PartTable(design.parts, catalog)
    layout = with_own_parts(build_layout(design, parts), design, parts)
    for name, rule in _all_rules(design):
        for part_id in (rule.cable, rule.transceiver_a, rule.transceiver_b):
            if part_id:
                parts.number(part_id, say("link rule {name!r}", name=name))
    return replace(layout, parts=parts.parts())


def _all_rules(design: Design) -> list[tuple[str, LinkRule]]:
    inside = [
        (f"{assembly_id}.{rule_id}", rule)
        for assembly_id, assembly in design.assemblies.items()
        for rule_id, rule in assembly.links.items()
    ]
    return [*inside, *design.links.items()]


def _links(
    design: Design, layout: Layout, previous: Fabric | None, go_on: Callable[[], None]
) -> Links:
    known: Mapping[str, RuleLinks] = {}
    if previous is not None and previous.layout.part is layout.part:
        if reuse.has_same_wiring(previous, design, layout):
            return previous.links
        known = {one.name: one for one in previous.links.rules}
    return join_rules(rule_links(design, layout, known, go_on), tuple(design.planes))


def _geometry(design: Design, layout: Layout, links: Links, previous: Fabric | None) -> Geometry:
    routing = design.site.routing
    if previous is None or previous.links is not links:
        return measure(layout, links, routing)
    if reuse.has_same_lengths(previous, layout, routing):
        return previous.geometry
    return reuse.with_kept_lengths(measure(layout, links, routing), previous.geometry)


def _states(design: Design, layout: Layout, links: Links, previous: Fabric | None) -> _States:
    """Return share and presence of components, then of links."""
    if (
        previous is not None
        and previous.layout.housings is layout.housings
        and previous.links is links
        and reuse.has_same_states(previous, design)
    ):
        return (
            previous.component_factor,
            previous.component_present,
            previous.link_factor,
            previous.link_present,
        )
    present, factor = _component_states(design, layout)
    link_present, link_factor = _link_states(design, links, present, factor)
    return factor, present, link_factor, link_present


def _component_states(design: Design, layout: Layout) -> tuple[BoolArray, FloatArray]:
    present = np.ones(layout.component_count, dtype=bool)
    factor = np.ones(layout.component_count)
    for address, deviation in design.exceptions.items():
        if not address.startswith("rule:"):
            chosen = _if_there(find_components, layout, address)
            _apply(address, deviation, chosen, present, factor)
    return present, factor


def _if_there(
    find: Callable[[Any, str], IntArray], place: Layout | Links, address: str
) -> IntArray:
    """Return what is at an address, nothing where that is gone.

    An exception outlives a smaller array or a removed rack, and is back when they are; a rule
    reports it meanwhile.
    """
    try:
        return find(place, address)
    except InvalidDesign:
        return np.empty(0, dtype=np.int64)


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
            chosen = _if_there(find_links, links, address)
            _apply(address, deviation, chosen, present, factor)
    return present, factor
