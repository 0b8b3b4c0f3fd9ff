"""What a cable drawn by hand can end at: components, their ports, rules to go by; no Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from studio.design.model import LinkRule
from studio.errors import InvalidDesign
from studio.fabric.fabric import Fabric
from studio.fabric.link_rates import port_of
from studio.fabric.parts import Port
from studio.gui.canvas.picking import Hit
from studio.gui.canvas.scene import Scene
from studio.ids import PlaneId


@dataclass(frozen=True)
class Pattern:
    """A rule like which a cable is made."""

    rule: LinkRule
    name: str
    """Of the rule, empty where the ports themselves decide."""
    is_turned: bool
    """Whether the cable begins at the rule's B side."""


def patterns(fabric: Fabric, start: int, end: int, planes: Sequence[str]) -> list[Pattern]:
    """Return what a cable between two components can be like, the most likely first.

    Parameters
    ----------
    planes : ids of the planes that are shown; others are not drawn on.
    """
    part = fabric.layout.part
    wanted = (int(part[start]), int(part[end]))
    found: list[Pattern] = []
    for one in fabric.links.rules:
        if not len(one.a) or one.rule.plane not in planes:
            continue
        joined = (int(part[one.a[0]]), int(part[one.b[0]]))
        if wanted in (joined, joined[::-1]):
            found.append(Pattern(one.rule, one.name, wanted != joined))
    ruled = sorted(found, key=lambda pattern: (pattern.rule.by_hand, not pattern.rule.cable))
    return ruled or list(_by_ports(fabric, start, end, planes))


def _by_ports(fabric: Fabric, start: int, end: int, planes: Sequence[str]) -> Iterator[Pattern]:
    """Yield a cable for each pair of ports of one connector, on the first plane that is shown."""
    parts, part = fabric.layout.parts, fabric.layout.part
    plane = next((one for one in fabric.design.planes if one in planes), None)
    if plane is None:
        return
    like = next((one.rule for one in fabric.links.rules if one.rule.cable), None)
    for a_name, a in parts[int(part[start])].ports.items():
        for b_name, b in parts[int(part[end])].ports.items():
            if a.connector == b.connector:
                rule = LinkRule(plane=PlaneId(plane), a="", b="", a_port=a_name, b_port=b_name)
                if like is not None:
                    rule = msgspec.structs.replace(
                        rule,
                        cable=like.cable,
                        transceiver_a=like.transceiver_a,
                        transceiver_b=like.transceiver_b,
                    )
                yield Pattern(rule, "", is_turned=False)


def members_of(scene: Scene, hit: Hit) -> list[int]:
    """Return the components a cable may end at: one, or those of a box seen from afar."""
    layout, parts = scene.layout, scene.layout.parts
    if hit.kind == "component":
        return [hit.number]
    if hit.kind != "housing":
        return []
    own = range(int(layout.start[hit.number]), int(layout.start[hit.number + 1]))
    present = scene.fabric.component_present
    return [one for one in own if present[one] and parts[int(layout.part[one])].ports]


def by_part(fabric: Fabric, components: Sequence[int]) -> list[list[int]]:
    """Return components with those of the same type together."""
    found: dict[int, list[int]] = {}
    for one in components:
        found.setdefault(int(fabric.layout.part[one]), []).append(one)
    return list(found.values())


def first_free(fabric: Fabric, components: Sequence[int], port: str) -> int:
    """Return the first component with a free port; the first one where none has."""
    for one in components:
        found = port_at(fabric, one, port)
        if found is not None and ports_used(fabric, one, found[0]) < found[1].count:
            return one
    return components[0]


def port_at(fabric: Fabric, component: int, name: str) -> tuple[str, Port] | None:
    """Return the ports of a component that a rule uses, None where it has none of the name."""
    part = fabric.layout.parts[int(fabric.layout.part[component])]
    try:
        port = port_of(part, name, "")
    except InvalidDesign:
        return None
    return (name or next(iter(part.ports)), port) if port is not None else None


def ports_used(fabric: Fabric, component: int, port: str) -> int:
    """Return how many ports of a kind of a component carry a link."""
    links = fabric.links
    part = fabric.layout.parts[int(fabric.layout.part[component])]
    only = next(iter(part.ports), "")
    used = 0
    for place, one in enumerate(links.rules):
        there = fabric.link_present[int(links.start[place]) : int(links.start[place + 1])]
        for side, name in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
            if (name or only) == port:
                used += int(np.count_nonzero(there & (side == component)))
    return used


def selector_of(fabric: Fabric, components: Sequence[int]) -> str | None:
    """Return the selector of exactly these components, None where one alone can't say it."""
    layout = fabric.layout
    if len(components) == 1:
        return str(layout.address(components[0]))
    housing = {int(layout.housing[one]) for one in components}
    paths = [layout.path(one) for one in components]
    stems = {(path[:-1], path[-1][0]) for path in paths}
    numbers = sorted(path[-1][1] for path in paths)
    follow = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if len(housing) > 1 or len(stems) > 1 or not follow:
        return None
    first = str(layout.address(min(components)))
    return f"{first.rpartition('[')[0]}[{numbers[0]}:{numbers[-1] + 1}]"
