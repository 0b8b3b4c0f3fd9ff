"""Edits of single cables: drawn by hand, moved to another port, taken away, given back to a rule.

What a rule makes stays the rule's; a cable that differs is marked absent there, and one drawn by
hand stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from studio.design.edits import free_name, put, remove, set_state
from studio.design.model import Design, Deviation, LinkRule
from studio.design.schemes import EachToEach
from studio.ids import Address, RuleId

NAME = "cable"
"""Cables drawn by hand are called so, and numbered."""


def add_cables(design: Design, cables: Sequence[LinkRule]) -> tuple[Design, tuple[RuleId, ...]]:
    """Return the design with cables drawn by hand, and the names of their rules.

    What a cable replaces is marked absent.
    """
    names = []
    for cable in cables:
        name = free_name(f"{NAME}-1", design.links)
        names.append(RuleId(name))
        by_hand = msgspec.structs.replace(cable, by_hand=True, scheme=EachToEach(), within="design")
        design = put(design, "links", name, by_hand)
        for link in cable.replaces:
            design = set_state(design, link, Deviation("absent"))
    return design, tuple(names)


def single_like(rule: LinkRule, a: str, b: str) -> LinkRule:
    """Return a single cable of the kind of a rule between two ends."""
    return msgspec.structs.replace(
        rule, a=a, b=b, multiplicity=1, links_per_cable=1, replaces=(), note=""
    )


def move_end(design: Design, name: RuleId, side: str, to: str) -> Design:
    """Return the design with one end of a cable drawn by hand elsewhere.

    Parameters
    ----------
    side : `a` or `b`.
    to : selector of what it ends at.
    """
    return put(design, "links", name, msgspec.structs.replace(design.links[name], **{side: to}))


def take_cable(design: Design, name: RuleId) -> Design:
    """Return the design without a cable drawn by hand; what it replaced stays absent."""
    design = remove(design, "links", name)
    own = f"rule:{name}["
    gone = [address for address in design.exceptions if address.startswith(own)]
    for address in gone:
        design = remove(design, "exceptions", address)
    return design


def give_back(design: Design, name: RuleId) -> Design:
    """Return the design without a cable drawn by hand, and with the links that it replaced."""
    replaced = design.links[name].replaces
    design = take_cable(design, name)
    for link in replaced:
        marked = design.exceptions.get(Address(link))
        if marked is not None and marked.state == "absent":
            design = set_state(design, link, None)
    return design


def follow_place(design: Design, renamed: Mapping[str, str]) -> Design:
    """Return the design with cables drawn by hand following racks and boxes to other addresses.

    Parameters
    ----------
    renamed : new address by old one, of racks (`R01`) or boxes (`R01/N2`).
    """
    changed = {
        name: renamed_ends(rule, renamed)
        for name, rule in design.links.items()
        if rule.by_hand and _touches(rule, renamed)
    }
    if not changed:
        return design
    return msgspec.structs.replace(design, links={**design.links, **changed})


def renamed_ends(cable: LinkRule, renamed: Mapping[str, str]) -> LinkRule:
    """Return a cable drawn by hand with its ends at other addresses, as in `follow_place`."""
    ends = {"a": _renamed(cable.a, renamed), "b": _renamed(cable.b, renamed)}
    return msgspec.structs.replace(cable, **ends)


def _touches(rule: LinkRule, renamed: Mapping[str, str]) -> bool:
    return _renamed(rule.a, renamed) != rule.a or _renamed(rule.b, renamed) != rule.b


def _renamed(selector: str, renamed: Mapping[str, str]) -> str:
    rack, _, rest = selector.partition("/")
    box, _, tail = rest.partition("/")
    if f"{rack}/{box}" in renamed:
        return f"{renamed[f'{rack}/{box}']}/{tail}"
    return f"{renamed[rack]}/{rest}" if rack in renamed else selector
