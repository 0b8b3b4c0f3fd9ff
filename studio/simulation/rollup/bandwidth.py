"""Bandwidth of each plane: what NPUs can inject, and what the narrowest halving lets through."""

from __future__ import annotations

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.parts import PartData
from studio.ids import PlaneId
from studio.messages import say
from studio.simulation.rollup.figure import Figure, Term
from studio.simulation.rollup.halving import every_halving
from studio.simulation.rollup.inventory import Inventory

_SLACK = 1e-9
"""Part of a bound that rounding may cost."""


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
        Figure(
            f"injection_bandwidth_byte_per_s.{plane}",
            "bandwidth",
            tuple(terms[plane]),
            plane=drawn.title,
        )
        for plane, drawn in fabric.design.planes.items()
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
    """Return the bisection bandwidth of every plane, per direction, or a bound. [byte/s].

    Notes
    -----
    The NPUs are halved in drawing order, rack by rack; the bound is the smallest of three cuts that
    separate the halves: the ports of one half, its links out of its housings, and its links out of
    its racks. Any of them is a cut, so the true bisection is not larger. Where no halving lets less
    through, which `every_halving` proves for intact switched planes, it is the bisection.
    """
    figures = (_bisection(inventory, *plane) for plane in enumerate(inventory.fabric.design.planes))
    return tuple(figure for figure in figures if figure is not None)


def _bisection(inventory: Inventory, number: int, plane: PlaneId) -> Figure | None:
    fabric, links = inventory.fabric, inventory.fabric.links
    npus = fabric.npus
    chosen = np.flatnonzero((links.plane == number) & (fabric.link_factor > 0))
    a, b, rate = links.a[chosen], links.b[chosen], fabric.link_bandwidth_byte_per_s[chosen]
    is_on = np.zeros(fabric.layout.component_count, dtype=bool)
    is_on[a] = is_on[b] = True
    used = npus[is_on[npus]]
    if len(used) < 2:
        return None
    label, most = _narrowest_cut(inventory, used, a, b, rate)
    is_npu = np.zeros(fabric.layout.component_count, dtype=bool)
    is_npu[used] = True
    least = every_halving(a, b, rate, is_npu, *_forwarders(inventory)) if most else 0.0
    return Figure(
        f"bisection_bandwidth_byte_per_s.{plane}",
        "bandwidth",
        (Term(label, 1.0, most),),
        is_at_most=least < most * (1 - _SLACK),
        plane=fabric.design.planes[plane].title,
    )


def _forwarders(inventory: Inventory) -> tuple[BoolArray, BoolArray]:
    """Return which components are switches, and which are network adapters."""
    layout = inventory.fabric.layout
    kinds = [np.array([part.kind == kind for part in layout.parts]) for kind in ("switch", "nic")]
    return kinds[0][layout.part], kinds[1][layout.part]


def _narrowest_cut(
    inventory: Inventory, used: IntArray, a: IntArray, b: IntArray, rate: FloatArray
) -> tuple[str, float]:
    layout = inventory.fabric.layout
    half = np.zeros(layout.component_count, dtype=bool)
    half[used[: len(used) // 2]] = True
    cuts: dict[str, float] = {
        say("Ports of one half of the NPUs"): float(rate[half[a] != half[b]].sum())
    }
    scopes = {say("housings"): layout.housing, say("racks"): layout.rack}
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
