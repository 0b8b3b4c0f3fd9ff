"""All links of a design as arrays: who is joined, on which plane, over which cable.

Lengths and latencies follow from positions and are worked out in `geometry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from studio.design.model import Design, LinkRule, Within
from studio.design.selector import parse_selector
from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.layout import Layout
from studio.fabric.link_rates import SlowerLinks, link_rates
from studio.fabric.pairing import (
    MOST_LINKS,
    MOST_PARALLEL,
    MOST_SUB_PLANES,
    Misfit,
    Pairs,
    pair,
    parallel,
)
from studio.fabric.template import Template, TemplateLinks
from studio.ids import PlaneId
from studio.messages import say

LONGEST_M = 1e5
"""Of a link: beyond the span of any site, so that a slip of units is found."""
SLOWEST_BYTE_PER_S, FASTEST_BYTE_PER_S = 1.0, 1e18
"""Of a link."""


@dataclass(frozen=True)
class RuleLinks:
    """The links one rule makes, in the rule's order; shapes (n_links_of_rule,)."""

    name: str
    rule: LinkRule
    a: IntArray
    b: IntArray
    bandwidth_byte_per_s: float
    """Of each link, per direction, intact."""
    problem: str = ""
    """Why the rule joins nothing, where its scheme does not fit the selections."""
    slower: SlowerLinks | None = None
    """Links at parts of their own with slower ports than all others have."""

    @property
    def cable_count(self) -> int:
        """Return how many cables carry the links; board traces are no cables."""
        return -(-len(self.a) // self.rule.links_per_cable) if self.rule.cable else 0


@dataclass(frozen=True)
class Links:
    """The links of all rules one after another; arrays have shape (n_links,)."""

    rules: tuple[RuleLinks, ...]
    planes: tuple[PlaneId, ...]
    a: IntArray
    b: IntArray
    rule: IntArray
    plane: IntArray
    bandwidth_byte_per_s: FloatArray
    start: IntArray
    """First link of each rule, shape (n_rules + 1,)."""

    @property
    def count(self) -> int:
        """Return how many links there are."""
        return len(self.a)

    @cached_property
    def by_end(self) -> tuple[IntArray, IntArray]:
        """Return links sorted by the component at either end, and where each component's begin.

        Shapes (2 n_links,) and (last component with a link + 2,).
        """
        ends = np.concatenate((self.a, self.b))
        number = np.argsort(ends, kind="stable") % max(1, self.count)
        return number, np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(ends))))

    def name(self, link: int) -> str:
        """Return the address of a link, such as `rule:ub-uplinks[12]`."""
        number = int(self.rule[link])
        return f"rule:{self.rules[number].name}[{link - int(self.start[number])}]"


def rule_links(
    design: Design,
    layout: Layout,
    known: Mapping[str, RuleLinks],
    go_on: Callable[[], None],
) -> tuple[RuleLinks, ...]:
    """Expand every link rule, those inside assemblies first.

    Parameters
    ----------
    known : links made earlier over the same components; taken where the rule is the same.
    go_on : called before each rule; what it raises ends the work.

    Raises
    ------
    InvalidDesign : a rule names what is absent, does not fit its selections, or makes too many.
    """
    _check_planes(design)
    made: dict[str, RuleLinks] = {}
    total = 0
    for links in chain(_inside(layout), _between(design, layout, known)):
        if links.name in made or "[" in links.name:
            raise InvalidDesign(
                "link rule {name!r}: the name is taken by another rule; change it"
                if links.name in made
                else "link rule {name!r}: the name is written with [; change it",
                name=links.name,
            )
        go_on()
        made[links.name] = links
        total += len(links.a)
        if total > MOST_LINKS:
            raise InvalidDesign(
                "link rule {name!r}: the design would have {total} links; {most_links} are "
                "possible",
                name=links.name,
                total=total,
                most_links=MOST_LINKS,
            )
        if links.rule.plane not in design.planes:
            raise InvalidDesign(
                "link rule {name!r}: plane {plane!r} is not in the design; it has {known}",
                name=links.name,
                plane=links.rule.plane,
                known=", ".join(design.planes) or say("none"),
            )
    return tuple(made.values())


