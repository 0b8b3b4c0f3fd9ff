"""Traces of utilisation and power while the run plays."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.i18n import tr
from studio.gui.plots.styling import QuantityAxis, new_plot, style_plot
from studio.gui.theme import CATEGORICAL, Theme
from studio.gui.views.format import figure_text
from studio.gui.views.plot_data import Streams
from studio.gui.widgets.steady_label import SteadyLabel

_AXIS_WIDTH = 62
_TRACES = ("compute", "memory", "network")


class StreamPlot(QWidget):
    """Two plots over one time axis: utilisation of the units, power of the equipment."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._legend = SteadyLabel()
        # Nothing in it comes from a file: only words and colours of the studio.
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._levels = new_plot(self, left=QuantityAxis("left", "ratio"))
        self._power = new_plot(
            self, left=QuantityAxis("left", "power"), bottom=QuantityAxis("bottom", "time")
        )
        self._levels.hideAxis("bottom")
        self._levels.setYRange(0, 1.05, padding=0)
        self._levels.getAxis("left").setTicks([[(share, f"{share:.0%}") for share in (0.5, 1.0)]])
        self._curves = {name: pg.PlotCurveItem(skipFiniteCheck=True) for name in _TRACES}
        for curve in self._curves.values():
            self._levels.addItem(curve)
        self._draw = pg.PlotCurveItem(skipFiniteCheck=True)
        self._power.addItem(self._draw)
        self._top = 0.0
        for plot in (self._levels, self._power):
            plot.getAxis("left").setWidth(_AXIS_WIDTH)
            plot.setMinimumHeight(48)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._legend)
        layout.addWidget(self._levels, 1)
        layout.addWidget(self._power, 1)
        self.set_theme(theme)

    def show_streams(self, streams: Streams) -> None:
        """Draw the traces of one moment."""
        times = streams.times_s
        for name, curve in self._curves.items():
            curve.setData(times, getattr(streams, name))
        self._draw.setData(times, streams.power_w)
        for plot in (self._levels, self._power):
            plot.setXRange(float(times[0]), float(times[-1]), padding=0)
        top = float(streams.power_w.max()) if len(streams.power_w) else 0.0
        if top > self._top or top < 0.6 * self._top:
            self._top = top
            self._power.setYRange(0, top * 1.1 or 1.0, padding=0)
        self._show_legend(streams)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        for plot in (self._levels, self._power):
            style_plot(plot, theme, self.font())
            plot.showGrid(x=False, y=True, alpha=0.18)
        for name, curve in self._curves.items():
            curve.setPen(pg.mkPen(theme.bounds[name], width=1))
        self._draw.setPen(pg.mkPen(CATEGORICAL[3], width=1))

    def _show_legend(self, streams: Streams) -> None:
        names = {"compute": tr("Compute"), "memory": tr("Memory"), "network": tr("Network")}
        texts = [
            f'<span style="color:{self._theme.bounds[name]}">■</span> {names[name]} '
            f"{float(getattr(streams, name)[-1]) * 100:.0f} %"
            for name in _TRACES
        ]
        power = figure_text("", float(streams.power_w[-1]), "power", 3)
        texts.append(f'<span style="color:{CATEGORICAL[3]}">■</span> {tr("Power")} {power}')
        self._legend.setText("&nbsp;&nbsp; ".join(texts))
