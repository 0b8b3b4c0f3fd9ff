"""Compile a design into a fabric.

An earlier fabric lends whatever the edit did not touch; the result is the same as a full compile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from studio.catalog.catalog import Catalog
from studio.design.model import Design, LinkRule
from studio.fabric import reuse
from studio.fabric.expansion import build_layout
from studio.fabric.fabric import Fabric
from studio.fabric.geometry import Geometry, measure, measure_moved
from studio.fabric.layout import Layout
from studio.fabric.links import Links, RuleLinks, join_rules, rule_links
from studio.fabric.own_parts import with_own_parts
from studio.fabric.parts import PartTable
from studio.fabric.states import States, states_of
from studio.messages import say


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
    if reuse.has_same_measures(previous, layout, routing):
        made = measure_moved(layout, links, routing, previous.layout, previous.geometry)
    else:
        made = measure(layout, links, routing)
    return reuse.with_kept_lengths(made, previous.geometry)


def _states(design: Design, layout: Layout, links: Links, previous: Fabric | None) -> States:
    """Return share and presence of components, then of links."""
    if (
        previous is not None
        and previous.layout.housings is layout.housings
        and previous.links is links
        and reuse.has_same_states(previous, design)
    ):
        return States(
            previous.component_factor,
            previous.component_present,
            previous.link_factor,
            previous.link_present,
        )
    return states_of(design, layout, links)
