"""Stacked horizontal bars with their figures written beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.plots.legend_table import LegendLine, LegendTable
from studio.gui.plots.styling import (
    QuantityAxis,
    new_plot,
    nice_step,
    segment_colours,
    style_plot,
)
from studio.gui.theme import Theme
from studio.gui.views.bars import Bar, Line, Segment
from studio.gui.views.format import share_text
from studio.gui.widgets.focus_line import FocusLine
from studio.gui.widgets.labels import plain_tip

if TYPE_CHECKING:
    from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent

BAR_THICKNESS = 0.5
_BEAM = 0.22
"""Height of the ends of a whisker."""
_ROOM = 1.04
"""Length of the axis over what is drawn on it, at least."""
_AXIS_STEPS = 20
"""The axis ends at a whole one of at most so many steps: it stays while figures change a little,
which shows the change, and need not be painted anew."""
_NONE = np.empty(0)
_MOST_LINES = 16
_NAME_PX, _COLUMN_PX = 96, 60


@guarded
class StackedBarsPlot(QWidget):
    """One bar a row; either to a common scale or each filling the width."""

    chosen = Signal(object)
    """Where a clicked segment opens: a figure and a path of lines in it."""

    def __init__(
        self, dimension: str, theme: Theme, *, is_share: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_share = is_share
        self._bars: tuple[Bar, ...] = ()
        self._limit = 0.0
        self._limit_text = ""
        self._moments: tuple[Line, ...] = ()
        self._fills: list[QColor] = []
        self._named: tuple[list[str], list[int]] = ([], [])
        axis = QuantityAxis("bottom", "ratio" if is_share else dimension)
        self._plot = new_plot(self, bottom=axis)
        self._plot.getAxis("left").setStyle(tickTextOffset=6, tickLength=0)
        self._items = pg.BarGraphItem(x0=[], x1=[], y=[], height=BAR_THICKNESS)
        self._plot.addItem(self._items)
        self._bands = pg.ErrorBarItem(x=_NONE, y=_NONE, left=_NONE, right=_NONE, beam=_BEAM)
        self._plot.addItem(self._bands)
        self._limit_line = pg.InfiniteLine(angle=90)
        self._plot.addItem(self._limit_line)
        self._limit_name = pg.TextItem(anchor=(1, 1))
        self._plot.addItem(self._limit_name)
        self._legend = LegendTable(theme)
        self._legend.clicked.connect(self._choose_line)
        self._plot.scene().sigMouseClicked.connect(self._choose_at)
        self._plot.scene().sigMouseMoved.connect(self._tell)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._legend)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumHeight(40)
        FocusLine(scroll)
        self._plot.setMinimumHeight(64)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self._plot)
        split.addWidget(scroll)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        split.setSizes([110, 130])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.set_theme(theme)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Return what is drawn."""
        return self._bars

    def segment_at(self, x: float, y: float) -> tuple[Bar, Segment] | None:
        """Return the segment at a place of the drawing, in its axes."""
        row = round(-y)
        if not 0 <= row < len(self._bars) or abs(y + row) > BAR_THICKNESS / 2:
            return None
        bar = self._bars[row]
        scale = bar.total if self._is_share and bar.total else 1.0
        reached = 0.0
        for segment in bar.segments:
            if reached <= x < reached + segment.value / scale:
                return bar, segment
            reached += segment.value / scale
        return None

    def _under(self, place: QPointF) -> tuple[Bar, Segment] | None:
        here = self._plot.getViewBox().mapSceneToView(place)
        return self.segment_at(here.x(), here.y())

    def _choose_at(self, event: MouseClickEvent) -> None:
        found = self._under(event.scenePos())
        if found is not None and found[1].opens and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(found[1].opens)

    def _tell(self, place: QPointF) -> None:
        found = self._under(place)
        text = ""
        if found is not None:
            bar, segment = found
            share = share_text(segment.value / bar.total) if bar.total else ""
            text = f"{bar.name} · {segment.name}\n{segment.text}  {share}"
            text += "\n" + tr("Click to see what this is made of") if segment.opens else ""
            text += f"\n{tr('Error band')}: {tr(bar.band.text)}" if bar.band else ""
        self._plot.setToolTip(plain_tip(text))

    def _choose_line(self, name: str) -> None:
        """Open a part by its line beside the plot, in the bar where it is largest."""
        found = [one for bar in self._bars for one in bar.segments if one.name == name]
        largest = max(found, key=lambda one: one.value, default=None)
        if largest is not None and largest.opens:
            self.chosen.emit(largest.opens)

    def figures(self) -> list[list[str]]:
        """Return what is drawn as a table of texts."""
        names = list(dict.fromkeys(one.name for bar in self._bars for one in bar.segments))
        values = [{one.name: one.value for one in bar.segments} for bar in self._bars]
        lines = [["", *(bar.name for bar in self._bars)]]
        lines += [[name, *(f"{row.get(name, 0.0):.6g}" for row in values)] for name in names]
        return lines + [[moment.name, f"{moment.value:.6g}"] for moment in self._moments]

    def show_bars(
        self,
        bars: Sequence[Bar],
        limit: float = 0.0,
        limit_text: str = "",
        moments: Sequence[Line] = (),
    ) -> None:
        """Draw bars, with a line at a limit where there is one.

        Moments, of a single bar, are told below its segments.
        """
        was_told, self._moments = self._moments, tuple(moments)
        if (tuple(bars), limit, limit_text) != (self._bars, self._limit, self._limit_text):
            self._draw(bars, limit, limit_text)
        elif was_told != self._moments:
            self._write_legend()

    def _draw(self, bars: Sequence[Bar], limit: float, limit_text: str) -> None:
        self._bars, self._limit, self._limit_text = tuple(bars), limit, limit_text
        colours = segment_colours(bars, self._theme)
        x0, x1, y, fills = [], [], [], []
        for row, bar in enumerate(bars):
            reached = 0.0
            scale = bar.total if self._is_share and bar.total else 1.0
            for segment in bar.segments:
                x0.append(reached)
                reached += segment.value / scale
                x1.append(reached)
                y.append(float(-row))
                fills.append(colours[segment.name])
        drawn: dict[str, Any] = {"x0": x0, "x1": x1, "y": y}
        if fills != self._fills:
            self._fills = fills
            drawn["brushes"] = [QBrush(colour) for colour in fills]
        self._items.setOpts(**drawn)
        self._draw_bands(bars)
        longest = max((self._reach(bar) for bar in bars), default=1.0)
        right = _axis_end(max(longest, limit) * _ROOM) or 1.0
        self._show_limit(limit, max((bar.total for bar in bars), default=0.0), limit_text, right)
        self._name_rows([bar.name for bar in bars])
        self._plot.setXRange(0, right, padding=0)
        room = 0.95 if limit else 0.5
        self._plot.setYRange(-max(1, len(bars)) + 0.5, room, padding=0)
        # Left to the painting, the new scale would move the items only then, and paint them twice.
        self._plot.scene().prepareForPaint()
        self._write_legend()

    def _name_rows(self, names: list[str]) -> None:
        """Write the names of the bars; the same are not laid out anew."""
        widths = [self.fontMetrics().horizontalAdvance(name) for name in names]
        if (names, widths) != self._named:
            self._named = names, widths
            axis = self._plot.getAxis("left")
            axis.setTicks([[(-float(row), name) for row, name in enumerate(names)]])
            axis.setWidth(max(widths, default=0) + 12)

    def _reach(self, bar: Bar) -> float:
        """Return how far a bar and its error band reach."""
        whole = 1.0 if self._is_share else bar.total
        return bar.band.high(whole) if bar.band else whole

    def _draw_bands(self, bars: Sequence[Bar]) -> None:
        """Draw a whisker at the end of every bar that measurements check."""
        found = [
            (-float(row), 1.0 if self._is_share else bar.total, bar.band)
            for row, bar in enumerate(bars)
            if bar.band is not None
        ]
        self._bands.setData(
            x=np.array([end for _, end, _ in found]),
            y=np.array([row for row, _, _ in found]),
            left=np.array([end - band.low(end) for _, end, band in found]),
            right=np.array([band.high(end) - end for _, end, band in found]),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write_legend()

    def _write_legend(self) -> None:
        """Columns that do not fit are left out; the bars and their tips still tell them."""
        columns = max(1, (self.width() - _NAME_PX) // _COLUMN_PX)
        colours = segment_colours(self._bars, self._theme)
        lines = _legend_lines(self._bars[:columns], colours)
        self._legend.show_lines([*lines, *_moment_lines(self._moments)])

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        style_plot(self._plot, theme, self.font())
        self._items.setOpts(pen=pg.mkPen(theme.panel))
        self._bands.setData(pen=pg.mkPen(theme.text, width=1.5))
        self._legend.set_theme(theme)
        self._draw(self._bars, self._limit, self._limit_text)

    def _show_limit(self, limit: float, longest: float, text: str, right: float) -> None:
        """Draw the line of a limit, its name on the side that has room."""
        for item in (self._limit_line, self._limit_name):
            item.setVisible(limit > 0)
        if limit <= 0:
            return
        self._limit_name.setAnchor(QPointF(0 if limit < right / 2 else 1, 1))
        colour = self._theme.bad if longest > limit else self._theme.text
        self._limit_line.setPen(pg.mkPen(colour, width=2))
        self._limit_line.setPos(limit)
        self._limit_name.setText(text, colour)
        self._limit_name.setPos(limit, BAR_THICKNESS / 2)


def _axis_end(reached: float) -> float:
    """Return the end of an axis that holds what is drawn: the next round value."""
    step = nice_step(reached, _AXIS_STEPS)
    return math.ceil(reached / step - 1e-9) * step


def _legend_lines(bars: Sequence[Bar], colours: dict[str, QColor]) -> list[LegendLine]:
    if not bars:
        return []
    values = [{segment.name: segment.text for segment in bar.segments} for bar in bars]
    names = tuple(bar.name for bar in bars)
    top = [LegendLine("", names, is_quiet=True)] if len(bars) > 1 else []
    total = LegendLine(tr("Total"), tuple(bar.total_text for bar in bars), is_bold=True)
    lines = [
        LegendLine(name, tuple(texts.get(name, "") for texts in values), colour.name())
        for name, colour in list(colours.items())[:_MOST_LINES]
    ]
    bands = tuple(bar.band.short if bar.band else "" for bar in bars)
    off = [LegendLine(tr("Error band"), bands, is_quiet=True)] if any(bands) else []
    return [*top, total, *off, *lines]


def _moment_lines(moments: Sequence[Line]) -> list[LegendLine]:
    if not moments:
        return []
    heading = LegendLine(tr("Memory by moment"), (), is_quiet=True)
    return [heading, *(LegendLine(one.name, (one.text,), is_quiet=True) for one in moments)]
