"""How large a design is, before anything of it is built."""

from __future__ import annotations

from collections.abc import Mapping

from studio.design.model import Assembly, Design
from studio.ids import AssemblyId

_DEEPEST = 20
"""Assemblies nested deeper are refused when they are built."""


def component_estimate(design: Design) -> int:
    """Return how many components a design will have, as its counts say; nothing is checked."""
    known: dict[AssemblyId, int] = {}
    total = 0
    for rack in design.racks.values():
        inside = sum(
            placement.array.count * _members(placement.assembly, design.assemblies, known, 0)
            for placement in rack.contents.values()
        )
        total += rack.array.count * rack.array.rows * inside
    return total


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
