"""A sheet: one kind of object as rows and columns, and what entering a cell does to the design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from studio.design.edits import Edit
from studio.fabric.addresses import component_addresses
from studio.fabric.arrays import IntArray
from studio.fabric.fabric import Fabric
from studio.gui.i18n import Language
from studio.gui.views.inspector_fields import Choice
from studio.gui.views.sheets.values import Values

Translate = Callable[[str], str]
"""Translates a marked text into the language shown."""


@dataclass(frozen=True)
class Source:
    """What sheets are made from."""

    fabric: Fabric
    tr: Translate
    language: Language
    alone: bool = False
    """Entries for boxes and chips hold for their rack or chip alone, as exceptions."""

    @cached_property
    def chip_addresses(self) -> list[str]:
        """Return the address of every component."""
        return component_addresses(self.fabric.layout)


@dataclass(frozen=True)
class Write:
    """What one entered cell does; two cells that set the same thing must agree on the value."""

    target: str
    """Names what is set: `racks.west.x_m`."""
    value: object
    edit: Edit


@dataclass(frozen=True)
class Entry:
    """What was entered into a cell."""

    row: int
    text: str
    shown: str = ""
    """The text before; a bare number is taken in its unit."""


Writer = Callable[[Entry], Write]
"""Reads an entry; raises StudioError for one that is impossible."""


ChoicesOf = Callable[[int], tuple[Choice, ...]]


@dataclass(frozen=True)
class Column:
    """One column; `key` is its name in files, `title` its marked English name."""

    key: str
    title: str
    make: Callable[[], Values]
    writer: Writer | None = None
    choices: ChoicesOf | None = None
    """What may be entered in a row, ready to be shown; None for free entry."""
    is_number: bool = False

    @cached_property
    def values(self) -> Values:
        """Return the values, worked out once."""
        return self.make()


@dataclass(frozen=True)
class Sheet:
    """All rows of one kind."""

    kind: str
    count: int
    columns: tuple[Column, ...]
    address: Callable[[int], str]
    """What selecting a row selects on the canvas."""
    rows_of: Callable[[str], IntArray]
    """The rows an address names, contains or lies in; none where it is of another kind."""
    add: Callable[[Sequence[Mapping[str, str]]], Edit] | None = None
    """Makes the edit that adds rows from cells by column key."""
    add_keys: tuple[str, ...] = field(default=())
    """Columns of rows to add, in the order taken where no header is given."""

    def column_number(self, name: str, tr: Translate) -> int | None:
        """Return the column of a key or of a title in either language."""
        wanted = name.strip().casefold()
        for number, column in enumerate(self.columns):
            if wanted in (column.key, column.title.casefold(), tr(column.title).casefold()):
                return number
        return None
