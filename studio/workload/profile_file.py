"""Files of fitted constants: a family's values, and what each software generation has of its own.

One reader for all kinds of profiles; a profile is a frozen struct whose float members are the
constants. Decodes bytes; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from studio.decoding import read_as
from studio.errors import FileProblem
from studio.messages import say

Profile = TypeVar("Profile", bound=msgspec.Struct)

_IDENTITY = ("family", "generation", "date")
LARGEST_CONSTANT = 1e12


class _Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: float
    unit: str
    meaning: str
    source: str


class _Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: float
    source: str


class _Generation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: str
    software: str
    constants: dict[str, _Override]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    family: str
    hardware: str
    constants: dict[str, _Constant]
    generations: dict[str, _Generation] = {}


class ConstantNote(msgspec.Struct, frozen=True):
    """What a file says of one constant beside its value."""

    unit: str
    meaning: str
    source: str


def decode_notes(data: bytes, generation: str = "") -> Mapping[str, ConstantNote]:
    """Return unit, meaning and source of each constant of a profile file.

    Parameters
    ----------
    generation : whose own constants replace the family's; empty takes the family's alone.

    Raises
    ------
    FileProblem : the bytes are no such file.
    """
    content = _decoded(data, "profile")
    own = content.generations[generation].constants if generation in content.generations else {}
    return {
        name: ConstantNote(
            constant.unit, constant.meaning, own[name].source if name in own else constant.source
        )
        for name, constant in content.constants.items()
    }


def constant_names(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the names of the constants a kind of profile has."""
    return tuple(name for name in kind.__struct_fields__ if name not in _IDENTITY)


def decode_generations(
    data: bytes, kind: type[Profile], what: str
) -> tuple[str, Mapping[str, Profile]]:
    """Return the family a file is about and its profile per software generation.

    Parameters
    ----------
    what : kind of profile in words, for messages.

    Raises
    ------
    FileProblem : the bytes are no such file, or a constant is missing, unknown or absurd.
    """
    content = _decoded(data, what)
    if not content.generations:
        raise FileProblem(
            "{what} {family!r}: no software generation",
            what=what,
            family=content.family,
        )
    found = {}
    for key, generation in content.generations.items():
        own = {name: entry.value for name, entry in generation.constants.items()}
        values = _checked(
            content,
            own,
            kind,
            say(
                "{what} {family!r}, {key!r}",
                what=what,
                family=content.family,
                key=key,
            ),
        )
        found[key] = kind(family=content.family, generation=key, date=generation.date, **values)
    return content.family, found


def decode_one(data: bytes, kind: type[Profile], what: str) -> tuple[str, Profile]:
    """Return the family a file without generations is about, and its profile.

    Raises
    ------
    FileProblem : the bytes are no such file, or a constant is missing, unknown or absurd.
    """
    content = _decoded(data, what)
    values = _checked(
        content,
        {},
        kind,
        say(
            "{what} {family!r}",
            what=what,
            family=content.family,
        ),
    )
    return content.family, kind(family=content.family, **values)


def _decoded(data: bytes, what: str) -> _File:
    try:
        return read_as(data, _File)
    except msgspec.MsgspecError as problem:
        raise FileProblem("{what}: {reason}", what=what, reason=problem) from problem


def _checked(
    content: _File, own: Mapping[str, float], kind: type[msgspec.Struct], place: str
) -> dict[str, float]:
    values = {name: constant.value for name, constant in content.constants.items()} | dict(own)
    known = constant_names(kind)
    faults = {
        "missing": [name for name in known if name not in values],
        "unknown": [name for name in values if name not in known],
        "out of range": [n for n, value in values.items() if not 0 <= value < LARGEST_CONSTANT],
    }
    for fault, names in faults.items():
        if names:
            raise FileProblem(
                "{place}: {reason}: {names}",
                place=place,
                reason=fault,
                names=", ".join(names),
            )
    return values
