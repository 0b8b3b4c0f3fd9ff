"""Traces of utilisation and power while the run plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.i18n import tr
from studio.gui.plots.styling import QuantityAxis, new_plot, style_plot
from studio.gui.theme import CATEGORICAL, Theme
from studio.gui.views.format import figure_text
from studio.gui.views.streams import Streams
from studio.gui.widgets.labels import plain_tip
from studio.gui.widgets.steady_label import SteadyLabel

if TYPE_CHECKING:
    from studio.fabric.arrays import FloatArray
    from studio.simulation.error_band import ErrorBand

_AXIS_WIDTH = 62
_TRACES = ("compute", "memory", "network")
_BAND_OPACITY = 60
"""Of 255: three bands over one another stay readable."""


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
        self._bands = {name: _new_band() for name in (*_TRACES, "power")}
        self._draw = pg.PlotCurveItem(skipFiniteCheck=True)
        for name in _TRACES:
            self._levels.addItem(self._bands[name])
        for curve in self._curves.values():
            self._levels.addItem(curve)
        self._power.addItem(self._bands["power"])
        self._power.addItem(self._draw)
        self._top = 0.0
        self._told: tuple[ErrorBand | None, ErrorBand | None] = (None, None)
        for plot in (self._levels, self._power):
            plot.getAxis("left").setWidth(_AXIS_WIDTH)
            plot.setMinimumHeight(40)
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
            levels = getattr(streams, name)
            curve.setData(times, levels)
            _show_band(self._bands[name], times, levels, streams.share_band, most=1.0)
        self._draw.setData(times, streams.power_w)
        _show_band(self._bands["power"], times, streams.power_w, streams.power_band)
        for plot in (self._levels, self._power):
            plot.setXRange(float(times[0]), float(times[-1]), padding=0)
        top = float(streams.power_w.max()) if len(streams.power_w) else 0.0
        top = streams.power_band.high(top) if streams.power_band else top
        if top > self._top or top < 0.6 * self._top:
            self._top = top
            self._power.setYRange(0, top * 1.1 or 1.0, padding=0)
        self._show_legend(streams)
        self._tell(streams.share_band, streams.power_band)

    def _tell(self, of_shares: ErrorBand | None, of_power: ErrorBand | None) -> None:
        """Say under the pointer what the bands are; they stay the same while a run plays."""
        if (of_shares, of_power) == self._told:
            return
        self._told = of_shares, of_power
        for plot, band in ((self._levels, of_shares), (self._power, of_power)):
            said = f"{tr('Error band')} {band.short}: {tr(band.text)}" if band else ""
            plot.setToolTip(plain_tip(said))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        for plot in (self._levels, self._power):
            style_plot(plot, theme, self.font())
            plot.showGrid(x=False, y=True, alpha=0.18)
        for name, curve in self._curves.items():
            curve.setPen(pg.mkPen(theme.bounds[name], width=1))
            self._bands[name].setBrush(_faint(theme.bounds[name]))
        self._bands["power"].setBrush(_faint(CATEGORICAL[3]))
        self._draw.setPen(pg.mkPen(CATEGORICAL[3], width=1))

    def _show_legend(self, streams: Streams) -> None:
        names = {"compute": tr("Compute"), "memory": tr("Memory"), "network": tr("Network")}
        texts = [
            f'<span style="color:{self._theme.bounds[name]}">■</span> {names[name]} '
            f"{float(getattr(streams, name)[-1]) * 100:.0f} %"
            for name in _TRACES
        ]
        if streams.share_band:
            texts[-1] += f" ({streams.share_band.short})"
        power = figure_text("", float(streams.power_w[-1]), "power", 3)
        texts.append(f'<span style="color:{CATEGORICAL[3]}">■</span> {tr("Power")} {power}')
        if streams.power_band:
            texts[-1] += f" ({streams.power_band.short})"
        self._legend.setText("&nbsp;&nbsp; ".join(texts))


def _new_band() -> pg.PlotCurveItem:
    """Return an area between two traces, drawn as one outline that is filled."""
    return pg.PlotCurveItem(skipFiniteCheck=True, pen=None, fillLevel="enclosed")


def _show_band(
    item: pg.PlotCurveItem,
    times: FloatArray,
    values: FloatArray,
    band: ErrorBand | None,
    most: float = np.inf,
) -> None:
    """Show how far a trace may be off: forth along the upper ends, back along the lower ones."""
    item.setVisible(band is not None)
    if band is not None:
        high, low = np.minimum(values * band.factor, most), values / band.factor
        item.setData(np.concatenate((times, times[::-1])), np.concatenate((high, low[::-1])))


def _faint(colour: str) -> QColor:
    found = QColor(colour)
    found.setAlpha(_BAND_OPACITY)
    return found
