"""Two designs compared: what was changed in the document, and what that does to every figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any

import msgspec

from studio.design.diff import Change, difference
from studio.design.model import Deviation, LinkRule, Placement
from studio.exploration.compare import Row, candidate_of, compare
from studio.fabric.comparison import FabricComparison
from studio.fabric.fabric import Fabric
from studio.session.evaluation import Evaluation, evaluate

SAME_SHARE = 1e-12
"""Figures that differ by less differ by rounding only."""
LONGEST_TEXT = 60


@dataclass(frozen=True)
class DesignDifference:
    """From one design to another."""

    before: Evaluation
    after: Evaluation

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return what the document says differently."""
        return difference(self.before.fabric.design, self.after.fabric.design)

    @cached_property
    def fabric(self) -> FabricComparison:
        """Return what stands or is laid differently."""
        return FabricComparison(self.before.fabric, self.after.fabric)

    @cached_property
    def figures(self) -> tuple[Row, ...]:
        """Return the figures that differ; values are (before, after)."""
        sides = (self.before, self.after)
        table = compare(
            [candidate_of(one.fabric.design, one.totals, one.result) for one in sides], 0
        )
        return tuple(row for row in table.rows if _differs(*row.values))

    @property
    def is_empty(self) -> bool:
        """Tell whether the two designs say the same."""
        return not self.changes


def compare_fabrics(before: Fabric, after: Fabric) -> DesignDifference:
    """Return the difference of two compiled designs; both are evaluated for it."""
    return DesignDifference(evaluate(before), evaluate(after))


def _differs(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > SAME_SHARE * max(abs(before), abs(after))


_SHORT: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "–",
    bool: lambda value: str(value).lower(),
    float: lambda value: f"{value:.9g}",
    LinkRule: lambda value: f"{value.a} – {value.b}",
    Deviation: lambda value: str(value.state),
    Placement: lambda value: f"{value.array.count} x {value.assembly}, U{value.u}",
}


def value_text(value: object) -> str:
    """Return a value of a design in a few characters; a dash where there is none."""
    short = _SHORT.get(type(value))
    if short is not None:
        return short(value)
    named = getattr(value, "name", "") or getattr(value, "part", "")
    text = str(named) if named else _json(value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _json(value: Any) -> str:
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
