"""A link rule before it is committed: which selections there are, and what the rule would make."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.design.edits import put
from studio.design.model import Design, LinkRule
from studio.errors import StudioError
from studio.fabric.fabric import Fabric, compile_design
from studio.simulation.rules.check import check

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


def preview(fabric: Fabric, key: str, rule: LinkRule) -> RulePreview:
    """Return what the design would hold with a rule more."""
    try:
        after = compile_design(with_rule(fabric.design, key, rule), fabric.catalog, fabric)
    except StudioError as error:
        return RulePreview(0, 0, error.message)
    made = next(one for one in after.links.rules if one.name == key)
    findings = tuple(one.message for one in check(after) if one.address.startswith(f"rule:{key}"))
    return RulePreview(len(made.a), made.cable_count, "", findings)


def with_rule(design: Design, key: str, rule: LinkRule) -> Design:
    """Return the design with a rule more."""
    return put(design, "links", key, rule)
