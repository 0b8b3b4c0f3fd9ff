"""From a drawn fabric to the nested network levels around an NPU.

Walks outward: inside a housing, inside a rack, inside the connected plane. A level's bandwidth is
what one NPU can send out of the level inside it, so that a narrow uplink shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.design.model import PlaneRole
from studio.fabric.arrays import FloatArray, IntArray, distinct, marked
from studio.fabric.fabric import Fabric
from studio.simulation.machine import NetworkLevel


@dataclass(frozen=True)
class _PlaneLinks:
    """The working links of one plane, both ways."""

    source: IntArray
    target: IntArray
    rate: FloatArray
    delay: FloatArray
    medium: str


def network_levels(fabric: Fabric) -> tuple[NetworkLevel, ...]:
    """Return the levels around an NPU, innermost first: scale-up planes, then scale-out."""
    return _levels_with(fabric, ("scale_up", "scale_out"))


def scale_up_levels(fabric: Fabric) -> tuple[NetworkLevel, ...]:
    """Return the levels of the scale-up planes, innermost first."""
    return _levels_with(fabric, ("scale_up",))


def _levels_with(fabric: Fabric, roles: tuple[PlaneRole, ...]) -> tuple[NetworkLevel, ...]:
    levels: list[NetworkLevel] = []
    for role in roles:
        for number, plane in enumerate(fabric.design.planes.values()):
            if plane.role == role:
                levels.extend(_levels_of(fabric, number, plane.name, levels))
    return tuple(levels)


def _levels_of(
    fabric: Fabric, plane: int, name: str, inner: list[NetworkLevel]
) -> list[NetworkLevel]:
    links = _plane_links(fabric, plane)
    npus = _usual_npus(fabric)
    if not len(links.source) or not len(npus):
        return []
    delay = _delays_from(fabric, int(npus[0]), links)
    # What the first NPU reaches is its part of the plane; how the rest hangs together is no matter.
    group = np.isfinite(delay).astype(np.int64)
    scopes = (("node", fabric.layout.housing), ("rack", fabric.layout.rack), (name, group))
    inside = np.arange(fabric.layout.component_count)
    found: list[NetworkLevel] = []
    reached = inner[-1].ranks if inner else 1
    for place, (scope_name, scope) in enumerate(scopes):
        inside = scopes[place - 1][1] if place else inside
        peers = npus[(scope[npus] == scope[npus[0]]) & (group[npus] == group[npus[0]])]
        if len(peers) <= reached:
            continue
        bandwidth = _leaving(links, inside, scope, peers)
        if bandwidth <= 0:
            continue
        far = delay[peers][np.isfinite(delay[peers])]
        reached = len(peers)
        found.append(
            NetworkLevel(
                scope_name,
                reached,
                bandwidth,
                float(np.median(far[far > 0])) if (far > 0).any() else 0.0,
                medium=links.medium,
            )
        )
    return _with_oversubscription(found)


def _usual_npus(fabric: Fabric) -> IntArray:
    """Return the working NPUs of the most frequent type: those a job runs on."""
    npus = fabric.npus[fabric.component_factor[fabric.npus] > 0]
    types = fabric.layout.part[npus]
    return npus[types == np.argmax(np.bincount(types))] if len(npus) else npus


def _plane_links(fabric: Fabric, plane: int) -> _PlaneLinks:
    links = fabric.links
    chosen = np.flatnonzero((links.plane == plane) & (fabric.link_factor > 0))
    rate = fabric.link_bandwidth_byte_per_s[chosen]
    delay = fabric.geometry.delay_s[chosen]
    rules = (links.rules[number].rule for number in distinct(links.rule[chosen]))
    media = {rule.cable for rule in rules if rule.cable}
    return _PlaneLinks(
        np.concatenate((links.a[chosen], links.b[chosen])),
        np.concatenate((links.b[chosen], links.a[chosen])),
        np.tile(rate, 2),
        np.tile(delay, 2),
        ", ".join(sorted(media)),
    )


def _leaving(links: _PlaneLinks, inside: IntArray, scope: IntArray, peers: IntArray) -> float:
    """Return what one peer can send out of its inner scope within the scope. [byte/s]."""
    own = marked(int(inside.max()) + 1, inside[peers])
    leaves = np.flatnonzero(own[inside[links.source]])
    source, target = links.source[leaves], links.target[leaves]
    outward = (inside[source] != inside[target]) & (
        (scope[target] == scope[peers[0]]) | (scope[source] == scope[peers[0]])
    )
    if scope is not inside:
        outward &= scope[target] == scope[source]
    return float(links.rate[leaves[outward]].sum()) / len(peers)


def _delays_from(fabric: Fabric, start: int, links: _PlaneLinks) -> FloatArray:
    """Return the one-way delay from a component to every other along fewest hops. [s]."""
    latency = np.array([part.value("latency") for part in fabric.layout.parts])
    is_switch = np.array([part.kind == "switch" for part in fabric.layout.parts], dtype=bool)
    transit = np.where(is_switch, latency, 0.0)[fabric.layout.part]
    count = fabric.layout.component_count
    delay = np.full(count, np.inf)
    delay[start] = 0.0
    frontier, is_new = marked(count, np.array([start])), np.ones(count, dtype=bool)
    is_new[start] = False
    while True:
        chosen = np.flatnonzero(frontier[links.source] & is_new[links.target])
        if not len(chosen):
            return delay
        source, target = links.source[chosen], links.target[chosen]
        np.minimum.at(delay, target, delay[source] + transit[source] + links.delay[chosen])
        frontier = marked(count, target)
        is_new[target] = False


def _with_oversubscription(levels: list[NetworkLevel]) -> list[NetworkLevel]:
    made = []
    for place, level in enumerate(levels):
        inner = levels[place - 1].bandwidth_byte_per_s if place else level.bandwidth_byte_per_s
        made.append(
            NetworkLevel(
                level.name,
                level.ranks,
                level.bandwidth_byte_per_s,
                level.latency_s,
                max(1.0, inner / level.bandwidth_byte_per_s),
                level.medium,
            )
        )
    return made
