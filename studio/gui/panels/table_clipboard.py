"""Cells of the table to the clipboard, and what was copied elsewhere as an edit of the design."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from studio.gui.canvas.requests import EditRequest
from studio.gui.i18n import mark, tr
from studio.gui.panels.table_model import SheetModel
from studio.gui.views.sheets.clipboard import Target, as_text, pasted_cells, pasted_rows
from studio.gui.views.sheets.markup import table_text
from studio.gui.widgets.sheet_view import SheetView


class TableClipboard:
    """Copies from and pastes at the selection of a view of rows."""

    def __init__(self, view: SheetView, model: SheetModel) -> None:
        self._view, self._model = view, model

    def copy(self, *, with_header: bool = False) -> None:
        """Put the selected cells on the clipboard, tab-separated."""
        sheet = self._model.sheet
        if sheet is None:
            return
        rows = [self._model.row_at(line) for line in self._view.lines()]
        text = as_text(sheet, rows, self._view.columns(), tr if with_header else None)
        QGuiApplication.clipboard().setText(text)

    def pasted(self) -> EditRequest | None:
        """Return the edit that fills cells, or adds rows where a header stands over them.

        Raises
        ------
        InvalidInput : what was copied does not fit; names row and column.
        """
        sheet, text = self._model.sheet, _copied_text()
        if sheet is None:
            return None
        rows = pasted_rows(sheet, text, tr, needs_header=True)
        if rows is not None:
            return EditRequest(mark("Paste rows"), rows)
        edit = pasted_cells(sheet, text, self._target(), self._model.row_at)
        return EditRequest(mark("Paste cells"), edit)

    def pasted_rows(self) -> EditRequest | None:
        """Return the edit that adds the rows that were copied.

        Raises
        ------
        InvalidInput : they do not fit; names row and column.
        """
        sheet = self._model.sheet
        if sheet is None:
            return None
        edit = pasted_rows(sheet, _copied_text(), tr, needs_header=False)
        return EditRequest(mark("Paste rows"), edit) if edit is not None else None

    def _target(self) -> Target:
        """Return the cells selected; from the current one on where it is alone."""
        view, index = self._view, self._view.currentIndex()
        lines, columns = view.lines(), view.columns()
        if len(lines) * len(columns) <= 1 and index.isValid():
            below = list(range(index.row(), self._model.rowCount()))
            return Target(below, view.columns_from(index.column()), is_area=False)
        return Target(lines, columns, is_area=True)


def _copied_text() -> str:
    """Return what was copied; a table of a web page that comes without text as text."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None or data.text().strip() or not data.hasHtml():
        return QGuiApplication.clipboard().text()
    return table_text(data.html())
