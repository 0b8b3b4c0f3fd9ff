"""An image of part of the hall, larger than the window; geometry in the image's own pixels.

Pixels of the screen, not those of the desktop's scaling: at 125 % a step of one logical pixel
would fall between two of them, and what is copied by such steps blurs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QRegion

from studio.gui.canvas.viewport import Rect, Viewport

Paint = Callable[[QPainter, Viewport, Rect | None, bool], None]
"""Draws a view, or the part of it in a window in metres; last, whether to be sharp."""

AHEAD_PX = 160
"""How far the image reaches over the window on all sides; logical pixels."""
_SPARE_PX = 8
_BLEED_PX = 24
"""Lines and marks reach this far over the edge of what they belong to."""


class Sheet:
    """An image, where in the hall it lies, and which part of it is up to date."""

    def __init__(self, view: Viewport, ratio: float) -> None:
        self.ratio = ratio
        self.ahead = round(AHEAD_PX * ratio)
        self.window = QSize(math.ceil(view.width * ratio), math.ceil(view.height * ratio))
        """Size of the window on the screen."""
        margins = QSize(2 * self.ahead, 2 * self.ahead)
        self.image = QImage(self.window + margins, QImage.Format.Format_RGB32)
        self.place: Viewport | None = None
        """Where the image lies, None while it shows nothing."""
        self.valid = QRect()

    def fits(self, view: Viewport, ratio: float) -> bool:
        """Tell whether the image is of the size for a window."""
        size = QSize(math.ceil(view.width * ratio), math.ceil(view.height * ratio))
        return self.ratio == ratio and self.window == size

    @property
    def middle(self) -> QRect:
        """Return where a window lies that the image was laid around."""
        return QRect(QPoint(self.ahead, self.ahead), self.window)

    def lay_around(self, view: Viewport) -> None:
        """Put the window into the middle of the image; nothing of it is up to date then."""
        step = self.ahead / (view.scale * self.ratio)
        size = self.image.size()
        width, height = round(size.width() / self.ratio), round(size.height() / self.ratio)
        self.place = Viewport(view.x - step, view.y - step, view.scale, width, height)
        self.valid = QRect()

    def offset(self, view: Viewport) -> QPoint:
        """Return where the corner of a view of the same scale lies in the image."""
        place, scale = self.place or view, view.scale * self.ratio
        return QPoint(round((view.x - place.x) * scale), round((view.y - place.y) * scale))

    def shown(self, view: Viewport) -> QRect:
        """Return where a view of the same scale lies in the image."""
        return QRect(self.offset(view), self.window)

    def paint_view(self, view: Viewport, paint: Paint, *, sharp: bool) -> None:
        """Draw a whole view into the middle."""
        self.lay_around(view)
        painter = QPainter(self.image)
        try:
            painter.setClipRect(self.middle)
            painter.translate(self.ahead, self.ahead)
            painter.scale(self.ratio, self.ratio)
            paint(painter, view, None, sharp)
        finally:
            painter.end()
        self.valid = self.middle

    def extend(self, wanted: QRect, paint: Paint) -> None:
        """Draw what is wanted and not up to date yet, as while things move."""
        place = self.place
        if place is None:
            return
        fresh = QRegion(wanted).subtracted(QRegion(self.valid))
        bleed = round(_BLEED_PX * self.ratio)
        scale = place.scale * self.ratio
        painter = QPainter(self.image)
        try:
            painter.scale(self.ratio, self.ratio)
            for strip in list(fresh):  # type: ignore[call-overload]
                painter.setClipRect(_scaled(strip, 1 / self.ratio))
                wide = strip.adjusted(-bleed, -bleed, bleed, bleed)
                corner = (place.x + wide.x() / scale, place.y + wide.y() / scale)
                window = (*corner, wide.width() / scale, wide.height() / scale)
                paint(painter, place, window, False)
        finally:
            painter.end()
        self.valid = wanted

    def around(self, window: QRect) -> QRect:
        """Return the part to have up to date for a window: ahead where it leaves what there is."""
        more, valid = self.ahead - _SPARE_PX, self.valid
        return QRect(
            QPoint(
                window.left() - more if window.left() < valid.left() else valid.left(),
                window.top() - more if window.top() < valid.top() else valid.top(),
            ),
            QPoint(
                window.right() + more if window.right() > valid.right() else valid.right(),
                window.bottom() + more if window.bottom() > valid.bottom() else valid.bottom(),
            ),
        )

    def move_to(self, other: Sheet, view: Viewport) -> None:
        """Give what is up to date to another sheet that has the view in its middle."""
        if self.place is None:
            return
        shift = other.middle.topLeft() - self.offset(view)
        painter = QPainter(other.image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(shift, self.image)
        painter.end()
        scale = self.place.scale * self.ratio
        other.place = replace(
            self.place, x=self.place.x - shift.x() / scale, y=self.place.y - shift.y() / scale
        )
        other.valid = self.valid.translated(shift).intersected(other.image.rect())

    def draw(self, painter: QPainter, view: Viewport) -> None:
        """Draw the image where a view shows it."""
        if self.place is not None and self.place.scale != view.scale:
            self._stretch(painter, view, self.place)
            return
        painter.save()
        painter.scale(1 / self.ratio, 1 / self.ratio)
        painter.drawImage(-self.offset(view), self.image)
        painter.restore()

    def _stretch(self, painter: QPainter, view: Viewport, place: Viewport) -> None:
        """Draw the image magnified; around it, the colour in its corner."""
        scale = place.scale * self.ratio
        corner = (place.x + self.valid.x() / scale, place.y + self.valid.y() / scale)
        left, top = view.to_screen(*corner)
        factor = view.scale / scale
        wide, high = self.valid.width() * factor, self.valid.height() * factor
        target = QRectF(left, top, wide, high)
        window = QRectF(0, 0, view.width, view.height)
        if not target.contains(window):
            painter.fillRect(window, self.image.pixelColor(self.valid.topLeft()))
        painter.drawImage(target, self.image, QRectF(self.valid))


def _scaled(rect: QRect, factor: float) -> QRectF:
    return QRectF(
        rect.x() * factor, rect.y() * factor, rect.width() * factor, rect.height() * factor
    )
