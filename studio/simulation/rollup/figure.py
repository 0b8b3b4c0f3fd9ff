"""A figure and the terms it is the sum of, each down to a part and its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from studio.catalog.catalog import weakest
from studio.catalog.part import Grade
from studio.fabric.parts import Origin, PartData
from studio.messages import Name


@dataclass(frozen=True)
class Term:
    """One line of a sum: `count` pieces of `each`."""

    label: str
    count: float
    each: float
    """Per piece, in the SI unit of the figure."""
    part: str = ""
    category: str = ""
    origin: Origin | None = None
    note: str = ""

    @property
    def value(self) -> float:
        """Return what the line adds to the figure."""
        return self.count * self.each


@dataclass(frozen=True)
class Figure:
    """A total in SI units."""

    name: str
    dimension: str
    terms: tuple[Term, ...]
    missing: tuple[str, ...] = ()
    """Part types that should add to the figure but whose value is not known."""
    is_at_most: bool = False
    """Whether the true value may be smaller."""
    plane: Name | None = None
    """Title of the plane the figure is of; None where it is of the whole design."""

    @cached_property
    def value(self) -> float:
        """Return the sum of the terms."""
        return sum(term.value for term in self.terms)

    @property
    def grade(self) -> Grade | Literal["counted"]:
        """Return the weakest grade among the terms; `counted` where only pieces are added."""
        grades = [term.origin.grade for term in self.terms if term.origin and term.value]
        return weakest(grades) if grades else "counted"

    def by_category(self) -> dict[str, float]:
        """Return the sum of each category, in the order of the terms."""
        sums: dict[str, float] = {}
        for term in self.terms:
            sums[term.category] = sums.get(term.category, 0.0) + term.value
        return sums


def part_terms(
    counts: Iterable[tuple[PartData, float]], field: str, category: str = ""
) -> tuple[Term, ...]:
    """Return one term for every part type that has the field."""
    return tuple(
        Term(part.title, count, part.values[field], part.id, category, part.origins.get(field))
        for part, count in counts
        if field in part.values and count
    )
