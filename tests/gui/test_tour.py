"""The guided tour, done with mouse and keyboard at the places that its frame points to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.gui.views.tour_steps import DONE_TITLE, STEPS
from tests.gui.conftest import PATIENCE_MS, wait_for_result
from tests.gui.hand import CTRL, LEFT, NO_KEY, Hand


class Newcomer(Hand):
    """Does what the card says, where the frame is."""

    def spot(self) -> QPoint:
        """Return the place in the window that the frame shows."""
        tour = self.window.tour
        spot = tour.spot
        assert spot is not None, STEPS[tour.step].id
        tour.look()
        assert tour.frame.isVisible()
        # Well inside, and in the entry of a field rather than in its slider.
        inside = spot.part.topLeft() + QPoint(spot.part.width() // 4, spot.part.height() // 2)
        place = spot.widget.mapTo(self.window, inside)
        assert tour.frame.geometry().contains(place)
        assert not tour.card.geometry().contains(place)
        return place

    def click_spot(self) -> None:
        QTest.mouseClick(self.window.windowHandle(), LEFT, NO_KEY, self.spot())
        self.qtbot.wait(0)

    def set_number(self, text: str) -> None:
        """Click the thing, then its field, and enter a number."""
        self.click_spot()
        self.click_spot()
        self.key(Qt.Key.Key_A, CTRL)
        self.type(text)
        self.key(Qt.Key.Key_Return)

    def free_floor(self) -> QPoint:
        """Return a place on the canvas left of what is drawn."""
        canvas = self.window.canvas
        assert canvas.scene is not None
        x, y, width, depth = canvas.scene.racks[0].tolist()
        return QPoint(*(round(v) for v in canvas.viewport.to_screen(x - width, y + depth / 2)))


def connect(hand: Hand, dialog: QWidget) -> None:
    assert isinstance(dialog, ConnectDialog)
    for box, text in ((dialog.a, "R*/N*/l1"), (dialog.b, "R*/L*/l2")):
        line = box.lineEdit()
        assert line is not None
        hand.click(line)
        QTest.keyClick(line, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(line, text)
    hand.choose(dialog.scheme, "Each to each")
    hand.choose(dialog.cable, "400G AOC")
    assert dialog.said.split("\n")[0] == "Makes 448 links in 448 cables"
    QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_a_newcomer_draws_a_supernode_by_the_tour(
    qtbot: QtBot, empty_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, hand = empty_window, Newcomer(qtbot, empty_window, monkeypatch)
    tour = window.tour
    tour.offer()

    def at(name: str) -> None:
        wanted = next(n for n, step in enumerate(STEPS) if step.id == name)
        qtbot.waitUntil(lambda: tour.step == wanted, timeout=PATIENCE_MS)
        if window.workspace.document is not None:
            wait_for_result(qtbot, window)
        assert tour.card.isVisible()
        assert tour.card.title == STEPS[wanted].title

    at("new")
    hand.click_spot()
    at("node")
    canvas = window.canvas
    hand.carry(hand.spot(), QPoint(canvas.width() // 2, canvas.height() // 2))
    at("nodes")
    hand.set_number("2")
    at("row")
    hand.set_number("2")
    at("switches")
    hand.carry(hand.spot(), hand.free_floor())
    at("boxes")
    hand.set_number("8")
    at("connect")
    hand.in_dialog(ConnectDialog, lambda dialog: connect(hand, dialog))
    hand.click_spot()
    hand.look_at_window()
    for name in ("job", "play", "pin"):
        at(name)
        hand.click_spot()
    at("change")
    hand.set_number("3")
    at("undo")
    hand.key(Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: tour.step == len(STEPS), timeout=PATIENCE_MS)
    wait_for_result(qtbot, window)
    assert tour.card.title == DONE_TITLE
    document, evaluation = window.workspace.document, window.workspace.evaluation
    assert document is not None
    assert len(document.fabric.npus) == 2 * 2 * 8
    assert evaluation is not None
    assert [one.severity for one in evaluation.findings if one.severity != "info"] == []
    QTest.mouseClick(tour.card.close_button, LEFT)
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


def test_card_and_frame_stay_before_a_panel_brought_to_the_front(window: MainWindow) -> None:
    window.tour.resume()
    for name in ("problems", "run", "plots"):
        window.show_dock(name)
        window.tour.look()
        panels = [one for one in window.children() if isinstance(one, QWidget)]
        front = [one for one in panels if not one.isWindow()][-2:]
        assert front == [window.tour.frame, window.tour.card]


def test_the_card_is_dragged_aside_and_stays_there(empty_window: MainWindow) -> None:
    card = empty_window.tour.card
    empty_window.tour.resume()
    before = card.pos()
    QTest.mousePress(card, LEFT, NO_KEY, QPoint(20, 10))
    QTest.mouseMove(card, QPoint(-180, -90))
    QTest.mouseRelease(card, LEFT, NO_KEY, QPoint(20, 10))
    assert card.pos() == before - QPoint(200, 100)
    empty_window.tour.skip()
    assert card.pos() == before - QPoint(200, 100)


def test_who_skips_the_hall_gets_one_to_go_on_in(qtbot: QtBot, empty_window: MainWindow) -> None:
    window = empty_window
    window.tour.offer()
    assert window.workspace.document is None
    QTest.mouseClick(window.tour.card.skip_button, Qt.MouseButton.LeftButton)
    assert window.workspace.document is not None
    QApplication.processEvents()
    assert STEPS[window.tour.step].id == "node"
    qtbot.waitUntil(lambda: window.tour.spot is not None, timeout=PATIENCE_MS)
