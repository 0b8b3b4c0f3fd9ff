"""Plots of a study: mappings by memory and step time, and the tornado of hardware numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.exploration.sensitivity import Sensitivity
from studio.gui.i18n import mark, tr
from studio.gui.plots.styling import QuantityAxis
from studio.gui.theme import CATEGORICAL, Theme
from studio.session.study import RankedPlan

_POINT_PX = 8


class MappingPlot(pg.PlotWidget):  # type: ignore[misc]
    """A point a mapping; the Pareto front is joined; a click chooses one."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        axes = {"bottom": QuantityAxis("bottom", "data"), "left": QuantityAxis("left", "time")}
        super().__init__(parent, background=theme.panel, axisItems=axes)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        self._front = pg.PlotCurveItem(pen=pg.mkPen(theme.quiet, width=1))
        self._points = pg.ScatterPlotItem(size=_POINT_PX, pen=None)
        self.addItem(self._front)
        self.addItem(self._points)
        self._points.sigClicked.connect(self._clicked)
        self._theme = theme

    def show_plans(self, plans: Sequence[RankedPlan]) -> None:
        """Show mappings; those that do not fit are grey."""
        memory = np.array([plan.memory_byte for plan in plans])
        seconds = np.array([plan.step_time_s for plan in plans])
        colours = {True: CATEGORICAL[0], False: self._theme.quiet}
        brushes = [
            pg.mkBrush(CATEGORICAL[1] if plan.is_pareto else colours[plan.fits]) for plan in plans
        ]
        self._points.setData(memory, seconds, brush=brushes, data=np.arange(len(plans)))
        front = np.flatnonzero([plan.is_pareto for plan in plans])
        order = front[np.argsort(memory[front])] if len(front) else front
        self._front.setData(memory[order], seconds[order])
        self.setLabel("bottom", tr("Memory"))
        self.setLabel("left", tr("Step time"))

    def _clicked(self, _item: object, points: Sequence[pg.SpotItem]) -> None:
        if len(points):
            self.chosen.emit(int(points[0].data()))


class TornadoPlot(pg.PlotWidget):  # type: ignore[misc]
    """A bar a hardware number: what tokens per second do when it falls and rises."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.panel)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        self._theme = theme

    def show_bars(self, bars: Sequence[Sensitivity]) -> None:
        """Show bars, the widest on top."""
        self.clear()
        shown = list(bars)[::-1]
        rows = np.arange(len(shown))
        for values, colour in (
            ([bar.at_low / bar.baseline - 1 for bar in shown], CATEGORICAL[1]),
            ([bar.at_high / bar.baseline - 1 for bar in shown], CATEGORICAL[0]),
        ):
            width = np.array(values) * 100
            bar = pg.BarGraphItem(x0=0, y=rows, height=0.6, width=width, brush=colour, pen=None)
            self.addItem(bar)
        names = [(row, number_name(bar.name)) for row, bar in zip(rows, shown, strict=True)]
        self.getAxis("left").setTicks([names])
        self.setLabel("bottom", tr("Tokens/s, change in %"))


_LEVELS = {"node": mark("Node"), "rack": mark("Rack"), "hall": mark("Hall")}
"""Network levels by what holds them; others bear the name of a plane."""


def number_name(name: str) -> str:
    """Return what a hardware number is called."""
    for suffix, text in (
        ("memory_bandwidth_byte_per_s", mark("Memory bandwidth")),
        ("memory_byte", mark("Memory")),
        ("bandwidth_byte_per_s", mark("bandwidth")),
        ("latency_s", mark("latency")),
        ("compute", mark("Compute")),
    ):
        if name.endswith(suffix):
            level = name.removesuffix(suffix).strip()
            return f"{tr(_LEVELS.get(level, level))} {tr(text)}".strip()
    return name
