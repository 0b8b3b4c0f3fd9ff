"""The plots of the result: time, memory, roofline, power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import mark, tr
from studio.gui.theme import SPACE, Theme
from studio.gui.views.bars import Bar, MemoryView
from studio.gui.views.roofline import Roofline
from studio.gui.widgets.elided_label import ElidedLabel
from studio.gui.widgets.labels import styled_label
from studio.gui.widgets.restyle import restyle
from studio.messages import Listed

if TYPE_CHECKING:
    from studio.gui.plots.roofline_plot import RooflinePlot
    from studio.gui.plots.stacked_bars import StackedBarsPlot

TITLES = {
    "time": mark("Time by phase"),
    "memory": mark("Memory per NPU"),
    "roofline": mark("Roofline per NPU"),
    "power": mark("Power by category"),
}

_OF_THE_JOB = ("time", "memory", "roofline")
"""Plots there is nothing to draw in without a simulated job."""


@guarded
class PlotFrame(QFrame):
    """A titled place for one plot; its menu takes picture and figures along."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._plot: StackedBarsPlot | RooflinePlot | None = None
        # All plots get the same width, whatever their texts would like.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title = styled_label("heading")
        self._verdict = ElidedLabel()
        self._verdict.setObjectName("quiet")
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self._title)
        top.addWidget(self._verdict, 1)
        self.remedy = QPushButton()
        self.remedy.setVisible(False)
        top.addWidget(self.remedy)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        self._layout.setSpacing(2)
        self._layout.addLayout(top)
        self._note = styled_label("bad")
        self._note.setWordWrap(True)
        self._note.hide()
        self._layout.addWidget(self._note)
        self.retranslate()

    def put(self, plot: StackedBarsPlot | RooflinePlot) -> None:
        """Place the plot under the title."""
        self._plot = plot
        self._layout.addWidget(plot, 1)

    def copy_picture(self) -> None:
        """Put the frame on the clipboard as a picture."""
        QApplication.clipboard().setPixmap(self.grab())

    def copy_figures(self) -> None:
        """Put the figures on the clipboard, as a spreadsheet takes them."""
        if self._plot is not None:
            lines = ("\t".join(line) for line in self._plot.figures())
            QApplication.clipboard().setText("\n".join(lines))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the plot."""
        if self._plot is None:
            return
        menu = QMenu(self)
        menu.addAction(tr("Copy picture"), self.copy_picture)
        menu.addAction(tr("Copy figures"), self.copy_figures)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def say(self, text: str, note: str = "") -> None:
        """Write something beside the title, and below it what must be read whole."""
        self._verdict.setText(text)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    @property
    def verdict(self) -> str:
        """Return what stands beside the title and below it."""
        return "\n".join(filter(None, (self._verdict.text(), self._note.text())))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._title.setText(tr(TITLES[self._name]))
        self.remedy.setText(tr("Apply"))
        self.remedy.setToolTip(tr("Write this remedy into the active scenario"))


class PlotsPanel(QWidget):
    """Four plots side by side; `build` makes them, once the window has been painted."""

    explain_requested = Signal(str, tuple)
    """Figure to open, and the path of lines down to a part of it."""
    operator_chosen = Signal(object)
    remedy_requested = Signal(object)
    """Fields of the scenario that make the job fit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._pending: Callable[[], None] | None = None
        self._is_built = False
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        self._area = QWidget()
        self._obstacle = styled_label("bad")
        self._obstacle.setWordWrap(True)
        self._obstacle.setContentsMargins(SPACE, SPACE, SPACE, 0)
        self._obstacle.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._obstacle.hide()
        column = QVBoxLayout(self._area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._obstacle)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.frames = {name: PlotFrame(name) for name in TITLES}
        for frame in self.frames.values():
            row.addWidget(frame, 1)
        column.addLayout(row, 1)
        self._remedy: Mapping[str, int | float | str] = {}
        self.frames["memory"].remedy.clicked.connect(
            lambda: self.remedy_requested.emit(self._remedy)
        )
        self._fade = QGraphicsOpacityEffect(self._area)
        self._fade.setOpacity(0.45)
        self._fade.setEnabled(False)
        self._area.setGraphicsEffect(self._fade)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.retranslate()

    @property
    def is_built(self) -> bool:
        """Tell whether the plots exist yet."""
        return self._is_built

    def build(self) -> None:
        """Make the plots; imports pyqtgraph, hence not at start-up."""
        if self._is_built:
            return
        from studio.gui.plots.roofline_plot import RooflinePlot
        from studio.gui.plots.stacked_bars import StackedBarsPlot

        self.time = StackedBarsPlot("time", self._theme, is_share=True)
        self.memory = StackedBarsPlot("data", self._theme)
        self.roofline = RooflinePlot(self._theme)
        self.power = StackedBarsPlot("power", self._theme)
        for name in TITLES:
            self.frames[name].put(getattr(self, name))
        for bars in (self.time, self.memory, self.power):
            bars.chosen.connect(lambda opens: self.explain_requested.emit(opens[0], opens[1:]))
        self.roofline.operator_chosen.connect(self.operator_chosen)
        self._is_built = True
        if self._pending is not None:
            self._pending()

    def show_plots(
        self,
        time: tuple[Bar, ...],
        memory: MemoryView | None,
        roofline: Roofline | None,
        power: tuple[Bar, ...],
    ) -> None:
        """Draw a result; kept until the plots exist."""
        if not self._is_built:
            self._pending = lambda: self.show_plots(time, memory, roofline, power)
            return
        self._pending = None
        self._stack.setCurrentIndex(1 if power or time else 0)
        self.time.show_bars(time)
        if memory is None:
            self.memory.show_bars(())
            self.frames["memory"].say("")
        else:
            self.memory.show_bars(
                (memory.bar,), memory.capacity, memory.capacity_text, memory.moments
            )
            if memory.fits:
                self.frames["memory"].say(memory.verdict)
            else:
                said = Listed(filter(None, (memory.verdict, memory.remedy)), "; ")
                self.frames["memory"].say("", tr(said))
        self._remedy = memory.remedy_fields if memory is not None else {}
        self.frames["memory"].remedy.setVisible(bool(self._remedy))
        self.roofline.show_roofline(roofline)
        bands = [phase.band for phase in roofline.phases if phase.band] if roofline else []
        self.frames["roofline"].say(f"■ {bands[0].short} {tr('whole phase')}" if bands else "")
        self.power.show_bars(power)

    def say_time(self, text: str) -> None:
        """Write beside the title of the time plot."""
        self.frames["time"].say(tr(text))

    def say_obstacle(self, text: str, *, is_wrong: bool = False) -> None:
        """Say in full why nothing is simulated, in place of the job's plots; empty where it is."""
        self._obstacle.setText(tr(text) if text else "")
        self._obstacle.setVisible(bool(text))
        name = "bad" if is_wrong else "quiet"
        if self._obstacle.objectName() != name:
            self._obstacle.setObjectName(name)
            restyle(self._obstacle)
        for plot in _OF_THE_JOB:
            self.frames[plot].setHidden(bool(text))

    @property
    def obstacle(self) -> str:
        """Return why nothing could be simulated."""
        return self._obstacle.text()

    def set_stale(self, is_stale: bool) -> None:
        """Fade plots of an earlier design."""
        if self._fade.isEnabled() != is_stale:
            self._fade.setEnabled(is_stale)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        if self._is_built:
            for name in TITLES:
                getattr(self, name).set_theme(theme)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._empty.setText(tr("Open or draw a design: its plots appear here and follow edits."))
        for frame in self.frames.values():
            frame.retranslate()
        if self._is_built:
            self.roofline.retranslate()
