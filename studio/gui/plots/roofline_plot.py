"""The roofline of one NPU with the operators of the job on it."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.i18n import tr
from studio.gui.plots.styling import DecadeAxis, new_plot, style_plot
from studio.gui.theme import Theme
from studio.gui.views.format import figure_text
from studio.gui.views.plot_data import Roofline

_DECADES_BELOW = 4.0
_WIDE_PX = 300
"""Narrower plots name the roofs without their height, which the axis tells too."""


class RooflinePlot(QWidget):
    """FLOP per byte against FLOP/s, both logarithmic."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Roofline | None = None
        self._plot = new_plot(
            self, bottom=DecadeAxis("bottom", "count"), left=DecadeAxis("left", "compute")
        )
        self._plot.getAxis("left").setWidth(74)
        self._roofs = [pg.PlotCurveItem() for _ in range(3)]
        self._names = [pg.TextItem(anchor=(1, 1)) for _ in range(3)]
        for item in (*self._roofs, *self._names):
            self._plot.addItem(item)
        self._points = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=_tip)
        self._plot.addItem(self._points)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.set_theme(theme)

    @property
    def roofline(self) -> Roofline | None:
        """Return what is drawn."""
        return self._shown

    def show_roofline(self, roofline: Roofline | None) -> None:
        """Draw roofs and operators."""
        if roofline != self._shown:
            self._shown = roofline
            self._draw(roofline)

    def _draw(self, roofline: Roofline | None) -> None:
        if roofline is None or not roofline.peaks or not roofline.memory_byte_per_s:
            for item in (*self._roofs, *self._names, self._points):
                item.setVisible(False)
            return
        top = math.log10(max(peak for _, peak in roofline.peaks))
        ridge = top - math.log10(roofline.memory_byte_per_s)
        intensities = [math.log10(point.intensity) for point in roofline.points]
        left = min([-1.0, *(value - 0.3 for value in intensities)])
        right = max([ridge + 1.0, *(value + 0.3 for value in intensities)])
        reached = [math.log10(point.flops) for point in roofline.points]
        bottom = max(top - 7, min([top - _DECADES_BELOW, *(value - 0.3 for value in reached)]))
        self._draw_roofs(roofline, left, right)
        self._draw_points(roofline)
        self._plot.setXRange(left, right, padding=0)
        self._plot.setYRange(bottom, top + 0.9, padding=0)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        # pyqtgraph draws a symbol once for each pen and brush object: these are kept for that.
        self._brushes = {bound: pg.mkBrush(colour) for bound, colour in theme.bounds.items()}
        self._plain, self._outline = pg.mkBrush("#888888"), pg.mkPen(theme.panel)
        style_plot(self._plot, theme, self.font())
        self._plot.showGrid(x=True, y=True, alpha=0.18)
        self.retranslate()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._plot.getAxis("bottom").setLabel(tr("FLOP per byte"), color=self._theme.quiet)
        self._draw(self._shown)

    def _draw_roofs(self, roofline: Roofline, left: float, right: float) -> None:
        memory = math.log10(roofline.memory_byte_per_s)
        highest = max(peak for _, peak in roofline.peaks)
        for place, (line, name) in enumerate(zip(self._roofs, self._names, strict=True)):
            is_used = place < len(roofline.peaks)
            line.setVisible(is_used)
            name.setVisible(is_used)
            if not is_used:
                continue
            label, peak = roofline.peaks[place]
            height = math.log10(peak)
            corner = height - memory
            x = np.array([left, corner, right])
            line.setData(x, np.array([left + memory, height, height]))
            colour = self._theme.text if place == 0 else self._theme.quiet
            line.setPen(pg.mkPen(colour, width=1))
            value = figure_text("", peak, "compute", 3) if self.width() >= _WIDE_PX else ""
            name.setText(f"{label.upper()} {value}".strip(), colour)
            # Left of the slope nothing is drawn: the names have room there.
            name.setAnchor(QPointF(0, 1 if peak == highest else 0))
            name.setPos(QPointF(left, height))

    def _draw_points(self, roofline: Roofline) -> None:
        self._points.setVisible(True)
        self._points.setData(
            x=[math.log10(point.intensity) for point in roofline.points],
            y=[math.log10(point.flops) for point in roofline.points],
            brush=[self._brushes.get(point.bound, self._plain) for point in roofline.points],
            data=[point.text for point in roofline.points],
            pen=self._outline,
            size=9,
        )


def _tip(x: float, y: float, data: object) -> str:
    del x, y
    return str(data)
