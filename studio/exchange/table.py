"""What a table that is given away consists of, and how it is written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

Cell = str | int | float
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads Chinese names as Latin-1."""


@dataclass(frozen=True)
class Table:
    """A header and its rows; rows are made while they are written."""

    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def to_csv(table: Table) -> str:
    """Return a table as CSV with a byte-order mark, as Excel wants it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(tuple(_safe(cell) for cell in table.header))
    writer.writerows(tuple(_safe(cell) for cell in row) for row in table.rows)
    return BYTE_ORDER_MARK + text.getvalue()


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, in wide characters too."""


def _safe(cell: Cell) -> Cell:
    """A name that begins like a formula must not run as one in a spreadsheet."""
    if isinstance(cell, str) and cell.lstrip(" ")[:1] in _FORMULA_STARTS:
        return "'" + cell
    return cell
