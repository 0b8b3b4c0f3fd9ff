"""The figures beside the plots change without anything around them being laid out again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.plots.legend_table import LegendLine, LegendTable
from studio.gui.theme import LIGHT


class Layouts(QObject):
    """Counts how often a widget is asked to lay itself out anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_only_another_number_of_lines_asks_for_another_height(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    table = LegendTable(LIGHT)
    QVBoxLayout(holder).addWidget(table)
    table.show_lines([LegendLine("Total", ("1 W",), is_bold=True)])
    holder.show()
    qtbot.waitExposed(holder)
    QApplication.processEvents()
    height = table.sizeHint().height()
    layouts = Layouts(holder)
    table.show_lines([LegendLine("Total", ("2 W",), is_bold=True)])
    QApplication.processEvents()
    assert layouts.count == 0
    assert table.sizeHint().height() == height
    table.show_lines([*table.lines, LegendLine("NPU", ("2 W",), "#336699")])
    QApplication.processEvents()
    assert layouts.count == 1
    assert table.sizeHint().height() > height
    assert "NPU 2 W" in table.accessibleName()
