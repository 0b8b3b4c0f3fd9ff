"""From addresses to what they mean in the design: the objects an inspector shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from studio.design.arrays import cell_at
from studio.design.members import contents_path
from studio.errors import StudioError
from studio.fabric.fabric import Fabric
from studio.fabric.places import find_components
from studio.gui.canvas.addresses import component_at

SubjectKind = Literal[
    "design",
    "site",
    "rack",
    "placement",
    "component",
    "rule",
    "link",
    "plane",
    "assembly",
    "part",
    "scenario",
]


@dataclass(frozen=True)
class Subject:
    """One object to inspect."""

    kind: SubjectKind
    address: str
    path: tuple[str, ...]
    """Where it stands in the design, as `set_field` takes it; empty for the design itself."""
    part: str = ""
    """Part type, of a component or part."""


PREFIXES: dict[str, tuple[SubjectKind, tuple[str, ...]]] = {
    "plane": ("plane", ("planes",)),
    "assembly": ("assembly", ("assemblies",)),
    "part": ("part", ("parts",)),
    "scenario": ("scenario", ("scenarios",)),
}


def subjects_of(fabric: Fabric, addresses: Iterable[str]) -> tuple[Subject, ...]:
    """Return what addresses mean; what no longer exists is left out."""
    found = []
    for address in sorted(addresses):
        subject = _subject(fabric, address)
        if subject is not None:
            found.append(subject)
    return tuple(found)


def _subject(fabric: Fabric, address: str) -> Subject | None:
    prefix, colon, name = address.partition(":")
    if colon and prefix == "rule":
        return _rule(fabric, address, name)
    if colon and prefix in PREFIXES:
        kind, path = PREFIXES[prefix]
        known = getattr(fabric.design, path[0])
        if kind != "part" and name not in known:
            return None
        return Subject(kind, address, (*path, name), name if kind == "part" else "")
    if address in ("design", "site"):
        return Subject("site" if address == "site" else "design", address, ())
    return _place(fabric, address)


def rule_path(fabric: Fabric, name: str) -> tuple[str, ...] | None:
    """Return where a link rule stands: in the design, or in an assembly as `assembly.rule`."""
    design = fabric.design
    if name in design.links:
        return ("links", name)
    for assembly_id, assembly in design.assemblies.items():
        own = name.removeprefix(f"{assembly_id}.")
        if own != name and own in assembly.links:
            return ("assemblies", assembly_id, "links", own)
    return None


def _rule(fabric: Fabric, address: str, name: str) -> Subject | None:
    base, bracket, _ = name.partition("[")
    path = rule_path(fabric, base)
    if path is None:
        return None
    return Subject("link" if bracket else "rule", address, path)


def _place(fabric: Fabric, address: str) -> Subject | None:
    layout = fabric.layout
    steps = address.split("/")
    rack = layout.rack_by_label.get(steps[0])
    if rack is None:
        return None
    rack_id = str(layout.racks[rack].rack)
    if len(steps) == 1:
        return Subject("rack", address, ("racks", rack_id))
    housing = layout.housing_by_label.get((steps[0], steps[1]))
    if housing is None:
        return None
    if len(steps) == 2:
        instance, design = layout.racks[rack], fabric.design
        entry = design.racks[instance.rack]
        cell = cell_at(entry.array, instance.element)
        placement = layout.housings[housing].placement
        return Subject("placement", address, contents_path(instance.rack, entry, cell, placement))
    return _component(fabric, address, housing)


def _component(fabric: Fabric, address: str, housing: int) -> Subject | None:
    """Patterns in an address count for all they name; the first one is shown."""
    layout = fabric.layout
    found = component_at(layout, housing, address.split("/")[2:])
    if found is None:
        try:
            found = int(find_components(layout, address)[0])
        except StudioError:
            return None
    assembly = layout.housings[housing].template.assembly
    path = layout.path(found)
    for name, _ in path[:-1]:
        assembly = fabric.design.assemblies[assembly].contents[name].assembly
    part = fabric.parts[int(layout.part[found])].id
    return Subject(
        "component", address, ("assemblies", assembly, "contents", path[-1][0]), str(part)
    )
