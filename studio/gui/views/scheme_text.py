"""The parameters of a link scheme as one text, such as `uplinks=2` or `dims=4x4x2`, and back."""

from __future__ import annotations

from typing import get_args, get_type_hints

import msgspec

from studio.design import schemes
from studio.design.schemes import Scheme
from studio.errors import InvalidInput
from studio.gui.views.entry import read_whole
from studio.messages import Listed

_TIMES = str.maketrans({"×": "x", "*": "x", "X": "x", " ": None})


def parameters_text(scheme: Scheme) -> str:
    """Return the parameters of a scheme; empty for one that has none."""
    values = ((name, getattr(scheme, name)) for name in scheme.__struct_fields__)
    return ", ".join(f"{name}={_shown(value)}" for name, value in values)


def dims_text(dims: tuple[int, ...]) -> str:
    """Return the sizes of a grid, such as `4x4x2`."""
    return "x".join(str(size) for size in dims)


def read_dims(text: str) -> tuple[int, ...]:
    """Return the sizes of a grid; none for an empty text.

    Raises
    ------
    InvalidInput : a size is no whole number from 1 on.
    """
    clean = text.translate(_TIMES)
    if not clean:
        return ()
    sizes = clean.split("x")
    if not all(one.isdecimal() and int(one[:9]) > 0 for one in sizes):
        raise InvalidInput("{text!r} is no grid; write its sizes as 4x4x2", text=text.strip())
    return tuple(int(one[:9]) for one in sizes)


def with_parameters(scheme: Scheme, text: str) -> Scheme:
    """Return a scheme with the parameters of a text; one that it does not name stays.

    Raises
    ------
    InvalidInput : the scheme has no such parameter, or it can't be so.
    """
    known = scheme.__struct_fields__
    changes: dict[str, object] = {}
    for piece in filter(None, (one.strip() for one in text.replace(";", ",").split(","))):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not equals and len(known) == 1:
            name, value = known[0], name
        if name not in known:
            raise InvalidInput(
                "the scheme has no parameter {name!r}; it has {known}",
                name=name,
                known=Listed(known) if known else "–",
            )
        changes[name] = _read(type(scheme), name, value)
    return msgspec.structs.replace(scheme, **changes)


def _read(kind: type, name: str, value: str) -> object:
    if name == "dims":
        return read_dims(value)
    hint = get_type_hints(kind)[name]
    if hint is not int:
        choices = [str(one) for one in get_args(hint)]
        if value not in choices:
            raise InvalidInput(
                "{text!r} is not possible; there is {near}", text=value, near=Listed(choices)
            )
        return value
    return read_whole(value)


def _shown(value: object) -> str:
    return dims_text(value) if isinstance(value, tuple) else str(value)


SCHEME_KEYS: dict[str, type] = {
    kind.__struct_config__.tag: kind for kind in get_args(schemes.Scheme)
}
"""Kinds of schemes by their name in files."""
