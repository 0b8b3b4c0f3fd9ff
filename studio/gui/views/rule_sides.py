"""The two sides of a link rule to be: what there is to join, and what goes with what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from studio.design import schemes
from studio.design.selector import parse_selector
from studio.errors import StudioError
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.parts import Port
from studio.ids import PlaneId

_DIGITS = re.compile(r"\d+$")


def selectors_of(fabric: Fabric) -> tuple[str, ...]:
    """Return one selector for every group of equal components, such as `R*/N*/npu`."""
    found: dict[str, None] = {}
    for housing in fabric.layout.housings:
        place = f"R*/{_DIGITS.sub('*', housing.label)}"
        for path in housing.template.paths:
            found.setdefault("/".join((place, *(name for name, _ in path))), None)
    return tuple(found)


def selector_for(address: str) -> str:
    """Return the selector of everything like one component."""
    steps = address.split("/")
    if len(steps) < 3:
        return ""
    rest = [step.partition("[")[0] for step in steps[2:]]
    return "/".join(("R*", _DIGITS.sub("*", steps[1]), *rest))


def sides_of(
    fabric: Fabric, selection: Iterable[str], joinable: Sequence[str]
) -> tuple[str, str] | None:
    """Return the A and the B side of a rule between selected things, None where none can be joined.

    A box stands for what in it goes best with the other side.
    """
    chosen: list[tuple[str, ...]] = []
    for address in sorted(selection):
        place = address.split("/")[1:]
        if len(place) == 1:
            start = f"R*/{_DIGITS.sub('*', place[0])}/"
            side = tuple(one for one in joinable if one.startswith(start))
            # One box of an array brings the others along: together they are one side.
            if side and side not in chosen:
                chosen.append(side)
        elif alike := selector_for(address):
            chosen.append((alike,))
    if not chosen:
        return None
    one = chosen[0]
    if len(chosen) == 1:
        return one[0], partner_of(fabric, one[0], joinable)
    other = chosen[1]
    # A box with one thing in it says best what of a fuller box goes with it.
    pair = _best_pair(fabric, *sorted((one, other), key=len))
    # Of two tiers the lower is the A side: each of its components goes up to some of the other.
    a, b = sorted(pair, key=lambda side: -len(_chosen(fabric, side)))
    return a, b


def _best_pair(fabric: Fabric, one: Sequence[str], other: Sequence[str]) -> tuple[str, str]:
    """Return what of two boxes goes together: what a rule joins already, then what ports say."""
    pairs = [(a, b) for a in one for b in other]
    for a, b in pairs:
        if joined_on(fabric, a, b) is not None:
            return a, b
    likely = ((a, partner_of(fabric, a, other)) for a in one)
    # What goes with nothing of the other side is its own partner.
    return next(((a, b) for a, b in likely if b in other), (one[0], other[0]))


def joined_on(fabric: Fabric, a: str, b: str) -> PlaneId | None:
    """Return the plane of the first rule that joins such parts in different boxes, either way."""
    layout = fabric.layout
    here, there = (set(layout.part[_chosen(fabric, one)].tolist()) for one in (a, b))
    for one in fabric.links.rules:
        apart = layout.housing[one.a] != layout.housing[one.b]
        ends = (layout.part[one.a[apart]], layout.part[one.b[apart]])
        for own, far in (ends, ends[::-1]):
            if own.size and set(own.tolist()) <= here and set(far.tolist()) <= there:
                return one.rule.plane
    return None


def starting_scheme(fabric: Fabric, a: str, b: str) -> schemes.Scheme:
    """Return the scheme to begin with: one to one where the sides are equally many, else a tier."""
    here, there = len(_chosen(fabric, a)), len(_chosen(fabric, b))
    kind = schemes.OneToOne if here == there else schemes.Clos
    return schemes.USUAL_SCHEMES[kind]


def _chosen(fabric: Fabric, selector: str) -> IntArray:
    """Return the components that a selector names, none where it's no selector."""
    try:
        return fabric.layout.select(parse_selector(selector))
    except StudioError:
        return np.empty(0, dtype=np.int64)


def port_names(fabric: Fabric, selector: str) -> Mapping[str, Port]:
    """Return the kinds of ports that everything a selector names has."""
    numbers = sorted(set(fabric.layout.part[_chosen(fabric, selector)].tolist()))
    found: list[Mapping[str, Port]] = [fabric.layout.parts[number].ports for number in numbers]
    if not found:
        return {}
    return {name: port for name, port in found[0].items() if all(name in one for one in found)}


def fitting_ports(a: Mapping[str, Port], b: Mapping[str, Port]) -> tuple[str, str]:
    """Return the kinds of ports of both sides that go together best: one connector, then speed."""
    pairs = [
        (one.connector == other.connector, min(one.rate_byte_per_s, other.rate_byte_per_s), x, y)
        for x, one in a.items()
        for y, other in b.items()
    ]
    if not pairs:
        return next(iter(a), ""), next(iter(b), "")
    _, _, x, y = max(pairs, key=lambda pair: pair[:2])
    return x, y


def partner_of(fabric: Fabric, selector: str, others: Iterable[str]) -> str:
    """Return the selection that a link from another most likely goes to.

    Ports of one kind come first, then another box than the own one, then speed; where nothing
    has ports that fit, the selection itself.
    """
    ports = port_names(fabric, selector)
    best, chosen = (False, False, 0.0), selector
    for other in others:
        theirs = port_names(fabric, other)
        if other == selector or not ports or not theirs:
            continue
        one, two = (
            side[name]
            for side, name in zip((ports, theirs), fitting_ports(ports, theirs), strict=True)
        )
        is_elsewhere = other.split("/")[:2] != selector.split("/")[:2]
        rank = (
            one.connector == two.connector,
            is_elsewhere,
            min(one.rate_byte_per_s, two.rate_byte_per_s),
        )
        if rank > best and rank[0]:
            best, chosen = rank, other
    return chosen
