"""The figures beside a plot: a line a segment in its colour, a column a bar, painted as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.gui.guard import guarded
from studio.gui.theme import SPACE, Theme
from studio.gui.widgets.labels import plain_tip

_MARGIN = 2
_SMALLER = 0.9


@dataclass(frozen=True)
class LegendLine:
    """A name and one text a column; a heading has no colour, a sum is bold."""

    name: str
    texts: tuple[str, ...]
    color: str = ""
    is_quiet: bool = False
    is_bold: bool = False


@guarded
class LegendTable(QWidget):
    """Lines of equal height, names to the left and columns to the right.

    Painted, because a label lays out rich text several times at every change, which takes longer
    than all else an edit causes.
    """

    clicked = Signal(str)
    """Name of a coloured line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[LegendLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def lines(self) -> tuple[LegendLine, ...]:
        """Return the lines shown."""
        return self._lines

    def show_lines(self, lines: Sequence[LegendLine]) -> None:
        """Show lines; only another number of them asks for another height."""
        before, self._lines = self._lines, tuple(lines)
        if self._lines == before:
            return
        self.setAccessibleName("; ".join(" ".join((one.name, *one.texts)) for one in lines))
        if len(self._lines) != len(before):
            self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, len(self._lines) * self._line_px() + 2 * _MARGIN)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            line = self._line_at(event.pos())
            text = "\n".join((line.name, *line.texts)) if line else ""
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().toPoint())
        if line is not None and line.color and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(line.name)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        plain, bold = self._fonts()
        metrics, heavy = QFontMetrics(plain), QFontMetrics(bold)
        text_color, quiet = QColor(self._theme.text), QColor(self._theme.quiet)
        height = heavy.height()
        widths = self._column_px(metrics, heavy)
        first = self.width() - _MARGIN - sum(widths)
        room = first - _MARGIN
        square = round(height * 0.5)
        base = (height + metrics.ascent() - metrics.descent()) // 2
        for number, line in enumerate(self._lines):
            top = _MARGIN + number * height
            left = _MARGIN
            if line.color:
                place = QRect(left, top + (height - square) // 2, square, square)
                painter.fillRect(place, QColor(line.color))
                left += square + SPACE // 2
            painter.setFont(plain)
            painter.setPen(quiet if line.color else text_color)
            name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room - left)
            painter.drawText(left, top + base, name)
            if line.is_bold:
                painter.setFont(bold)
            painter.setPen(quiet if line.is_quiet else text_color)
            used, right = heavy if line.is_bold else metrics, first
            # Placed by hand: a text in a rectangle is laid out anew at every painting.
            for text, width in zip(line.texts, widths, strict=False):
                right += width
                painter.drawText(right - used.horizontalAdvance(text), top + base, text)
        painter.end()

    def _fonts(self) -> tuple[QFont, QFont]:
        plain = QFont(self.font())
        plain.setPointSizeF(plain.pointSizeF() * _SMALLER)
        bold = QFont(plain)
        bold.setBold(True)
        return plain, bold

    def _line_px(self) -> int:
        return QFontMetrics(self._fonts()[1]).height()

    def _column_px(self, metrics: QFontMetrics, heavy: QFontMetrics) -> list[int]:
        """Return the width of each column, its space to the left included."""
        columns = max((len(line.texts) for line in self._lines), default=0)
        return [
            SPACE
            + max(
                (heavy if line.is_bold else metrics).horizontalAdvance(line.texts[column])
                for line in self._lines
                if column < len(line.texts)
            )
            for column in range(columns)
        ]

    def _line_at(self, place: QPoint) -> LegendLine | None:
        number = (place.y() - _MARGIN) // self._line_px()
        return self._lines[number] if 0 <= number < len(self._lines) else None
