"""The guided tour, done by hand: every step with the real control it points to."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.canvas.dropping import MIME_TYPE
from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.gui.views.tour_steps import DONE_TITLE, STEPS
from studio.gui.widgets.field_editors import NumberEditor
from tests.gui.conftest import PATIENCE_MS, wait_for_result


def drag(window: MainWindow, kind: str, item: str, x_m: float, y_m: float) -> None:
    """Drag a library item onto the canvas and drop it at a place of the hall."""
    mime = QMimeData()
    mime.setData(MIME_TYPE, json.dumps({"type": kind, "id": item}).encode())
    place = QPointF(*window.canvas.viewport.to_screen(x_m, y_m))
    both = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    action = Qt.DropAction.CopyAction
    window.canvas.dragEnterEvent(QDragEnterEvent(place.toPoint(), action, mime, *both))
    window.canvas.dropEvent(QDropEvent(place, action, mime, *both))


def set_number(window: MainWindow, key: str, text: str) -> None:
    editor = window.inspector.editor(key)
    assert isinstance(editor, NumberEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    QTest.keyClicks(editor.line, text)
    QTest.keyClick(editor.line, Qt.Key.Key_Return)


def press(window: MainWindow, action: str) -> None:
    button = window.menus.toolbar.widgetForAction(window.actions_made[action])
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def connect(window: MainWindow) -> None:
    refused: list[str] = []

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ConnectDialog)
        dialog.a.setEditText("R*/N*/l1")
        dialog.b.setEditText("R*/L*/l2")
        names = [dialog.scheme.itemText(n) for n in range(dialog.scheme.count())]
        dialog.scheme.setCurrentIndex(names.index("Each to each"))
        dialog.cable.setCurrentIndex(1)
        if not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled():
            refused.append(dialog.said)
            dialog.reject()
        dialog.buttons.button(dialog.buttons.StandardButton.Ok).click()

    QTimer.singleShot(0, fill)
    press(window, "edit.add_rule")
    assert not refused


def select(window: MainWindow, address: str) -> None:
    window.canvas.selection_changed.emit(frozenset({address}))


def test_the_tour_builds_a_supernode(qtbot: QtBot, empty_window: MainWindow) -> None:
    window = empty_window
    tour = window.tour
    window.actions_made["help.tour"].trigger()

    def at(name: str) -> None:
        wanted = next(n for n, step in enumerate(STEPS) if step.id == name)
        qtbot.waitUntil(lambda: tour.step == wanted, timeout=PATIENCE_MS)
        assert tour.card.isVisible()
        assert tour.card.title == STEPS[wanted].title
        assert tour.frame.target is not None

    def done(name: str, act: Callable[[], None]) -> None:
        at(name)
        act()
        wait_for_result(qtbot, window)

    done("new", lambda: press(window, "file.new"))
    done("node", lambda: drag(window, "assembly", "cloudmatrix-384:node", 3.0, 3.0))
    select(window, "R01/N1")
    done("nodes", lambda: set_number(window, "contents.N.array.count", "4"))
    select(window, "R01")
    done("row", lambda: set_number(window, "array.count", "2"))
    done("switches", lambda: drag(window, "assembly", "cloudmatrix-384:l2-box", 7.0, 3.0))
    done("connect", lambda: connect(window))
    done("job", window.actions_made["run.inference"].trigger)
    done("play", window.actions_made["run.play"].trigger)
    done("pin", lambda: press(window, "run.pin"))
    select(window, "R01")
    at("change")
    set_number(window, "array.count", "3")
    at("undo")
    window.actions_made["edit.undo"].trigger()
    qtbot.waitUntil(lambda: tour.step == len(STEPS), timeout=PATIENCE_MS)
    assert tour.card.title == DONE_TITLE
    document = window.workspace.document
    assert document is not None
    assert len(document.fabric.npus) == 64
    QTest.mouseClick(tour.card.close_button, Qt.MouseButton.LeftButton)
    assert not tour.card.isVisible()


def test_steps_are_skipped_and_the_tour_is_resumed(
    empty_window: MainWindow, settings: Settings
) -> None:
    window = empty_window
    window.tour.resume()
    for _ in range(2):
        QTest.mouseClick(window.tour.card.skip_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(window.tour.card.close_button, Qt.MouseButton.LeftButton)
    assert not window.tour.frame.isVisible()
    assert settings.tour_step == 2
    window.actions_made["help.tour"].trigger()
    assert window.tour.step == 2
    QTest.mouseClick(window.tour.card.again_button, Qt.MouseButton.LeftButton)
    assert window.tour.step == 0


def test_it_begins_by_itself_only_once(empty_window: MainWindow) -> None:
    window = empty_window
    window.tour.offer()
    assert window.tour.is_running
    window.tour.close()
    window.tour.offer()
    assert not window.tour.is_running


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_stands_in_the_window_in_both_languages(
    empty_window: MainWindow, language: str
) -> None:
    window = empty_window
    window.settings.set("language", language)
    window.tour.resume()
    for _ in range(len(STEPS) + 1):
        card = window.tour.card
        assert window.rect().contains(card.geometry())
        for button in (card.skip_button, card.again_button, card.close_button):
            assert button.isHidden() or button.width() >= button.minimumSizeHint().width()
        window.tour.skip()
    window.settings.set("language", "en")
