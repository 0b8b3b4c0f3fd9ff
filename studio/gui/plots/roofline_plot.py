"""The roofline of one NPU with the operators of the job on it; a click opens an operator."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.plots.styling import DecadeAxis, new_plot, style_plot
from studio.gui.theme import Theme
from studio.gui.views.format import figure_text
from studio.gui.views.roofline import Roof, Roofline, RooflinePoint, WholePhase

_DECADES_BELOW, _ABOVE = 4.0, 0.9
"""Below and above the highest roof."""
_WIDE_PX = 300
"""Narrower plots name the roofs without their height, which the axis tells too."""
_ROOFS = 4
_POINT_PX, _RIDGE_PX, _PHASE_PX = 9, 7, 7
_BEAM_DECADES = 0.16
"""Width of the ends of a whisker."""
_NAME_MARGIN_PX = 4
"""Qt leaves as much around a text of a scene."""


@guarded
class RooflinePlot(QWidget):
    """FLOP per byte against FLOP/s, both logarithmic."""

    operator_chosen = Signal(object)
    """`OperatorName` of a point that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Roofline | None = None
        self._plot = new_plot(
            self, bottom=DecadeAxis("bottom", "count"), left=DecadeAxis("left", "compute")
        )
        self._plot.getAxis("left").setWidth(74)
        self._lines = [pg.PlotCurveItem() for _ in range(_ROOFS)]
        self._names = [pg.TextItem(anchor=(0, 1)) for _ in range(_ROOFS)]
        self._slope = pg.TextItem(anchor=(0, 0))
        for item in (*self._lines, *self._names, self._slope):
            self._plot.addItem(item)
        self._ridges = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=_tip, symbol="d")
        self._points = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=_tip)
        self._points.sigClicked.connect(self._clicked)
        self._points.setCursor(Qt.CursorShape.PointingHandCursor)
        self._phases = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=_tip, symbol="s")
        none = np.empty(0)
        self._bands = pg.ErrorBarItem(x=none, y=none, top=none, bottom=none, beam=_BEAM_DECADES)
        for item in (self._ridges, self._points, self._bands, self._phases):
            self._plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.set_theme(theme)

    @property
    def roofline(self) -> Roofline | None:
        """Return what is drawn."""
        return self._shown

    @property
    def plot(self) -> pg.PlotWidget:
        """Return the drawing itself."""
        return self._plot

    def show_roofline(self, roofline: Roofline | None) -> None:
        """Draw roofs and operators."""
        if roofline != self._shown:
            self._shown = roofline
            self._draw(roofline)

    def _draw(self, roofline: Roofline | None) -> None:
        points = (self._ridges, self._points, self._phases, self._bands)
        drawn = (*self._lines, *self._names, self._slope, *points)
        if roofline is None or not roofline.roofs or not roofline.memory_byte_per_s:
            for item in drawn:
                item.setVisible(False)
            return
        top = math.log10(max(roof.flops for roof in roofline.roofs))
        ridge = math.log10(max(roof.ridge for roof in roofline.roofs))
        shown: tuple[RooflinePoint | WholePhase, ...] = (*roofline.points, *roofline.phases)
        intensities = [math.log10(point.intensity) for point in shown]
        left = min([-1.0, *(value - 0.3 for value in intensities)])
        right = max([ridge + 1.0, *(value + 0.3 for value in intensities)])
        reached = [math.log10(point.flops) for point in shown]
        bottom = max(top - 7, min([top - _DECADES_BELOW, *(value - 0.3 for value in reached)]))
        self._draw_roofs(roofline, left, right)
        above = self._room_above(top - bottom)
        self._place_names(roofline, left, top + above - bottom)
        self._draw_slope(roofline, left, bottom)
        self._draw_ridges(roofline)
        self._draw_points(roofline)
        self._draw_phases(roofline)
        self._plot.setXRange(left, right, padding=0)
        self._plot.setYRange(bottom, top + above, padding=0)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw(self._shown)

    def _draw_roofs(self, roofline: Roofline, left: float, right: float) -> None:
        memory = math.log10(roofline.memory_byte_per_s)
        for place, (line, name) in enumerate(zip(self._lines, self._names, strict=True)):
            is_there = place < len(roofline.roofs)
            line.setVisible(is_there)
            name.setVisible(is_there)
            if not is_there:
                continue
            roof = roofline.roofs[place]
            height = math.log10(roof.flops)
            x = np.array([left, height - memory, right])
            line.setData(x, np.array([left + memory, height, height]))
            colour = self._theme.text if roof.is_used else self._theme.quiet
            style = Qt.PenStyle.SolidLine if roof.is_used else Qt.PenStyle.DashLine
            line.setPen(pg.mkPen(colour, width=1, style=style))
            value = figure_text("", roof.flops, "compute", 3) if self.width() >= _WIDE_PX else ""
            name.setText(f"{roof.formats.upper()} {value}".strip(), colour)

    def _room_above(self, decades: float) -> float:
        """Return the decades over the highest roof, enough for its name in a low plot too."""
        line = QFontMetricsF(self.font()).height() + 2 * _NAME_MARGIN_PX
        height = self._plot.getViewBox().height()
        return max(_ABOVE, decades * line / (height - line)) if height > 2 * line else decades

    def _place_names(self, roofline: Roofline, left: float, decades: float) -> None:
        """Put the name of the highest roof over it and the others below theirs, none over another.

        Left of the slope nothing is drawn: the names have room there.
        """
        line = QFontMetricsF(self.font()).height() * decades
        line /= max(self._plot.getViewBox().height(), 1.0)
        room = math.inf
        named = sorted(
            zip(roofline.roofs, self._names, strict=False), key=lambda one: -one[0].flops
        )
        for place, (roof, name) in enumerate(named):
            height = min(math.log10(roof.flops), room)
            name.setAnchor(QPointF(0, 0 if place else 1))
            name.setPos(QPointF(left, height))
            room = height - line if place else height

    def _draw_slope(self, roofline: Roofline, left: float, bottom: float) -> None:
        """Name the memory along the slope, where there is room right of its foot."""
        is_wide = self.width() >= _WIDE_PX
        self._slope.setVisible(is_wide)
        if is_wide:
            rate = figure_text("", roofline.memory_byte_per_s, "bandwidth", 3)
            memory = math.log10(roofline.memory_byte_per_s)
            foot = max(left, bottom - memory)
            self._slope.setText(tr("Memory {rate}").format(rate=rate), self._theme.quiet)
            self._slope.setPos(QPointF(foot + 0.35, foot + 0.35 + memory))

    def _draw_ridges(self, roofline: Roofline) -> None:
        self._ridges.setVisible(True)
        self._ridges.setData(
            x=[math.log10(roof.ridge) for roof in roofline.roofs],
            y=[math.log10(roof.flops) for roof in roofline.roofs],
            data=[_ridge_text(roof) for roof in roofline.roofs],
            brush=pg.mkBrush(self._theme.panel),
            pen=pg.mkPen(self._theme.text),
            size=_RIDGE_PX,
        )

    def _draw_points(self, roofline: Roofline) -> None:
        self._points.setVisible(True)
        self._points.setData(
            x=[math.log10(point.intensity) for point in roofline.points],
            y=[math.log10(point.flops) for point in roofline.points],
            brush=[self._brushes.get(point.bound, self._plain) for point in roofline.points],
            data=[point.text for point in roofline.points],
            pen=self._outline,
            size=_POINT_PX,
        )

    def _draw_phases(self, roofline: Roofline) -> None:
        """Draw each phase as a whole with a whisker: only the whole is checked by measurements."""
        self._phases.setVisible(True)
        self._phases.setData(
            x=[math.log10(phase.intensity) for phase in roofline.phases],
            y=[math.log10(phase.flops) for phase in roofline.phases],
            data=[phase.text for phase in roofline.phases],
            brush=pg.mkBrush(self._theme.text),
            pen=self._outline,
            size=_PHASE_PX,
        )
        checked = [(phase, phase.band) for phase in roofline.phases if phase.band is not None]
        reach = np.array([math.log10(band.factor) for _, band in checked])
        self._bands.setVisible(bool(checked))
        self._bands.setData(
            x=np.array([math.log10(phase.intensity) for phase, _ in checked]),
            y=np.array([math.log10(phase.flops) for phase, _ in checked]),
            top=reach,
            bottom=reach,
            pen=pg.mkPen(self._theme.text, width=1.5),
        )

    def figures(self) -> list[list[str]]:
        """Return what is drawn as a table of texts."""
        head = [tr("Phase"), tr("Operator"), "FLOP/byte", "FLOP/s", tr("Limited by")]
        points = self._shown.points if self._shown else ()
        return [
            head,
            *(
                [one.opens.phase, one.opens.name, f"{one.intensity:.6g}", f"{one.flops:.6g}",
                 one.bound]
                for one in points
            ),
        ]  # fmt: skip

    def _clicked(self, _item: object, points: Sequence[pg.SpotItem], _event: object = None) -> None:
        if len(points) and self._shown is not None:
            self.operator_chosen.emit(self._shown.points[points[0].index()].opens)


def _ridge_text(roof: Roof) -> str:
    text = tr("{formats}: from {ridge} FLOP per byte on computing is the limit, below it memory")
    return text.format(formats=roof.formats.upper(), ridge=f"{roof.ridge:,.3g}")


def _tip(x: float, y: float, data: object) -> str:
    del x, y
    return str(data)
