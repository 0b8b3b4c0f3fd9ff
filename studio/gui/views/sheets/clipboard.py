"""A table as text and back: copied cells, and cells or rows that come from a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.errors import InvalidInput

if TYPE_CHECKING:
    from studio.exchange.table import Table
from studio.design.edits import Edit
from studio.fabric.arrays import IntArray
from studio.gui.views.numerals import with_points, write_commas
from studio.gui.views.sheets.pasting import Cell, cells_edit, rows_edit
from studio.gui.views.sheets.sheet import Column, Sheet, Translate
from studio.gui.views.sheets.values import Numbers, Plain
from studio.units import DIMENSIONS

Grid = tuple[tuple[str, ...], ...]
MOST_CELLS = 200_000
_TITLE = re.compile(r"^(?P<title>.*?)\s*(?:\[(?P<unit>[^\]]*)\])?$")
_BARE = re.compile(r"^[+\-−]?[\d., '’]+(?:[eE][+\-]?\d+)?$")


@dataclass(frozen=True)
class Target:
    """Where cells go: lines and columns of the view, in their order on screen."""

    lines: Sequence[int]
    columns: Sequence[int]
    is_area: bool
    """Several cells are selected: a single value fills them all."""


@dataclass(frozen=True)
class Header:
    """Columns named by a first row, with the unit of bare numbers below each."""

    columns: tuple[int, ...]
    units: tuple[str, ...]


def as_text(
    sheet: Sheet, rows: Sequence[int], columns: Sequence[int], tr: Translate | None = None
) -> str:
    """Return cells as they are shown, tab-separated; with `tr` under a header of titles."""
    lines = [
        "\t".join(sheet.columns[column].values.text(row) for column in columns) for row in rows
    ]
    if tr is not None:
        lines.insert(0, "\t".join(tr(sheet.columns[column].title) for column in columns))
    return "\n".join(lines)


def shown_table(sheet: Sheet, rows: IntArray, tr: Translate) -> Table:
    """Return the rows shown as a table for a file: numbers in SI, their unit in the header."""
    from studio.exchange.table import Table

    header = tuple(_with_unit(column, tr) for column in sheet.columns)
    return Table(header, (_plain(sheet, int(row)) for row in rows))


def _plain(sheet: Sheet, row: int) -> tuple[Plain, ...]:
    return tuple(column.values.plain(row) for column in sheet.columns)


def _with_unit(column: Column, tr: Translate) -> str:
    values = column.values
    unit = DIMENSIONS[values.dimension].si_unit if isinstance(values, Numbers) else ""
    return f"{tr(column.title)} [{unit}]" if unit not in ("", "1") else tr(column.title)


def read_grid(text: str) -> Grid:
    """Return the cells of a clipboard: separated by tabs as spreadsheets do it, or CSV.

    Raises
    ------
    InvalidInput : nothing is there, or far too much.
    """
    lines = text.removeprefix("\ufeff").replace("\x00", "").strip("\r\n")
    if not lines.strip():
        raise InvalidInput("there is no text to paste; copy cells of a spreadsheet first")
    try:
        rows = tuple(
            tuple(" ".join(cell.split()) for cell in row)
            for row in csv.reader(io.StringIO(lines, newline=""), delimiter=_separator(lines))
        )
    except csv.Error as error:
        raise InvalidInput("what was copied is no table: {error}", error=error) from error
    count = sum(len(row) for row in rows)
    if count > MOST_CELLS:
        raise InvalidInput(
            "{count:,} cells were copied; {most:,} can be pasted at once",
            count=count,
            most=MOST_CELLS,
        )
    return rows


def _separator(text: str) -> str:
    first, *rest = text.splitlines()
    if write_commas((first,)) and all(write_commas((line,)) for line in rest):
        return "\t"  # one column of numbers with decimal commas, as spreadsheets copy it
    for sign in (";", ","):
        # One line alone may be a text with a comma in it; a table repeats its commas.
        is_repeated = all(line.count(sign) == first.count(sign) for line in rest)
        if "\t" not in text and rest and sign in first and is_repeated:
            return sign
    return "\t"


def header_of(sheet: Sheet, grid: Grid, tr: Translate) -> Header | None:
    """Return the columns a first row names, None where it is no header."""
    columns, units = [], []
    for cell in grid[0]:
        match = _TITLE.match(cell)
        column = sheet.column_number(match["title"], tr) if match else None
        if column is None or match is None:
            return None
        columns.append(column)
        units.append(match["unit"] or "")
    return Header(tuple(columns), tuple(units))


def pasted_cells(sheet: Sheet, text: str, target: Target, row_at: Callable[[int], int]) -> Edit:
    """Return the one edit that fills cells with what was copied.

    Raises
    ------
    InvalidInput : it does not fit, or cells can't be filled so; names row and column.
    """
    grid = read_grid(text)
    height, width = len(grid), max(len(row) for row in grid)
    lines, columns = target.lines, target.columns
    if not lines or not columns:
        raise InvalidInput("choose the cell to paste into first")
    sizes = {"height": height, "width": width, "lines": len(lines), "columns": len(columns)}
    if target.is_area and (len(lines) % height or len(columns) % width):
        raise InvalidInput(
            "{height} x {width} cells do not fill the {lines} x {columns} selected; "
            "select one cell to begin at, or as many as were copied",
            **sizes,
        )
    if height > len(lines) or width > len(columns):
        raise InvalidInput(
            "{height} x {width} cells were copied; {lines} x {columns} are left from "
            "the chosen cell on. Use 'Paste rows' to add rows",
            **sizes,
        )
    if not target.is_area:
        lines, columns = lines[:height], columns[:width]
    grid = _plainly(sheet, grid, [columns[place % len(columns)] for place in range(width)])
    cells = [
        Cell(row_at(line), line + 1, column, grid[n % height][place % width])
        for n, line in enumerate(lines)
        for place, column in enumerate(columns)
        if place % width < len(grid[n % height])
    ]
    return cells_edit(sheet, cells)


def pasted_rows(sheet: Sheet, text: str, tr: Translate, *, needs_header: bool) -> Edit | None:
    """Return the one edit that adds what was copied as rows.

    None where a header is needed and the first row is none, or nothing stands below it.

    Raises
    ------
    InvalidInput : the sheet takes no rows, or a cell can't be read; names the row.
    """
    grid = read_grid(text)
    header = header_of(sheet, grid, tr)
    if needs_header and (header is None or len(grid) < 2):
        return None
    if header is None:
        numbers = [sheet.column_number(key, tr) for key in sheet.add_keys]
        plain = _plainly(sheet, grid, [one for one in numbers if one is not None])
        return rows_edit(sheet, plain, sheet.add_keys)
    keys = [sheet.columns[column].key for column in header.columns]
    rows = [
        [_in_unit(cell, unit) for cell, unit in zip(row, header.units, strict=False)]
        + list(row[len(header.units) :])
        for row in _plainly(sheet, grid[1:], header.columns)
    ]
    return rows_edit(sheet, rows, keys)


def _plainly(sheet: Sheet, grid: Grid, columns: Sequence[int]) -> Grid:
    """Return cells with their numbers written plainly, as the program they come from meant them."""
    numeric = [place for place, column in enumerate(columns) if sheet.columns[column].is_number]
    said = [row[place] for row in grid for place in numeric if place < len(row)]
    if not write_commas(said):
        return grid
    return tuple(
        tuple(
            with_points(cell, has_commas=True) if place in numeric else cell
            for place, cell in enumerate(row)
        )
        for row in grid
    )


def _in_unit(cell: str, unit: str) -> str:
    return f"{cell} {unit}" if unit and _BARE.match(cell) else cell
