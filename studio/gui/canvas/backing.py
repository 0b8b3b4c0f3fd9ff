"""The picture kept between paints: moved when panned, stretched when zoomed, sharp at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QRegion

from studio.gui.canvas.pictures import Painted, Pictures
from studio.gui.canvas.viewport import Rect, Viewport

Paint = Callable[[QPainter, Viewport, Rect | None, bool], None]
"""Draws a view, or the part of it in a window in metres; last, whether to be sharp."""

_STRETCH_MOST = 2.6
"""Beyond this the stretched picture is drawn anew before the wheel rests."""
_AHEAD_PX = 160
"""What comes into view is drawn this far ahead, so that most frames of a pan only copy."""
_BLEED_PX = 24
"""Lines and marks reach this far over the edge of what they belong to."""


class Backing:
    """An image larger than the window, and which part of it is up to date."""

    def __init__(self) -> None:
        self._image: QImage | None = None
        self._spare: QImage | None = None
        self._view: Viewport | None = None
        """Where the whole image lies in the hall."""
        self._valid = QRect()
        """Up to date part of the image, in logical pixels."""
        self._sharp_view: Viewport | None = None
        self._pictures = Pictures()
        self._is_kept = False
        """Whether the image is one of the pictures, which stay as they are."""
        self.repainted = 0
        """How often the whole view was drawn; for tests and benchmarks."""

    def clear(self) -> None:
        """Forget the picture, since something it shows has changed."""
        self._view = None
        self._sharp_view = None

    def forget(self) -> None:
        """Forget earlier pictures too, as when another document is shown."""
        self.clear()
        self._pictures.forget()

    def is_sharp(self, view: Viewport) -> bool:
        """Tell whether the kept picture shows a view with everything in it."""
        return self._sharp_view == view

    def show(
        self,
        painter: QPainter,
        view: Viewport,
        ratio: float,
        paint: Paint,
        *,
        sharp: bool,
        what: Painted | None = None,
    ) -> None:
        """Bring a view onto the painter, from the kept picture as far as possible.

        Parameters
        ----------
        what : what the whole picture is painted from; where it was before, it is not painted again.
        """
        self._provide_images(view, ratio)
        if self._image is None:
            return
        if not (sharp and self._sharp_view != view):
            if self._view is not None and self._view.scale != view.scale:
                if self._stretch(painter, view):
                    return
            elif self._pan(view, paint):
                self._copy(painter, view)
                return
        if what is None or not self._bring_back(view, what):
            self._repaint(view, paint, sharp=sharp)
            if what is not None and self._image is not None:
                self._pictures.keep(what, self._image)
                self._is_kept = True
        self._copy(painter, view)

    def _bring_back(self, view: Viewport, what: Painted) -> bool:
        """Show a picture from before; False where it is not known."""
        known = self._pictures.find(what)
        if known is None:
            return False
        self._image, self._is_kept = QImage(known), True
        self._put_in_the_middle(view)
        self._sharp_view = view
        return True

    def _put_in_the_middle(self, view: Viewport) -> None:
        self._view = _around(view)
        self._valid = QRect(_AHEAD_PX, _AHEAD_PX, view.width, view.height)

    def _provide_images(self, view: Viewport, ratio: float) -> None:
        size = QSize(
            round((view.width + 2 * _AHEAD_PX) * ratio),
            round((view.height + 2 * _AHEAD_PX) * ratio),
        )
        if self._image is None or self._image.size() != size:
            self._image, self._spare = _image(size, ratio), _image(size, ratio)
            self._is_kept = False
            self.clear()

    def _repaint(self, view: Viewport, paint: Paint, *, sharp: bool) -> None:
        if self._image is None:
            return
        if self._is_kept:
            # Painting into it would copy it first, only to paint over all of the copy.
            self._image = _image(self._image.size(), self._image.devicePixelRatio())
            self._is_kept = False
        self._put_in_the_middle(view)
        painter = QPainter(self._image)
        try:
            painter.translate(_AHEAD_PX, _AHEAD_PX)
            painter.setClipRect(QRectF(0, 0, view.width, view.height))
            paint(painter, view, None, sharp)
        finally:
            painter.end()
        self._sharp_view = view if sharp else None
        self.repainted += 1

    def _copy(self, painter: QPainter, view: Viewport) -> None:
        if self._image is not None and self._view is not None:
            painter.drawImage(-_offset(self._view, view), self._image)

    def _pan(self, view: Viewport, paint: Paint) -> bool:
        """Make the part of the image under the view valid; False where that takes a repaint."""
        if self._view is None or self._image is None:
            return False
        at = _offset(self._view, view)
        window = QRect(at, QSize(view.width, view.height))
        if self._valid.contains(window):
            return True
        if not self._valid.intersects(window):
            return False
        wanted = _ahead(window, self._valid)
        room = QRect(0, 0, view.width + 2 * _AHEAD_PX, view.height + 2 * _AHEAD_PX)
        if not room.contains(wanted):
            self._recentre(view)
            shift = QPoint(_AHEAD_PX, _AHEAD_PX) - at
            wanted = wanted.translated(shift).intersected(room)
        self._extend(wanted, paint)
        return True

    def _recentre(self, view: Viewport) -> None:
        """Put the view into the middle of the image."""
        if self._image is None or self._spare is None or self._view is None:
            return
        shift = QPoint(_AHEAD_PX, _AHEAD_PX) - _offset(self._view, view)
        painter = QPainter(self._spare)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(shift, self._image)
        painter.end()
        self._image, self._spare = self._spare, self._image
        scale = self._view.scale
        self._view = replace(
            self._view, x=self._view.x - shift.x() / scale, y=self._view.y - shift.y() / scale
        )
        size = QSize(self._view.width, self._view.height)
        self._valid = self._valid.translated(shift).intersected(QRect(QPoint(0, 0), size))

    def _extend(self, wanted: QRect, paint: Paint) -> None:
        """Draw what is wanted and not valid yet."""
        if self._image is None or self._view is None:
            return
        painter = QPainter(self._image)
        try:
            fresh = QRegion(wanted).subtracted(QRegion(self._valid))
            for strip in list(fresh):  # type: ignore[call-overload]
                painter.setClipRect(strip)
                wide = strip.adjusted(-_BLEED_PX, -_BLEED_PX, _BLEED_PX, _BLEED_PX)
                x, y = self._view.to_world(wide.x(), wide.y())
                scale = self._view.scale
                window = (x, y, wide.width() / scale, wide.height() / scale)
                paint(painter, self._view, window, False)
        finally:
            painter.end()
        self._valid = wanted

    def _stretch(self, painter: QPainter, view: Viewport) -> bool:
        """Draw the picture magnified; the kept one stays as it was."""
        if self._view is None or self._image is None:
            return False
        factor = view.scale / self._view.scale
        if not 1 / _STRETCH_MOST <= factor <= _STRETCH_MOST:
            return False
        x, y = self._view.to_world(self._valid.x(), self._valid.y())
        left, top = view.to_screen(x, y)
        valid = QRectF(self._valid)
        target = QRectF(left, top, valid.width() * factor, valid.height() * factor)
        window = QRectF(0, 0, view.width, view.height)
        if not target.contains(window):
            painter.fillRect(window, self._image.pixelColor(self._valid.topLeft()))
        ratio = self._image.devicePixelRatio()
        source = QRectF(
            valid.x() * ratio, valid.y() * ratio, valid.width() * ratio, valid.height() * ratio
        )
        painter.drawImage(target, self._image, source)
        return True


def _image(size: QSize, ratio: float) -> QImage:
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    return image


def _around(view: Viewport) -> Viewport:
    """Return the view of the whole image when the window lies in its middle."""
    return Viewport(
        view.x - _AHEAD_PX / view.scale,
        view.y - _AHEAD_PX / view.scale,
        view.scale,
        view.width + 2 * _AHEAD_PX,
        view.height + 2 * _AHEAD_PX,
    )


def _offset(image: Viewport, view: Viewport) -> QPoint:
    return QPoint(round((view.x - image.x) * view.scale), round((view.y - image.y) * view.scale))


def _ahead(window: QRect, valid: QRect) -> QRect:
    """Return the window with some more on the sides where it leaves the valid part."""
    more = _AHEAD_PX - 8
    return window.adjusted(
        -more if window.left() < valid.left() else 0,
        -more if window.top() < valid.top() else 0,
        more if window.right() > valid.right() else 0,
        more if window.bottom() > valid.bottom() else 0,
    )
