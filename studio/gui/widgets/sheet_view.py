"""A table view for the keyboard: copy, paste, editing by typing, choices as lists."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.panels.table_model import CHOICES_ROLE

Index = QModelIndex | QPersistentModelIndex
NARROWEST, WIDEST = 56, 300
_SAMPLE = 60
"""Rows whose texts decide how wide a column is."""
_PADDING = 26
_KEYS = QKeySequence.StandardKey


@guarded
class SheetView(QTableView):
    """Cells can be selected, edited, copied and pasted without a mouse."""

    copy_requested = Signal()
    paste_requested = Signal()
    show_requested = Signal()
    """Enter on a cell that can't be edited: show its object."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        )
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(True)
        self.setSortingEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setItemDelegate(CellDelegate(self))
        lines = self.verticalHeader()
        # Rows of one fixed height: nothing is measured, however many there are.
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(self.fontMetrics().height() + 9)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsMovable(True)
        self._empty_text = ""

    def set_empty_text(self, text: str) -> None:
        """Say what stands in place of the rows where there are columns only."""
        self._empty_text = text
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        model = self.model()
        if model.columnCount() and not model.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            area = self.viewport().rect()
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._empty_text)
            painter.end()

    def event(self, event: QEvent) -> bool:
        """Keys that mean something in a table do not set off the window's shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _is_own(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(_KEYS.Copy):
            self.copy_requested.emit()
        elif event.matches(_KEYS.Paste):
            self.paste_requested.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def fit_columns(self) -> None:
        """Make columns as wide as their title and first rows need."""
        model = self.model()
        metrics = self.fontMetrics()
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            texts = [title] + [
                str(model.index(row, column).data() or "")
                for row in range(min(_SAMPLE, model.rowCount()))
            ]
            wide = max(metrics.horizontalAdvance(text) for text in texts) + _PADDING
            self.setColumnWidth(column, min(max(wide, NARROWEST), WIDEST))

    def lines(self) -> list[int]:
        """Return the lines with any cell selected, in order."""
        found: set[int] = set()
        for span in self._spans():
            found.update(range(span.top(), span.bottom() + 1))
        return sorted(found)

    def columns(self) -> list[int]:
        """Return the columns with any cell selected, as they stand on screen."""
        found: set[int] = set()
        for span in self._spans():
            found.update(range(span.left(), span.right() + 1))
        return sorted(found, key=self.horizontalHeader().visualIndex)

    def columns_from(self, column: int) -> list[int]:
        """Return a column and those to the right of it on screen."""
        header = self.horizontalHeader()
        places = range(header.visualIndex(column), header.count())
        return [header.logicalIndex(place) for place in places]

    def _spans(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(place) for place in range(selection.count())]

    def _enter(self) -> None:
        index = self.currentIndex()
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)
        else:
            self.show_requested.emit()


def _is_own(event: QKeyEvent) -> bool:
    is_edit = event.matches(_KEYS.Copy) or event.matches(_KEYS.Paste)
    is_all = event.matches(_KEYS.SelectAll)
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
    is_typed = (
        modifiers
        in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        and event.text().isprintable()
        and bool(event.text())
    )
    return is_edit or is_all or is_typed or event.key() == Qt.Key.Key_F2


@guarded
class CellDelegate(QStyledItemDelegate):
    """A list where only some values are possible, a line of text elsewhere."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choices = index.data(CHOICES_ROLE)
        if not choices:
            return super().createEditor(parent, option, index)
        combo = QComboBox(parent)
        combo.addItems(choices)
        combo.activated.connect(lambda _: self._finish(combo))
        return combo

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data()))
            editor.showPopup()
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())
        else:
            super().setModelData(editor, model, index)

    def _finish(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)
