"""Colours and axes shared by the plots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from studio.gui.theme import CATEGORICAL, Theme
from studio.gui.views.bars import Bar
from studio.gui.views.format import figure_text

_LIGHTER_STEP = 22
_LETTER_PX, _GAP_PX = 6.0, 16.0
"""Width of a letter of a tick's text, and what stays free between two of them."""
_LINE_PX = 38.0
"""Height of a tick's text with what stays free around it."""
_MOST_TICKS = 8


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5 x 10^n that divides a span into at most `most` pieces."""
    if span <= 0 or most < 1:
        return 1.0
    raw = span / most
    decade = 10.0 ** math.floor(math.log10(raw))
    return next(m * decade for m in (1, 2, 5, 10) if m * decade >= raw * (1 - 1e-9))


def _ticks(least: float, most: float, pieces: int) -> tuple[float, list[float]]:
    """Return the step and the places of round ticks between two values, two where that can be."""
    step = nice_step(most - least, pieces)
    first = math.ceil(least / step - 1e-9)
    last = math.floor(most / step + 1e-9)
    if last <= first and pieces < _MOST_TICKS:
        # One figure alone is no scale.
        return _ticks(least, most, pieces + 1)
    return step, [n * step for n in range(first, last + 1)]


class UnitAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose ticks are written with units."""

    def __init__(self, orientation: str, dimension: str) -> None:
        super().__init__(orientation=orientation)
        self._dimension = dimension
        self.enableAutoSIPrefix(False)

    def _texts(self, values: Iterable[float]) -> list[str]:
        return [figure_text("", value, self._dimension, 3) for value in values]


class QuantityAxis(UnitAxis):
    """A linear axis with as many round ticks as fit."""

    def tickValues(
        self,
        minVal: float,  # noqa: N803 - pyqtgraph's names
        maxVal: float,  # noqa: N803
        size: float,
    ) -> list[tuple[float, list[float]]]:
        most = max(2, min(_MOST_TICKS, int(size / _LINE_PX)))
        ticks = _ticks(minVal, maxVal, most)
        if self.orientation == "bottom":
            while most > 2 and self._width(ticks[1]) > size:
                most -= 1
                ticks = _ticks(minVal, maxVal, most)
        return [ticks]

    def _width(self, values: Sequence[float]) -> float:
        """Return the room the texts of some ticks need side by side."""
        return sum(len(text) * _LETTER_PX + _GAP_PX for text in self._texts(values))

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        del scale, spacing
        return self._texts(values)


class DecadeAxis(UnitAxis):
    """A logarithmic axis with one tick a decade."""

    def tickValues(
        self,
        minVal: float,  # noqa: N803 - pyqtgraph's names
        maxVal: float,  # noqa: N803
        size: float,
    ) -> list[tuple[float, list[float]]]:
        decades = [float(n) for n in range(int(minVal) - 1, int(maxVal) + 2)]
        inside = [n for n in decades if minVal <= n <= maxVal]
        step = max(1, -(-len(inside) * 55 // max(1, int(size))))
        return [(float(step), inside[::step])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        del scale, spacing
        return self._texts(10.0**value for value in values)


def new_plot(parent: QWidget, **axes: pg.AxisItem) -> pg.PlotWidget:
    """Return an empty plot that scrolls and zooms with nothing by itself."""
    # Made first and switched off then, its menus take a third of the time that a plot does.
    plot = pg.PlotWidget(parent, enableMenu=False, axisItems=axes)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    plot.getViewBox().setDefaultPadding(0)
    plot.disableAutoRange()
    plot.setFrameShape(plot.Shape.NoFrame)
    # Keys do nothing in it: its figures are read in the table below.
    plot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return plot


def style_plot(plot: pg.PlotWidget, theme: Theme, font: QFont) -> None:
    """Paint a plot in the colours of a theme."""
    plot.setBackground(theme.panel)
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.84)
    for name in ("left", "bottom", "right", "top"):
        axis = plot.getAxis(name)
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.quiet))
        axis.setTickFont(small)
        axis.setStyle(maxTickLevel=0, tickLength=0)


def segment_colours(bars: Sequence[Bar], theme: Theme) -> dict[str, QColor]:
    """Return one colour per segment name: by what it is bound by, else one after another."""
    colours: dict[str, QColor] = {}
    uses: dict[str, int] = {}
    for bar in bars:
        for segment in bar.segments:
            if segment.name in colours:
                continue
            key = segment.colour if segment.colour in theme.bounds else ""
            place = uses.get(key, 0) if segment.place is None else segment.place
            uses[key] = uses.get(key, 0) + 1
            if key:
                # Several terms of one bound stay one hue and differ in lightness.
                colour = QColor(theme.bounds[key])
                factor = 100 + _LIGHTER_STEP * place
                colours[segment.name] = (
                    colour.darker(factor) if theme.is_dark else colour.lighter(factor)
                )
            else:
                colours[segment.name] = QColor(CATEGORICAL[place % len(CATEGORICAL)])
    return colours
