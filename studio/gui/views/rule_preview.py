"""A link rule before it is committed: what it would make, and what stands against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from studio.design.edits import put
from studio.design.finding import Finding
from studio.design.model import Design, LinkRule
from studio.errors import StudioError
from studio.fabric.arrays import BoolArray, IntArray
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.fabric.links import RuleLinks
from studio.messages import Name, say
from studio.units import display

if TYPE_CHECKING:
    from studio.simulation.rules.media import Medium


def _none() -> IntArray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class PortUse:
    """How many ports of one kind the links of all rules would take on the busiest component."""

    part: Name
    port: str
    used: int
    count: int


@dataclass(frozen=True)
class RulePreview:
    """What a rule would make; `problem` says why it can't be built."""

    links: int
    cables: int
    problem: str
    findings: tuple[str, ...] = ()
    a: IntArray = field(default_factory=_none)
    """Ends of the links that would be there, as components of the design so far."""
    b: IntArray = field(default_factory=_none)
    wrong: BoolArray = field(default_factory=lambda: np.empty(0, dtype=bool))
    """Which of the links a finding is about, shape (n_links,)."""
    longest_m: float = 0.0
    """With slack, in stock lengths."""
    ports: tuple[PortUse, ...] = ()
    media: tuple[Medium, ...] = ()
    """Cables and transceivers that could carry the links, the cheapest first."""


def preview(
    fabric: Fabric, key: str, rule: LinkRule, known: tuple[Finding, ...] = ()
) -> RulePreview:
    """Return what the design would hold with a rule more.

    Parameters
    ----------
    known : what the design rules say already; only what they would say on top is told.
    """
    try:
        after = compile_design(with_rule(fabric.design, key, rule), fabric.catalog, fabric)
    except StudioError as error:
        return RulePreview(0, 0, error.message)
    place, made = next((n, one) for n, one in enumerate(after.links.rules) if one.name == key)
    from studio.simulation.rules.check import check
    from studio.simulation.rules.media import fitting_media

    told = {one.key: one.message for one in known}
    new = [one for one in check(after) if told.get(one.key) != one.message]
    findings = tuple(
        one.message
        if _is_about(one, key)
        else say("{address}: {message}", address=one.address, message=one.message)
        for one in new
    )
    start, stop = after.links.start[place : place + 2].tolist()
    wrong = np.zeros(after.links.count, dtype=bool)
    for one in new:
        if one.links is not None:
            wrong[one.links] = True
        elif _is_about(one, key):
            wrong[start:stop] = True
    length = after.geometry.length_m[start:stop]
    return RulePreview(
        len(made.a),
        made.cable_count,
        made.problem,
        findings,
        made.a,
        made.b,
        wrong[start:stop],
        float(length.max(initial=0.0)),
        tuple(_port_use(after, made)),
        fitting_media(after, key),
    )


def _is_about(finding: Finding, key: str) -> bool:
    """Tell whether a finding names a rule or one of its links."""
    return finding.address.partition("[")[0] == f"rule:{key}"


def _port_use(fabric: Fabric, made: RuleLinks) -> Iterator[PortUse]:
    """Yield the ports that a rule takes, filled by all rules together, a line for each part."""
    layout = fabric.layout
    taken: dict[tuple[int, str], list[IntArray]] = {}
    for ends, name in ((made.a, made.rule.a_port), (made.b, made.rule.b_port)):
        for number in sorted(set(layout.part[ends].tolist())):
            port = name or next(iter(layout.parts[number].ports), "")
            taken.setdefault((number, port), []).append(ends[layout.part[ends] == number])
    for (number, port), chosen in taken.items():
        part = layout.parts[number]
        if port not in part.ports:
            continue
        used = np.zeros(layout.component_count, dtype=np.int64)
        for one in fabric.links.rules:
            for side, own in ((one.a, one.rule.a_port), (one.b, one.rule.b_port)):
                if (own or next(iter(part.ports), "")) == port:
                    there = side[layout.part[side] == number]
                    used += np.bincount(there, minlength=layout.component_count)
        most = int(used[np.concatenate(chosen)].max(initial=0))
        yield PortUse(part.title, port, most, part.ports[port].count)


def with_rule(design: Design, key: str, rule: LinkRule) -> Design:
    """Return the design with a rule more."""
    return put(design, "links", key, rule)


MOST_TOLD = 4
"""Findings shown before a rule is committed."""


def preview_lines(made: RulePreview, tr: Callable[[str], str]) -> list[str]:
    """Return what a rule would make, the ports it would fill and what is wrong with it."""
    if made.problem:
        return [tr(made.problem)]
    more = len(made.findings) - MOST_TOLD
    wrong = int(made.wrong.sum())
    conflicts = tr("{n} of {links} links in conflict")
    makes = tr("Makes {links} links in {cables} cables")
    ports = tr("{part}: {used} of {count} {port} ports in use")
    return [
        makes.format(links=f"{made.links:,}", cables=f"{made.cables:,}"),
        *(
            ports.format(part=tr(one.part), used=one.used, count=one.count, port=one.port)
            for one in made.ports
        ),
        *([conflicts.format(n=f"{wrong:,}", links=f"{made.links:,}")] if wrong else []),
        *map(tr, made.findings[:MOST_TOLD]),
        *([tr("{n} more conflicts").format(n=more)] if more > 0 else []),
    ]


def medium_text(medium: Medium, tr: Callable[[str], str]) -> str:
    """Return a cable with its transceivers, price and power."""
    names = [tr(medium.cable.title)]
    if medium.transceiver is not None:
        names.append(f"2 x {tr(medium.transceiver.title)}")
    figures = [display(medium.power_w, "power", 3)]
    if medium.price_usd:
        figures.insert(0, display(medium.price_usd, "price", 3))
    return f"{' + '.join(names)} ({', '.join(figures)})"
