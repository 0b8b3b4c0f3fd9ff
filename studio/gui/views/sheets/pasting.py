"""Entered cells turned into one edit: values into cells, or new rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.design.model import Design
from studio.errors import InvalidInput, StudioError
from studio.gui.i18n import mark
from studio.gui.views.sheets.sheet import Column, Edit, Entry, Say, Sheet, Write

Grid = Sequence[Sequence[str]]
MOST_TOLD = 3
"""Errors named in one message."""


@dataclass(frozen=True)
class Cell:
    """One cell to fill: its row in the sheet, its line on screen, its column and the text."""

    row: int
    line: int
    column: int
    text: str


def cells_edit(sheet: Sheet, cells: Sequence[Cell], say: Say) -> Edit:
    """Return the one edit that fills cells; those that would not change are left alone.

    Raises
    ------
    InvalidInput : names row and column of the first cells that can't be filled so.
    """
    writes: dict[str, tuple[Write, str]] = {}
    problems: list[str] = []
    for cell in cells:
        place = _place(sheet, cell, say)
        try:
            write = _write(sheet.columns[cell.column], cell)
        except StudioError as error:
            problems.append(f"{place}: {error}")
            continue
        if write is None:
            continue
        earlier = writes.setdefault(write.target, (write, place))
        if earlier[0].value != write.value:
            problems.append(
                f"{place}: sets {write.target} to something else than {earlier[1]}; "
                "detach the array to give its members values of their own"
            )
    _raise(problems)
    return _placed([(write.edit, place) for write, place in writes.values()])


def _write(column: Column, cell: Cell) -> Write | None:
    shown = column.values.text(cell.row)
    if cell.text.strip() == shown.strip():
        return None
    if column.writer is None:
        raise InvalidInput("this column follows from others and can't be filled")
    return column.writer(Entry(cell.row, cell.text, shown))


def rows_edit(sheet: Sheet, grid: Grid, keys: Sequence[str], say: Say) -> Edit:
    """Return the one edit that adds a row per line of the grid.

    Raises
    ------
    InvalidInput : the sheet takes no rows, or a line can't be read; names row and column.
    """
    if sheet.add is None:
        raise InvalidInput("rows can be added to racks and boxes; choose one of these tables")
    for key in keys:
        if key not in sheet.add_keys:
            raise InvalidInput(
                f"new rows have no column {key!r}; they have {', '.join(sheet.add_keys)}"
            )
    edits: list[tuple[Edit, str]] = []
    problems = []
    for number, line in enumerate(grid, start=1):
        place = say(mark("row {n}")).format(n=number)
        try:
            if len(line) > len(keys):
                raise InvalidInput(
                    f"{len(line)} cells; the columns are {', '.join(sheet.add_keys)}"
                )
            edits.append((sheet.add([dict(zip(keys, line, strict=False))]), place))
        except StudioError as error:
            problems.append(f"{place}: {error}")
    _raise(problems)
    return _placed(edits)


def _placed(edits: Sequence[tuple[Edit, str]]) -> Edit:
    """Join edits; where one fails, its message says which row and column it came from."""

    def edit(design: Design) -> Design:
        for one, place in edits:
            design = _attempt(one, design, place)
        return design

    return edit


def _attempt(edit: Callable[[Design], Design], design: Design, place: str) -> Design:
    try:
        return edit(design)
    except StudioError as error:
        raise InvalidInput(f"{place}: {error}") from error


def _place(sheet: Sheet, cell: Cell, say: Say) -> str:
    title = say(sheet.columns[cell.column].title)
    return say(mark("row {n}, column “{title}”")).format(n=cell.line, title=title)


def _raise(problems: Sequence[str]) -> None:
    if problems:
        told = "; ".join(problems[:MOST_TOLD])
        more = len(problems) - MOST_TOLD
        raise InvalidInput(f"{told}{f'; and {more} more' if more > 0 else ''}")
