"""Remedies that rules offer: changes of fields by path, or none where the rule has no such path."""

from __future__ import annotations

from studio.design.finding import Fix
from studio.fabric.fabric import Fabric


def fix_of_rule(fabric: Fabric, name: str, label: str, **fields: object) -> Fix | None:
    """Return a fix that sets fields of a link rule, one inside an assembly included."""
    path = _path(fabric, name)
    return Fix(label, {(*path, field): value for field, value in fields.items()}) if path else None


def without_rule(fabric: Fabric, name: str, label: str) -> Fix | None:
    """Return a fix that takes a link rule of the design out."""
    return Fix(label, {("links", name): None}) if name in fabric.design.links else None


def _path(fabric: Fabric, name: str) -> tuple[str, ...]:
    design = fabric.design
    if name in design.links:
        return ("links", name)
    for assembly_id, assembly in design.assemblies.items():
        rule = name.removeprefix(f"{assembly_id}.")
        if rule != name and rule in assembly.links:
            return ("assemblies", assembly_id, "links", rule)
    return ()
