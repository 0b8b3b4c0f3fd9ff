"""Labels of a picture: gathered, thinned out so that none covers another, then drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QGuiApplication, QPainter

from studio.gui.canvas.labels import uncovered
from studio.gui.canvas.viewport import Rect

Align = Literal["left", "center", "right"]

SMALLEST_PX = 9
_PAD_PX = 2.0


@dataclass(frozen=True)
class Label:
    """A line of text at a place on the screen."""

    text: str
    x: float
    """Left end, middle or right end, as `align` says."""
    y: float
    """Middle of the line."""
    size: int
    color: QColor
    rank: float = 0.0
    """Higher ones win the place."""
    align: Align = "center"
    bold: bool = False
    room: float = 0.0
    """Longest width in pixels, beyond which the text is shortened; 0 for no limit."""
    plate: QColor | None = None
    """Background, for text over lines."""
    clear: float = 0.0
    """Free space wanted on all sides, in pixels."""
    least: float = 0.55
    """Share of the text that must fit for it to be shown shortened."""


class Fonts:
    """Fonts and widths of texts, kept between pictures."""

    def __init__(self, family: str = "") -> None:
        self._family = family
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._metrics: dict[tuple[int, bool], QFontMetricsF] = {}
        self._widths: dict[tuple[str, int, bool], float] = {}

    def font(self, size: int, bold: bool = False) -> QFont:
        """Return the font of a size in pixels."""
        key = (size, bold)
        if key not in self._fonts:
            font = QFont(QGuiApplication.font())
            if self._family:
                font.setFamily(self._family)
            font.setPixelSize(size)
            font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            self._fonts[key] = font
            self._metrics[key] = QFontMetricsF(font)
        return self._fonts[key]

    def metrics(self, size: int, bold: bool = False) -> QFontMetricsF:
        """Return the metrics of a font."""
        self.font(size, bold)
        return self._metrics[size, bold]

    def width(self, text: str, size: int, bold: bool = False) -> float:
        """Return how wide a text is, in pixels."""
        key = (text, size, bold)
        if key not in self._widths:
            if len(self._widths) > 20_000:
                self._widths.clear()
            self._widths[key] = self.metrics(size, bold).horizontalAdvance(text)
        return self._widths[key]

    def fitting(self, label: Label) -> str:
        """Return the text of a label, shortened to its room; empty where too little of it fits."""
        width = self.width(label.text, label.size, label.bold)
        if not label.room or width <= label.room:
            return label.text
        if label.room < width * label.least:
            return ""
        metrics = self.metrics(label.size, label.bold)
        return metrics.elidedText(label.text, Qt.TextElideMode.ElideRight, label.room)


def draw_labels(
    painter: QPainter, fonts: Fonts, labels: Sequence[Label], taken: Sequence[Rect] = ()
) -> list[Rect]:
    """Draw those labels that find room, the highest rank first; return the plates under them."""
    ready: list[tuple[Label, str, Rect]] = []
    for label in sorted(labels, key=lambda one: -one.rank):
        text = fonts.fitting(label)
        if text:
            ready.append((label, text, _place(fonts, label, text)))
    wanted = [_with_margin(rect, label.clear) if label.clear else rect for label, _, rect in ready]
    shown = [ready[number] for number in uncovered(wanted, taken)]
    # None covers another, so that any order will do: font by font takes half the time.
    for key in sorted({(label.size, label.bold) for label, _, _ in shown}):
        alike = [one for one in shown if (one[0].size, one[0].bold) == key]
        _draw(painter, fonts, alike, *key)
    return [rect for label, _, rect in shown if label.plate is not None]


def _place(fonts: Fonts, label: Label, text: str) -> Rect:
    width = fonts.width(text, label.size, label.bold) + 2 * _PAD_PX
    height = label.size * 1.25
    shift = {"left": _PAD_PX, "center": width / 2, "right": width - _PAD_PX}[label.align]
    return label.x - shift, label.y - height / 2, width, height


def _with_margin(rect: Rect, margin: float) -> Rect:
    return rect[0] - margin, rect[1] - margin, rect[2] + 2 * margin, rect[3] + 2 * margin


def _draw(
    painter: QPainter, fonts: Fonts, shown: Sequence[tuple[Label, str, Rect]], size: int, bold: bool
) -> None:
    """Draw labels of one font, each with its text and place."""
    metrics = fonts.metrics(size, bold)
    drop = (metrics.ascent() - metrics.descent()) / 2
    painter.setFont(fonts.font(size, bold))
    for label, text, (left, top, width, height) in shown:
        if label.plate is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(label.plate))
            painter.drawRoundedRect(QRectF(left - 1, top, width + 2, height), 3, 3)
        painter.setPen(label.color)
        painter.drawText(QPointF(round(left + _PAD_PX), round(top + height / 2 + drop)), text)
