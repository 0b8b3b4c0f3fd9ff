"""What this studio knows of a file of a newer format, with everything else left out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec


def known_part(value: Any, kind: Any) -> Any:
    """Return a decoded value without the members that a type does not have, at any depth.

    What is of a kind that is not known, such as a new link scheme, stays as it is; converting it
    then tells where it stands.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(value, dict):
        if origin in (dict, Mapping):
            return {key: known_part(entry, inner[1]) for key, entry in value.items()}
        struct = _struct(value, kind)
        if struct is None:
            return value
        hints, tag = _hints(struct), struct.__struct_config__.tag_field
        return {
            key: known_part(entry, hints[key]) if key in hints else entry
            for key, entry in value.items()
            if key in hints or key == tag
        }
    if isinstance(value, list) and origin in (tuple, list) and inner:
        return [known_part(entry, inner[0]) for entry in value]
    return value


def _struct(value: Mapping[str, Any], kind: Any) -> type[msgspec.Struct] | None:
    """Return the struct that a mapping is meant to be, by its tag where there are several."""
    choices = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    structs = [one for one in choices if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    if len(structs) == 1:
        return structs[0]
    for one in structs:
        config = one.__struct_config__
        if config.tag_field is not None and value.get(config.tag_field) == config.tag:
            return one
    return None


@cache
def _hints(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    return get_type_hints(struct)
