"""What changed from one snapshot to another, found by identity: unchanged branches are shared.

Drives repainting, the journal and the comparison of two files alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from studio.design.edits import SECTIONS
from studio.design.model import Design

ChangeKind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True)
class Change:
    """One entry of a section, or one plain field of the design, that differs."""

    section: str
    """`racks`, `links` …, or the name of a plain field such as `site`."""
    key: str
    """Name within the section; empty for a plain field."""
    kind: ChangeKind
    before: object
    after: object


def difference(before: Design, after: Design) -> tuple[Change, ...]:
    """Return the changes between two snapshots, in the document's order.

    Snapshots of one document are compared by identity, which costs nothing for what is shared;
    equal values of two documents are found equal as well.
    """
    found: list[Change] = []
    for name in Design.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old is new:
            continue
        if name in SECTIONS:
            found.extend(_entries(name, old, new))
        elif old != new:
            found.append(Change(name, "", "changed", old, new))
    return tuple(found)


def _entries(
    section: str, before: Mapping[str, object], after: Mapping[str, object]
) -> list[Change]:
    found = [
        Change(section, key, "removed", value, None)
        for key, value in before.items()
        if key not in after
    ]
    for key, value in after.items():
        if key not in before:
            found.append(Change(section, key, "added", None, value))
        elif before[key] is not value and before[key] != value:
            kind = _kind(section, before[key], value)
            found.append(Change(section, key, kind, before[key], value))
    return found


def _kind(section: str, before: Any, after: Any) -> ChangeKind:
    """A rack that only stands elsewhere has moved; everything else has changed."""
    if section != "racks":
        return "changed"
    place = {"x_m": after.x_m, "y_m": after.y_m, "rotation_deg": after.rotation_deg}
    return "moved" if msgspec.structs.replace(before, **place) == after else "changed"


def changed_fields(change: Change) -> tuple[tuple[str, object, object], ...]:
    """Return (field, before, after) for every field in which two values of one kind differ."""
    if not isinstance(change.before, msgspec.Struct) or type(change.before) is not type(
        change.after
    ):
        return (("", change.before, change.after),)
    return tuple(
        (name, getattr(change.before, name), getattr(change.after, name))
        for name in change.before.__struct_fields__
        if getattr(change.before, name) != getattr(change.after, name)
    )
