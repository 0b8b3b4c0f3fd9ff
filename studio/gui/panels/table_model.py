"""A sheet as a Qt model: rows are read from the fabric's arrays when the view asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from studio.design.edits import Edit
from studio.errors import StudioError
from studio.fabric.arrays import IntArray
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.views.sheets.pasting import Cell, cells_edit
from studio.gui.views.sheets.query import Query, touched, visible_rows
from studio.gui.views.sheets.sheet import Column, Sheet
from studio.messages import Listed, entry

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
CHOICES_ROLE = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MOST_SPANS = 2000
"""Runs of rows marked as selected at once; more would take longer than they are worth."""


@guarded
class SheetModel(QAbstractTableModel):
    """The rows of one sheet that a query leaves, in its order."""

    edit_requested = Signal(object)
    """(rows and columns in words, edit)."""
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._query = Query()
        self._rows: IntArray = np.empty(0, dtype=np.int64)

    @property
    def sheet(self) -> Sheet | None:
        """Return the sheet shown."""
        return self._sheet

    @property
    def query(self) -> Query:
        """Return what decides which rows are shown."""
        return self._query

    @property
    def rows(self) -> IntArray:
        """Return the rows of the sheet on each line."""
        return self._rows

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show a sheet, or the same one after an edit."""
        before, self_rows = self._sheet, self._rows
        rows = self._asked(sheet, self._query)
        is_alike = (
            sheet is not None
            and before is not None
            and (sheet.kind, sheet.count) == (before.kind, before.count)
            and [column.key for column in sheet.columns] == [one.key for one in before.columns]
            and np.array_equal(rows, self_rows)
        )
        if is_alike:
            # Nothing moves: cursor, selection and an open editor stay.
            self._sheet = sheet
            corner = self.index(max(0, len(rows) - 1), max(0, self.columnCount() - 1))
            self.dataChanged.emit(self.index(0, 0), corner)
            return
        self.beginResetModel()
        self._sheet, self._rows = sheet, rows
        self.endResetModel()

    def ask(self, query: Query) -> bool:
        """Filter or sort anew; tells whether the query could be read."""
        try:
            rows = visible_rows(self._sheet, query) if self._sheet is not None else self._rows
        except StudioError as error:
            self.refused.emit(tr(error.message))
            return False
        self.beginResetModel()
        self._query, self._rows = query, rows
        self.endResetModel()
        return True

    def row_at(self, line: int) -> int:
        """Return the row of the sheet on a line of the view."""
        return int(self._rows[line])

    def addresses(self, lines: Iterable[int]) -> frozenset[str]:
        """Return what the lines stand for on the canvas."""
        sheet = self._sheet
        if sheet is None:
            return frozenset()
        return frozenset(sheet.address(int(self._rows[line])) for line in lines)

    def selection_of(self, addresses: Iterable[str]) -> QItemSelection:
        """Return the lines that addresses name or touch, whole rows."""
        chosen = QItemSelection()
        sheet = self._sheet
        if sheet is None or not len(self._rows):
            return chosen
        lines = np.flatnonzero(touched(sheet, addresses)[self._rows])
        if not len(lines):
            return chosen
        last = self.columnCount() - 1
        for span in np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1)[:MOST_SPANS]:
            chosen.select(self.index(int(span[0]), 0), self.index(int(span[-1]), last))
        return chosen

    def fill(self, cells: Iterable[tuple[int, int, str]]) -> bool:
        """Ask for one edit of (line, column, text); tells whether the texts could be read."""
        sheet = self._sheet
        if sheet is None:
            return False
        entered = [Cell(self.row_at(line), line + 1, column, text) for line, column, text in cells]
        try:
            edit: Edit = cells_edit(sheet, entered)
        except StudioError as error:
            self.refused.emit(tr(error.message))
            return False
        titles = dict.fromkeys(sheet.columns[cell.column].title for cell in entered)
        self.edit_requested.emit((Listed(map(entry, titles)), edit))
        return True

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() or self._sheet is None else len(self._sheet.columns)

    def column(self, number: int) -> Column:
        """Return a column of the sheet shown."""
        assert self._sheet is not None
        return self._sheet.columns[number]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        read = _CELL_ROLES.get(role)
        if read is None or not index.isValid() or self._sheet is None:
            return None
        if index.row() >= len(self._rows):
            return None
        return read(self._sheet.columns[index.column()], int(self._rows[index.row()]))

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        return self.fill([(index.row(), index.column(), str(value))])

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.isValid() and self._sheet is not None:
            flags |= Qt.ItemFlag.ItemNeverHasChildren
            if self._sheet.columns[index.column()].writer is not None:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        read = _HEADER_ROLES.get(role)
        if read is None or self._sheet is None or section >= len(self._sheet.columns):
            return None
        return read(self._sheet.columns[section], self._query.by_column.get(section, ""))

    def _asked(self, sheet: Sheet | None, query: Query) -> IntArray:
        if sheet is None:
            return np.empty(0, dtype=np.int64)
        try:
            return visible_rows(sheet, query)
        except StudioError as error:
            self.refused.emit(tr(error.message))
            self._query = Query()
            return np.arange(sheet.count)


def _spoken(column: Column, row: int) -> str:
    return f"{tr(column.title)}: {column.values.text(row) or tr('empty')}"


def _choices(column: Column, row: int) -> list[str] | None:
    return [tr(text) for _, text in column.choices(row)] if column.choices is not None else None


def _title(column: Column, wanted: str) -> str:
    return f"{tr(column.title)}  [{wanted}]" if wanted else tr(column.title)


def _tip(column: Column, wanted: str) -> str:
    del wanted
    can_edit = tr("can be edited") if column.writer else tr("follows from others")
    return f"{tr(column.title)} · {can_edit}"


_ROLE = Qt.ItemDataRole
_CELL_ROLES: Mapping[int, Callable[[Column, int], object]] = {
    _ROLE.DisplayRole: lambda column, row: column.values.text(row),
    _ROLE.EditRole: lambda column, row: column.values.text(row),
    _ROLE.ToolTipRole: lambda column, row: column.values.text(row) or None,
    _ROLE.TextAlignmentRole: lambda column, _: _RIGHT if column.is_number else _LEFT,
    _ROLE.AccessibleTextRole: _spoken,
    CHOICES_ROLE: _choices,
}
_HEADER_ROLES: Mapping[int, Callable[[Column, str], object]] = {
    _ROLE.DisplayRole: _title,
    _ROLE.AccessibleTextRole: _title,
    _ROLE.ToolTipRole: _tip,
    _ROLE.TextAlignmentRole: lambda column, _: _RIGHT if column.is_number else _LEFT,
}
