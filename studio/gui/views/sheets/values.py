"""The values of a column, held so that a hundred thousand rows cost nothing until they are seen.

A column knows the text of one row, a key to sort all rows by, and which rows a filter admits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.errors import InvalidInput
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.views.entry import entry_text, read_entry
from studio.gui.views.format import figure_text

Plain = str | int | float

_RUN = re.compile(r"(\d+)")
_BOUND = re.compile(r"^(?P<sign>>=|<=|>|<|=)\s*(?P<value>.+)$")
_RANGE = re.compile(r"^(?P<low>.+?)\s*\.\.\s*(?P<high>.+)$")


class Values(Protocol):
    """What every column can tell."""

    def text(self, row: int) -> str:
        """Return what a row shows."""

    def plain(self, row: int) -> Plain:
        """Return the value of a row as a file holds it: SI for numbers."""

    def order(self) -> NDArray[np.generic]:
        """Return a key per row to sort by, shape (n_rows,)."""

    def containing(self, word: str) -> BoolArray:
        """Return which rows show `word`, which is in lower case; shape (n_rows,)."""

    def admitted(self, wanted: str) -> BoolArray:
        """Return which rows a column's own filter admits, shape (n_rows,)."""


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts `R2` before `R10`."""
    return tuple(
        (0, int(run), "") if run.isdecimal() else (1, 0, run)
        for run in _RUN.split(text.casefold())
        if run
    )


@dataclass(frozen=True)
class Words:
    """A few different texts, and which of them each row has."""

    names: Sequence[str]
    codes: IntArray
    """Shape (n_rows,). Place in `names`."""
    plain_names: Sequence[Plain] = ()
    """What a file holds instead, where that differs from what is shown."""

    def text(self, row: int) -> str:
        return self.names[int(self.codes[row])]

    def plain(self, row: int) -> Plain:
        return (self.plain_names or self.names)[int(self.codes[row])]

    def order(self) -> NDArray[np.generic]:
        places = sorted(range(len(self.names)), key=lambda n: natural_key(self.names[n]))
        rank = np.empty(len(self.names), dtype=np.int64)
        rank[places] = np.arange(len(self.names))
        return rank[self.codes] if len(self.names) else self.codes

    def containing(self, word: str) -> BoolArray:
        found = np.array([word in name.casefold() for name in self.names], dtype=bool)
        return found[self.codes] if len(self.names) else np.zeros(len(self.codes), dtype=bool)

    def admitted(self, wanted: str) -> BoolArray:
        return self.containing(wanted.strip().casefold())


def words(texts: Sequence[str]) -> Words:
    """Return a column from one text per row."""
    names = list(dict.fromkeys(texts))
    place = {name: number for number, name in enumerate(names)}
    return Words(names, np.array([place[text] for text in texts], dtype=np.int64))


@dataclass(frozen=True)
class Texts:
    """A text of its own in every row, such as an address."""

    count: int
    make: Callable[[int], str]
    rank: IntArray | None = None
    """What to sort by, shape (n_rows,); None where the rows already stand in order."""
    make_all: Callable[[], Sequence[str]] | None = None
    """Makes every text at once, where that is cheaper than one by one."""

    @cached_property
    def _folded(self) -> list[str]:
        if self.make_all is not None:
            return [text.casefold() for text in self.make_all()]
        return [self.make(row).casefold() for row in range(self.count)]

    def text(self, row: int) -> str:
        return self.make(row)

    def plain(self, row: int) -> Plain:
        return self.make(row)

    def order(self) -> NDArray[np.generic]:
        return np.arange(self.count) if self.rank is None else self.rank

    def containing(self, word: str) -> BoolArray:
        return np.fromiter((word in text for text in self._folded), dtype=bool, count=self.count)

    def admitted(self, wanted: str) -> BoolArray:
        return self.containing(wanted.strip().casefold())


@dataclass(frozen=True)
class Numbers:
    """Numbers in SI units; NaN where there is none."""

    numbers: FloatArray
    """Shape (n_rows,)."""
    dimension: str = "count"

    def text(self, row: int) -> str:
        number = float(self.numbers[row])
        if math.isnan(number):
            return ""
        if self.dimension == "count":
            return entry_text(number, "count")
        return figure_text("", number, self.dimension, 5)

    def plain(self, row: int) -> Plain:
        number = float(self.numbers[row])
        if math.isnan(number):
            return ""
        return int(number) if self.dimension == "count" and number.is_integer() else number

    def order(self) -> NDArray[np.generic]:
        return self.numbers

    def containing(self, word: str) -> BoolArray:
        different, codes = np.unique(self.numbers, return_inverse=True)
        first = {int(code): row for row, code in reversed(list(enumerate(codes.tolist())))}
        found = [word in self.text(first[code]).casefold() for code in range(len(different))]
        kept: BoolArray = np.array(found, dtype=bool)[codes.ravel()]
        return kept

    def admitted(self, wanted: str) -> BoolArray:
        """A bound such as `> 10 m`, a range such as `2..5`, or part of the text shown."""
        wanted = wanted.strip()
        if (match := _BOUND.match(wanted)) is not None:
            return self._compared(match["sign"], self._read(match["value"]))
        if (match := _RANGE.match(wanted)) is not None:
            low, high = self._read(match["low"]), self._read(match["high"])
            return (self.numbers >= low) & (self.numbers <= high)
        return self.containing(wanted.casefold())

    def _compared(self, sign: str, bound: float) -> BoolArray:
        slack = 1e-9 * max(1.0, abs(bound)) if self.dimension != "time" else 0.0
        compared: dict[str, BoolArray] = {
            ">": self.numbers > bound + slack,
            "<": self.numbers < bound - slack,
            ">=": self.numbers >= bound - slack,
            "<=": self.numbers <= bound + slack,
            "=": np.isclose(self.numbers, bound, rtol=1e-4, atol=0.0),
        }
        return compared[sign]

    def _read(self, text: str) -> float:
        known = np.flatnonzero(np.isfinite(self.numbers))
        shown = self.text(int(known[0])) if len(known) else ""
        try:
            return read_entry(text, self.dimension, shown)
        except InvalidInput as error:
            raise InvalidInput(
                "filter {text!r}: {error}", text=text.strip(), error=error
            ) from error
