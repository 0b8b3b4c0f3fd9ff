"""What an edit left of an earlier fabric as it was, so that only the rest is compiled again.

Whatever is kept is the same object as before: identity tells later stages what has not changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from studio.catalog.catalog import Catalog
from studio.design.model import Design, Rack
from studio.design.site import Routing
from studio.errors import StudioError
from studio.fabric.expansion import place_racks
from studio.fabric.fabric import Fabric
from studio.fabric.geometry import Geometry
from studio.fabric.layout import Layout
from studio.fabric.own_parts import own_parts
from studio.fabric.parts import PartData, resolve_part
from studio.ids import PartId, RackId

_MEASURED = ("width", "depth", "height", "latency", "propagation")
"""Values of parts that lengths and delays are worked out from."""


def kept_layout(previous: Fabric, design: Design, catalog: Catalog) -> Layout | None:
    """Return the earlier layout with its racks moved and its parts changed as in `design`.

    None where the edit did more: the same components must stand in the same places of their racks.

    Raises
    ------
    InvalidDesign : a rack stands nowhere.
    """
    before = previous.design
    if (
        previous.catalog is not catalog
        or before.assemblies is not design.assemblies
        or _link_parts(before) != _link_parts(design)
        or not _same_structure(before.racks, design.racks)
        or not _same_own_parts(before, design)
    ):
        return None
    parts = _parts(previous, design)
    if parts is None:
        return None
    layout = previous.layout
    if parts is not layout.parts:
        layout = layout.alike(parts=parts)
    return layout if before.racks is design.racks else place_racks(layout, before, design)


def has_same_wiring(previous: Fabric, design: Design, layout: Layout) -> bool:
    """Tell whether every link rule joins the same components as before."""
    return (
        previous.layout.part is layout.part
        and previous.design.links is design.links
        and previous.design.planes is design.planes
    )


def has_same_lengths(previous: Fabric, layout: Layout, routing: Routing) -> bool:
    """Tell, the links being the same, whether nothing has changed that lengths depend on."""
    same = has_same_measures(previous, layout, routing)
    return same and previous.layout.racks is layout.racks


def has_same_measures(previous: Fabric, layout: Layout, routing: Routing) -> bool:
    """Tell whether lengths depend on nothing else that is new than on where racks stand."""
    before = previous.layout
    return (
        before.housings is layout.housings
        and previous.design.site.routing == routing
        and (before.parts is layout.parts or _measures(before.parts) == _measures(layout.parts))
    )


def with_kept_lengths(geometry: Geometry, previous: Geometry) -> Geometry:
    """Return a geometry with the arrays of the earlier one where they are equal.

    Cables come in stock lengths: a rack that moves a little often changes the route only.
    """
    same = np.array_equal(geometry.length_m, previous.length_m) and np.array_equal(
        geometry.delay_s, previous.delay_s
    )
    if not same:
        return geometry
    return replace(geometry, length_m=previous.length_m, delay_s=previous.delay_s)


def has_same_states(previous: Fabric, design: Design) -> bool:
    """Tell, components and links being the same, whether the same ones are marked."""
    return previous.design.exceptions is design.exceptions


def _same_own_parts(before: Design, after: Design) -> bool:
    return before.exceptions is after.exceptions or own_parts(before) == own_parts(after)


def _link_parts(design: Design) -> tuple[tuple[PartId, PartId, PartId], ...]:
    rules = design.links.values()
    return tuple((rule.cable, rule.transceiver_a, rule.transceiver_b) for rule in rules)


def _same_structure(before: Mapping[RackId, Rack], after: Mapping[RackId, Rack]) -> bool:
    """Tell whether racks differ in position at most."""
    return before is after or (
        list(before) == list(after)
        and all(
            old is new
            or (
                old.part == new.part
                and old.label == new.label
                and old.first == new.first
                and old.contents is new.contents
                and old.own_contents is new.own_contents
                and (old.array.count, old.array.rows) == (new.array.count, new.array.rows)
            )
            for old, new in zip(before.values(), after.values(), strict=True)
        )
    )


def _parts(previous: Fabric, design: Design) -> tuple[PartData, ...] | None:
    """Return the parts with their values of now; None where they are of another kind or shape."""
    before = previous.design.parts
    if before is design.parts:
        return previous.layout.parts
    made = []
    for part in previous.layout.parts:
        change = design.parts.get(part.id)
        if change is before.get(part.id):
            made.append(part)
            continue
        try:
            new = resolve_part(part.id, change, previous.catalog)
        except StudioError:
            return None  # the full compile says where the part is used
        if (new.kind, new.ports, new.tags) != (part.kind, part.ports, part.tags):
            return None
        made.append(new)
    unchanged = all(one is old for one, old in zip(made, previous.layout.parts, strict=True))
    return previous.layout.parts if unchanged else tuple(made)


def _measures(parts: tuple[PartData, ...]) -> list[list[float]]:
    return [[part.value(field) for field in _MEASURED] for part in parts]
