"""A hand on the mouse and one on the keyboard, for tests that do what a user does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from studio.gui.canvas.elevation import FOOTER, HEADER, rack_units
from studio.gui.main_window import MainWindow
from studio.gui.palette import PaletteDialog
from studio.gui.widgets.number_editor import NumberEditor
from tests.gui.conftest import PATIENCE_MS

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
MOST_TABS = 50
"""More than any dialog has controls."""
Kind = type[QWidget]
"""`Hand.type` hides the builtin from annotations."""


class Hand:
    """One hand on the mouse, one on the keyboard; looks at the window, never reaches into it."""

    def __init__(self, qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.qtbot, self.window = qtbot, window
        self._aim: QPoint | None = None
        """Where on the screen what is dragged is let go of."""
        self._carried = 0

        # The offscreen platform takes no drag from one widget to another: this hand does.
        def carried(drag: QDrag, actions: Qt.DropAction, usual: Qt.DropAction) -> Qt.DropAction:
            return self._carry(drag, actions, usual)

        monkeypatch.setattr(QDrag, "exec", carried)
        self.look_at_window()

    def look_at_window(self) -> None:
        """Bring the window to the front, as the system does once a dialog is gone."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=PATIENCE_MS)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, keys)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)
        QApplication.processEvents()

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        QTest.mouseClick(widget, LEFT, NO_KEY, place or widget.rect().center())
        QApplication.processEvents()

    def enter(self, line: QLineEdit, text: str) -> None:
        """Click into a field, replace what is there, and confirm."""
        self.click(line)
        self.key(Qt.Key.Key_A, CTRL)
        self.type(text)
        self.key(Qt.Key.Key_Return)

    def find(self, words: str) -> QPoint:
        """Search the library, and return where the first item found stands in its tree."""
        self.key(Qt.Key.Key_F, CTRL)
        self.type(words)
        tree = self.window.library.tree
        group = tree.topLevelItem(0)
        assert group is not None
        return tree.visualItemRect(group.child(0)).center()

    def drag_out(self, words: str, place: QPoint) -> None:
        """Drag the first item found in the library to a place on the canvas."""
        start, tree = self.find(words), self.window.library.tree
        self.carry(tree.viewport().mapTo(self.window, start), place)
        # The search is emptied again, as the button in its field does.
        self.key(Qt.Key.Key_F, CTRL)
        self.key(Qt.Key.Key_Delete)

    def carry(self, begun: QPoint, place: QPoint) -> None:
        """Drag the row of the library at a place of the window to a place on the canvas."""
        handle, known = self.window.windowHandle(), self._carried
        self._aim = self.window.canvas.mapToGlobal(place)
        QTest.mousePress(handle, LEFT, NO_KEY, begun)
        for step in (8, 20, 40):
            QTest.mouseMove(handle, begun + QPoint(step, step // 4))
        self.qtbot.waitUntil(lambda: self._carried > known, timeout=PATIENCE_MS)
        # The system keeps the release of a drag to itself, and so does this hand.
        QTest.mouseRelease(handle, LEFT, NO_KEY, begun)
        self._aim = None

    def _carry(self, drag: QDrag, actions: Qt.DropAction, usual: Qt.DropAction) -> Qt.DropAction:
        """Stand in for the system while something is dragged: over widgets, and into one."""
        assert self._aim is not None
        assert not drag.pixmap().isNull()
        assert usual in actions
        self._carried += 1
        under = QApplication.widgetAt(self._aim)
        while under is not None and not under.acceptDrops():
            under = under.parentWidget()
        assert under is not None
        place = under.mapFromGlobal(self._aim)
        what = (actions, drag.mimeData(), LEFT, NO_KEY)
        enter, move = QDragEnterEvent(place, *what), QDragMoveEvent(place, *what)
        for event in (enter, move):
            QApplication.sendEvent(under, event)
            if not event.isAccepted():
                QApplication.sendEvent(under, QDragLeaveEvent())
                return Qt.DropAction.IgnoreAction
        assert self.window.canvas.marks.ghosts
        drop = QDropEvent(QPointF(place), *what)
        QApplication.sendEvent(under, drop)
        return drop.dropAction()

    def save_as(self, path: Path) -> None:
        """Save by the keys, and name the file in the dialog that asks for it."""

        def name(dialog: QWidget) -> None:
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            assert line is not None
            dialog.activateWindow()
            self.qtbot.waitUntil(line.hasFocus, timeout=PATIENCE_MS)
            QTest.keyClick(line, Qt.Key.Key_A, CTRL)
            QTest.keyClicks(line, str(path))
            QTest.keyClick(line, Qt.Key.Key_Return)

        self.in_dialog(QFileDialog, name)
        self.key(Qt.Key.Key_S, CTRL)
        self.look_at_window()

    def at(self, address: str) -> QPoint:
        place = self.window.canvas.mapped(address)
        assert place is not None, address
        return place

    def name_of(self, rack: str) -> QPoint:
        """Return a place on the name of a rack, above its boxes."""
        canvas = self.window.canvas
        assert canvas.scene is not None
        number = canvas.scene.layout.rack_by_label[rack]
        up = 0.45 * float(canvas.scene.racks[number, 3]) * canvas.viewport.scale
        return self.at(rack) - QPoint(0, round(up))

    def unit(self, rack: str, u: int) -> QPoint:
        """Return the middle of a rack unit."""
        canvas = self.window.canvas
        assert canvas.scene is not None
        number = canvas.scene.layout.rack_by_label[rack]
        _, top, _, depth = canvas.scene.racks[number].tolist()
        unit = depth * (FOOTER - HEADER) / float(rack_units(canvas.scene.layout)[number])
        y = canvas.viewport.to_screen(0.0, top + depth * FOOTER - (u - 0.5) * unit)[1]
        return QPoint(self.at(rack).x(), round(y))

    def in_dialog(self, kind: Kind, act: Callable[[QWidget], None]) -> None:
        """Do something in the dialog that opens next."""

        def when_open() -> None:
            dialog = next((d for d in QApplication.topLevelWidgets() if isinstance(d, kind)), None)
            if dialog is None or not dialog.isVisible():
                QTimer.singleShot(20, when_open)
                return
            try:
                act(dialog)
            except (AssertionError, QtTimeoutError):
                dialog.close()  # else the test would wait for it for ever
                raise

        QTimer.singleShot(0, when_open)

    def command(self, words: str) -> None:
        """Run an action from the palette."""

        def choose(dialog: QWidget) -> None:
            assert isinstance(dialog, PaletteDialog)
            QTest.keyClicks(dialog.line, words)
            QTest.keyClick(dialog.line, Qt.Key.Key_Return)

        self.in_dialog(PaletteDialog, choose)
        self.key(Qt.Key.Key_K, CTRL)
        self.look_at_window()

    def choose(self, box: QComboBox, text: str) -> None:
        """Choose an entry of a list by going to the list, to its top and down in it."""
        dialog = box.window()
        for _ in range(MOST_TABS):
            if box.hasFocus():
                break
            QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        assert box.hasFocus()
        QTest.keyClick(box, Qt.Key.Key_Home)
        while not box.currentText().startswith(text) and box.currentIndex() < box.count() - 1:
            QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentText().startswith(text)

    def number(self, key: str) -> NumberEditor:
        editor = self.window.inspector.editor(key)
        assert isinstance(editor, NumberEditor)
        return editor

    def drag(self, start: QPoint, end: QPoint) -> None:
        canvas = self.window.canvas
        QTest.mousePress(canvas, LEFT, NO_KEY, start)
        for step in range(1, 6):
            QTest.mouseMove(canvas, start + (end - start) * step / 5)
        QTest.mouseRelease(canvas, LEFT, NO_KEY, end)
        QApplication.processEvents()
