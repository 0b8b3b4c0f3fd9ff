"""An opened figure: a value, how it is worked out with its numbers filled in, and what from.

Lines open on demand, so that a figure costs nothing until somebody looks into it. Knows no figure
by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Input:
    """A number a formula uses, with where it comes from."""

    label: str
    value: float
    dimension: str
    source: str = ""
    grade: str = ""
    url: str = ""
    date: str = ""
    note: str = ""
    part: str = ""
    """Catalogue part the number belongs to; empty for others."""


@dataclass(frozen=True, eq=False)
class Line:
    """One value of an opened figure."""

    key: str
    """Stays the same from one edit to the next; unique among its siblings."""
    label: str
    value: float
    dimension: str
    formula: str = ""
    """How the value is worked out, numbers filled in."""
    inputs: tuple[Input, ...] = ()
    note: str = ""
    bound: str = ""
    """What a time is spent on, where the line is one: `compute`, `memory` …"""
    is_sum: bool = True
    """Whether the lines inside add up to the value; otherwise the formula says how they join."""
    opener: Callable[[], Sequence[Line]] | None = field(default=None, repr=False)

    @cached_property
    def children(self) -> tuple[Line, ...]:
        """Return the lines inside."""
        return tuple(self.opener()) if self.opener else ()

    @property
    def can_open(self) -> bool:
        """Tell whether there is something inside, without working it out."""
        return self.opener is not None or bool(self.inputs)

    @property
    def remainder(self) -> float:
        """Return what the lines inside miss of the value, relative to it; 0 where none add up."""
        if not self.is_sum or not self.children:
            return 0.0
        added = math.fsum(line.value for line in self.children)
        largest = max(abs(self.value), *(abs(line.value) for line in self.children))
        return abs(added - self.value) / largest if largest else 0.0

    def find(self, *keys: str) -> Line:
        """Return the line at a path of keys below this one.

        Raises
        ------
        KeyError : there is none.
        """
        here = self
        for key in keys:
            inside = {line.key: line for line in here.children}
            here = inside[key]
        return here

    def walk(self) -> Iterator[Line]:
        """Yield this line and all below, depth first; opens everything."""
        yield self
        for line in self.children:
            yield from line.walk()


def opened(*lines: Line | None) -> Callable[[], Sequence[Line]]:
    """Return an opener of lines that are known already, those of no value left out."""
    kept = tuple(line for line in lines if line is not None and line.value)
    return lambda: kept
