"""Plots of a study: the trade-off of all mappings, and the tornado of hardware numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.exploration.search.goals import Goal
from studio.exploration.sensitivity import Sensitivity
from studio.fabric.arrays import FloatArray
from studio.gui.i18n import tr
from studio.gui.plots.styling import QuantityAxis, new_plot, style_plot
from studio.gui.theme import CATEGORICAL, Theme
from studio.gui.views.study_rows import shown_bars
from studio.session.study import PlanSearch

_FRONT_PX, _CLOUD_PX, _CHOSEN_PX = 8, 3, 13
_NAMES_SHARE = 0.42
"""Of a tornado's width, for the names of the numbers."""
_WIDE_PX = 360
_ROOM = 1.06
"""Length of an axis over the largest value on it."""
_BAND_OPACITY = 150
"""Of 255: whiskers of the front stay behind its points."""


class FrontPlot(QWidget):
    """Every mapping a point, those nothing beats joined; a click on one of them chooses it."""

    chosen = Signal(int)
    """Position on the front."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot: pg.PlotWidget | None = None
        self._theme = theme
        self._found: PlanSearch | None = None
        self._legend = pg.QtWidgets.QLabel()
        self._legend.setObjectName("quiet")
        self._legend.setWordWrap(True)
        self._column = pg.QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._legend)

    def show_search(self, found: PlanSearch) -> None:
        """Show the trade-off of a search."""
        if self._plot is not None:
            self._column.removeWidget(self._plot)
            self._plot.deleteLater()
        across, upward = found.axes
        self._found = found
        plot = self._plot = new_plot(
            self,
            bottom=QuantityAxis("bottom", across.dimension),
            left=QuantityAxis("left", upward.dimension),
        )
        style_plot(plot, self._theme, self.font())
        plot.setLabel("bottom", escape(self._axis_name(across)), color=self._theme.quiet)
        x, y = self._points()
        cloud = pg.ScatterPlotItem(size=_CLOUD_PX, pen=None, brush=pg.mkBrush(self._theme.line))
        cloud.setData(*found.cloud)
        plot.addItem(cloud)
        faint = QColor(CATEGORICAL[0])
        faint.setAlpha(_BAND_OPACITY)
        plot.addItem(self._whiskers(x, y, pg.mkPen(faint, width=1)))
        plot.addItem(pg.PlotCurveItem(x, y, pen=pg.mkPen(CATEGORICAL[0], width=1.5)))
        brushes = [
            pg.mkBrush(CATEGORICAL[0] if plan.keeps_limits else self._theme.panel)
            for plan in found.front
        ]
        front = pg.ScatterPlotItem(
            size=_FRONT_PX, pen=pg.mkPen(CATEGORICAL[0]), hoverable=True, tip=self._tip
        )
        front.setCursor(Qt.CursorShape.PointingHandCursor)
        front.setData(x, y, brush=brushes, data=np.arange(len(x)))
        front.sigClicked.connect(self._clicked)
        plot.addItem(front)
        self._mark = pg.ScatterPlotItem(
            size=_CHOSEN_PX, pen=pg.mkPen(CATEGORICAL[1], width=2), brush=None
        )
        plot.addItem(self._mark)
        self._mark_band = self._whiskers(np.empty(0), np.empty(0), self._mark.opts["pen"])
        plot.addItem(self._mark_band)
        self._fit(x, y)
        self._column.addWidget(plot, 1)
        # Beside the axis a name this long would run out of a low plot.
        name = unbroken(f"↑ {self._axis_name(upward)}")
        self._legend.setText(" &nbsp; ".join([name, *self._signs()]))

    def mark(self, place: tuple[float, float] | None) -> None:
        """Ring the mapping chosen in the table."""
        if self._plot is not None:
            xs, ys = ([], []) if place is None else ([place[0]], [place[1]])
            self._mark.setData(xs, ys)
            self._mark_band.setData(**self._reach(np.array(xs, float), np.array(ys, float)))

    def _whiskers(self, x: FloatArray, y: FloatArray, pen: QPen) -> pg.ErrorBarItem:
        """Return the error bands of mappings in both figures."""
        return pg.ErrorBarItem(**self._reach(x, y), pen=pen)

    def _reach(self, x: FloatArray, y: FloatArray) -> dict[str, FloatArray | None]:
        """Return places and what whiskers reach from them; none where nothing was measured."""
        assert self._found is not None
        across, upward = (self._found.error_bands.get(goal.id) for goal in self._found.axes)
        return {
            "x": x,
            "y": y,
            "left": x - x / across.factor if across else None,
            "right": x * across.factor - x if across else None,
            "bottom": y - y / upward.factor if upward else None,
            "top": y * upward.factor - y if upward else None,
        }

    def _signs(self) -> list[str]:
        """Return what each sign of the plot means, in its colour."""
        assert self._found is not None
        kept = {plan.keeps_limits for plan in self._found.front}
        signs = [
            ("●", CATEGORICAL[0], tr("nothing beats it in both"), True in kept),
            ("○", CATEGORICAL[0], tr("misses a limit"), False in kept),
            ("◯", CATEGORICAL[1], tr("chosen"), True),
            ("●", self._theme.line, tr("other mappings"), True),
        ]
        return [
            f'<span style="color:{colour}">{sign}</span>&nbsp;{unbroken(meaning)}'
            for sign, colour, meaning, is_drawn in signs
            if is_drawn
        ]

    def _axis_name(self, goal: Goal) -> str:
        """Return the name of a figure with the half width of its error band."""
        assert self._found is not None
        band = self._found.error_bands.get(goal.id)
        return f"{tr(goal.name)} ({band.short})" if band else tr(goal.name)

    def _tip(self, x: float, y: float, data: int) -> str:
        assert self._found is not None
        across, upward = self._found.axes
        plan = self._found.front[int(data)]
        lines = [tr(plan.plan), f"{tr(across.name)}: {across.text(x)}"]
        lines.append(f"{tr(upward.name)}: {upward.text(y)}")
        lines += [] if plan.keeps_limits else [tr("Misses a limit")]
        bands = (self._found.error_bands.get(goal.id) for goal in self._found.axes)
        said = dict.fromkeys(f"{tr('Error band')}: {tr(band.text)}" for band in bands if band)
        return "\n".join([*lines, *said, tr("Click to choose it")])

    def _points(self) -> tuple[FloatArray, FloatArray]:
        assert self._found is not None
        metrics = [goal.metric for goal in self._found.axes]
        table = np.array([[plan.metrics[name] for name in metrics] for plan in self._found.front])
        return table.reshape(-1, 2)[:, 0], table.reshape(-1, 2)[:, 1]

    def _fit(self, x: FloatArray, y: FloatArray) -> None:
        """Show the front with a margin; the cloud may run out of the picture."""
        assert self._plot is not None
        if not x.size:
            return
        assert self._found is not None
        is_from_zero = self._found.axes[1].is_more_better
        box, bands = self._plot.getViewBox(), self._found.error_bands
        for goal, values, show in zip(
            self._found.axes, (x, y), (box.setXRange, box.setYRange), strict=True
        ):
            factor = bands[goal.id].factor if goal.id in bands else 1.0
            least = 0.0 if is_from_zero else float(values.min()) / factor / _ROOM
            show(least, float(values.max()) * factor * _ROOM, padding=0)

    def _clicked(self, _item: object, points: Sequence[pg.SpotItem]) -> None:
        if len(points):
            self.chosen.emit(int(points[0].data()))


class TornadoPlot(pg.PlotWidget):  # type: ignore[misc]
    """A bar a hardware number: what the result does when it falls and rises; a click names it."""

    chosen = Signal(int)
    """Position of the bar, the widest first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        self._theme = theme
        self._count = 0
        self._shown: tuple[tuple[str, ...], str] = ((), "")
        style_plot(self, theme, self.font())

    def show_bars(self, bars: Sequence[Sensitivity], what: str) -> None:
        """Show bars, the widest on top; `what` is the figure that changes."""
        self.clear()
        bars = shown_bars(bars)
        self._count = len(bars)
        rows = np.arange(len(bars))[::-1]
        for values, colour in (
            ([bar.changes[0] for bar in bars], CATEGORICAL[1]),
            ([bar.changes[1] for bar in bars], CATEGORICAL[0]),
        ):
            # A job that becomes impossible loses all there is.
            width = np.nan_to_num(np.array(values), nan=-1.0) * 100
            bar = pg.BarGraphItem(x0=0, y=rows, height=0.6, width=width, brush=colour, pen=None)
            self.addItem(bar)
        self._shown = (tuple(tr(bar.label) for bar in bars), what)
        self._name()
        self.getViewBox().setYRange(-0.6, len(bars) - 0.4, padding=0)
        widths = np.abs(np.nan_to_num([bar.changes for bar in bars], nan=1.0))
        reach = 100 * _ROOM * (float(widths.max()) if widths.size else 1.0)
        self.getViewBox().setXRange(-reach, reach, padding=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name()

    def _name(self) -> None:
        """Write names and axis as far as they leave room for the bars."""
        if not hasattr(self, "_shown"):
            return
        names, what = self._shown
        axis = self.getAxis("left")
        room = round(_NAMES_SHARE * self.width())
        elide = self.fontMetrics().elidedText
        shown = [elide(name, Qt.TextElideMode.ElideRight, room) for name in names]
        axis.setTicks([list(zip(range(len(names) - 1, -1, -1), shown, strict=True))])
        axis.setWidth(room)
        is_wide = self.width() >= _WIDE_PX
        text = tr("{what}, change in %").format(what=what) if is_wide else "%"
        signs = "".join(
            f'<span style="color:{colour}">■</span>&nbsp;{side}&nbsp; '
            for side, colour in (("−20&nbsp;%", CATEGORICAL[1]), ("+20&nbsp;%", CATEGORICAL[0]))
        )
        self.setLabel("bottom", signs + escape(text), color=self._theme.quiet)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the bar whose row was clicked."""
        super().mouseReleaseEvent(event)
        height = self.getViewBox().mapSceneToView(self.mapToScene(event.position().toPoint())).y()
        row = self._count - 1 - round(height)
        if 0 <= row < self._count:
            self.chosen.emit(row)


def unbroken(text: str) -> str:
    """Return a text for HTML that stays on one line."""
    return escape(text).replace(" ", "&nbsp;")
