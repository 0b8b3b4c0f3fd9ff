"""Everything is done with the keyboard alone, and every control says what it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.main_window import MainWindow
from studio.gui.palette import PaletteDialog
from studio.gui.widgets.number_editor import NumberEditor
from studio.session.document import Document
from tests.gui.conftest import PATIENCE_MS
from tests.gui.hand import CTRL, NO_KEY

Kind = type[QWidget]
MOST_CONTROLS = 400


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


def unnamed(window: QWidget) -> set[str]:
    """Return the controls in sight that take the focus and say nothing to a screen reader."""
    found = set()
    for control in window.findChildren(QWidget):
        is_empty = isinstance(control, QTabBar) and not control.count()
        if control.focusPolicy() == Qt.FocusPolicy.NoFocus or is_empty:
            continue
        interface = QAccessible.queryAccessibleInterface(control)
        if control.isVisibleTo(window) and not interface.text(QAccessible.Text.Name).strip():
            parent = control.parentWidget()
            found.add(f"{type(control).__name__} in {type(parent).__name__}")
    return found


def test_every_control_says_what_it_is(qtbot: QtBot, window: MainWindow) -> None:
    window.tour.resume()
    for name in window.docks:
        window.show_dock(name)
        QApplication.processEvents()
        assert unnamed(window) == set(), name
    for address in ("R01", "R01/N1", "R01/N1/npu[0]", "rule:ub-uplinks", "plane:ub"):
        window.workspace.select(frozenset({address}))
        QApplication.processEvents()
        assert unnamed(window) == set(), address
    for page in ("welcome", "compare"):
        window.show_page(page)
        QApplication.processEvents()
        assert unnamed(window) == set(), page


class Keys:
    """Ten fingers and no mouse."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.come_back()

    def come_back(self) -> None:
        """Have the window active, as the system makes it once a dialog is gone."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=PATIENCE_MS)

    def press(self, code: Qt.Key, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, code, keys)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)
        QApplication.processEvents()

    def in_dialog(self, kind: Kind, act: Callable[[QWidget], None]) -> None:
        def when_open() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, kind):
                act(dialog)
            else:
                QTimer.singleShot(20, when_open)

        QTimer.singleShot(0, when_open)

    def palette(self, words: str) -> None:
        """Find an action or an object by name, and go for it."""

        def choose(dialog: QWidget) -> None:
            assert isinstance(dialog, PaletteDialog)
            QTest.keyClicks(dialog.line, words)
            QTest.keyClick(dialog.line, Qt.Key.Key_Return)

        self.in_dialog(PaletteDialog, choose)
        self.press(Qt.Key.Key_K, CTRL)
        self.come_back()

    def tab_to(self, control: QWidget) -> None:
        """Press Tab until a control has the focus."""
        for _ in range(40):
            if control.hasFocus():
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError("Tab does not lead there")


def connect(dialog: QWidget) -> None:
    assert isinstance(dialog, ConnectDialog)
    for box, text in ((dialog.a, "R*/N*/l1"), (dialog.b, "R*/L*/l2")):
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(box, text)
    dialog.scheme.setFocus()
    QTest.keyClicks(dialog.scheme, "Each")
    QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_the_main_tasks_are_done_with_keys_alone(qtbot: QtBot, empty_window: MainWindow) -> None:
    """A node and a box from the library, a count, a rule, undo, redo, the palette in pinyin."""
    window, keys = empty_window, Keys(qtbot, empty_window)
    keys.press(Qt.Key.Key_N, CTRL)
    document = window.workspace.document
    assert document is not None
    for words in ("Atlas 900 A3 compute node", "LingQu 630"):
        keys.press(Qt.Key.Key_F, CTRL)
        keys.type(words)
        keys.press(Qt.Key.Key_Down)
        assert QApplication.focusWidget() is window.library.tree
        window.workspace.select(frozenset())
        keys.press(Qt.Key.Key_Return)
    assert document.fabric.layout.kind_counts["npu"] == 8

    # The palette goes to the node by its address; Tab leads through the inspector to its count.
    keys.palette("R01/N1")
    assert document.selection == frozenset({"R01/N1"})
    editor = window.inspector.editor("array.count")
    assert isinstance(editor, NumberEditor)
    keys.press(Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    keys.tab_to(editor.line)
    keys.type("2")
    keys.press(Qt.Key.Key_Return)
    assert document.fabric.layout.kind_counts["npu"] == 16

    keys.in_dialog(ConnectDialog, connect)
    keys.palette("Connect")
    assert len(document.design.links) == 1
    keys.press(Qt.Key.Key_Z, CTRL)
    assert not document.design.links
    keys.press(Qt.Key.Key_Y, CTRL)
    assert len(document.design.links) == 1
    window.settings.set("language", "zh")
    keys.palette("cx")
    window.settings.set("language", "en")
    assert not document.design.links


def test_tab_leads_past_panels_that_are_covered(qtbot: QtBot, window: MainWindow) -> None:
    window.show_dock("plots")
    window.canvas.setFocus()
    seen: list[QWidget] = []
    for _ in range(MOST_CONTROLS):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        control = QApplication.focusWidget()
        assert control is not None
        if control in seen:
            break
        seen.append(control)
    docks = {name for name, dock in window.docks.items() for one in seen if dock.isAncestorOf(one)}
    assert {"inspector", "library", "plots"} <= docks
    assert not docks & {"history", "problems", "run", "study"}


def test_enter_presses_the_button_that_has_the_focus(
    qtbot: QtBot, empty_window: MainWindow
) -> None:
    button = empty_window.welcome._new
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert empty_window.workspace.document is not None
    assert empty_window.page == "canvas"
