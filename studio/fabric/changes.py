"""Which aspects of a fabric an edit has left as they were, told by identity.

What is worked out of a fabric names the aspects it reads; where none of them has changed, its
earlier value is still right and need not be worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, get_args

from studio.catalog.fields import NUMBER_FORMATS
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData

Aspect = Literal[
    "parts",
    "builds",
    "ratings",
    "draws",
    "prices",
    "failures",
    "names",
    "components",
    "places",
    "links",
    "states",
    "lengths",
    "site",
    "feeds",
    "design",
]
"""
parts : names and values of the part types; their kinds and ports belong to the components
ratings, draws, prices, failures : those values of the part types, each group by itself
builds : names and all other values of the part types, as size, mass, reach and rate
names : names of the part types alone
components : which part stands where in which rack, by label; planes, assemblies and racks too
places : where racks stand on the floor
links : who is joined to whom, over which rule and plane
states : what is failed, degraded or absent
lengths : length and delay of every link
site : hall, prices and feeds
feeds : which feeds each rack is on
design : everything; some rule may read a thing no other aspect has
"""

_PIECES: Mapping[Aspect, Callable[[Fabric], tuple[object, ...]]] = {
    "parts": lambda fabric: (fabric.catalog, fabric.layout.parts),
    "names": lambda fabric: tuple(
        name for part in fabric.layout.parts for name in (part.id, part.name, part.name_zh)
    ),
    "components": lambda fabric: (
        fabric.layout.part,
        fabric.layout.housings,
        fabric.design.planes,
        fabric.design.assemblies,
    ),
    "places": lambda fabric: (fabric.layout.racks,),
    "links": lambda fabric: (fabric.links,),
    "states": lambda fabric: (
        fabric.design.exceptions,
        fabric.component_factor,
        fabric.component_present,
        fabric.link_factor,
        fabric.link_present,
    ),
    "lengths": lambda fabric: (fabric.geometry.length_m, fabric.geometry.delay_s),
    "site": lambda fabric: (fabric.design.site,),
    "feeds": lambda fabric: tuple(rack.feeds for rack in fabric.design.racks.values()),
    "design": lambda fabric: (fabric.catalog, fabric.design),
}
_FIELDS: Mapping[Aspect, frozenset[str]] = {
    "ratings": frozenset(
        (*(f"compute_{name}" for name in NUMBER_FORMATS), "memory", "memory_bandwidth", "cores")
    ),
    "draws": frozenset(("power_max", "power_typical", "power_idle")),
    "prices": frozenset(("price", "price_per_m")),
    "failures": frozenset(("failure_rate",)),
}
"""Values that are often tried out, apart from those that decide what fits where."""
_GROUPED = frozenset[str]().union(*_FIELDS.values())
ALL: frozenset[Aspect] = frozenset(get_args(Aspect))


def unchanged(before: Fabric, after: Fabric) -> frozenset[Aspect]:
    """Return the aspects that are the same in both; some equal ones may be left out."""
    same = frozenset(
        aspect for aspect, pieces in _PIECES.items() if _are_same(pieces(before), pieces(after))
    )
    return same | _same_of_parts(before, after)


def _are_same(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    return len(before) == len(after) and all(
        old is new for old, new in zip(before, after, strict=True)
    )


def _same_of_parts(before: Fabric, after: Fabric) -> frozenset[Aspect]:
    """Return what the part types have in common, group by group of their values."""
    old, new = before.layout.parts, after.layout.parts
    if before.catalog is not after.catalog or len(old) != len(new):
        return frozenset()
    pairs = [(one, other) for one, other in zip(old, new, strict=True) if one is not other]
    same: set[Aspect] = {
        aspect
        for aspect, fields in _FIELDS.items()
        if all(_picked(one, fields) == _picked(other, fields) for one, other in pairs)
    }
    if all(_without_groups(one) == _without_groups(other) for one, other in pairs):
        same.add("builds")
    return frozenset(same)


def _picked(part: PartData, fields: frozenset[str]) -> tuple[object, ...]:
    """Return whose values they are, and each with its origin."""
    return part.id, *((part.values.get(name), part.origins.get(name)) for name in fields)


def _without_groups(part: PartData) -> PartData:
    """Return a part type as if none of the values in groups were known."""
    return replace(
        part,
        values={name: one for name, one in part.values.items() if name not in _GROUPED},
        origins={name: one for name, one in part.origins.items() if name not in _GROUPED},
    )
