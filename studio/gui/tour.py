"""The guided tour: shows a step, waits until the user has done it, and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QWidget

from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.tour_spots import Spot, find_spot, reveal
from studio.gui.views.tour_steps import DONE_TEXT, DONE_TITLE, STEPS, TourState
from studio.gui.widgets.tour_card import TourCard, TourFrame

if TYPE_CHECKING:
    from studio.gui.desk import Desk

_LOOK_MS = 150
"""The place of a step moves as panels fill, scroll and zoom: the frame looks for it this often."""


@guarded
class Tour(QObject):
    """The state of the tour in one window; where it was left is kept in the settings."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._step = 0
        self._npus_before = 0
        self.is_running = False
        self.frame = TourFrame(desk)
        self.card = TourCard(desk)
        self.card.skipped.connect(self.skip)
        self.card.restarted.connect(self.restart)
        self.card.closed.connect(self.close)
        self._check = QTimer(self, interval=0, singleShot=True)
        self._check.timeout.connect(self.check)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self.look)
        workspace = desk.workspace
        for signal in (
            workspace.opened,
            workspace.changed,
            workspace.evaluated,
            workspace.baseline_changed,
            desk.run_panel.playing_changed,
        ):
            signal.connect(lambda *_: self._check.start())

    @property
    def step(self) -> int:
        """Return the step shown; past the last one the tour is done."""
        return self._step

    def offer(self) -> None:
        """Begin by itself on the very first start."""
        if self._desk.settings.tour_step is None and not self._desk.settings.recent:
            self._show(0)

    def resume(self) -> None:
        """Go on where it was left, or from the beginning once it was done."""
        left = self._desk.settings.tour_step or 0
        self._show(left if left < len(STEPS) else 0)

    def restart(self) -> None:
        """Begin again."""
        self._show(0)

    def skip(self) -> None:
        """Go on without doing the step; the hall that all others happen in is made all the same."""
        if self._desk.workspace.document is None:
            self._desk.actions_made["file.new"].trigger()
        self._show(self._step + 1)

    def close(self) -> None:
        """Put the tour away; Help brings it back where it was."""
        self.is_running = False
        self._desk.removeEventFilter(self)
        self._look.stop()
        self.card.hide()
        self.frame.surround(None)

    def check(self) -> None:
        """Go on when the step was done."""
        while self.is_running and self._step < len(STEPS) and self._is_done():
            self._show(self._step + 1)
        if self.is_running and self._step < len(STEPS):
            reveal(self._desk, STEPS[self._step].target)

    @property
    def spot(self) -> Spot | None:
        """Return where the step is done; none past the last one, or while it is out of sight."""
        if not self.is_running or self._step >= len(STEPS):
            return None
        return find_spot(self._desk, STEPS[self._step].target)

    def look(self) -> None:
        """Put the frame around the place of the step, and the card above all else."""
        self.frame.surround(self.spot)
        parts = [one for one in self._desk.children() if isinstance(one, QWidget)]
        # A panel that is brought to the front comes before both.
        if [one for one in parts if not one.isWindow()][-2:] != [self.frame, self.card]:
            self.frame.raise_()
            self.card.raise_()

    def retranslate(self) -> None:
        """Show the step in the language chosen."""
        if self.is_running:
            self._draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.is_running:
            self._place()
        return super().eventFilter(watched, event)

    def _is_done(self) -> bool:
        return STEPS[self._step].is_done(self._state())

    def _state(self) -> TourState:
        desk = self._desk
        workspace = desk.workspace
        document = workspace.document
        history = document.history if document is not None else None
        return TourState(
            document.fabric if document is not None else None,
            document is not None and document.path is not None,
            workspace.evaluation is not None and workspace.evaluation.result is not None,
            workspace.baseline is not None,
            desk.run_panel.clock.is_playing,
            history is not None and history.place < len(history.steps),
            self._npus_before,
        )

    def _show(self, step: int) -> None:
        self._step = min(step, len(STEPS))
        self.is_running = True
        self._desk.installEventFilter(self)
        self._look.start()
        self._desk.settings.set_tour_step(self._step)
        self._npus_before = self._state().npus
        self._draw()

    def _draw(self) -> None:
        if self._step < len(STEPS):
            step = STEPS[self._step]
            self.card.show_step(tr(step.title), tr(step.text), self._step, len(STEPS))
            reveal(self._desk, step.target)
        else:
            self.card.show_step(tr(DONE_TITLE), tr(DONE_TEXT), self._step, len(STEPS))
        self._place()

    def _place(self) -> None:
        """Let the card stand beside what the step is about: below the drawing, or in it."""
        desk = self._desk
        drawing = desk.pages.geometry()
        below = QRect(drawing)
        below.setTop(drawing.bottom() + 1)
        below.setBottom(desk.statusBar().geometry().top() - 1)
        is_below = self._step < len(STEPS) and STEPS[self._step].is_about_drawing
        has_room = below.height() > self.card.height()
        self.card.stand_in(below if is_below and has_room else drawing)
        self.look()
