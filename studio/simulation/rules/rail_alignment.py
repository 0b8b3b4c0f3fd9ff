"""Rule `rail-alignment`: on a plane wired in rails, no cable joins two of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.finding import Finding
from studio.design.schemes import Rail
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.messages import say


def rail_alignment(fabric: Fabric) -> Iterator[Finding]:
    """Report links into the leaves of a rail from components of another rail.

    The rail of a leaf is that of the links its rail rule gave it; every other rule of the plane,
    cables drawn by hand among them, has to keep to it.
    """
    rules = fabric.links.rules
    for one in rules:
        scheme = one.rule.scheme
        if not isinstance(scheme, Rail) or not len(one.a):
            continue
        rail_of_leaf = np.full(fabric.layout.component_count, -1, dtype=np.int64)
        rail_of_leaf[one.b] = fabric.layout.index[one.a] % scheme.count
        kinds = np.zeros(len(fabric.layout.parts), dtype=bool)
        kinds[fabric.layout.part[one.a]] = True
        for number, other in enumerate(rules):
            if other is not one and other.rule.plane == one.rule.plane:
                yield from _crossing(fabric, number, rail_of_leaf, kinds, scheme.count)


def _crossing(
    fabric: Fabric, number: int, rail_of_leaf: IntArray, kinds: IntArray, count: int
) -> Iterator[Finding]:
    layout, other = fabric.layout, fabric.links.rules[number]
    for ends, leaves in ((other.a, other.b), (other.b, other.a)):
        rail = layout.index[ends] % count
        into = rail_of_leaf[leaves]
        wrong = np.flatnonzero((into >= 0) & kinds[layout.part[ends]] & (rail != into))
        if len(wrong):
            first = int(wrong[0])
            yield Finding(
                "rail-alignment",
                "warning",
                f"rule:{other.name}[{first}]",
                say(
                    "off their rail: {count} of the links; {end} is on rail {rail}, {leaf} on "
                    "rail {into}",
                    count=len(wrong),
                    end=layout.address(int(ends[first])),
                    rail=int(rail[first]) + 1,
                    leaf=layout.address(int(leaves[first])),
                    into=int(into[first]) + 1,
                ),
                say("Join it to a leaf of its own rail"),
                links=int(fabric.links.start[number]) + wrong,
            )
