"""What changed from one snapshot to another, found by identity: unchanged branches are shared.

Drives repainting, the journal and the comparison of two files alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from studio.design.edits import SECTIONS
from studio.design.model import Design

ChangeKind = Literal["added", "removed", "moved", "recabled", "changed"]

_PLACE = ("x_m", "y_m", "rotation_deg")


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
    """Racks that only stand elsewhere have moved; rules that join or lay anything else recable."""
    if section == "racks":
        place: dict[str, object] = {name: getattr(after, name) for name in _PLACE}
        array = msgspec.structs.replace(before.array, moved=after.array.moved)
        stays = msgspec.structs.replace(before, array=array, **place) != after
        return "changed" if stays else "moved"
    if section == "links":
        is_note = msgspec.structs.replace(before, note=after.note) == after
        return "changed" if is_note else "recabled"
    return "changed"


@dataclass(frozen=True)
class FieldChange:
    """One value that differs; None where it is not there on one side."""

    path: tuple[str, ...]
    """Steps below the entry, such as `("array", "count")`."""
    before: object
    after: object


def field_changes(change: Change) -> tuple[FieldChange, ...]:
    """Return every single value in which two sides of a change differ, in the document's order.

    What is new or gone as a whole is one change without a path.
    """
    if change.before is None or change.after is None:
        return (FieldChange((), change.before, change.after),)
    return tuple(_differing(change.before, change.after, ()))


def _differing(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[FieldChange]:
    if before is after or before == after:
        return
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        for name in before.__struct_fields__:
            yield from _differing(getattr(before, name), getattr(after, name), (*path, name))
    elif isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = before or {}, after or {}
        for key in dict.fromkeys((*old, *new)):
            yield from _differing(old.get(key), new.get(key), (*path, str(key)))
    else:
        yield FieldChange(path, before, after)
