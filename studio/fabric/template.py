"""An assembly expanded once: its members in order and the links inside.

Every placement of the assembly is a copy of its template with an offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.design.model import Assembly, LinkRule
from studio.design.selector import parse_selector
from studio.errors import InvalidDesign, StudioError
from studio.fabric.arrays import IntArray
from studio.fabric.pairing import Misfit, pair, parallel
from studio.fabric.parts import PartTable
from studio.ids import AssemblyId, RuleId
from studio.messages import say

DEEPEST = 8
MOST_MEMBERS = 100_000
"""Of one assembly; more would not be a node or a box any more."""
MOST_MEMBERS_TOGETHER = 500_000
MOST_LINKS_INSIDE = 1_000_000
LONGEST_NAME = 60
_MARKS = frozenset("/[]*?")
"""What addresses and selectors are written with; names can't hold them."""

Path = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class TemplateLinks:
    """Links inside an assembly made by one rule, members counted from the assembly's first."""

    name: str
    rule: LinkRule
    a: IntArray
    b: IntArray
    problem: str = ""
    """Why the rule joins nothing, where its scheme does not fit."""


@dataclass(frozen=True)
class Template:
    """Members of one assembly, nested ones flattened, in drawing order."""

    assembly: AssemblyId
    parts: IntArray
    """Shape (n_members,). Numbers of part types."""
    paths: tuple[Path, ...]
    """Names and indices from the assembly down to each member."""
    links: tuple[TemplateLinks, ...]
    mass_kg: float
    """Of the chassis and nested chassis."""


def build_templates(
    assemblies: Mapping[AssemblyId, Assembly], parts: PartTable
) -> dict[AssemblyId, Template]:
    """Return a template for every assembly.

    Raises
    ------
    InvalidDesign : an assembly contains itself, is too deep, too large, or names what is absent.
    """
    done = _Built()
    for assembly_id in assemblies:
        _build(assembly_id, assemblies, parts, done, ())
    return done


class _Built(dict[AssemblyId, Template]):
    """Templates made so far, with the number of their members, which a hostile file can inflate."""

    members = 0

    def keep(self, template: Template) -> None:
        self[template.assembly] = template
        self.members += len(template.parts)
        if self.members > MOST_MEMBERS_TOGETHER:
            raise InvalidDesign(
                "assembly {assembly!r}: the assemblies have more than "
                "{most_members_together} members together; remove those that are not used",
                assembly=template.assembly,
                most_members_together=MOST_MEMBERS_TOGETHER,
            )


def _build(
    assembly_id: AssemblyId,
    assemblies: Mapping[AssemblyId, Assembly],
    parts: PartTable,
    done: _Built,
    inside: tuple[AssemblyId, ...],
) -> Template:
    if assembly_id in done:
        return done[assembly_id]
    if assembly_id in inside:
        raise InvalidDesign(
            "assembly {assembly_id!r} contains itself: {inside}",
            assembly_id=assembly_id,
            inside=" > ".join(inside),
        )
    if assembly_id not in assemblies:
        user = say("assembly {inside!r}", inside=inside[-1]) if inside else say("the design")
        raise InvalidDesign(
            "{user} uses assembly {assembly_id!r}, which is not in the design",
            user=user,
            assembly_id=assembly_id,
        )
    if len(inside) >= DEEPEST:
        raise InvalidDesign(
            "assemblies nest deeper than {deepest}: {inside}",
            deepest=DEEPEST,
            inside=" > ".join(inside),
        )
    assembly = assemblies[assembly_id]
    members = _Members()
    for name, group in assembly.contents.items():
        place = say(
            "assembly {assembly_id!r}, group {name!r}",
            assembly_id=assembly_id,
            name=name[:LONGEST_NAME],
        )
        if not 0 < len(name) <= LONGEST_NAME or _MARKS & set(name):
            raise InvalidDesign(
                "{place}: a name has 1 to {longest_name} characters and none of / [ ] * ?",
                place=place,
                longest_name=LONGEST_NAME,
            )
        if bool(group.part) == bool(group.assembly):
            raise InvalidDesign("{place}: name either a part or an assembly", place=place)
        if not 0 <= group.count <= MOST_MEMBERS:
            raise InvalidDesign(
                "{place}: count {count}; 0 to {most_members} are possible",
                place=place,
                count=group.count,
                most_members=MOST_MEMBERS,
            )
        if group.part:
            number = parts.number(group.part, place)
            members.add_parts(name, group.count, number, place)
        else:
            nested = _build(group.assembly, assemblies, parts, done, (*inside, assembly_id))
            members.add_assemblies(name, group.count, nested, place)
    template = Template(
        assembly_id,
        np.array(members.parts, dtype=np.int64),
        tuple(members.paths),
        (*members.links, *_own_links(assembly_id, assembly, members)),
        assembly.mass_kg + members.mass_kg,
    )
    done.keep(template)
    return template


