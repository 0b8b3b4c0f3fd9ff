"""The racks that the pointer holds as a picture of their own: painted once, then only moved."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter

from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.picture import paint_racks_with_contents
from studio.gui.canvas.pictures import Painted
from studio.gui.canvas.viewport import Rect, Viewport

_MARGIN_PX = 8
"""Lines and marks reach this far over the edge of a rack."""
_MOST_WINDOWS = 2.0
"""A picture of more than so many windows is not worth it: most of it is out of sight."""


class HeldPicture:
    """What is held, without the trunks, which change with every step."""

    def __init__(self) -> None:
        self._image: QImage | None = None
        self._what: Painted | None = None

    def show(self, painter: QPainter, frame: Frame, ratio: float) -> None:
        """Draw the only racks of a frame; the picture is painted anew where they look different."""
        bounds = _bounds(frame)
        view = frame.viewport
        if bounds is None:
            return
        if bounds[2] * bounds[3] * view.scale**2 > _MOST_WINDOWS * view.width * view.height:
            paint_racks_with_contents(painter, frame)
            return
        what = _what(frame, bounds, ratio)
        if self._image is None or what != self._what:
            self._image, self._what = _painted(frame, bounds, ratio), what
        x, y = view.to_screen(bounds[0], bounds[1])
        corner = QPoint(round(x * ratio), round(y * ratio))
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(corner, self._image)
        painter.restore()

    def forget(self) -> None:
        """Give up the picture, as nothing is held any more."""
        self._image = self._what = None


def _bounds(frame: Frame) -> Rect | None:
    """Return the rectangle around the only racks with a margin, in metres."""
    racks = frame.scene.racks[frame.only_racks]
    if not len(racks):
        return None
    margin = _MARGIN_PX / frame.viewport.scale
    left, top = (racks[:, :2].min(axis=0) - margin).tolist()
    right, bottom = ((racks[:, :2] + racks[:, 2:]).max(axis=0) + margin).tolist()
    return left, top, right - left, bottom - top


def _what(frame: Frame, bounds: Rect, ratio: float) -> Painted:
    scene = frame.scene
    design = scene.fabric.design
    places = scene.racks[frame.only_racks] - np.array((*bounds[:2], 0.0, 0.0))
    same = (scene.wiring, scene.chips, design.planes, design.exceptions, frame.theme, frame.overlay)
    look = (frame.viewport.scale, frame.level, frame.language, frame.planes, ratio)
    # What is moved by a sum of steps is a rounding error off where it was before.
    return Painted(same, (*look, np.round(places, 6).tobytes()))


def _painted(frame: Frame, bounds: Rect, ratio: float) -> QImage:
    left, top, wide, high = bounds
    scale = frame.viewport.scale
    size = (math.ceil(wide * scale), math.ceil(high * scale))
    image = QImage(
        math.ceil(size[0] * ratio),
        math.ceil(size[1] * ratio),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    try:
        painter.setClipRect(image.rect())
        painter.scale(ratio, ratio)
        paint_racks_with_contents(
            painter, replace(frame, viewport=Viewport(left, top, scale, *size))
        )
    finally:
        painter.end()
    return image
