"""The empty floor as a picture of its own: edits change what stands on it, not the floor."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter

from studio.gui.canvas.painting.floor import paint_floor
from studio.gui.canvas.painting.frame import Frame


class FloorPicture:
    """The floor and its grid, kept from the second time on that the same view is painted."""

    def __init__(self) -> None:
        self._what: tuple[object, ...] = ()
        self._image: QImage | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the floor of a whole view; a part of one is painted straight away."""
        ratio = painter.transform().m11()
        if frame.window is not None:
            paint_floor(painter, frame)
            return
        what = (frame.viewport, frame.scene.hall, frame.theme, ratio)
        if what != self._what:
            # Most views are passed by while zooming, and never seen again.
            self._what, self._image = what, None
            paint_floor(painter, frame)
            return
        if self._image is None:
            self._image = _painted(frame, ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(QPoint(0, 0), self._image)
        painter.restore()


def _painted(frame: Frame, ratio: float) -> QImage:
    view = frame.viewport
    image = QImage(
        math.ceil(view.width * ratio), math.ceil(view.height * ratio), QImage.Format.Format_RGB32
    )
    painter = QPainter(image)
    try:
        painter.setClipRect(image.rect())
        painter.scale(ratio, ratio)
        paint_floor(painter, frame)
    finally:
        painter.end()
    return image