class _Members:
    def __init__(self) -> None:
        self.parts: list[int] = []
        self.paths: list[Path] = []
        self.links: list[TemplateLinks] = []
        self.mass_kg = 0.0

    def add_parts(self, name: str, count: int, number: int, place: str) -> None:
        self._check(count, place)
        self.parts.extend([number] * count)
        self.paths.extend(((name, index),) for index in range(count))

    def add_assemblies(self, name: str, count: int, nested: Template, place: str) -> None:
        self._check(count * max(1, len(nested.parts)), place)
        more_links = count * sum(len(links.a) for links in nested.links)
        if more_links + sum(len(links.a) for links in self.links) > MOST_LINKS_INSIDE:
            raise InvalidDesign(
                "{place}: more than {most_links_inside} links in one assembly",
                place=place,
                most_links_inside=MOST_LINKS_INSIDE,
            )
        starts = (len(self.parts) + np.arange(count) * len(nested.parts))[:, None]
        for index in range(count):
            self.parts.extend(nested.parts.tolist())
            self.paths.extend(((name, index), *path) for path in nested.paths)
        self.mass_kg += count * nested.mass_kg
        if more_links:
            self.links.extend(
                replace(links, a=(starts + links.a).ravel(), b=(starts + links.b).ravel())
                for links in nested.links
            )

    def _check(self, more: int, place: str) -> None:
        if len(self.parts) + more > MOST_MEMBERS:
            raise InvalidDesign(
                "{place}: more than {most_members} members in one assembly; use several placements",
                place=place,
                most_members=MOST_MEMBERS,
            )


def _own_links(
    assembly_id: AssemblyId, assembly: Assembly, members: _Members
) -> list[TemplateLinks]:
    links = []
    index = np.array([path[-1][1] for path in members.paths], dtype=np.int64)
    for rule_id, rule in assembly.links.items():
        place = say(
            "assembly {assembly_id!r}, link rule {rule_id!r}",
            assembly_id=assembly_id,
            rule_id=rule_id,
        )
        try:
            a = _select(rule.a, members.paths)
            b = _select(rule.b, members.paths) if rule.b else a
            first, second = parallel(pair(rule.scheme, a, b, index, index), rule.multiplicity)
            problem = ""
        except Misfit as misfit:
            first, second, problem = a[:0], b[:0], misfit.message
        except StudioError as error:
            raise InvalidDesign("{place}: {reason}", place=place, reason=error) from error
        if len(first) > MOST_LINKS_INSIDE:
            raise InvalidDesign(
                "{place}: more than {most_links_inside} links in one assembly",
                place=place,
                most_links_inside=MOST_LINKS_INSIDE,
            )
        name = RuleId(f"{assembly_id}.{rule_id}")
        links.append(TemplateLinks(name, rule, first, second, problem))
    return links


def _select(text: str, paths: list[Path]) -> IntArray:
    """Return the members a selector inside an assembly names; it starts at the assembly."""
    selector = parse_selector(text if text.startswith("**/") else f"**/{text}")
    return np.array(
        [number for number, path in enumerate(paths) if selector.admits_path(path)], dtype=np.int64
    )
