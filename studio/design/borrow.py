"""Take an assembly out of another design, with all it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from studio.design.edits import free_name, put
from studio.design.model import Assembly, Design, Group, LinkRule
from studio.errors import UnknownName
from studio.ids import AssemblyId


def borrow_assembly(
    design: Design, source: Design, wanted: AssemblyId
) -> tuple[Design, AssemblyId]:
    """Return the design with an assembly of another, and the name it has there.

    Nested assemblies, changed parts and planes come along. What the design already has alike is
    shared; what it has under the same name but otherwise is left alone, and the newcomer gets a
    free name. A plane of the same name is the same plane.

    Raises
    ------
    UnknownName : the source has no such assembly.
    """
    if wanted not in source.assemblies:
        raise UnknownName(
            "{design} has no assembly {assembly}", design=source.name, assembly=wanted
        )
    names: dict[str, str] = {}
    for name in _inside_out(source, wanted):
        assembly = source.assemblies[AssemblyId(name)]
        for part in _parts(assembly):
            if part in source.parts and part not in names:
                change = source.parts[part]
                design, names[part] = _shared(design, "parts", part, change)
        for rule in assembly.links.values():
            if rule.plane not in design.planes and rule.plane in source.planes:
                design = put(design, "planes", rule.plane, source.planes[rule.plane])
        design, names[f"assembly:{name}"] = _shared(
            design, "assemblies", name, _renamed(assembly, names)
        )
    return design, AssemblyId(names[f"assembly:{wanted}"])


def _inside_out(source: Design, wanted: str) -> list[str]:
    """Return an assembly after every one it contains; one that contains itself ends there."""
    found: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        assembly = source.assemblies.get(AssemblyId(name))
        if name in seen or assembly is None:
            return
        seen.add(name)
        for group in assembly.contents.values():
            visit(str(group.assembly))
        found.append(name)

    visit(wanted)
    return found


def _parts(assembly: Assembly) -> list[Any]:
    inside = [group.part for group in assembly.contents.values()]
    wired = [
        part
        for rule in assembly.links.values()
        for part in (rule.cable, rule.transceiver_a, rule.transceiver_b)
    ]
    return [part for part in (*inside, *wired) if part]


def _shared(design: Design, section: str, name: str, value: Any) -> tuple[Design, str]:
    """Put a value into a section unless it is there already, under a free name if need be."""
    known: Mapping[str, object] = getattr(design, section)
    if known.get(name) == value:
        return design, name
    free = free_name(name, known)
    return put(design, section, free, value), free


def _renamed(assembly: Assembly, names: Mapping[str, str]) -> Assembly:
    def group(one: Group) -> Group:
        return msgspec.structs.replace(
            one,
            part=names.get(one.part, one.part),
            assembly=names.get(f"assembly:{one.assembly}", one.assembly),
        )

    def rule(one: LinkRule) -> LinkRule:
        fields = ("cable", "transceiver_a", "transceiver_b")
        return msgspec.structs.replace(
            one, **{name: names.get(getattr(one, name), getattr(one, name)) for name in fields}
        )

    return msgspec.structs.replace(
        assembly,
        contents={name: group(one) for name, one in assembly.contents.items()},
        links={name: rule(one) for name, one in assembly.links.items()},
    )
