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
from studio.design.model import Design, Deviation, LinkRule, Rack
from studio.design.selector import parse_selector
from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.geometry import Geometry, measure
from studio.fabric.layout import Layout, build_layout, place_racks
from studio.fabric.links import Links, RuleLinks, join_rules, rule_links
from studio.fabric.parts import PartData, PartTable
from studio.ids import PartId, RackId
from studio.messages import say


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

    def count(self, kind: str) -> int:
        """Return how many components of a kind are present."""
        return int(self.component_present[self.layout.of_kind(kind)].sum())

    @cached_property
    def npus(self) -> IntArray:
        """Return the components that are NPUs and present."""
        npus = self.layout.of_kind("npu")
        return npus[self.component_present[npus]]

    @cached_property
    def link_bandwidth_byte_per_s(self) -> FloatArray:
        """Return what each link carries now, per direction, shape (n_links,)."""
        return self.links.bandwidth_byte_per_s * self.link_factor


def compile_design(design: Design, catalog: Catalog, previous: Fabric | None = None) -> Fabric:
    """Return the fabric of a design.

    Parameters
    ----------
    previous : fabric of an earlier snapshot of the same document, to keep what did not change.

    Raises
    ------
    InvalidDesign : the first thing that can't be built, with its place and what would be possible.
    """
    layout = _layout(design, catalog, previous)
    rules = _rules(design, layout, previous)
    links = _links(design, rules, previous)
    geometry = _geometry(design, layout, links, previous)
    present, factor = _component_states(design, layout)
    link_present, link_factor = _link_states(design, links, present, factor)
    return Fabric(
        design,
        catalog,
        layout.parts,
        layout,
        links,
        geometry,
        factor,
        present,
        link_factor,
        link_present,
    )


def _layout(design: Design, catalog: Catalog, previous: Fabric | None) -> Layout:
    if previous is not None and previous.catalog is catalog and _same_parts(previous, design):
        if previous.design.racks is design.racks:
            return previous.layout
        if _same_structure(previous.design.racks, design.racks):
            return place_racks(previous.layout, design)
    parts = PartTable(design.parts, catalog)
    layout = build_layout(design, parts)
    for name, rule in _all_rules(design):
        for part_id in (rule.cable, rule.transceiver_a, rule.transceiver_b):
            if part_id:
                parts.number(part_id, say("link rule {name!r}", name=name))
    return replace(layout, parts=parts.parts())


def _same_parts(previous: Fabric, design: Design) -> bool:
    before = previous.design
    return (
        before.parts is design.parts
        and before.assemblies is design.assemblies
        and _link_parts(before) == _link_parts(design)
    )


def _link_parts(design: Design) -> tuple[tuple[PartId, PartId, PartId], ...]:
    rules = design.links.values()
    return tuple((rule.cable, rule.transceiver_a, rule.transceiver_b) for rule in rules)


def _all_rules(design: Design) -> list[tuple[str, LinkRule]]:
    inside = [
        (f"{assembly_id}.{rule_id}", rule)
        for assembly_id, assembly in design.assemblies.items()
        for rule_id, rule in assembly.links.items()
    ]
    return [*inside, *design.links.items()]


def _same_structure(before: Mapping[RackId, Rack], after: Mapping[RackId, Rack]) -> bool:
    """Tell whether racks differ in position at most."""
    return list(before) == list(after) and all(
        old is new
        or (
            old.part == new.part
            and old.label == new.label
            and old.first == new.first
            and old.contents is new.contents
            and (old.array.count, old.array.rows) == (new.array.count, new.array.rows)
        )
        for old, new in zip(before.values(), after.values(), strict=True)
    )


def _rules(design: Design, layout: Layout, previous: Fabric | None) -> tuple[RuleLinks, ...]:
    known: Mapping[str, RuleLinks] = {}
    if previous is not None and previous.layout.part is layout.part:
        if previous.design.links is design.links and previous.design.planes is design.planes:
            return previous.links.rules
        known = {one.name: one for one in previous.links.rules}
    return rule_links(design, layout, known)


def _links(design: Design, rules: tuple[RuleLinks, ...], previous: Fabric | None) -> Links:
    if previous is not None and previous.links.rules is rules:
        return previous.links
    return join_rules(rules, tuple(design.planes))


def _geometry(design: Design, layout: Layout, links: Links, previous: Fabric | None) -> Geometry:
    if (
        previous is not None
        and previous.layout is layout
        and previous.links is links
        and previous.design.site.routing == design.site.routing
    ):
        return previous.geometry
    return measure(layout, links, design.site.routing)


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
