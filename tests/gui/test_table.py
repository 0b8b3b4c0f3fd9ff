"""The table twin in the window: linked with the canvas, driven by the keyboard, one undo step."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from studio.design.edits import move_racks
from studio.gui.commands.documents import write_shown
from studio.gui.main_window import MainWindow
from studio.gui.panels.table import TablePanel
from studio.session.document import Document

HEAD = Qt.Orientation.Horizontal


@pytest.fixture
def table(window: MainWindow) -> TablePanel:
    window.actions_made["view.table"].trigger()
    return window.table


def column(table: TablePanel, key: str) -> int:
    assert table.sheet is not None
    return [one.key for one in table.sheet.columns].index(key)


def go_to(table: TablePanel, line: int, key: str) -> None:
    table.view.setCurrentIndex(table.model.index(line, column(table, key)))
    table.view.setFocus()


def test_selecting_rows_selects_on_the_canvas(
    qtbot: QtBot, table: TablePanel, document: Document
) -> None:
    go_to(table, 2, "rack")
    qtbot.waitUntil(lambda: document.selection == {"R03"})
    QTest.keyClick(table.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: document.selection == {"R03", "R04"})


def test_selecting_on_the_canvas_selects_rows(window: MainWindow, table: TablePanel) -> None:
    window.canvas.selection_changed.emit(frozenset({"R05"}))
    assert table.view.lines() == [4]
    table.show_kind("nodes")
    assert table.sheet is not None
    assert {table.sheet.address(line).split("/")[0] for line in table.view.lines()} == {"R05"}
    window.canvas.selection_changed.emit(frozenset({"rule:ub-uplinks[7]"}))
    table.show_kind("links")
    assert table.model.addresses(table.view.lines()) == {"rule:ub-uplinks[7]"}


def test_a_cell_is_edited_with_the_keyboard_alone(
    qtbot: QtBot, window: MainWindow, table: TablePanel, document: Document
) -> None:
    go_to(table, 0, "x")
    QTest.keyClick(table.view, Qt.Key.Key_F2)
    assert window.page == "canvas"
    editor = table.view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "2*1.5 m")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.fabric.layout.racks[0].x_m == 3.0)
    assert len(document.history.steps) == 1
    assert table.model.index(0, column(table, "x")).data() == "3 m"
    assert table.view.currentIndex().column() == column(table, "x")
    window.actions_made["edit.undo"].trigger()
    assert table.model.index(0, column(table, "x")).data() == "2 m"


def test_letters_typed_into_a_cell_are_no_shortcuts(table: TablePanel) -> None:
    go_to(table, 0, "note")
    QTest.keyClick(table.view, Qt.Key.Key_F, Qt.KeyboardModifier.NoModifier)
    editor = table.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "f"
    QTest.keyClick(editor, Qt.Key.Key_Escape)


def test_choices_are_offered_as_a_list(table: TablePanel, document: Document) -> None:
    go_to(table, 0, "type")
    table.view.edit(table.view.currentIndex())
    combo = next(one for one in table.view.findChildren(QComboBox))
    assert combo.count() > 3
    combo.setCurrentIndex(0 if combo.currentIndex() else 1)
    combo.activated.emit(combo.currentIndex())
    assert len(document.history.steps) == 1


def test_wrong_entries_are_told_with_row_and_column(
    window: MainWindow, table: TablePanel, document: Document
) -> None:
    index = table.model.index(1, column(table, "pitch"))
    table.model.setData(index, "3 bananas")
    assert "row 2, column “Pitch”" in window.notices.text
    assert not document.history.steps


def test_cells_are_copied_and_pasted_in_one_step(
    qtbot: QtBot, table: TablePanel, document: Document
) -> None:
    table.show_kind("chips")
    go_to(table, 0, "state")
    QGuiApplication.clipboard().setText("Failed\nFailed\nAbsent")
    QTest.keyClick(table.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(document.history.steps) == 1
    assert [one.state for one in document.design.exceptions.values()] == [
        "failed",
        "failed",
        "absent",
    ]
    for _ in range(2):
        QTest.keyClick(table.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\n") == ["Failed", "Failed", "Absent"]


def test_rows_from_a_spreadsheet_become_racks(
    window: MainWindow, table: TablePanel, document: Document
) -> None:
    QGuiApplication.clipboard().setText("Position x [m]\tLabel pattern\n30\tX1\n31\tX2\n")
    go_to(table, 0, "rack")
    QTest.keyClick(table.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    labels = document.fabric.layout.rack_by_label
    assert {"X1", "X2"} <= set(labels)
    assert document.fabric.layout.racks[labels["X2"]].x_m == 31.0
    assert len(document.history.steps) == 1
    assert table.model.rowCount() == 18


def test_filters_sorting_and_the_file_show_the_same_rows(
    window: MainWindow, table: TablePanel, tmp_path: Path
) -> None:
    table.show_kind("links")
    table.line.setText("r03 fibre")
    assert 0 < table.model.rowCount() < 12_960
    number = column(table, "length")
    table.view.horizontalHeader().sectionClicked.emit(number)
    table.view.horizontalHeader().sectionClicked.emit(number)
    write_shown(window, tmp_path / "shown.csv")
    with (tmp_path / "shown.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == table.model.rowCount()
    lengths = [float(row["Stock length [m]"]) for row in rows]
    assert lengths == sorted(lengths, reverse=True)
    table.where.setCurrentIndex(1 + number)
    table.where.activated.emit(1 + number)
    table.line.setText("> 10 m")
    assert table.model.rowCount() == sum(length > 10 for length in lengths)
    assert "[> 10 m]" in str(table.model.headerData(number, HEAD))
    table.clear_filters()
    assert table.model.rowCount() == 12_960


def test_only_the_selection_follows_the_canvas(window: MainWindow, table: TablePanel) -> None:
    table.only.setChecked(True)
    assert table.model.rowCount() == 0
    window.canvas.selection_changed.emit(frozenset({"R02", "R09"}))
    assert table.model.addresses(range(table.model.rowCount())) == {"R02", "R09"}


def test_screen_readers_are_told_what_a_cell_is(table: TablePanel) -> None:
    index = table.model.index(0, column(table, "x"))
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Position x: 2 m"
    reached = QAccessible.queryAccessibleInterface(table.view)
    assert reached.role() == QAccessible.Role.Table
    assert reached.text(QAccessible.Text.Name) == "Table of the design"
    for button in (table.only, table.paste_button, table.export_button, table.where, table.line):
        assert button.accessibleName()


def test_a_hidden_table_works_nothing_out(window: MainWindow, table: TablePanel) -> None:
    before = table.sheet
    window.show_dock("plots")
    window.workspace.apply("move", lambda design: move_racks(design, ("compute-west",), 1.0, 0.0))  # type: ignore[arg-type]
    assert table.sheet is before
    window.show_dock("table")
    assert table.sheet is not before
    assert table.model.index(0, column(table, "x")).data() == "3 m"


def test_a_filter_may_name_its_column(table: TablePanel) -> None:
    table.line.setText("position X >= 10 m")
    shown = [table.model.index(line, 0).data() for line in range(table.model.rowCount())]
    assert shown == ["R15", "R16"]
    table.line.setText("r15")
    assert table.model.rowCount() == 1
    QTest.keyClick(table.line, Qt.Key.Key_Escape)
    assert not table.line.text()
    assert table.model.rowCount() == 16
    QTest.keyClick(table.line, Qt.Key.Key_Down)
    assert table.view.hasFocus()


def test_rows_are_sorted_and_filtered_from_the_menu(qtbot: QtBot, table: TablePanel) -> None:
    go_to(table, 0, "x")

    def choose(text: str) -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        (wanted,) = [one for one in menu.actions() if one.text() == text]
        menu.setActiveAction(wanted)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    for text, first in (("Sort downwards", "R16"), ("Order of the design", "R01")):
        QTimer.singleShot(0, table, lambda text=text: choose(text))
        table.view.customContextMenuRequested.emit(table.view.rect().center())
        assert table.model.index(0, column(table, "rack")).data() == first
    QTimer.singleShot(0, table, lambda: choose("Filter this column"))
    table.view.customContextMenuRequested.emit(table.view.rect().center())
    table.window().activateWindow()
    qtbot.waitUntil(table.line.hasFocus)
    assert table.where.currentText() == "Position x"
