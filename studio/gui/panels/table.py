"""The table twin of the canvas: everything drawn as rows that sort, filter, edit and paste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QMenu,
    QVBoxLayout,
    QWidget,
)

from studio.design.edits import Edit
from studio.errors import StudioError
from studio.gui.canvas.requests import EditRequest
from studio.gui.i18n import tr
from studio.gui.panels.table_bar import TableBar
from studio.gui.panels.table_clipboard import TableClipboard
from studio.gui.panels.table_model import SheetModel
from studio.gui.theme import SPACE, Theme
from studio.gui.views.sheets.clipboard import shown_table
from studio.gui.views.sheets.kinds import SHEETS
from studio.gui.views.sheets.query import Query, split_filter
from studio.gui.views.sheets.sheet import Sheet, Source
from studio.gui.widgets.sheet_view import SheetView
from studio.messages import say

MOST_SELECTED = 2000
"""Rows selected on the canvas at once."""


class TablePanel(QWidget):
    """Tabs by kind, a filter, and the rows."""

    selected = Signal(object)
    """Addresses of the rows selected, a frozenset."""
    show_requested = Signal(str)
    edit_requested = Signal(object)
    export_requested = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._source: Source | None = None
        self._queries: dict[str, Query] = {}
        self._selection: frozenset[str] = frozenset()
        self._is_due = False
        self._is_seen = False
        self._named = -1
        """Column that the filter of all columns names, -1 for none."""
        self.model = SheetModel(self)
        self.view = SheetView()
        self.view.setModel(self.model)
        self._clipboard = TableClipboard(self.view, self.model)
        self.bar = TableBar()
        self.tabs, self.line, self.where = self.bar.tabs, self.bar.line, self.bar.where
        self.only, self.alone = self.bar.only, self.bar.alone
        self.paste_button, self.export_button = self.bar.paste_button, self.bar.export_button
        self._told = QTimer(self, interval=0, singleShot=True)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.retranslate()

    @property
    def kind(self) -> str:
        """Return the kind of rows shown."""
        return tuple(SHEETS)[max(0, self.tabs.currentIndex())]

    @property
    def sheet(self) -> Sheet | None:
        """Return the sheet shown."""
        return self.model.sheet

    def show_kind(self, kind: str) -> None:
        """Show the rows of a kind."""
        self.tabs.setCurrentIndex(tuple(SHEETS).index(kind))

    def show_source(self, source: Source | None) -> None:
        """Show a design; hidden, the table waits until it is looked at."""
        self._source = source
        self._is_due = True
        if self._is_seen:
            self._fill()

    def set_seen(self, is_seen: bool) -> None:
        """Tell whether the table is on top of its tabs; a covered one works nothing out."""
        self._is_seen = is_seen
        if is_seen:
            self._fill()

    def show_selection(self, addresses: frozenset[str]) -> None:
        """Mark the rows of what is selected on the canvas, and show the first of them."""
        self._selection = addresses
        if not self._is_seen or addresses == self._chosen():
            return
        if self.only.isChecked():
            self._ask(replace(self.model.query, only=addresses))
        self._mark()

    def focus_table(self) -> None:
        """Put the cursor into the rows."""
        self.view.setFocus()
        if not self.view.currentIndex().isValid() and self.model.rowCount():
            with QSignalBlocker(self.view.selectionModel()):
                self.view.setCurrentIndex(self.model.index(0, 0))

    def copy(self, *, with_header: bool = False) -> None:
        """Put the selected cells on the clipboard, tab-separated."""
        self._clipboard.copy(with_header=with_header)

    def paste(self) -> None:
        """Fill cells from the clipboard; rows under a header of column titles are added."""
        self._attempt(self._clipboard.pasted)

    def paste_rows(self) -> None:
        """Add the rows of the clipboard."""
        self._attempt(self._clipboard.pasted_rows)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self.bar.set_theme(theme)

    def shown_csv(self) -> str:
        """Return the rows shown as CSV."""
        from studio.exchange.table import to_csv

        sheet = self.model.sheet
        return to_csv(shown_table(sheet, self.model.rows, tr)) if sheet is not None else ""

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self.bar.retranslate()
        self.view.set_empty_text(
            tr("No row matches the filters; the menu of the table removes them.")
        )
        self.view.setAccessibleName(tr("Table of the design"))
        self.view.setAccessibleDescription(
            tr("Everything drawn as rows. F2 edits a cell, Enter shows it on the canvas.")
        )
        self.bar.show_columns(self.model.sheet)
        self._tell_count()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        self.setTabOrder(self.line, self.view)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._show_tab)
        self.line.textChanged.connect(self._filter)
        self.bar.leave_requested.connect(self.focus_table)
        self.where.activated.connect(self._show_filter)
        self.only.toggled.connect(self._restrict)
        self.alone.toggled.connect(lambda _: self.show_source(self._source))
        self.paste_button.clicked.connect(self.paste_rows)
        self.export_button.clicked.connect(self.export_requested)
        self.view.copy_requested.connect(self.copy)
        self.view.paste_requested.connect(self.paste)
        self.view.show_requested.connect(self._show_current)
        self.view.doubleClicked.connect(lambda _: self._show_fixed())
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.horizontalHeader().setSectionsClickable(True)
        self.view.horizontalHeader().sectionClicked.connect(self._sort)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._told.start())
        self._told.timeout.connect(self._tell_selection)
        self.model.edit_requested.connect(self._ask_edit)
        self.model.refused.connect(self.refused)
        self.model.modelReset.connect(self._tell_count)

    def _fill(self) -> None:
        if not self._is_due:
            return
        self._is_due = False
        before = self.model.sheet
        source = self._source
        if source is not None:
            source = replace(source, alone=self.alone.isChecked())
        self.model.show_sheet(SHEETS[self.kind](source) if source is not None else None)
        if self.model.sheet is not None and (before is None or before.kind != self.kind):
            self.view.fit_columns()
            self.bar.show_columns(self.model.sheet)
        self._mark()

    def _show_tab(self) -> None:
        self._queries[self.model.sheet.kind if self.model.sheet else ""] = self.model.query
        self.model.show_sheet(None)
        query = self._queries.get(self.kind, Query())
        only = self._selection if self.only.isChecked() else None
        self._is_due = True
        self.model.ask(replace(query, only=only))
        self._fill()
        self._show_sort()
        self._show_filter()

    def _ask(self, query: Query) -> None:
        if self.model.ask(query):
            self._mark()

    def _filter(self, text: str) -> None:
        column = self.where.currentIndex() - 1
        query, sheet = self.model.query, self.model.sheet
        if self._named >= 0:
            query = query.with_filter(self._named, "")
            self._named = -1
        if column >= 0:
            self._ask(query.with_filter(column, text))
            return
        titles = [tr(one.title) for one in sheet.columns] if sheet is not None else []
        self._named, wanted = split_filter(text, titles)
        if self._named >= 0:
            self._ask(replace(query, text="").with_filter(self._named, wanted))
        else:
            self._ask(replace(query, text=text))

    def _show_filter(self) -> None:
        column = self.where.currentIndex() - 1
        query = self.model.query
        self._named = -1
        with QSignalBlocker(self.line):
            self.line.setText(query.text if column < 0 else query.by_column.get(column, ""))

    def _restrict(self, is_on: bool) -> None:
        self._ask(replace(self.model.query, only=self._selection if is_on else None))

    def _sort(self, column: int) -> None:
        """Up, down, and back to the order of the design."""
        query = self.model.query
        if query.sort != column:
            query = replace(query, sort=column, is_descending=False)
        elif not query.is_descending:
            query = replace(query, is_descending=True)
        else:
            query = replace(query, sort=-1, is_descending=False)
        self._sort_by(query.sort, is_descending=query.is_descending)

    def _sort_by(self, column: int, *, is_descending: bool = False) -> None:
        current = self.view.currentIndex()
        row = self.model.row_at(current.row()) if current.isValid() else -1
        cell = current.column()
        self._ask(replace(self.model.query, sort=column, is_descending=is_descending))
        self._show_sort()
        lines = np.flatnonzero(self.model.rows == row)
        if len(lines):
            # The cursor stays in its cell, wherever the row has gone.
            self.view.selectionModel().setCurrentIndex(
                self.model.index(int(lines[0]), cell),
                QItemSelectionModel.SelectionFlag.NoUpdate,
            )

    def _filter_column(self) -> None:
        """Put the cursor into the filter, for the column of the current cell."""
        self.where.setCurrentIndex(self.view.currentIndex().column() + 1)
        self._show_filter()
        self.line.setFocus()
        self.line.selectAll()

    def _show_sort(self) -> None:
        header, query = self.view.horizontalHeader(), self.model.query
        header.setSortIndicatorShown(query.sort >= 0)
        down = Qt.SortOrder.DescendingOrder
        header.setSortIndicator(
            query.sort, down if query.is_descending else Qt.SortOrder.AscendingOrder
        )

    def _tell_count(self) -> None:
        sheet = self.model.sheet
        self.bar.show_count(self.model.rowCount(), sheet.count if sheet is not None else 0)

    def _mark(self) -> None:
        chosen = self.model.selection_of(self._selection)
        selection = self.view.selectionModel()
        with QSignalBlocker(selection):
            selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.view.viewport().update()
        if not chosen.isEmpty():
            self.view.scrollTo(chosen.first().topLeft())

    def _chosen(self) -> frozenset[str]:
        return self.model.addresses(self.view.lines()[:MOST_SELECTED])

    def _tell_selection(self) -> None:
        if self._is_seen and self.model.sheet is not None:
            addresses = self._chosen()
            self._selection = addresses
            self.selected.emit(addresses)

    def _show_current(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.show_requested.emit(next(iter(self.model.addresses([index.row()]))))

    def _show_fixed(self) -> None:
        if not self.view.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
            self._show_current()

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        column = self.view.currentIndex().column()
        doing: dict[QAction, Callable[[], None]] = {}
        for text, run in (
            (tr("Show on the canvas"), self._show_current),
            (tr("Copy"), self.copy),
            (tr("Copy with header"), lambda: self.copy(with_header=True)),
            (tr("Paste"), self.paste),
            (tr("Paste rows"), self.paste_rows),
            (tr("Sort upwards"), lambda: self._sort_by(column)),
            (tr("Sort downwards"), lambda: self._sort_by(column, is_descending=True)),
            (tr("Order of the design"), lambda: self._sort_by(-1)),
            (tr("Filter this column"), self._filter_column),
            (tr("Remove filters"), self.clear_filters),
        ):
            doing[menu.addAction(text)] = run
        chosen = menu.exec(self.view.viewport().mapToGlobal(place))
        menu.deleteLater()
        # Once the menu is gone: what it does may put the cursor elsewhere.
        if chosen in doing:
            doing[chosen]()

    def clear_filters(self) -> None:
        """Show all rows again."""
        with QSignalBlocker(self.only):
            self.only.setChecked(False)
        self._ask(replace(self.model.query, text="", by_column={}, only=None))
        self._show_filter()

    def _attempt(self, paste: Callable[[], EditRequest | None]) -> None:
        try:
            request = paste()
        except StudioError as error:
            self.refused.emit(tr(error.message))
            return
        if request is not None:
            self.edit_requested.emit(request)

    def _ask_edit(self, asked: tuple[str, Edit]) -> None:
        titles, edit = asked
        self.edit_requested.emit(EditRequest(say("Change {field}", field=titles), edit))
