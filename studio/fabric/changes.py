"""Which aspects of a fabric an edit has left as they were, told by identity.

What is worked out of a fabric names the aspects it reads; where none of them has changed, its
earlier value is still right and need not be worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from studio.fabric.fabric import Fabric

Aspect = Literal[
    "parts",
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
    "feeds": lambda fabric: (fabric.design.racks,),
    "design": lambda fabric: (fabric.catalog, fabric.design),
}
ALL: frozenset[Aspect] = frozenset(get_args(Aspect))


def unchanged(before: Fabric, after: Fabric) -> frozenset[Aspect]:
    """Return the aspects that are the same in both; some equal ones may be left out."""
    return frozenset(
        aspect for aspect, pieces in _PIECES.items() if _are_same(pieces(before), pieces(after))
    )


def _are_same(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    return len(before) == len(after) and all(
        old is new for old, new in zip(before, after, strict=True)
    )
