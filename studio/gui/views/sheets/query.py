"""Which rows of a sheet are shown, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.fabric.arrays import BoolArray, IntArray
from studio.gui.views.sheets.sheet import Sheet


@dataclass(frozen=True)
class Query:
    """What was asked of a table."""

    text: str = ""
    """Every word of it stands in some column of a row."""
    by_column: Mapping[int, str] = field(default_factory=dict)
    """Filter of single columns: text, or bounds such as `> 10 m` and `2..5`."""
    sort: int = -1
    """Column sorted by, -1 for the order of the design."""
    is_descending: bool = False
    only: frozenset[str] | None = None
    """Show only rows that these addresses name or touch; None for all."""

    def with_filter(self, column: int, wanted: str) -> Query:
        """Return the query with the filter of one column set, or removed where empty."""
        kept = {key: text for key, text in self.by_column.items() if key != column}
        return replace(self, by_column={**kept, column: wanted} if wanted.strip() else kept)

    @property
    def is_whole(self) -> bool:
        """Tell whether every row is shown, in the order of the design."""
        no_filter = not self.text.strip() and not self.by_column and self.only is None
        return no_filter and self.sort < 0


def split_filter(text: str, titles: Sequence[str]) -> tuple[int, str]:
    """Return the column a filter begins with and what is wanted there, as in `Boxes > 8`.

    Returns
    -------
    tuple : (-1, the text) where it doesn't begin with the title of a column and a bound.
    """
    for column in sorted(range(len(titles)), key=lambda one: -len(titles[one])):
        title = titles[column].casefold()
        wanted = text.strip()[len(title) :].strip()
        is_named = title and text.strip().casefold().startswith(title)
        if is_named and wanted.startswith((">", "<", "=")):
            return column, wanted
    return -1, text


def visible_rows(sheet: Sheet, query: Query) -> IntArray:
    """Return the rows to show, shape (n_shown,).

    Raises
    ------
    InvalidInput : the filter of a number column can't be read.
    """
    rows = np.arange(sheet.count)
    if query.is_whole or not sheet.count:
        return rows
    kept = np.ones(sheet.count, dtype=bool)
    for column, wanted in query.by_column.items():
        if column < len(sheet.columns):
            kept &= sheet.columns[column].values.admitted(wanted)
    for word in query.text.casefold().split():
        kept &= _holding(sheet, word)
    if query.only is not None:
        kept &= touched(sheet, query.only)
    rows = np.flatnonzero(kept)
    if 0 <= query.sort < len(sheet.columns):
        rows = rows[_sorted(sheet, query.sort, rows, is_descending=query.is_descending)]
    return rows


def touched(sheet: Sheet, addresses: Iterable[str]) -> BoolArray:
    """Return which rows any of the addresses names or touches, shape (n_rows,)."""
    found = np.zeros(sheet.count, dtype=bool)
    for address in addresses:
        found[sheet.rows_of(address)] = True
    return found


def _holding(sheet: Sheet, word: str) -> BoolArray:
    found = np.zeros(sheet.count, dtype=bool)
    for column in sheet.columns:
        if not column.is_number:
            found |= column.values.containing(word)
    return found


def _sorted(sheet: Sheet, column: int, rows: IntArray, *, is_descending: bool) -> IntArray:
    """Equal rows keep the order of the design, and empty numbers stand last, in both directions."""
    keys = sheet.columns[column].values.order()[rows]
    if not is_descending:
        return np.argsort(keys, kind="stable")
    _, ranks = np.unique(keys, return_inverse=True)
    if np.issubdtype(keys.dtype, np.floating):
        ranks = np.where(np.isnan(keys.astype(np.float64)), -1, ranks.ravel())
    return np.argsort(-ranks.ravel(), kind="stable")
