"""Opened figures as plain data for `--json`, notebooks and files: SI units, every line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.simulation.explanation import Input, Line
from studio.units import dimension_of

DEEPEST = 12
"""Levels below a figure that are written; none goes that deep."""


def line_json(line: Line, depth: int = DEEPEST) -> dict[str, Any]:
    """Return a line with all that is inside it, `depth` levels down.

    `sum_of` holds lines that add up to the value, `from` lines that the formula joins otherwise.
    """
    made: dict[str, Any] = {
        "label": line.label,
        "value": line.value,
        "unit": dimension_of(line.dimension).si_unit,
        "formula": line.formula,
    }
    if line.note:
        made["note"] = line.note
    if line.bound:
        made["bound"] = line.bound
    if line.inputs:
        made["inputs"] = [input_json(one) for one in line.inputs]
    if not depth and line.can_open and line.children:
        made["opens"] = True
    elif line.children:
        name = "sum_of" if line.is_sum else "from"
        made[name] = [line_json(one, depth - 1) for one in line.children]
    return made


_SHORT = 2
_WHOLE = ("phase.", "latency.", "memory", "facility_power_w", "effective_share")


def figures_json(opened: Mapping[str, Line]) -> dict[str, Any]:
    """Return all figures of a result.

    Those that others are made of are written whole; the others as far as they need no line twice,
    and a line that goes on elsewhere says `opens`.
    """
    return {name: line_json(line, depth_of(name)) for name, line in opened.items()}


def depth_of(name: str) -> int:
    """Return how many levels of a figure are written where all figures are."""
    return DEEPEST if name.startswith(_WHOLE) else _SHORT


def input_json(one: Input) -> dict[str, Any]:
    """Return an input of a formula with its evidence."""
    made: dict[str, Any] = {
        "label": one.label,
        "value": one.value,
        "unit": dimension_of(one.dimension).si_unit,
    }
    for name in ("source", "grade", "url", "date", "note", "part"):
        if getattr(one, name):
            made[name] = getattr(one, name)
    return made
