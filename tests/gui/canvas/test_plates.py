"""Lit cabling passes behind the counts on trunks."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from studio.gui.canvas.addresses import resolve
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.marks import Marks, paint_marks
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.pictures import Painted
from studio.gui.canvas.plates import Plates
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.theme import LIGHT
from studio.gui.canvas.viewport import Rect, Viewport


def _lit(scene: Scene, plates: list[Rect]) -> QImage:
    view = Viewport(0.0, 0.0, 1.0, 800, 600).fitted(scene.bounds, 0.05)
    planes = frozenset(str(plane) for plane in scene.fabric.design.planes)
    frame = Frame(scene, view, LIGHT, "en", "hall", planes)
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_marks(painter, frame, Marks(lit=resolve(scene, frozenset({"R01"}))), Fonts(), plates)
    painter.end()
    return image


def test_nothing_lit_is_drawn_over_a_plate(qtbot: QtBot, scene: Scene) -> None:
    bare = _lit(scene, [])
    black = QImage(800, 600, QImage.Format.Format_RGB32)
    black.fill(0)
    assert bare != black
    assert _lit(scene, [(0.0, 0.0, 800.0, 600.0)]) == black
    half = _lit(scene, [(0.0, 0.0, 400.0, 600.0)])
    assert half.copy(0, 0, 400, 600) == black.copy(0, 0, 400, 600)
    assert half.copy(400, 0, 400, 600) == bare.copy(400, 0, 400, 600)


def test_plates_come_back_with_their_picture() -> None:
    one, other = Painted((object(),), ()), Painted((object(),), ())
    plates = Plates()
    plates.keep(one, [(1.0, 1.0, 1.0, 1.0)])
    plates.keep(other, [])
    assert plates.of(one) == [(1.0, 1.0, 1.0, 1.0)]
    assert plates.of(Painted((object(),), ())) == []
    plates.forget()
    assert plates.of(one) == ()
