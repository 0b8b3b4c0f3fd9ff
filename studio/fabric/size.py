"""How large a design is, before anything of it is built."""

from __future__ import annotations

from collections.abc import Mapping

from studio.design.model import Assembly, Design, Placement
from studio.ids import AssemblyId

_DEEPEST = 20
"""Assemblies nested deeper are refused when they are built."""


def component_estimate(design: Design) -> int:
    """Return how many components a design will have, as its counts say; nothing is checked."""
    known: dict[AssemblyId, int] = {}
    total = 0
    for rack in design.racks.values():
        total += rack.array.count * rack.array.rows * _inside(rack.contents, design, known)
        for own in rack.own_contents.values():
            more = {**rack.contents, **own}
            total += _inside(more, design, known) - _inside(rack.contents, design, known)
    return total


def _inside(contents: Mapping[str, Placement], design: Design, known: dict[AssemblyId, int]) -> int:
    return sum(
        one.array.count * _members(one.assembly, design.assemblies, known, 0)
        for one in contents.values()
    )


def _members(
    name: AssemblyId,
    assemblies: Mapping[AssemblyId, Assembly],
    known: dict[AssemblyId, int],
    depth: int,
) -> int:
    if name not in assemblies or depth > _DEEPEST:
        return 0
    if name not in known:
        known[name] = sum(
            group.count
            * (_members(group.assembly, assemblies, known, depth + 1) if group.assembly else 1)
            for group in assemblies[name].contents.values()
        )
    return known[name]
