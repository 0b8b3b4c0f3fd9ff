"""Bandwidth of each plane: what NPUs can inject, and what the narrowest halving lets through."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.parts import PartData
from studio.messages import say
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.inventory import Inventory


def injection_figures(inventory: Inventory) -> tuple[Figure, ...]:
    """Return for every plane what all NPUs together can send into it, per direction. [byte/s]."""
    terms: dict[str, list[Term]] = {}
    fabric = inventory.fabric
    is_npu = np.array([part.kind == "npu" for part in fabric.layout.parts], dtype=bool)
    for number, one in enumerate(fabric.links.rules):
        start = int(fabric.links.start[number])
        rates = fabric.link_bandwidth_byte_per_s[start : start + len(one.a)]
        for side, port in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
            for kind in np.flatnonzero(np.bincount(fabric.layout.part[side])):
                if is_npu[kind]:
                    at = fabric.layout.part[side] == kind
                    made = _by_rate(rates[at], fabric.layout.parts[int(kind)], port)
                    terms.setdefault(one.rule.plane, []).extend(made)
    return tuple(
        Figure(f"injection_bandwidth_byte_per_s.{plane}", "bandwidth", tuple(terms[plane]))
        for plane in fabric.design.planes
        if terms.get(plane)
    )


def _by_rate(rates: FloatArray, part: PartData, port: str) -> tuple[Term, ...]:
    values, counts = np.unique(rates[rates > 0], return_counts=True)
    name = port or next(iter(part.ports), "")
    origin = part.ports[name].origin if name in part.ports else None
    return tuple(
        Term(
            say("{part}: {name} ports in use", part=part.title, name=name),
            float(count),
            float(rate),
            part.id,
            origin=origin,
        )
        for rate, count in zip(values, counts, strict=True)
    )


def bisection_figures(inventory: Inventory) -> tuple[Figure, ...]:
    """Return for every plane an upper bound of its bisection bandwidth, per direction. [byte/s].

    Notes
    -----
    The NPUs are halved in drawing order, rack by rack; the bound is the smallest of three cuts that
    separate the halves: the ports of one half, its links out of its housings, and its links out of
    its racks. Any of them is a cut, so the true bisection is not larger.
    """
    return tuple(
        Figure(
            f"bisection_bandwidth_byte_per_s.{plane_id}",
            "bandwidth",
            (Term(label, 1.0, capacity),),
        )
        for number, plane_id in enumerate(inventory.fabric.design.planes)
        for label, capacity in [_narrowest_cut(inventory, number)]
        if label
    )


def _narrowest_cut(inventory: Inventory, plane: int) -> tuple[str, float]:
    fabric, links = inventory.fabric, inventory.fabric.links
    npus = fabric.npus
    chosen = np.flatnonzero((links.plane == plane) & (fabric.link_factor > 0))
    a, b = links.a[chosen], links.b[chosen]
    used = npus[np.isin(npus, np.concatenate((a, b)))]
    if len(used) < 2:
        return "", 0.0
    half = np.zeros(fabric.layout.component_count, dtype=bool)
    half[used[: len(used) // 2]] = True
    rate = fabric.link_bandwidth_byte_per_s[chosen]
    cuts: dict[str, float] = {
        say("Ports of one half of the NPUs"): float(rate[half[a] != half[b]].sum())
    }
    scopes = {say("housings"): fabric.layout.housing, say("racks"): fabric.layout.rack}
    for what, scope in scopes.items():
        inside = np.zeros(int(scope.max()) + 1, dtype=bool)
        inside[scope[used[: len(used) // 2]]] = True
        inside[scope[used[len(used) // 2 :]]] = False
        side_a, side_b = inside[scope[a]], inside[scope[b]]
        cut = float(rate[side_a != side_b].sum())
        if not _mixed(scope, used):
            cuts[say("Links out of one half of the {what}", what=what)] = cut
    label = min(cuts, key=lambda name: cuts[name])
    return label, cuts[label]


def _mixed(scope: IntArray, used: IntArray) -> bool:
    """Tell whether one housing or rack holds NPUs of both halves."""
    half = len(used) // 2
    first = np.zeros(int(scope.max()) + 1, dtype=bool)
    first[scope[used[:half]]] = True
    return bool(first[scope[used[half:]]].any())
