"""The floor is painted once for a view, and looks as if it were painted each time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from studio.gui.canvas import floor_picture
from studio.gui.canvas.floor_picture import FloorPicture
from studio.gui.canvas.painting.floor import paint_floor
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.theme import DARK, LIGHT
from studio.gui.canvas.viewport import Viewport


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[Frame]:
    frames: list[Frame] = []

    def counted(painter: QPainter, frame: Frame) -> None:
        frames.append(frame)
        paint_floor(painter, frame)

    monkeypatch.setattr(floor_picture, "paint_floor", counted)
    return frames


def _frame(scene: Scene) -> Frame:
    return Frame(scene, Viewport(-1.3, -0.7, 83.0, 800, 600), LIGHT, "en", "hall", frozenset())


def _drawn(picture: FloorPicture, frame: Frame, ratio: float) -> QImage:
    image = QImage(round(800 * ratio) + 7, round(600 * ratio) + 5, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(7, 5)
    painter.scale(ratio, ratio)
    painter.setClipRect(0, 0, 800, 600)
    picture.paint(painter, frame)
    painter.end()
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_a_view_seen_again_is_brought_as_it_was(
    qtbot: QtBot, scene: Scene, painted: list[Frame], ratio: float
) -> None:
    picture, frame = FloorPicture(), _frame(scene)
    looks = [_drawn(picture, frame, ratio) for _ in range(4)]
    assert len(painted) == 2
    assert all(one == looks[0] for one in looks)


def test_another_view_theme_or_hall_is_painted(
    qtbot: QtBot, scene: Scene, painted: list[Frame]
) -> None:
    picture, frame = FloorPicture(), _frame(scene)
    for one in (
        frame,
        frame,
        replace(frame, theme=DARK),
        replace(frame, viewport=frame.viewport.panned(3, 0)),
        replace(frame, window=(0.0, 0.0, 1.0, 1.0)),
    ):
        before = len(painted)
        _drawn(picture, one, 1.0)
        assert painted[before:] == [one]
