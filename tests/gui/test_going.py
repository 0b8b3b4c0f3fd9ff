"""Keys lead to every panel and into the menus, and show where they go."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.commands import going
from studio.gui.docks import TITLES
from studio.gui.main_window import MainWindow
from studio.gui.palette import entries_of, perform
from studio.gui.views.palette_entries import found


def _panel_with_cursor(window: MainWindow) -> str:
    focused = QApplication.focusWidget()
    if focused is window.canvas:
        return "canvas"
    for name, dock in window.docks.items():
        panel = dock.widget()
        if panel is None or focused is None:
            continue
        if panel is focused or panel.isAncestorOf(focused):
            return name
    return ""


def test_every_panel_is_found_by_name_and_takes_the_cursor(window: MainWindow) -> None:
    for name in TITLES:
        going.to_panel(name)(window)
        assert _panel_with_cursor(window) == name
    (entry, *_) = found(entries_of(window), "Problems")
    perform(window, entry)
    assert _panel_with_cursor(window) == "problems"


def test_next_panel_leads_round_everything_in_sight_and_back(window: MainWindow) -> None:
    going.to_page(window)
    assert window.canvas.hasFocus()
    seen = [_panel_with_cursor(window)]
    for _ in range(8):
        going.next_area(window)
        seen.append(_panel_with_cursor(window))
    assert {"canvas", "inspector", "plots", "library", "layers"} <= set(seen)
    before = _panel_with_cursor(window)
    going.next_area(window)
    going.previous_area(window)
    assert _panel_with_cursor(window) == before


def test_a_line_shows_that_keys_go_to_the_drawing(window: MainWindow) -> None:
    going.to_panel("inspector")(window)
    going.to_page(window)
    assert window.focus_line.isVisible()
    going.to_panel("inspector")(window)
    assert not window.focus_line.isVisible()
    window.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not window.focus_line.isVisible()


def test_the_menus_open_by_key(qtbot: QtBot, window: MainWindow) -> None:
    going.menu_bar(window)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.title() == "File"
    QTest.keyClick(menu, Qt.Key.Key_Right)
    after: QWidget | None = QApplication.activePopupWidget()
    assert isinstance(after, QMenu)
    assert after.title() == "Edit"
    QTest.keyClick(after, Qt.Key.Key_Escape)
    QTest.keyClick(window.menuBar(), Qt.Key.Key_Escape)


def test_an_object_found_by_name_is_moved_by_the_arrows(window: MainWindow) -> None:
    (entry, *_) = [one for one in found(entries_of(window), "R05") if one.kind == "object"]
    perform(window, entry)
    assert window.canvas.hasFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    document = window.workspace.document
    assert document is not None
    assert document.history.undo_label
