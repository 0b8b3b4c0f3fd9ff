"""Part types of a design's own: who uses them, and taking them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from studio.design.edits import remove
from studio.design.model import Design, PartChange
from studio.design.renaming import REFERENCES
from studio.errors import InvalidInput
from studio.ids import PartId

MOST_NAMED = 3


def is_own(design: Design, part_id: PartId) -> bool:
    """Tell whether a part type is one of the design's own, not the catalogue's."""
    return bool(design.parts.get(part_id, PartChange()).base)


def users_of(design: Design, part_id: PartId) -> tuple[str, ...]:
    """Return the fields that name a part type, such as `racks.west.part`."""
    return tuple(".".join(path) for path in _naming(design, part_id, ()))


def delete_own(design: Design, part_id: PartId) -> Design:
    """Return the design without a part type of its own.

    Raises
    ------
    InvalidInput : it is none of the design's own, or something is made of it; names what.
    """
    if not is_own(design, part_id):
        raise InvalidInput(
            "{part} is in the catalogue; only own part types can be deleted", part=part_id
        )
    users = users_of(design, part_id)
    if users:
        raise InvalidInput(
            "{part} is used by {users}; choose another part type there first",
            part=design.parts[part_id].name or part_id,
            users=", ".join(users[:MOST_NAMED]) + (" …" if len(users) > MOST_NAMED else ""),
        )
    return remove(design, "parts", part_id)


def _naming(value: object, name: str, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _naming(entry, name, (*path, str(key)))
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            inner = getattr(value, field)
            if field in REFERENCES["parts"] and inner == name:
                yield (*path, field)
            else:
                yield from _naming(inner, name, (*path, field))
