"""Entries of a design under other names, with all that refers to them by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from studio.design.edits import entries_with
from studio.design.model import Design
from studio.errors import InvalidInput

REFERENCES: Mapping[str, tuple[str, ...]] = {
    "parts": ("part", "cable", "transceiver_a", "transceiver_b"),
    "assemblies": ("assembly",),
    "planes": ("plane",),
    "scenarios": ("active_scenario",),
}
"""By section: the fields, anywhere in a design, that hold names of its entries."""


def rename(design: Design, section: str, old: str, new: str) -> Design:
    """Return the design with one entry under another name, in the same place.

    What refers to the entry by name follows; patterns, such as selectors, do not.

    Raises
    ------
    UnknownName : there is no such section or key.
    InvalidInput : the new name is empty or taken.
    """
    entries = entries_with(design, section, old)
    if not new or (new in entries and new != old):
        raise InvalidInput(
            "{section}: the name {new!r} is taken" if new else "{section}: the new name is empty",
            section=section,
            new=new,
        )
    renamed = {new if name == old else name: value for name, value in entries.items()}
    changed = msgspec.structs.replace(design, **{section: renamed})
    followed: Design = _follow(changed, REFERENCES.get(section, ()), old, new)
    return followed


def _follow(value: Any, fields: tuple[str, ...], old: str, new: str) -> Any:
    """Return a value with the references in some fields renamed; shared where it holds none."""
    if isinstance(value, Mapping):
        made = {key: _follow(entry, fields, old, new) for key, entry in value.items()}
        return value if all(made[key] is value[key] for key in value) else made
    if not isinstance(value, msgspec.Struct):
        return value
    changed = {}
    for name in value.__struct_fields__:
        before = getattr(value, name)
        is_reference = name in fields and before == old
        after = new if is_reference else _follow(before, fields, old, new)
        if after is not before:
            changed[name] = after
    return msgspec.structs.replace(value, **changed) if changed else value