def _check_planes(design: Design) -> None:
    for plane_id, plane in design.planes.items():
        if not 0 <= plane.oversubscription < float("inf"):
            raise InvalidDesign(
                "plane {plane_id!r}: oversubscription {ratio}; take a ratio such as 2, or 0 to "
                "state none",
                plane_id=plane_id,
                ratio=plane.oversubscription,
            )
        if not 1 <= plane.sub_planes <= MOST_SUB_PLANES:
            raise InvalidDesign(
                "plane {plane_id!r}: {count} sub-planes; 1 to {most_sub_planes} are possible",
                plane_id=plane_id,
                count=plane.sub_planes,
                most_sub_planes=MOST_SUB_PLANES,
            )


def _inside(layout: Layout) -> Iterator[RuleLinks]:
    """Repeat the links of each template at every housing of its type, rule by rule."""
    housings: dict[int, list[int]] = {}
    templates: dict[int, Template] = {}
    for number, housing in enumerate(layout.housings):
        housings.setdefault(id(housing.template), []).append(number)
        templates[id(housing.template)] = housing.template
    places: dict[str, list[tuple[IntArray, TemplateLinks]]] = {}
    for key, template in templates.items():
        starts = layout.start[np.array(housings[key], dtype=np.int64)]
        for name, group in _by_name(template.links).items():
            # An assembly may stand in a rack and nest in others: its rule is one all the same.
            places.setdefault(name, []).append((starts, group))
    for name, found in places.items():
        total = sum(len(starts) * len(group.a) for starts, group in found)
        if total > MOST_LINKS:
            raise InvalidDesign(
                "link rule {name!r}: {total} links; {most_links} are possible",
                name=name,
                total=total,
                most_links=MOST_LINKS,
            )
        first = np.concatenate([(starts[:, None] + group.a).ravel() for starts, group in found])
        second = np.concatenate([(starts[:, None] + group.b).ravel() for starts, group in found])
        problem = found[0][1].problem
        if len(first) or problem:
            yield _finish(name, found[0][1].rule, (first, second), layout, problem)


def _by_name(links: Sequence[TemplateLinks]) -> Mapping[str, TemplateLinks]:
    groups: dict[str, list[TemplateLinks]] = {}
    for one in links:
        groups.setdefault(one.name, []).append(one)
    return {
        name: replace(
            group[0],
            a=np.concatenate([links.a for links in group]),
            b=np.concatenate([links.b for links in group]),
        )
        for name, group in groups.items()
    }


def _between(design: Design, layout: Layout, known: Mapping[str, RuleLinks]) -> Iterator[RuleLinks]:
    for rule_id, rule in design.links.items():
        if rule_id in known and known[rule_id].rule is rule:
            yield known[rule_id]
            continue
        try:
            pairs, problem = _pairs_of(rule, layout)
        except InvalidInput as error:
            raise InvalidDesign(
                "link rule {rule_id!r}: {reason}",
                rule_id=rule_id,
                reason=error,
            ) from error
        yield _finish(rule_id, rule, pairs, layout, problem)


def _pairs_of(rule: LinkRule, layout: Layout) -> tuple[Pairs, str]:
    """Return the pairs of a rule; none, and why, where its scheme does not fit."""
    a = layout.select(parse_selector(rule.a))
    b = layout.select(parse_selector(rule.b)) if rule.b else a
    try:
        return parallel(_pairs_within(rule, a, b, layout), rule.multiplicity), ""
    except Misfit as misfit:
        return (a[:0], b[:0]), misfit.message


