"""What entering a cell does: how its text is read and which field of the design it sets."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import Any

from studio.design.edits import set_field, set_state
from studio.design.model import Design
from studio.design.renaming import rename
from studio.errors import InvalidInput
from studio.gui.views.entry import read_entry, read_whole
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets.sheet import ChoicesOf, Entry, Translate, Write, Writer
from studio.gui.views.states import DEVIATIONS
from studio.ids import Address
from studio.messages import Listed

PathOf = Callable[[int], tuple[str, ...]]
"""Where the field of a row stands in the design."""


def shown_choices(choices: tuple[Choice, ...], tr: Translate) -> tuple[Choice, ...]:
    """Return choices with their texts in the language shown."""
    return tuple((value, tr(text)) for value, text in choices)


def read_choice(text: str, choices: tuple[Choice, ...]) -> object:
    """Return the value of a choice by its text or its name.

    Raises
    ------
    InvalidInput : it is none of them; names the nearest.
    """
    wanted = text.strip().casefold()
    for value, shown in choices:
        if wanted in (shown.casefold(), str(value).casefold()):
            return value
    known = [shown for _, shown in choices]
    near = difflib.get_close_matches(text.strip(), known, n=3) or known[:5]
    raise InvalidInput(
        "{text!r} is not possible; there is {near}", text=text.strip(), near=Listed(near)
    )


def number(path_of: PathOf, dimension: str) -> Writer:
    """Return the writer of a quantity with units and arithmetic."""

    def write(entry: Entry) -> Write:
        return _set(path_of(entry.row), read_entry(entry.text, dimension, entry.shown))

    return write


def whole(path_of: PathOf) -> Writer:
    """Return the writer of a count."""

    def write(entry: Entry) -> Write:
        return _set(path_of(entry.row), read_whole(entry.text, entry.shown))

    return write


def moved(
    target_of: Callable[[int], str],
    read: Callable[[Entry], Any],
    at: Callable[[int], float],
    move: Callable[[Design, int, Any], Design],
) -> Writer:
    """Return the writer of a place: the row goes there, whether single or member of an array.

    Parameters
    ----------
    at : where the row stands now, in the unit of the field.
    move : moves a row by some of that unit.
    """

    def write(entry: Entry) -> Write:
        row, by = entry.row, read(entry) - at(entry.row)
        return Write(target_of(row), by, lambda design: move(design, row, by))

    return write


def text(path_of: PathOf) -> Writer:
    """Return the writer of a text."""
    return lambda entry: _set(path_of(entry.row), entry.text.strip())


def choice(path_of: PathOf, choices_of: ChoicesOf) -> Writer:
    """Return the writer of one of several values; texts are in the language shown."""
    return lambda entry: _set(path_of(entry.row), read_choice(entry.text, choices_of(entry.row)))


def same(choices: tuple[Choice, ...]) -> ChoicesOf:
    """Return choices that every row has."""
    return lambda _: choices


def name(section: str, key_of: Callable[[int], str]) -> Writer:
    """Return the writer of an entry's own name."""

    def write(entry: Entry) -> Write:
        old, new = key_of(entry.row), entry.text.strip()
        return Write(f"{section}.{old}", new, lambda design: rename(design, section, old, new))

    return write


def state(address_of: Callable[[int], str], choices: tuple[Choice, ...]) -> Writer:
    """Return the writer of what works, is degraded, failed or absent."""

    def write(entry: Entry) -> Write:
        address, wanted = Address(address_of(entry.row)), read_choice(entry.text, choices)
        deviation = DEVIATIONS[wanted]
        return Write(
            f"exceptions.{address}", wanted, lambda design: set_state(design, address, deviation)
        )

    return write


def _set(path: tuple[str, ...], value: object) -> Write:
    return Write(".".join(path), value, partial(set_field, path=path, value=value))
