"""The picture kept between paints: moved when panned, stretched when zoomed, sharp at rest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from studio.gui.canvas.viewport import Rect, Viewport

Paint = Callable[[QPainter, Viewport, Rect | None, bool], None]
"""Draws a view, or the part of it in a window in metres; last, whether to be sharp."""

_STRETCH_MOST = 1.9
"""Beyond this the stretched picture is drawn anew before the wheel rests."""
_MARGIN_PX = 24


class Backing:
    """An image of the last drawn view."""

    def __init__(self) -> None:
        self._image: QImage | None = None
        self._spare: QImage | None = None
        self._view: Viewport | None = None
        self.sharp = False
        self.repainted = 0
        """How often the whole picture was drawn; for tests and benchmarks."""

    def clear(self) -> None:
        """Forget the picture, since something it shows has changed."""
        self._view = None
        self.sharp = False

    def show(
        self, painter: QPainter, view: Viewport, ratio: float, paint: Paint, *, sharp: bool
    ) -> None:
        """Bring a view onto the painter, from the kept picture as far as possible."""
        size = QSize(round(view.width * ratio), round(view.height * ratio))
        if self._image is None or self._image.size() != size:
            self._image, self._spare = _image(size, ratio), _image(size, ratio)
            self.clear()
        before = self._view
        if before == view and (self.sharp or not sharp):
            painter.drawImage(0, 0, self._image)
            return
        if before is not None and not sharp:
            if before.scale == view.scale and self._move(before, view, ratio, paint):
                painter.drawImage(0, 0, self._image)
                return
            if before.scale != view.scale and self._stretch(painter, before, view):
                return
        self._repaint(view, paint, sharp=sharp)
        painter.drawImage(0, 0, self._image)

    def _repaint(self, view: Viewport, paint: Paint, *, sharp: bool) -> None:
        if self._image is None:
            return
        painter = QPainter(self._image)
        painter.setClipRect(QRectF(0, 0, view.width, view.height))
        paint(painter, view, None, sharp)
        painter.end()
        self._view = view
        self.sharp = sharp
        self.repainted += 1

    def _move(self, before: Viewport, view: Viewport, ratio: float, paint: Paint) -> bool:
        """Shift the picture by whole pixels and draw only what comes into view."""
        dx, dy = (before.x - view.x) * view.scale, (before.y - view.y) * view.scale
        if abs(dx) > view.width * 0.6 or abs(dy) > view.height * 0.6:
            return False
        whole = (round(dx * ratio) / ratio, round(dy * ratio) / ratio)
        if abs(whole[0] - dx) > 0.01 or abs(whole[1] - dy) > 0.01 or self._image is None:
            return False
        if self._spare is None:
            return False
        painter = QPainter(self._spare)
        painter.drawImage(QPointF(*whole), self._image)
        for strip in _strips(view, *whole):
            painter.setClipRect(strip)
            x, y = view.to_world(strip.x() - _MARGIN_PX, strip.y() - _MARGIN_PX)
            wide = strip.width() + 2 * _MARGIN_PX
            high = strip.height() + 2 * _MARGIN_PX
            paint(painter, view, (x, y, wide / view.scale, high / view.scale), False)
        painter.end()
        self._image, self._spare = self._spare, self._image
        self._view = view
        self.sharp = False
        return True

    def _stretch(self, painter: QPainter, before: Viewport, view: Viewport) -> bool:
        """Draw the picture magnified; the kept one stays as it was."""
        factor = view.scale / before.scale
        if self._image is None or not 1 / _STRETCH_MOST <= factor <= _STRETCH_MOST:
            return False
        left, top = view.to_screen(before.x, before.y)
        target = QRectF(left, top, before.width * factor, before.height * factor)
        if factor < 1:
            painter.fillRect(QRectF(0, 0, view.width, view.height), self._image.pixelColor(0, 0))
        painter.drawImage(target, self._image)
        return True


def _image(size: QSize, ratio: float) -> QImage:
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    return image


def _strips(view: Viewport, dx: float, dy: float) -> list[QRectF]:
    """Return the parts of the window that the shifted picture leaves free."""
    strips = []
    if dx > 0:
        strips.append(QRectF(0, 0, dx, view.height))
    elif dx < 0:
        strips.append(QRectF(view.width + dx, 0, -dx, view.height))
    if dy > 0:
        strips.append(QRectF(0, 0, view.width, dy))
    elif dy < 0:
        strips.append(QRectF(0, view.height + dy, view.width, -dy))
    return strips