def _pairs_within(rule: LinkRule, a: IntArray, b: IntArray, layout: Layout) -> Pairs:
    if rule.within == "design":
        return pair(rule.scheme, a, b, layout.index, layout.index)
    key = _scope(rule.within, layout)
    of_a, of_b = _by_key(a, key), _by_key(b, key)
    pairs = [
        pair(rule.scheme, of_a[group], of_b[group], layout.index, layout.index)
        for group in sorted(of_a.keys() & of_b.keys())
    ]
    if not pairs:
        return a[:0], b[:0]
    return np.concatenate([one[0] for one in pairs]), np.concatenate([one[1] for one in pairs])


def _by_key(chosen: IntArray, key: IntArray) -> dict[int, IntArray]:
    """Return the chosen components by their key, in their order."""
    order = np.argsort(key[chosen], kind="stable")
    keys, first = np.unique(key[chosen][order], return_index=True)
    parts = np.split(chosen[order], first[1:])
    return dict(zip(keys.tolist(), parts, strict=False))


def _scope(within: Within, layout: Layout) -> IntArray:
    return layout.rack if within == "rack" else layout.housing


def _finish(
    name: str, rule: LinkRule, pairs: Pairs, layout: Layout, problem: str = ""
) -> RuleLinks:
    if not 1 <= rule.links_per_cable <= MOST_PARALLEL:
        raise InvalidDesign(
            "link rule {name!r}: {links_per_cable} links per cable; 1 to {most_parallel} are "
            "possible",
            name=name,
            links_per_cable=rule.links_per_cable,
            most_parallel=MOST_PARALLEL,
        )
    if not 0 <= rule.length_m <= LONGEST_M:
        raise InvalidDesign(
            "link rule {name!r}: links of {length:g} m; 0 to {longest:g} m are possible, and 0 "
            "measures them from the drawing",
            name=name,
            length=rule.length_m,
            longest=LONGEST_M,
        )
    loops = np.flatnonzero(pairs[0] == pairs[1])
    if len(loops):
        address = layout.address(int(pairs[0][loops[0]]))
        raise InvalidDesign(
            "link rule {name!r} joins {address} with itself; exclude it on a side",
            name=name,
            address=address,
        )
    rate, slower = link_rates(name, rule, pairs, layout)
    if (rate or len(pairs[0])) and not SLOWEST_BYTE_PER_S <= rate < FASTEST_BYTE_PER_S:
        raise InvalidDesign(
            "link rule {name!r}: {rate} byte/s; set a bandwidth of 1 B/s or more, or name "
            "ports with a rate",
            name=name,
            rate=rate,
        )
    return RuleLinks(name, rule, pairs[0], pairs[1], rate, problem, slower)


def join_rules(rules: Sequence[RuleLinks], planes: Sequence[PlaneId]) -> Links:
    """Put the links of all rules one after another."""
    sizes = np.array([len(links.a) for links in rules], dtype=np.int64)
    plane_number = {plane: number for number, plane in enumerate(planes)}
    empty = np.empty(0, dtype=np.int64)
    rule = np.repeat(np.arange(len(rules)), sizes)
    plane_of_rule = np.array([plane_number[links.rule.plane] for links in rules], dtype=np.int64)
    rate_of_rule = np.array([links.bandwidth_byte_per_s for links in rules], dtype=np.float64)
    start = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    rate = rate_of_rule[rule] if rules else np.empty(0)
    for first, links in zip(start.tolist(), rules, strict=False):
        if links.slower is not None:
            rate[first + links.slower.links] = links.slower.bandwidth_byte_per_s
    return Links(
        rules=tuple(rules),
        planes=tuple(planes),
        a=np.concatenate([links.a for links in rules]) if rules else empty,
        b=np.concatenate([links.b for links in rules]) if rules else empty,
        rule=rule,
        plane=plane_of_rule[rule] if rules else empty,
        bandwidth_byte_per_s=rate,
        start=start,
    )
