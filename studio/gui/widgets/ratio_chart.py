"""Grouped horizontal bars: one group a figure, one bar a design."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.guard import guarded
from studio.gui.theme import CATEGORICAL, SPACE, Theme
from studio.gui.views.compare_rows import CompareBars

_BAR = 14
_LABEL_SHARE = 0.34


@guarded
class RatioChart(QWidget):
    """Paints bars with their figures written behind them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[CompareBars, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_bars(self, bars: tuple[CompareBars, ...]) -> None:
        """Show figures."""
        self._bars = bars
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, sum(self._group_height(bars) for bars in self._bars) + SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = float(SPACE)
        for bars in self._bars:
            self._paint_group(painter, bars, top)
            top += self._group_height(bars)
        painter.end()

    def _group_height(self, bars: CompareBars) -> int:
        return len(bars.shares) * (_BAR + 3) + 2 * SPACE

    def _paint_group(self, painter: QPainter, bars: CompareBars, top: float) -> None:
        label_width = self.width() * _LABEL_SHARE
        text_width = painter.fontMetrics().horizontalAdvance("0,000.00 PFLOP/s (00.00×)") + SPACE
        room = max(40.0, self.width() - label_width - text_width - 2 * SPACE)
        height = len(bars.shares) * (_BAR + 3)
        painter.setPen(QColor(self._theme.text))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        flags = int(align | Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(0, top, label_width - SPACE, height), flags, bars.label)
        for place, (share, text) in enumerate(zip(bars.shares, bars.texts, strict=True)):
            y = top + place * (_BAR + 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(CATEGORICAL[place % len(CATEGORICAL)]))
            painter.drawRoundedRect(QRectF(label_width, y, max(1.0, room * share), _BAR), 2, 2)
            painter.setPen(QColor(self._theme.quiet))
            at = QRectF(label_width + room * share + SPACE, y, text_width, _BAR)
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter), text)
