"""What the library offers to drag: parts, the design's assemblies and racks, reference designs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from studio import paths
from studio.catalog.catalog import Catalog
from studio.catalog.fields import FIELDS
from studio.catalog.kinds import KIND_TITLES
from studio.catalog.part import Part
from studio.design.model import Assembly, Design
from studio.errors import StudioError
from studio.fabric.parts import part_in
from studio.gui.i18n import mark, named
from studio.gui.views.format import figure_text
from studio.session.library import reference_design, reference_designs
from studio.storage.project_file import SUFFIX

ItemType = Literal["rack", "assembly", "part", "design"]

DETAIL_FIELDS: dict[str, tuple[str, ...]] = {
    "npu": ("compute_bf16", "memory"),
    "cpu": ("cores",),
    "switch": ("capacity",),
    "nic": ("rate",),
    "transceiver": ("rate", "power_max"),
    "cable": ("rate", "reach"),
    "memory": ("memory",),
    "storage": ("memory",),
    "power_supply": ("power_output",),
    "cooling": ("heat_limit",),
    "rack": ("rack_units", "power_limit"),
}


@dataclass(frozen=True)
class LibraryItem:
    """One thing to drag onto the canvas, or a design to open."""

    type: ItemType
    id: str
    name: str
    detail: str
    icon: str
    search: str
    """Lower-case text that a search looks through."""
    help: str = ""


@dataclass(frozen=True)
class LibraryGroup:
    """Items under one title."""

    title: str
    items: tuple[LibraryItem, ...]


def library_groups(
    catalog: Catalog, design: Design | None, language: str
) -> tuple[LibraryGroup, ...]:
    """Return everything the library holds, in the order it is shown."""
    own, lent = design_groups(catalog, design, language), lent_groups(design, language)
    return (*own, *lent, *catalog_groups(catalog, language))


def design_groups(
    catalog: Catalog, design: Design | None, language: str
) -> tuple[LibraryGroup, ...]:
    """Return what the library holds of the design itself."""
    if design is None:
        return ()
    racks = LibraryGroup(mark("Racks of this design"), _racks(design))
    assemblies = LibraryGroup(mark("Assemblies of this design"), _assemblies(design, language))
    parts = LibraryGroup(mark("Part types of this design"), _own_parts(catalog, design, language))
    return tuple(group for group in (racks, assemblies, parts) if group.items)


def lent_groups(design: Design | None, language: str) -> tuple[LibraryGroup, ...]:
    """Return the nodes and boxes of the reference designs that the design does not have yet."""
    own = {} if design is None else design.assemblies
    items = []
    for source_id in reference_designs():
        source = reference_design(source_id)
        for name, assembly in source.assemblies.items():
            if assembly.height_u and own.get(name) != assembly:
                item = _assembly(name, assembly, language)
                where = named(source, language)
                items.append(
                    replace(
                        item,
                        id=f"{source_id}:{name}",
                        detail=f"{item.detail} · {where}",
                        search=f"{item.search} {source.name} {source.name_zh}".lower(),
                    )
                )
    return (LibraryGroup(mark("Assemblies of reference designs"), tuple(items)),)


def catalog_groups(catalog: Catalog, language: str) -> tuple[LibraryGroup, ...]:
    """Return what the library holds of the catalogue, and the reference designs."""
    groups = []
    for kind, title in KIND_TITLES.items():
        parts = [part for part in catalog.parts.values() if part.kind == kind]
        if parts:
            groups.append(LibraryGroup(title, tuple(_part(part, language) for part in parts)))
    return (*groups, LibraryGroup(mark("Reference designs"), _designs()))


def matching(groups: tuple[LibraryGroup, ...], search: str) -> tuple[LibraryGroup, ...]:
    """Return only what contains every word of a search."""
    words = search.lower().split()
    if not words:
        return groups
    found = []
    for group in groups:
        items = tuple(item for item in group.items if all(w in item.search for w in words))
        if items:
            found.append(LibraryGroup(group.title, items))
    return tuple(found)


def design_files() -> tuple[Path, ...]:
    """Return the reference designs that ship with the studio."""
    return tuple(sorted(paths.designs_dir().glob(f"*{SUFFIX}")))


def _part(part: Part, language: str) -> LibraryItem:
    name = part.name_zh if language == "zh" else part.name
    details = [
        part.values[field].value
        for field in DETAIL_FIELDS.get(part.kind, ())
        if field in part.values
    ]
    text = " ".join((part.id, part.name, part.name_zh, part.vendor, part.kind, *part.tags.values()))
    return LibraryItem(
        "rack" if part.kind == "rack" else "part",
        part.id,
        name,
        " · ".join(details),
        part.kind,
        text.lower(),
        part.note,
    )


def _own_parts(catalog: Catalog, design: Design, language: str) -> tuple[LibraryItem, ...]:
    """Return the types a design has of its own, and those of the catalogue that it changes."""
    items = []
    for part_id in design.parts:
        try:
            part = part_in(design, catalog, part_id)
        except StudioError:
            # Of a catalogue that is not here: the Problems panel tells it.
            continue
        details = [
            figure_text("", part.values[field], FIELDS[field].dimension)
            for field in DETAIL_FIELDS.get(part.kind, ())
            if field in part.values
        ]
        text = f"{part_id} {part.name} {part.name_zh} {part.vendor} {part.kind}"
        items.append(
            LibraryItem(
                "rack" if part.kind == "rack" else "part",
                part_id,
                part.name_zh if language == "zh" else part.name,
                " · ".join(details),
                part.kind,
                text.lower(),
            )
        )
    return tuple(items)


def _racks(design: Design) -> tuple[LibraryItem, ...]:
    return tuple(
        LibraryItem(
            "rack",
            f"design:{rack_id}",
            str(rack_id),
            f"{rack.array.count * rack.array.rows} × {rack.part}",
            "rack",
            f"{rack_id} {rack.part}".lower(),
            rack.note,
        )
        for rack_id, rack in design.racks.items()
    )


def _assemblies(design: Design, language: str) -> tuple[LibraryItem, ...]:
    return tuple(
        _assembly(assembly_id, assembly, language)
        for assembly_id, assembly in design.assemblies.items()
    )


def _assembly(assembly_id: str, assembly: Assembly, language: str) -> LibraryItem:
    return LibraryItem(
        "assembly",
        assembly_id,
        named(assembly, language),
        f"{assembly.height_u} U",
        assembly.kind,
        f"{assembly_id} {assembly.name} {assembly.name_zh} {assembly.kind}".lower(),
        assembly.note,
    )


def _designs() -> tuple[LibraryItem, ...]:
    return tuple(
        LibraryItem("design", str(path), path.stem, "", "design", path.stem.lower())
        for path in design_files()
    )
