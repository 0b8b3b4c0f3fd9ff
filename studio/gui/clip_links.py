"""Links of rules that differ, copied with the racks they join: failed, taken away, or moved.

Among copies a rule makes its links anew; the ones that differed are found again by their ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np

from studio.catalog.catalog import Catalog
from studio.design.cabling import add_cables, renamed_ends
from studio.design.edits import set_state
from studio.design.model import Design, Deviation, LinkRule
from studio.errors import InvalidDesign
from studio.fabric.arrays import IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components, find_links
from studio.ids import Address


@dataclass(frozen=True)
class CopiedLink:
    """A link of a rule that differs, by what it joins."""

    address: Address
    rule: str
    a: str
    b: str
    repeat: int
    """Which of the rule's parallel links with these ends it is, from 0."""
    deviation: Deviation


@dataclass(frozen=True)
class CopiedLinks:
    """Links that differ, and the cables drawn by hand that stand for some of them."""

    links: tuple[CopiedLink, ...] = ()
    cables: tuple[LinkRule, ...] = ()


NO_LINKS = CopiedLinks()


def copied_links(fabric: Fabric, racks: frozenset[str]) -> CopiedLinks:
    """Return the links that differ and have both ends in racks of these labels."""
    design = fabric.design
    links = tuple(
        one
        for address, deviation in design.exceptions.items()
        if address.startswith("rule:")
        and address.endswith("]")
        and (one := _copied(fabric, address, deviation)) is not None
        and {_rack(one.a), _rack(one.b)} <= racks
    )
    known = {one.address for one in links}
    cables = tuple(
        rule
        for rule in design.links.values()
        if rule.by_hand
        and rule.replaces
        and known.issuperset(rule.replaces)
        and {_rack(rule.a), _rack(rule.b)} <= racks
    )
    return CopiedLinks(links, cables)


def _copied(fabric: Fabric, address: Address, deviation: Deviation) -> CopiedLink | None:
    try:
        link = int(find_links(fabric.links, address)[0])
    except InvalidDesign:
        return None
    links, layout = fabric.links, fabric.layout
    rule = links.rules[int(links.rule[link])]
    if rule.rule.by_hand:
        return None  # its name is another one among the copies
    place = link - int(links.start[links.rule[link]])
    same = _joining(rule.a, rule.b, int(links.a[link]), int(links.b[link]))
    a, b = (str(layout.address(int(side[link]))) for side in (links.a, links.b))
    return CopiedLink(address, rule.name, a, b, int((same < place).sum()), deviation)


def with_links(
    design: Design, catalog: Catalog, copied: CopiedLinks, renamed: Mapping[str, str]
) -> Design:
    """Return the design with the links among copied racks differing as those they came from.

    What no rule of this design makes among the copies is left out.

    Parameters
    ----------
    renamed : label of each copied rack by the label it came from.
    """
    if not copied.links:
        return design
    fabric = compile_design(design, catalog)
    new: dict[Address, Address] = {}
    for one in copied.links:
        found = _found(fabric, one, renamed)
        if found is not None:
            new[one.address] = found
            design = set_state(design, found, one.deviation)
    cables = [
        msgspec.structs.replace(
            renamed_ends(cable, renamed), replaces=tuple(new[link] for link in cable.replaces)
        )
        for cable in copied.cables
        if all(link in new for link in cable.replaces)
    ]
    return add_cables(design, cables)[0] if cables else design


def _found(fabric: Fabric, one: CopiedLink, renamed: Mapping[str, str]) -> Address | None:
    rule = next((each for each in fabric.links.rules if each.name == one.rule), None)
    if rule is None or rule.rule.by_hand:
        return None
    try:
        ends = [find_components(fabric.layout, _moved(end, renamed)) for end in (one.a, one.b)]
    except InvalidDesign:
        return None
    places = _joining(rule.a, rule.b, int(ends[0][0]), int(ends[1][0]))
    return Address(f"rule:{rule.name}[{places[one.repeat]}]") if one.repeat < len(places) else None


def _joining(a: IntArray, b: IntArray, first: int, second: int) -> IntArray:
    return np.flatnonzero((a == first) & (b == second))


def _rack(address: str) -> str:
    return address.partition("/")[0]


def _moved(address: str, renamed: Mapping[str, str]) -> str:
    rack, slash, rest = address.partition("/")
    return renamed[rack] + slash + rest
