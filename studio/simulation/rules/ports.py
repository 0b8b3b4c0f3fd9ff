"""Rules on ports and links: enough ports, matching connectors and rates, nothing empty."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray, distinct
from studio.fabric.fabric import Fabric
from studio.fabric.link_rates import port_of
from studio.fabric.links import RuleLinks
from studio.fabric.parts import Port
from studio.messages import say
from studio.simulation.rules.fixes import fix_of_rule, without_rule
from studio.simulation.rules.report import MOST_PER_RULE
from studio.units import display

CODING = 1.13
"""A line rate quoted after coding can exceed a module's nominal rate by its overhead."""
Use = dict[tuple[int, str], list[tuple[IntArray, IntArray]]]
"""Components that a kind of port of a part is taken at, and the links that take it."""


def port_overuse(fabric: Fabric) -> Iterator[Finding]:
    """Report components with more links on a kind of port than the part has ports."""
    layout = fabric.layout
    uses: Use = {}
    for place, one in enumerate(fabric.links.rules):
        start = int(fabric.links.start[place])
        there = fabric.link_present[start : start + len(one.a)]
        numbers = start + np.flatnonzero(there)
        for every, name in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
            side = every[there]
            for number in distinct(layout.part[side]):
                part = layout.parts[int(number)]
                port = name or next(iter(part.ports), "")
                if port:
                    own = layout.part[side] == number
                    uses.setdefault((int(number), port), []).append((side[own], numbers[own]))
    for (number, port), taken in uses.items():
        part = layout.parts[number]
        if port not in part.ports:
            continue
        ends, links = (np.concatenate(one) for one in zip(*taken, strict=True))
        used = np.bincount(ends, minlength=layout.component_count)
        limit = part.ports[port].count
        left_over = links[_place_at_end(ends) >= limit] if (used > limit).any() else links[:0]
        for component in np.flatnonzero(used > limit)[:MOST_PER_RULE]:
            yield Finding(
                "port-overuse",
                "error",
                layout.address(int(component)),
                say(
                    "{used} links on the one {port} port of {part}"
                    if limit == 1
                    else "{used} links on {limit} {port} ports of {part}",
                    used=int(used[component]),
                    limit=limit,
                    port=port,
                    part=part.title,
                ),
                say("Take a part with more ports or join fewer"),
                links=left_over,
            )


def _place_at_end(ends: IntArray) -> IntArray:
    """Return how many entries before each one name the same component, shape as given."""
    order = np.argsort(ends, kind="stable")
    arranged = ends[order]
    place = np.empty_like(ends)
    place[order] = np.arange(len(ends)) - np.searchsorted(arranged, arranged)
    return place


def connector_mismatch(fabric: Fabric) -> Iterator[Finding]:
    """Report traces between ports of different connectors."""
    for one in fabric.links.rules:
        ends = _ports(fabric, one)
        connectors = {port.connector for port in ends if port and port.connector}
        if len(connectors) > 1 and not one.rule.transceiver_a and not one.rule.cable:
            names = " / ".join(sorted(connectors))
            yield Finding(
                "connector-mismatch",
                "error",
                f"rule:{one.name}",
                say("ports {names} can't be joined by a trace", names=names),
            )


def _ports(fabric: Fabric, one: RuleLinks) -> list[Port | None]:
    return [*ports_of(fabric, one, 0), *ports_of(fabric, one, 1)]


def ports_of(fabric: Fabric, one: RuleLinks, side: int) -> list[Port | None]:
    """Return the kinds of ports a rule takes at its A side (0) or B side (1); None for no port."""
    ends, name = ((one.a, one.rule.a_port), (one.b, one.rule.b_port))[side]
    found: list[Port | None] = []
    for number in distinct(fabric.layout.part[ends]):
        part = fabric.layout.parts[int(number)]
        try:
            found.append(port_of(part, name, one.name))
        except InvalidDesign:
            found.append(None)
    return found


def rate_mismatch(fabric: Fabric) -> Iterator[Finding]:
    """Report links faster than a port, or cables asked for more than their modules carry."""
    for one in fabric.links.rules:
        for port in _ports(fabric, one):
            if port and one.bandwidth_byte_per_s > port.rate_byte_per_s * (1 + 1e-6):
                yield Finding(
                    "rate-mismatch",
                    "error",
                    f"rule:{one.name}",
                    say(
                        "a link of {rate} on a port of {port_rate}",
                        rate=display(one.bandwidth_byte_per_s, "bandwidth"),
                        port_rate=display(port.rate_byte_per_s, "bandwidth"),
                    ),
                    fix=fix_of_rule(
                        fabric, one.name, say("Use the rate of the port"), bandwidth_byte_per_s=0.0
                    ),
                )
        yield from _module_rates(fabric, one)


def _module_rates(fabric: Fabric, one: RuleLinks) -> Iterator[Finding]:
    asked = one.bandwidth_byte_per_s * one.rule.links_per_cable
    for part_id in {one.rule.cable, one.rule.transceiver_a, one.rule.transceiver_b} - {""}:
        rate = fabric.part_by_id[part_id].value("rate")
        if rate and asked > rate * CODING:
            load, rated = display(asked, "bandwidth"), display(rate, "bandwidth")
            yield Finding(
                "rate-mismatch",
                "error",
                f"rule:{one.name}",
                say(
                    "{load} over {part_id}, rated {rated}",
                    load=load,
                    part_id=part_id,
                    rated=rated,
                ),
            )


def empty_rule(fabric: Fabric) -> Iterator[Finding]:
    """Report link rules that join nothing, or whose scheme does not fit what they select."""
    for one in fabric.links.rules:
        if one.problem:
            yield Finding(
                "scheme-misfit",
                "error",
                f"rule:{one.name}",
                say("makes no links: {reason}", reason=one.problem),
                say("Change a count or the scheme"),
            )
        elif not len(one.a):
            yield Finding(
                "empty-rule",
                "warning",
                f"rule:{one.name}",
                say(
                    "joins nothing: {a!r} or {b!r} selects no component",
                    a=one.rule.a,
                    b=one.rule.b,
                ),
                say("Check the selectors"),
                without_rule(fabric, one.name, say("Remove the link rule")),
            )


def split_cable(fabric: Fabric) -> Iterator[Finding]:
    """Report cables whose links end in different housings: one plug can't be in two boxes."""
    layout = fabric.layout
    for place, one in enumerate(fabric.links.rules):
        per_cable = one.rule.links_per_cable
        if per_cable < 2 or not len(one.a):
            continue
        first = (np.arange(len(one.a)) // per_cable) * per_cable
        apart = (layout.housing[one.a] != layout.housing[one.a[first]]) | (
            layout.housing[one.b] != layout.housing[one.b[first]]
        )
        if apart.any():
            yield Finding(
                "split-cable",
                "error",
                f"rule:{one.name}[{int(np.flatnonzero(apart)[0])}]",
                say(
                    "{per_cable} links share a cable but end in different boxes ({apart} links)",
                    per_cable=per_cable,
                    apart=int(apart.sum()),
                ),
                fix=fix_of_rule(fabric, one.name, say("Use one cable per link"), links_per_cable=1),
                links=int(fabric.links.start[place]) + np.flatnonzero(apart),
            )
