"""Rule `oversubscription`: switches give away no more bandwidth than the plane is meant to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.design.finding import Finding
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.messages import say

FARTHEST_TIER = 8
_CARRIERS = ("npu", "nic")
"""Kinds whose traffic a plane is sized for; CPUs share what is left."""


def oversubscription(fabric: Fabric) -> Iterator[Finding]:
    """Report switches with more capacity towards the NPUs than intended over that upwards.

    Planes that state no intent are passed over. Failed links count as drawn: the rule judges the
    drawing, not its day.
    """
    layout = fabric.layout
    for plane_id, plane in fabric.design.planes.items():
        if not plane.oversubscription:
            continue
        joins = _joins(fabric, plane_id)
        ratio = _ratios(joins, _tiers(joins), _kinds(fabric, _CARRIERS))
        over = np.flatnonzero(ratio > plane.oversubscription * (1 + 1e-6))
        if len(over):
            worst = int(over[np.argmax(ratio[over])])
            yield Finding(
                "oversubscription",
                "warning",
                layout.address(worst),
                say(
                    "plane {plane}: at {count} of its switches the capacity down is {ratio:.3g} "
                    "times that up; {intent:.3g} is intended",
                    count=len(over),
                    plane=plane.title,
                    ratio=float(ratio[worst]),
                    intent=plane.oversubscription,
                ),
                say("Add uplinks, or change the intent of plane {plane}", plane=plane_id),
            )


@dataclass(frozen=True)
class _Joins:
    """The links of one plane that end in a switch; arrays have shape (n,)."""

    a: IntArray
    b: IntArray
    rate: FloatArray
    is_switch: BoolArray
    """Shape (n_components,)."""


def _kinds(fabric: Fabric, kinds: tuple[str, ...]) -> BoolArray:
    """Tell which components are of some kinds."""
    layout = fabric.layout
    of_part = np.array([part.kind in kinds for part in layout.parts], dtype=bool)
    return of_part[layout.part]


def _joins(fabric: Fabric, plane: str) -> _Joins:
    is_switch = _kinds(fabric, ("switch",))
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for number, one in enumerate(fabric.links.rules):
        if one.rule.plane != plane or not len(one.a):
            continue
        start = int(fabric.links.start[number])
        kept = is_switch[one.a] | is_switch[one.b]
        kept &= fabric.link_present[start : start + len(one.a)]
        count = int(kept.sum())
        found.append((one.a[kept], one.b[kept], np.full(count, one.bandwidth_byte_per_s)))
    none = np.empty(0, dtype=np.int64)
    a, b, rate = (
        (np.concatenate(column) for column in zip(*found, strict=True))
        if found
        else (none, none, np.empty(0))
    )
    return _Joins(a, b, rate, is_switch)


def _tiers(joins: _Joins) -> IntArray:
    """Return the links from each component to the nearest one that is no switch; -1 for none."""
    tier = np.where(joins.is_switch, -1, 0).astype(np.int64)
    a, b = joins.a, joins.b
    for height in range(1, FARTHEST_TIER + 1):
        low_a, low_b = tier[a] == height - 1, tier[b] == height - 1
        reached = np.concatenate((b[low_a], a[low_b]))
        fresh = reached[tier[reached] < 0]
        if not len(fresh):
            break
        tier[fresh] = height
        # A link whose lower end is known can reach nothing new.
        a, b = a[~(low_a | low_b)], b[~(low_a | low_b)]
    return tier


def _ratios(joins: _Joins, tier: IntArray, carries: BoolArray) -> FloatArray:
    """Return capacity down over up of every switch, 0 where nothing leads up."""
    count = len(tier)
    tier_a, tier_b = tier[joins.a], tier[joins.b]
    down, up = np.zeros(count), np.zeros(count)
    for end, far, low, high in (
        (joins.a, joins.b, tier_b, tier_a),
        (joins.b, joins.a, tier_a, tier_b),
    ):
        # Of links between tiers, `end` is the upper one here.
        rises = np.flatnonzero(low < high)
        useful = rises[(low[rises] > 0) | carries[far[rises]]]
        down += np.bincount(end[useful], weights=joins.rate[useful], minlength=count)
        up += np.bincount(far[rises], weights=joins.rate[rises], minlength=count)
    ratio: FloatArray = np.divide(down, up, out=np.zeros(count), where=(up > 0) & (tier > 0))
    return ratio
