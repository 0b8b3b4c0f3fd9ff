"""The Run panel: play, pause, speed, and the traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.accessible_names import name_within
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.icons import icon
from studio.gui.run_clock import SPEEDS, RunClock
from studio.gui.theme import SPACE, Theme
from studio.gui.views.format import figure_text
from studio.gui.views.streams import streams, window_s
from studio.gui.widgets.labels import styled_label
from studio.gui.widgets.steady_label import SteadyLabel

if TYPE_CHECKING:
    from studio.gui.plots.stream_plot import StreamPlot
    from studio.simulation.error_band import ErrorBand
    from studio.simulation.timeline import Timeline

FRAME_MS = 40


@guarded
class RunPanel(QWidget):
    """Plays the timeline of the newest result."""

    playing_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._timeline: Timeline | None = None
        self._bands: Mapping[str, ErrorBand] = {}
        self._clock = RunClock()
        self._wall = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self._plot: StreamPlot | None = None
        self._may_build = False
        self._play = QToolButton()
        self._play.clicked.connect(self.toggle)
        self._speed = QComboBox()
        for speed in SPEEDS:
            self._speed.addItem(f"× {speed:g}", speed)
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        self._speed.currentIndexChanged.connect(self._set_speed)
        self._now = SteadyLabel("quiet")
        top = QHBoxLayout()
        top.addWidget(self._play)
        top.addWidget(self._speed)
        top.addWidget(self._now, 1)
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        self._content = QWidget()
        self._content_layout = QVBoxLayout(self._content)
        self._content_layout.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        self._content_layout.setSpacing(2)
        self._content_layout.addLayout(top)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._is_seen = True
        self.retranslate()
        self._show_button()

    @property
    def clock(self) -> RunClock:
        """Return where the run stands."""
        return self._clock

    def build(self) -> None:
        """Make the plot once it is seen; imports pyqtgraph, hence not at start-up."""
        self._may_build = True
        self._show()

    def _made_plot(self) -> StreamPlot:
        if self._plot is None:
            from studio.gui.plots.stream_plot import StreamPlot

            self._plot = StreamPlot(self._theme)
            self._content_layout.addWidget(self._plot, 1)
            name_within(self._plot, tr("Run"))
        return self._plot

    def show_timeline(self, timeline: Timeline | None, bands: Mapping[str, ErrorBand]) -> None:
        """Follow another timeline, keeping the place within the period.

        Parameters
        ----------
        bands : how far figures of the result may be off, by their name there.
        """
        self._bands = bands
        before = self._timeline.period_s if self._timeline else 0.0
        self._timeline = timeline
        has_run = timeline is not None and timeline.period_s > 0
        self._stack.setCurrentIndex(1 if has_run else 0)
        if timeline is None or not has_run:
            return
        if before:
            self._clock = self._clock.rescaled(before, timeline.period_s)
        else:
            self._clock = replace(self._clock, now_s=window_s(timeline))
        self._show()

    def set_playing(self, is_playing: bool) -> None:
        """Play or pause."""
        if is_playing == self._clock.is_playing:
            return
        self._clock = replace(self._clock, is_playing=is_playing)
        if is_playing:
            self._wall.start()
            self._timer.start()
        else:
            self._timer.stop()
        self._show_button()
        self.playing_changed.emit(is_playing)

    def toggle(self) -> None:
        """Play when paused, pause when playing."""
        self.set_playing(not self._clock.is_playing)

    def set_seen(self, is_seen: bool) -> None:
        """Tell whether the panel is seen; behind another tab Qt calls it visible all the same."""
        self._is_seen = is_seen
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self._show_button()
        if self._plot is not None:
            self._plot.set_theme(theme)
            self._show()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._empty.setText(
            tr("Nothing runs yet: choose a scenario that fits, then play it and edit meanwhile.")
        )
        self._speed.setToolTip(tr("Speed: at × 1 one period of the job takes four seconds"))
        self._play.setToolTip(tr("Play or pause the run"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _tick(self) -> None:
        if self._timeline is None:
            return
        self._clock = self._clock.advanced(self._wall.restart() / 1000, self._timeline.period_s)
        self._show()

    def _set_speed(self) -> None:
        self._clock = replace(self._clock, speed=float(self._speed.currentData()))

    def _show(self) -> None:
        """Draw the traces; behind another tab that is left until they are seen again."""
        if not (self._may_build and self._is_seen):
            return
        plot = self._made_plot()
        if self._timeline is not None and self._timeline.period_s:
            shown = streams(self._timeline, self._clock.now_s, self._bands)
            plot.show_streams(shown)
            moment = figure_text("", self._clock.now_s, "time", 4)
            self._now.setText(f"{moment}   {tr(shown.now)}")

    def _show_button(self) -> None:
        self._play.setIcon(icon("pause" if self._clock.is_playing else "play", self._theme))
