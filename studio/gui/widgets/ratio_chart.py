"""Grouped horizontal bars: one group a figure, one bar a design."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.theme import CATEGORICAL, SPACE, Theme
from studio.gui.views.compare_rows import CompareBars

_BAR, _GAP = 14, 3
_WHISKER = 4
"""Half the height of the ends of an error band."""
_WIDEST_PX, _LEAST_PX = 420, 60
"""Bars are no longer than what the eye compares at a glance, and no shorter than it needs."""


@guarded
class RatioChart(QWidget):
    """Paints bars with their figures behind them, names of designs on top."""

    opened = Signal(int, str)
    """Position of a design and name of the figure whose bar was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._designs: tuple[str, ...] = ()
        self._bars: tuple[CompareBars, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_bars(self, designs: tuple[str, ...], bars: tuple[CompareBars, ...]) -> None:
        """Show figures of designs."""
        self._designs, self._bars = designs, bars
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        groups = sum(self._group_px(bars) for bars in self._bars)
        return QSize(420, groups + len(self._designs) * self._line_px() + 3 * SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_legend(painter)
        for top, bars in self._groups():
            self._paint_group(painter, bars, top)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = event.position().y()
        for top, bars in self._groups():
            row = int((place - top - self._line_px()) // (_BAR + _GAP))
            if place >= top + self._line_px() and row < len(bars.shares):
                if bars.shares[row]:
                    self.opened.emit(row, bars.name)
                return

    def _groups(self) -> Iterator[tuple[float, CompareBars]]:
        """Return where each group begins, those above a click last."""
        top = float(2 * SPACE + len(self._designs) * self._line_px())
        tops = []
        for bars in self._bars:
            tops.append((top, bars))
            top += self._group_px(bars)
        return reversed(tops)

    def _line_px(self) -> int:
        return self.fontMetrics().height() + 2

    def _group_px(self, bars: CompareBars) -> int:
        return self._line_px() + len(bars.shares) * (_BAR + _GAP) + SPACE

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.text))
        for place, name in enumerate(self._designs):
            top = SPACE + place * self._line_px()
            painter.fillRect(
                QRectF(SPACE, top + 3, 10, 10), QColor(CATEGORICAL[place % len(CATEGORICAL)])
            )
            at = QRectF(SPACE + 16, top, self.width() - SPACE - 16, self._line_px())
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter), name)

    def _paint_group(self, painter: QPainter, bars: CompareBars, top: float) -> None:
        metrics = painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(text) for text in bars.texts), default=0)
        room = min(_WIDEST_PX, max(_LEAST_PX, self.width() - widest - 3 * SPACE))
        painter.setPen(QColor(self._theme.text))
        title = QRectF(SPACE, top, self.width() - SPACE, self._line_px())
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter), bars.label)
        bands = bars.bands or (None,) * len(bars.shares)
        for place, (share, text, band) in enumerate(
            zip(bars.shares, bars.texts, bands, strict=True)
        ):
            y = top + self._line_px() + place * (_BAR + _GAP)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(CATEGORICAL[place % len(CATEGORICAL)]))
            painter.drawRoundedRect(QRectF(SPACE, y, max(1.0, room * share), _BAR), 2, 2)
            if band is not None:
                self._paint_band(painter, SPACE + room * band[0], SPACE + room * band[1], y)
            painter.setPen(QColor(self._theme.quiet))
            reach = room * (band[1] if band else share)
            at = QRectF(2 * SPACE + reach, y, widest + SPACE, _BAR)
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_band(self, painter: QPainter, low: float, high: float, top: float) -> None:
        painter.setPen(QPen(QColor(self._theme.text), 1.5))
        middle = top + _BAR / 2
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - _WHISKER), QPointF(end, middle + _WHISKER))
