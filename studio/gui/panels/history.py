"""The history panel: every step by name; a click jumps to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.gui.i18n import tr
from studio.gui.theme import Theme
from studio.gui.views.history_rows import HistoryRow, history_rows
from studio.session.history import History

_PLACE = Qt.ItemDataRole.UserRole


class HistoryPanel(QWidget):
    """All states of the document, the current one marked."""

    jump_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history: History | None = None
        self._shown: tuple[HistoryRow, ...] = ()
        self._is_seen = True
        self._list = QListWidget()
        self._list.setUniformItemSizes(True)
        self._list.itemClicked.connect(self._jump)
        self._list.itemActivated.connect(self._jump)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list)

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """Return the states of the document."""
        return history_rows(self._history)

    def show_history(self, history: History | None) -> None:
        """Show the states; undone ones are faded, the current one is bold."""
        self._history = history
        self._show()

    def set_seen(self, is_seen: bool) -> None:
        """Tell whether the panel is on top of its tabs; a covered one waits until it is."""
        self._is_seen = is_seen
        self._show()

    def _show(self) -> None:
        if not self._is_seen:
            return
        rows = self.rows
        if rows == self._shown:
            return
        before, self._shown = self._shown, rows
        while self._list.count() > len(rows):
            self._list.takeItem(self._list.count() - 1)
        while self._list.count() < len(rows):
            self._list.addItem(QListWidgetItem())
        for place, row in enumerate(rows):
            if place >= len(before) or row != before[place]:
                self._fill(self._list.item(place), row)
        current = next((n for n, row in enumerate(rows) if row.is_current), 0)
        if rows:
            self._list.scrollToItem(self._list.item(current))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.retranslate()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._shown = ()
        self._show()

    def _fill(self, item: QListWidgetItem, row: HistoryRow) -> None:
        item.setText(f"{row.place}   {tr(row.label)}")
        item.setData(_PLACE, row.place)
        font = QFont(self.font())
        font.setBold(row.is_current)
        item.setFont(font)
        colour = self._theme.text if row.is_done else self._theme.stale
        item.setForeground(QColor(colour))

    def _jump(self, item: QListWidgetItem) -> None:
        self.jump_requested.emit(int(item.data(_PLACE)))
