"""A link rule before it is committed: which selections there are, and what the rule would make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio.design.edits import put
from studio.design.model import Design, LinkRule
from studio.design.selector import parse_selector
from studio.errors import StudioError
from studio.fabric.fabric import Fabric, compile_design
from studio.fabric.parts import Port

_DIGITS = re.compile(r"\d+$")


@dataclass(frozen=True)
class RulePreview:
    """What a rule would make; `problem` says why it can't be built."""

    links: int
    cables: int
    problem: str
    findings: tuple[str, ...] = ()


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


def port_names(fabric: Fabric, selector: str) -> Mapping[str, Port]:
    """Return the kinds of ports that everything a selector names has."""
    try:
        chosen = fabric.layout.select(parse_selector(selector))
    except StudioError:
        return {}
    numbers = sorted(set(fabric.layout.part[chosen].tolist()))
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


def preview(fabric: Fabric, key: str, rule: LinkRule) -> RulePreview:
    """Return what the design would hold with a rule more."""
    try:
        after = compile_design(with_rule(fabric.design, key, rule), fabric.catalog, fabric)
    except StudioError as error:
        return RulePreview(0, 0, error.message)
    made = next(one for one in after.links.rules if one.name == key)
    from studio.simulation.rules.check import check

    findings = tuple(one.message for one in check(after) if one.address.startswith(f"rule:{key}"))
    return RulePreview(len(made.a), made.cable_count, "", findings)


def with_rule(design: Design, key: str, rule: LinkRule) -> Design:
    """Return the design with a rule more."""
    return put(design, "links", key, rule)
