"""What is dragged past the edge takes the view along, and stays under the pointer."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.canvas.dropping import MIME_TYPE
from studio.gui.canvas.edge_scroll import BAND_PX, FASTEST_PX, pull
from studio.gui.canvas.view import CanvasView
from studio.ids import RackId
from tests.gui.canvas.conftest import Editor

ROW = RackId("row")
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.mark.parametrize(
    ("at", "way"),
    [(0.0, -1), (BAND_PX - 1, -1), (BAND_PX + 1, 0), (500.0, 0), (990.0, 1), (1030.0, 1)],
)
def test_the_view_is_pulled_to_the_edge_that_the_pointer_is_at(at: float, way: int) -> None:
    pulled = pull(at, 1000.0)
    assert (pulled > 0) - (pulled < 0) == way


def test_the_further_out_the_faster_up_to_a_limit() -> None:
    pulled = [pull(1000.0 + past, 1000.0) for past in (0, 30, 60, 400)]
    assert pulled == sorted(pulled)
    assert pulled[-1] == FASTEST_PX == -pull(-400.0, 1000.0)


def test_a_view_smaller_than_its_edges_is_pulled_to_the_nearer_one() -> None:
    assert pull(2.0, 30.0) < 0 < pull(28.0, 30.0)


def _drag_out(view: CanvasView, begun: QPoint) -> QPoint:
    """Press, drag to beyond the right edge, and keep holding; return where the pointer is."""
    end = QPoint(view.width() + 30, begun.y())
    QTest.mousePress(view, LEFT, NO_KEY, begun)
    for step in range(1, 6):
        QTest.mouseMove(view, begun + (end - begun) * step / 5)
    return end


def test_a_rack_dragged_past_the_edge_goes_on_into_the_hall(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    begun = view.mapped("R01")
    assert begun is not None
    stood = editor.design.racks[ROW].x_m
    grabbed = view.viewport.to_world(begun.x(), begun.y())[0]
    end, left = _drag_out(view, begun), view.viewport.x
    qtbot.waitUntil(lambda: view.viewport.x > left + 1.0)
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    # It lies under the pointer, to within what it snaps by.
    gone = view.viewport.to_world(end.x(), end.y())[0] - grabbed
    assert editor.design.racks[ROW].x_m - stood == pytest.approx(gone, abs=0.4)
    assert gone > (end.x() - begun.x()) / view.viewport.scale + 0.9
    rested = view.viewport
    qtbot.wait(80)
    assert view.viewport == rested


def test_a_marquee_keeps_its_first_corner_in_the_hall(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    first = QPoint(40, 40)
    corner = view.viewport.to_world(first.x(), first.y())
    end, left = _drag_out(view, first), view.viewport.x
    qtbot.waitUntil(lambda: view.viewport.x > left + 0.5)
    marquee = view.marks.marquee
    assert marquee is not None
    assert view.viewport.to_world(*marquee[:2]) == pytest.approx(corner)
    assert marquee[2:4] == (end.x(), end.y())
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    assert view.marks.marquee is None


def test_zooming_meanwhile_keeps_what_is_held_under_the_pointer(editor: Editor) -> None:
    view = editor.view
    begun = view.mapped("R01")
    assert begun is not None
    grabbed = view.viewport.to_world(begun.x(), begun.y())[0]
    stood = editor.design.racks[ROW].x_m
    end = begun + QPoint(90, 0)
    QTest.mousePress(view, LEFT, NO_KEY, begun)
    for step in range(1, 6):
        QTest.mouseMove(view, begun + (end - begun) * step / 5)
    view.show_view(view.viewport.zoomed(1.7, 10.0, 10.0))
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    gone = view.viewport.to_world(end.x(), end.y())[0] - grabbed
    assert editor.design.racks[ROW].x_m - stood == pytest.approx(gone, abs=0.4)


def test_a_drag_that_begins_at_the_edge_stays(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    before = view.viewport
    QTest.mousePress(view, LEFT, NO_KEY, QPoint(4, 300))
    QTest.mouseMove(view, QPoint(8, 330))
    qtbot.wait(80)
    assert view.viewport == before
    QTest.mouseRelease(view, LEFT, NO_KEY, QPoint(8, 330))


def test_a_library_item_held_at_the_edge_moves_the_view(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    data = QMimeData()
    data.setData(MIME_TYPE, json.dumps({"type": "rack", "id": "cabinet"}).encode())
    keys = (Qt.DropAction.CopyAction, data, LEFT, NO_KEY)
    middle, edge = QPoint(500, 600), QPoint(500, view.height() - 3)
    QApplication.sendEvent(view, QDragEnterEvent(middle, *keys))
    QApplication.sendEvent(view, QDragMoveEvent(middle, *keys))
    QApplication.sendEvent(view, QDragMoveEvent(edge, *keys))
    top, ghost = view.viewport.y, view.marks.ghosts[0].rect
    qtbot.waitUntil(lambda: view.viewport.y > top + 1.0)
    assert view.marks.ghosts[0].rect[1] > ghost[1] + 0.5
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert not view.marks.ghosts
    rested = view.viewport
    qtbot.wait(80)
    assert view.viewport == rested


def test_what_reaches_out_of_the_view_is_scrolled_into_it(editor: Editor) -> None:
    view = editor.view
    assert view.scene is not None
    racks = view.scene.racks[:1]
    shown = view.viewport.rects(racks)[0]
    # Half of it is left of the right edge.
    view.show_view(view.viewport.panned(view.width() - shown[0] - shown[2] / 2, 0))
    before = view.viewport
    view.reveal(["R01"])
    assert (view.viewport.scale, view.viewport.y) == (before.scale, before.y)
    shown = view.viewport.rects(racks)[0]
    assert shown[0] + shown[2] == pytest.approx(view.width() - 24)
    there = view.viewport.x
    view.reveal(["R01"])
    assert view.viewport.x == pytest.approx(there)
