"""Everything is done with the keyboard alone, and every control says what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.gui.main_window import MainWindow
from studio.gui.widgets.field_editors import NumberEditor
from studio.session.document import Document


def test_escape_gives_up_an_entry_and_undo_after_one_is_the_documents(
    qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01"}))
    editor = window.inspector.editor("array.count")
    assert isinstance(editor, NumberEditor)
    before = editor.line.text()
    editor.line.setFocus()
    QTest.keyClicks(editor.line, "9")
    QTest.keyClick(editor.line, Qt.Key.Key_Escape)
    assert editor.line.text() == before
    assert not document.history.steps
    editor.line.setFocus()
    editor.line.selectAll()
    QTest.keyClicks(editor.line, "5")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    assert len(document.history.steps) == 1
    QTest.keyClick(editor.line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.history.place == 0
