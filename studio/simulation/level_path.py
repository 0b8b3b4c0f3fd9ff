"""The way the first byte takes across a network level: link by link, switch by switch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData
from studio.simulation.levels import Rings, delays, network_rings, transits
from studio.simulation.machine import NetworkLevel


@dataclass(frozen=True)
class LinkStep:
    """One link of the way."""

    medium: str
    length_m: float
    cable_s: float
    """Propagation along the length. [s]"""
    ends: tuple[PartData, ...]
    """Transceivers that add to the delay."""


@dataclass(frozen=True)
class SwitchStep:
    """One switch of the way."""

    part: PartData
    transit_s: float


@dataclass(frozen=True)
class LevelPath:
    """A way of fewest hops to the peer whose delay is nearest to the median."""

    steps: tuple[LinkStep | SwitchStep, ...]
    delay_s: float


def level_path(fabric: Fabric, level: NetworkLevel) -> LevelPath | None:
    """Return the way across a level, or None where the level is not drawn."""
    for rings in network_rings(fabric):
        for ring in rings.rings:
            if ring.name == level.name:
                return _path(fabric, rings, ring.peers, level.latency_s)
    return None


def _path(
    fabric: Fabric, rings: Rings, peers: np.ndarray[tuple[int], np.dtype[np.intp]], wanted_s: float
) -> LevelPath | None:
    delay, transit = delays(fabric, rings), transits(fabric)
    far = peers[np.isfinite(delay[peers]) & (delay[peers] > 0)]
    if not len(far):
        return None
    end = int(far[np.argmin(np.abs(delay[far] - wanted_s))])
    steps: list[LinkStep | SwitchStep] = []
    here = end
    for hop in reversed(rings.hops):
        into = np.flatnonzero(hop.target == here)
        if not len(into):
            continue
        source, link = hop.source[into], hop.link[into]
        reached = delay[source] + transit[source] + fabric.geometry.delay_s[link]
        best = int(np.argmin(reached))
        here = int(source[best])
        steps.append(_link(fabric, int(link[best])))
        if transit[here] > 0:
            part = fabric.layout.parts[int(fabric.layout.part[here])]
            steps.append(SwitchStep(part, float(transit[here])))
    return LevelPath(tuple(reversed(steps)), float(delay[end]))


def _link(fabric: Fabric, link: int) -> LinkStep:
    rule = fabric.links.rules[int(fabric.links.rule[link])].rule
    parts = {part.id: part for part in fabric.parts}
    both = (parts.get(end) for end in (rule.transceiver_a, rule.transceiver_b))
    ends = tuple(part for part in both if part is not None and part.value("latency"))
    cable_s = float(fabric.geometry.delay_s[link]) - sum(part.value("latency") for part in ends)
    medium = parts[rule.cable].title if rule.cable in parts else ""
    return LinkStep(medium, float(fabric.geometry.length_m[link]), cable_s, ends)
