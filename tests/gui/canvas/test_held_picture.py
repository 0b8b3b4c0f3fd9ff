"""Racks in the hand: painted once, moved with every step, anew where they look different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from studio.gui.canvas import held_picture
from studio.gui.canvas.held_picture import HeldPicture
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.picture import paint_racks_with_contents
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.theme import DARK, LIGHT
from studio.gui.canvas.viewport import Viewport


class _Counted:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0

        def counted(painter: QPainter, frame: Frame) -> list[object]:
            self.times += 1
            return list(paint_racks_with_contents(painter, frame))

        monkeypatch.setattr(held_picture, "paint_racks_with_contents", counted)


def _frame(scene: Scene, scale: float = 100.0) -> Frame:
    first = np.zeros(len(scene.racks), dtype=bool)
    first[0] = True
    view = Viewport(0.0, 0.0, scale, 800, 600)
    return Frame(scene, view, LIGHT, "en", "rack", frozenset(), sharp=False, only_racks=first)


def _drawn(picture: HeldPicture, frame: Frame, ratio: float = 1.0) -> QImage:
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    picture.show(painter, frame, ratio)
    painter.end()
    return image


def _shifted(frame: Frame, dx_m: float) -> Frame:
    racks = frame.scene.racks + np.array((dx_m, 0.0, 0.0, 0.0))
    return replace(frame, scene=frame.scene.with_racks(racks))


def test_moved_racks_are_the_same_picture_elsewhere(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, picture, frame = _Counted(monkeypatch), HeldPicture(), _frame(scene)
    here = _drawn(picture, frame)
    there = _drawn(picture, _shifted(frame, 0.5))
    assert counted.times == 1
    assert there == here.copy(-50, 0, 800, 600).convertToFormat(QImage.Format.Format_RGB32)
    assert there != here


def test_another_look_is_painted_anew(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, picture, frame = _Counted(monkeypatch), HeldPicture(), _frame(scene)
    for look in (frame, replace(frame, theme=DARK), replace(frame, level="node")):
        _drawn(picture, look)
    _drawn(picture, _frame(scene, scale=120.0))
    assert counted.times == 4


def test_racks_far_larger_than_the_window_are_drawn_as_they_are(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, picture, frame = _Counted(monkeypatch), HeldPicture(), _frame(scene, 9000.0)
    _drawn(picture, frame)
    _drawn(picture, _shifted(frame, 0.001))
    assert counted.times == 2


def test_no_racks_are_no_picture(qtbot: QtBot, scene: Scene) -> None:
    none = np.zeros(len(scene.racks), dtype=bool)
    blank = _drawn(HeldPicture(), replace(_frame(scene), only_racks=none))
    assert blank.pixel(100, 100) == blank.pixel(400, 300) == 0xFF000000
