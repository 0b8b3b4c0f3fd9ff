"""Rules on the space inside racks: rack units, and depth where front and rear meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from studio.design.arrays import cell_at
from studio.design.finding import Finding, Fix
from studio.design.members import contents_of, contents_path
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Housing, RackInstance
from studio.messages import say
from studio.units import display

_SLACK_M = 1e-6


def rack_units(fabric: Fabric) -> Iterator[Finding]:
    """Report boxes that overlap or stick out of their rack."""
    for rack, boxes in _stacks(fabric):
        yield from _units_of(fabric, rack, boxes)


def rack_depth(fabric: Fabric) -> Iterator[Finding]:
    """Report boxes deeper than their rack, and fronts that meet rears at the same units."""
    for rack, boxes in _stacks(fabric):
        limit = fabric.layout.parts[rack.part].value("depth")
        if limit:
            yield from _too_deep(fabric, rack, boxes, limit)
            yield from _meeting(fabric, rack, boxes, limit)


def depth_m(fabric: Fabric, box: Housing) -> float:
    """Return how deep a box is; 0 where its assembly does not say."""
    assembly = fabric.design.assemblies.get(box.template.assembly)
    return assembly.depth_m if assembly is not None else 0.0


def share_units(one: Housing, other: Housing) -> bool:
    """Tell whether two boxes stand at the same height, at whatever face."""
    return one.u < other.u + other.height_u and other.u < one.u + one.height_u


def _stacks(fabric: Fabric) -> Iterator[tuple[RackInstance, list[Housing]]]:
    """Yield racks with the boxes that are there.

    Racks of an array have equal contents, but for exceptions: the first one speaks for all.
    """
    seen: set[tuple[object, ...]] = set()
    by_rack: dict[int, list[Housing]] = {}
    for housing, is_there in zip(
        fabric.layout.housings, fabric.housing_present.tolist(), strict=True
    ):
        if is_there:
            by_rack.setdefault(housing.rack, []).append(housing)
    for number, boxes in by_rack.items():
        rack = fabric.layout.racks[number]
        alike = (rack.rack, *((one.placement, one.element, one.u, one.face) for one in boxes))
        if alike not in seen:
            seen.add(alike)
            yield rack, [one for one in boxes if one.height_u and one.u]


def _units_of(fabric: Fabric, rack: RackInstance, boxes: list[Housing]) -> Iterator[Finding]:
    usable = int(fabric.layout.parts[rack.part].value("rack_units")) or 48
    taken: dict[tuple[str, int], str] = {}
    for box in boxes:
        address = f"{rack.label}/{box.label}"
        if box.u + box.height_u - 1 > usable:
            yield Finding(
                "rack-units",
                "error",
                address,
                say(
                    "ends at U{u}; the rack has {usable} U",
                    u=box.u + box.height_u - 1,
                    usable=usable,
                ),
            )
        for unit in range(box.u, box.u + box.height_u):
            other = taken.setdefault((box.face, unit), address)
            if other != address:
                yield Finding(
                    "rack-units",
                    "error",
                    address,
                    say("overlaps {other} at U{unit}", other=other, unit=unit),
                    say("Move one of them to free units"),
                    _move(fabric, rack, boxes, box),
                )
                break


def _too_deep(
    fabric: Fabric, rack: RackInstance, boxes: Sequence[Housing], limit_m: float
) -> Iterator[Finding]:
    for box in boxes:
        depth = depth_m(fabric, box)
        if depth > limit_m + _SLACK_M:
            yield Finding(
                "rack-depth",
                "error",
                f"{rack.label}/{box.label}",
                say(
                    "is {depth} deep; the rack is {limit}",
                    depth=display(depth, "length"),
                    limit=display(limit_m, "length"),
                ),
                say("Take a deeper rack"),
            )


def _meeting(
    fabric: Fabric, rack: RackInstance, boxes: Sequence[Housing], limit_m: float
) -> Iterator[Finding]:
    rears = [box for box in boxes if box.face == "rear"]
    fronts = [box for box in boxes if box.face == "front"] if rears else []
    for rear, front in product(rears, fronts):
        depths = depth_m(fabric, rear), depth_m(fabric, front)
        # A box that does not say how deep it is may still leave room behind it.
        if all(depths) and sum(depths) > limit_m + _SLACK_M and share_units(rear, front):
            yield Finding(
                "rack-depth",
                "error",
                f"{rack.label}/{rear.label}",
                say(
                    "meets {front} in front of it: {depth} together, and the rack is {limit} deep",
                    front=f"{rack.label}/{front.label}",
                    depth=display(sum(depths), "length"),
                    limit=display(limit_m, "length"),
                ),
                say("Move one of them to free units"),
                _move(fabric, rack, boxes, rear),
            )


def _move(fabric: Fabric, rack: RackInstance, boxes: Sequence[Housing], box: Housing) -> Fix | None:
    """Return the fix that moves a single box to the lowest units free at both faces, if any."""
    entry = fabric.design.racks[rack.rack]
    cell = cell_at(entry.array, rack.element)
    if contents_of(entry, cell)[box.placement].array.count > 1:
        return None
    usable = int(fabric.layout.parts[rack.part].value("rack_units")) or 48
    depth_limit = fabric.layout.parts[rack.part].value("depth") or float("inf")
    own_depth = depth_m(fabric, box)
    taken = {
        unit
        for other in boxes
        if other is not box
        and (other.face == box.face or own_depth + depth_m(fabric, other) > depth_limit)
        for unit in range(other.u, other.u + other.height_u)
    }
    for unit in range(1, usable - box.height_u + 2):
        if not taken & set(range(unit, unit + box.height_u)):
            path = (*contents_path(rack.rack, entry, cell, box.placement), "u")
            return Fix(say("Move it to U{unit}", unit=unit), {path: unit})
    return None
