"""Sliders of the inspector: under the pointer nothing moves, and nothing is left behind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.main_window import MainWindow
from studio.gui.widgets.number_editor import NumberEditor
from studio.session.document import Document


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def _number(window: MainWindow, key: str) -> NumberEditor:
    editor = window.inspector.editor(key)
    assert isinstance(editor, NumberEditor)
    return editor


def test_slider_keeps_its_width_when_the_reset_arrow_comes(window: MainWindow) -> None:
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    editor = _number(window, "values.power_typical")
    QApplication.processEvents()
    before = editor.slider.width()
    editor.slider.setSliderDown(True)
    editor.slider.setValue(80)
    QApplication.processEvents()
    assert editor.field is not None
    assert editor.field.can_reset
    assert editor.slider.width() == before
    editor.slider.setSliderDown(False)


def test_slider_lives_through_a_drag_that_takes_a_section_away(
    qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01"}))
    before = document.design
    editor = _number(window, "racks.compute-west.array.count")
    kept = editor.slider.value()
    editor.slider.setSliderDown(True)
    editor.slider.setValue(0)
    assert document.design.racks[next(iter(document.design.racks))].array.count == 1
    assert window.inspector.editor("array.count") is editor
    editor.slider.setValue(kept)
    assert document.design == before
    editor.slider.setValue(0)
    editor.slider.setSliderDown(False)
    qtbot.waitUntil(lambda: window.inspector.editor("array.count") is not editor)
    assert len(document.history.steps) == 1


def test_a_drag_there_and_back_leaves_the_racks_behind_their_numbers(
    window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01"}))
    before = document.design
    editor = _number(window, "array.count")
    kept = editor.slider.value()
    editor.slider.setSliderDown(True)
    for place in (150, 60, kept):
        editor.slider.setValue(place)
    editor.slider.setSliderDown(False)
    assert document.design == before
    assert not document.is_modified


def test_focus_stays_in_a_field_whose_neighbours_change(window: MainWindow) -> None:
    window.workspace.select(frozenset({"R01"}))
    line = _number(window, "array.count").line
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "1")
    QTest.keyClick(line, Qt.Key.Key_Return)
    after = _number(window, "array.count").line
    assert after is not line
    assert QApplication.focusWidget() is after


def test_an_error_goes_when_the_next_entry_is_right(window: MainWindow) -> None:
    window.workspace.select(frozenset({"R01"}))
    line = _number(window, "x_m").line
    for typed, is_wrong in (("nonsense", True), ("2.5 m", False)):
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, typed)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert bool(window.notices.text) == is_wrong
