"""The bar above the table: tabs by kind, the filter, and what is done with the rows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.icons import icon
from studio.gui.theme import SPACE, Theme
from studio.gui.views.format import count_text
from studio.gui.views.sheets.kinds import SHEET_TITLES, SHEETS
from studio.gui.views.sheets.sheet import Sheet
from studio.gui.widgets.labels import TextLabel, plain_tip


@guarded
class FilterLine(QLineEdit):
    """Escape empties it, an arrow down leaves it for the rows."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TableBar(QWidget):
    """Controls only; the table they belong to says what they do."""

    leave_requested = Signal()
    """The cursor goes from the filter to the rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.tabs.setObjectName("compact")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for _ in SHEETS:
            self.tabs.addTab("")
        self.line, self.where = FilterLine(), QComboBox()
        self.line.left.connect(self.leave_requested)
        self.only, self.alone = QToolButton(), QToolButton()
        for switch in (self.only, self.alone):
            switch.setCheckable(True)
        self.paste_button, self.export_button = QToolButton(), QToolButton()
        self._count = TextLabel()
        self._count.setObjectName("quiet")
        self.line.setMinimumWidth(110)
        self.line.setMaximumWidth(260)
        self.line.setClearButtonEnabled(True)
        self.where.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.where.setMinimumContentsLength(7)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self._count)
        for control in (
            self.alone,
            self.only,
            self.where,
            self.line,
            self.paste_button,
            self.export_button,
        ):
            row.addWidget(control)
        self.setTabOrder(self.tabs, self.alone)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self.only.setIcon(icon("select", theme))
        self.alone.setIcon(icon("pin", theme))
        self.paste_button.setIcon(icon("paste", theme))
        self.export_button.setIcon(icon("export", theme))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        for place, title in enumerate(SHEET_TITLES.values()):
            self.tabs.setTabText(place, tr(title))
        self.tabs.setAccessibleName(tr("Kind of rows"))
        self.line.setPlaceholderText(tr("Filter: words, or Rows > 2"))
        self.line.setAccessibleName(tr("Filter"))
        self.where.setAccessibleName(tr("Column to filter"))
        for button, name, tip in (
            (
                self.alone,
                tr("Edit only these"),
                tr(
                    "What is entered for boxes and chips holds for their rack or chip alone, as an "
                    "exception; otherwise all of the array or assembly follow"
                ),
            ),
            (
                self.only,
                tr("Only the selection"),
                tr("Show only rows that what is selected on the canvas touches"),
            ),
            (
                self.paste_button,
                tr("Paste rows"),
                tr("Add racks or boxes from a spreadsheet, with or without a header row"),
            ),
            (self.export_button, tr("Export…"), tr("Write the rows shown as CSV")),
        ):
            button.setAccessibleName(name)
            button.setToolTip(plain_tip(f"{name}\n{tip}"))

    def show_columns(self, sheet: Sheet | None) -> None:
        """Offer the columns that can be filtered."""
        place = max(0, self.where.currentIndex())
        self.where.clear()
        self.where.addItem(tr("All columns"))
        for column in sheet.columns if sheet is not None else ():
            self.where.addItem(tr(column.title))
        self.where.setCurrentIndex(place if place < self.where.count() else 0)

    def show_count(self, shown: int, total: int) -> None:
        """Say how many rows there are, and how many of them are shown."""
        text = tr("{n} rows").format(n=count_text(total))
        if shown != total:
            text = tr("{shown} of {n} rows").format(shown=count_text(shown), n=count_text(total))
        self._count.setText(text)
