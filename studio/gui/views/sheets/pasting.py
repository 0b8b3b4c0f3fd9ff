"""Entered cells turned into one edit: values into cells, or new rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.design.edits import Edit
from studio.design.model import Design
from studio.errors import InvalidInput, StudioError
from studio.gui.views.sheets.sheet import Column, Entry, Sheet, Write
from studio.messages import Listed, Message, say

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


def cells_edit(sheet: Sheet, cells: Sequence[Cell]) -> Edit:
    """Return the one edit that fills cells; those that would not change are left alone.

    Raises
    ------
    InvalidInput : names row and column of the first cells that can't be filled so.
    """
    writes: dict[str, tuple[Write, Message]] = {}
    problems: list[Message] = []
    for cell in cells:
        place = _place(sheet, cell)
        try:
            write = _write(sheet.columns[cell.column], cell)
        except StudioError as error:
            problems.append(_at(place, error))
            continue
        if write is None:
            continue
        earlier, other = writes.setdefault(write.target, (write, place))
        if earlier.value != write.value:
            problems.append(
                say(
                    "{place}: sets {target} to something else than {other}; "
                    "detach the array to give its members values of their own",
                    place=place,
                    target=write.target,
                    other=other,
                )
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


def rows_edit(sheet: Sheet, grid: Grid, keys: Sequence[str]) -> Edit:
    """Return the one edit that adds a row per line of the grid.

    Raises
    ------
    InvalidInput : the sheet takes no rows, or a line can't be read; names the row.
    """
    if sheet.add is None:
        raise InvalidInput(
            "rows can be added to racks, boxes, links and rules; choose one of these tables"
        )
    titles = {column.key: Message(column.title, {}) for column in sheet.columns}
    known = Listed(titles[key] for key in sheet.add_keys)
    for key in keys:
        if key not in sheet.add_keys:
            raise InvalidInput(
                "new rows have no column {name!r}; they have {known}", name=titles[key], known=known
            )
    edits: list[tuple[Edit, Message]] = []
    problems = []
    for number, line in enumerate(grid, start=1):
        place = say("row {n}", n=number)
        try:
            if len(line) > len(keys):
                raise InvalidInput("{n} cells; the columns are {known}", n=len(line), known=known)
            edits.append((sheet.add([dict(zip(keys, line, strict=False))]), place))
        except StudioError as error:
            problems.append(_at(place, error))
    _raise(problems)
    return _placed(edits)


def _placed(edits: Sequence[tuple[Edit, Message]]) -> Edit:
    """Join edits; where one fails, its message says which row and column it came from."""

    def edit(design: Design) -> Design:
        for one, place in edits:
            design = _attempt(one, design, place)
        return design

    return edit


def _attempt(edit: Edit, design: Design, place: Message) -> Design:
    try:
        return edit(design)
    except StudioError as error:
        raise InvalidInput(_at(place, error)) from error


def _place(sheet: Sheet, cell: Cell) -> Message:
    title = Message(sheet.columns[cell.column].title, {})
    return say("row {n}, column “{title}”", n=cell.line, title=title)


def _at(place: Message, error: StudioError) -> Message:
    return say("{place}: {error}", place=place, error=error)


def _raise(problems: Sequence[Message]) -> None:
    told, more = Listed(problems[:MOST_TOLD], "; "), len(problems) - MOST_TOLD
    if more > 0:
        raise InvalidInput("{told}; and {more} more", told=told, more=more)
    if problems:
        raise InvalidInput("{told}", told=told)
