"""One editable value of the inspector, and how fields of several objects become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from studio.design.edits import Edit, get_field, set_field
from studio.design.model import Design
from studio.gui.i18n import mark, tr
from studio.gui.views.entry import entry_text

USUAL_SPAN = 4.0
LEAST_SPAN = 16.0
"""Up to where a slider reaches whose field says nothing, as a multiple and from zero."""

Editor = Literal["quantity", "count", "text", "long_text", "choice", "colour", "fixed"]
Write = Callable[[Design, object], Design]
Choice = tuple[object, str]


@dataclass(frozen=True)
class InspectorField:
    """A line of the inspector."""

    key: str
    """Names the value for merging and tests: `racks.west.x_m`."""
    label: str
    """English; the panel translates it."""
    editor: Editor
    value: object = None
    text: str = ""
    dimension: str = ""
    is_mixed: bool = False
    choices: tuple[Choice, ...] = ()
    low: float = 0.0
    high: float = 0.0
    """Range of the slider; equal bounds mean none."""
    note: str = ""
    tip: str = ""
    zero: str = ""
    """What a zero means, shown in its place: `Auto`, `All`; empty where it is an amount."""
    can_reset: bool = False
    reset_tip: str = mark("Back to the catalogue's value")
    write: Write | None = field(default=None, compare=False)
    reset: Edit | None = field(default=None, compare=False)


@dataclass(frozen=True)
class InspectorSection:
    """Fields under a title."""

    title: str
    fields: tuple[InspectorField, ...]
    detail: str = ""


@dataclass(frozen=True)
class Row:
    """How one member of a design value is shown; `path` is relative to the value."""

    path: str
    label: str
    editor: Editor
    dimension: str = ""
    low: float = 0.0
    high: float = 0.0
    choices: tuple[Choice, ...] = ()
    tip: str = ""
    zero: str = ""


def row_field(
    design: Design, bases: Sequence[tuple[str, ...]], row: Row, choices: tuple[Choice, ...] = ()
) -> InspectorField:
    """Return the field of one member over the values at `bases`, which are of one type."""
    steps = tuple(row.path.split("."))
    paths = tuple((*base, *steps) for base in dict.fromkeys(bases))
    values = [get_field(design, path) for path in paths]
    first = values[0]
    is_mixed = any(value != first for value in values)

    def write(edited: Design, value: object) -> Design:
        for path in paths:
            edited = set_field(edited, path, value)
        return edited

    low, high = slider_range(row, first)
    return InspectorField(
        key="+".join(".".join(path) for path in paths),
        label=row.label,
        editor=row.editor,
        value=None if is_mixed else first,
        text="" if is_mixed else _text_of(row, first),
        dimension=row.dimension,
        is_mixed=is_mixed,
        choices=choices or row.choices,
        low=low,
        high=high,
        tip=row.tip,
        zero=row.zero,
        write=write,
    )


def choice_field(
    key: str,
    label: str,
    values: Sequence[object],
    choices: tuple[Choice, ...],
    write: Write,
    reset: Edit | None = None,
    *,
    can_reset: bool = False,
    reset_tip: str = "",
) -> InspectorField:
    """Return the choice among values that several objects have each for itself.

    Parameters
    ----------
    values : of every object; where they differ the field is mixed.
    """
    is_mixed = any(value != values[0] for value in values)
    return InspectorField(
        key=key,
        label=label,
        editor="choice",
        value=None if is_mixed else values[0],
        is_mixed=is_mixed,
        choices=choices,
        can_reset=can_reset,
        reset_tip=reset_tip,
        write=write,
        reset=reset,
    )


def _text_of(row: Row, value: object) -> str:
    """Return what a field shows; a note of a shipped design in the language of the window."""
    text = value_text(row, value)
    return tr(text) if row.path == "note" and text else text


def value_text(row: Row, value: object) -> str:
    """Return how a value is written into its field."""
    if row.editor in ("quantity", "count") and isinstance(value, int | float):
        return entry_text(float(value), row.dimension or "count")
    return "" if value is None else str(value)


def slider_range(row: Row, value: object) -> tuple[float, float]:
    """Return the slider's range: the row's own, else up to four times the value."""
    if row.editor not in ("quantity", "count"):
        return (0.0, 0.0)
    number = float(value) if isinstance(value, int | float) else row.low
    if row.high <= row.low:
        return (min(0.0, number), USUAL_SPAN * abs(number) or LEAST_SPAN)
    return (min(row.low, number), max(row.high, number))
