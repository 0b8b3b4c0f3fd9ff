"""The table of the Compare page: a figure a row, a design a column with its ratio beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from studio.gui.i18n import tr
from studio.gui.theme import CATEGORICAL
from studio.gui.views.compare_rows import CompareView
from studio.gui.widgets.labels import plain_tip

_SWATCH_PX = 10


class CompareTable(QTableWidget):
    """Passive; names of the figures stay in sight when it is scrolled sideways."""

    opened = Signal(int, str)
    """Position of a design and name of the figure whose cell was activated."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = CompareView((), 0, (), ())
        self._columns: list[tuple[int, bool]] = []
        """Design of each column, and whether it shows the ratio."""
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.cellActivated.connect(self._open)
        self.cellClicked.connect(self._open)

    def show_view(self, view: CompareView) -> None:
        """Show a comparison."""
        self._view = view
        self._columns = [
            (design, is_ratio)
            for design in range(len(view.designs))
            for is_ratio in (False, True)
            if not is_ratio or design != view.reference
        ]
        self.clear()
        self.setRowCount(len(view.rows))
        self.setColumnCount(len(self._columns))
        self._head()
        for number, row in enumerate(view.rows):
            for column, (design, is_ratio) in enumerate(self._columns):
                cell = row.cells[design]
                item = QTableWidgetItem(cell.ratio if is_ratio else cell.value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(plain_tip(_tip(view, design, row.label, cell.value, cell.range)))
                self.setItem(number, column, item)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def _head(self) -> None:
        view = self._view
        for column, (design, is_ratio) in enumerate(self._columns):
            name = view.designs[design]
            head = QTableWidgetItem(tr("ratio") if is_ratio else name)
            against = tr("to {design}").format(design=view.designs[view.reference])
            head.setToolTip(plain_tip(f"{name} {against}" if is_ratio else name))
            if not is_ratio:
                head.setIcon(_swatch(CATEGORICAL[design % len(CATEGORICAL)]))
            self.setHorizontalHeaderItem(column, head)
        for number, row in enumerate(view.rows):
            label = QTableWidgetItem(row.label)
            label.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.setVerticalHeaderItem(number, label)

    def _open(self, row: int, column: int) -> None:
        design, _ = self._columns[column]
        if self._view.rows[row].cells[design].value != NOTHING:
            self.opened.emit(design, self._view.rows[row].name)


NOTHING = "–"
"""What stands where a design has nothing of the kind."""


def _tip(view: CompareView, design: int, label: str, value: str, band: str) -> str:
    lines = [f"{view.designs[design]} · {label}: {value}"]
    lines += [f"{tr('Error band')}: {band}"] if band else []
    lines += [tr("Click to see what this is made of")] if value != NOTHING else []
    return "\n".join(lines)


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
