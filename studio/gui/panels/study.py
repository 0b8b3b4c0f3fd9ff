"""The Study panel: the best mapping of a job for a goal, and which hardware number matters most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.gui.canvas.requests import EditRequest
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.panels.study_answer import StudyAnswer
from studio.gui.study_runner import StudyRunner
from studio.gui.theme import SPACE, Theme
from studio.gui.views import study_rows
from studio.gui.views.scenario_row import with_fields
from studio.gui.widgets.study_form import StudyQuestion
from studio.gui.widgets.turning_split import turn_split

if TYPE_CHECKING:
    from studio.exploration.sensitivity import Sensitivity
    from studio.session.evaluation import Evaluation
    from studio.session.study import PlanSearch, RankedPlan
    from studio.simulation.job import SimInput

MOST_PLANS = 200
_WIDE_PX = 860
"""From this width on question and answer stand beside each other."""
_MOST_TO_THE_ANSWER = [1, 10_000]
"""Shares of a splitter; the question still has the least it needs."""


@dataclass(frozen=True)
class _Answer:
    """A study and what it was asked about."""

    given: SimInput
    found: PlanSearch | tuple[Sensitivity, ...]
    goal: str


@guarded
class StudyPanel(QWidget):
    """A question on top; the answer as a plot, a table and reasons below."""

    edit_requested = Signal(object)
    part_requested = Signal(str)
    """Address of what a hardware number belongs to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._evaluation: Evaluation | None = None
        self._given: SimInput | None = None
        self._obstacle = ""
        """Why there is nothing to study."""
        self._is_behind = False
        """Whether there is a newer evaluation than `_given` is of."""
        self._answer: _Answer | None = None
        self.runner = StudyRunner(self)
        self.runner.finished.connect(self._receive)
        self.runner.refused.connect(self._ended)
        self.runner.stopped.connect(lambda: self._ended(tr("Stopped.")))
        self.question = StudyQuestion()
        self.question.search_requested.connect(self.search)
        self.question.sensitivity_requested.connect(self.sensitivity)
        self.question.cancel_requested.connect(self.runner.cancel)
        self.runner.progressed.connect(
            lambda share: self.question.progress.setValue(round(100 * share))
        )
        self.answer = StudyAnswer(theme)
        self.answer.mapping_used.connect(self._use)
        self.answer.number_opened.connect(self._open_number)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.question)
        self._split.addWidget(self.answer)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes(_MOST_TO_THE_ANSWER)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, 0)
        column.addWidget(self._split, 1)
        self.retranslate()

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Study this design from now on; an answer about another job is marked as such."""
        self._evaluation = evaluation
        self._is_behind = True
        if self.isVisible():
            self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        """Work out what can be asked; while nobody looks, edits leave that be."""
        if not self._is_behind:
            return
        self._is_behind = False
        self._given, self._obstacle = _given_for(self._evaluation)
        given = self._given
        self.question.show_form(study_rows.study_form(given) if given else None)
        if self._answer is not None:
            self._mark_stale()
        elif not self.runner.is_running:
            self._show_hint()

    @property
    def is_stale(self) -> bool:
        """Tell whether the answer shown is about an earlier job or machine."""
        if self._answer is None:
            return False
        from studio.session.study import is_same_study

        self._catch_up()
        return self._given is None or not is_same_study(self._answer.given, self._given)

    def search(self) -> None:
        """Try every mapping of the active scenario."""
        from studio.session.study import search_plans

        self._catch_up()
        given = self._given
        if given is None:
            return
        try:
            asked = self.question.question()
        except StudioError as error:
            self._ended(tr(error.message))
            return
        self._begin()
        self.runner.run(
            lambda progress, cancelled: _Answer(
                given, search_plans(given, MOST_PLANS, asked, progress, cancelled), asked.goal
            )
        )

    def sensitivity(self) -> None:
        """Vary every hardware number."""
        from studio.session.study import tornado

        self._catch_up()
        given, goal = self._given, self.question.goal
        if given is None:
            return
        self._begin()
        self.runner.run(
            lambda progress, cancelled: _Answer(
                given, tornado(given, goal=goal, progress=progress, cancelled=cancelled), goal
            )
        )

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self.question.retranslate()
        self.answer.retranslate()
        if self._answer is None:
            self._show_hint()
        else:
            self._mark_stale()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self.answer.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the question beside the answer where there is room, else above it."""
        super().resizeEvent(event)
        turn_split(self._split, _MOST_TO_THE_ANSWER, is_wide=self.width() >= _WIDE_PX)

    def _begin(self) -> None:
        self.question.set_running(True)
        self.question.text.setText(tr("Working…"))

    def _ended(self, text: str) -> None:
        self.question.set_running(False)
        self.question.text.setText(text)

    def _receive(self, answer: _Answer) -> None:
        self._answer = answer
        self._ended("")
        if isinstance(answer.found, tuple):
            self.answer.show_numbers(answer.found, answer.goal)
        else:
            self.answer.show_search(answer.found)
        self._mark_stale()

    def _mark_stale(self) -> None:
        """Fade an answer about an earlier job; say so where the summary stands."""
        stale = self.is_stale
        self.answer.set_stale(stale)
        if self.runner.is_running or self._answer is None:
            return
        changed = tr("The design has changed since: start again.")
        self.question.text.setText(changed if stale else _summary(self._answer))

    def _show_hint(self) -> None:
        """Say what can be asked, or why nothing can."""
        hint = tr("Find the best mapping of the job, or the hardware number that matters most.")
        self.question.text.setText(tr(self._obstacle) or hint)

    def _open_number(self, bar: Sensitivity) -> None:
        """Show the part or plane a number belongs to, where it can be changed."""
        from studio.session.study import part_behind

        address = part_behind(self._evaluation, bar.owner) if self._evaluation else ""
        if address:
            self.part_requested.emit(address)

    def _use(self, plan: RankedPlan) -> None:
        if not self.is_stale:
            fields = dict(plan.scenario_fields)
            self.edit_requested.emit(
                EditRequest(tr("Use mapping"), lambda design: with_fields(design, fields), None)
            )


def _summary(answer: _Answer) -> str:
    if not isinstance(answer.found, tuple):
        return study_rows.summary(answer.found)
    if not answer.found:
        return ""
    return tr("{name} matters most for this job.").format(name=tr(answer.found[0].label))


def _given_for(evaluation: Evaluation | None) -> tuple[SimInput | None, str]:
    """Return what can be studied, or why nothing can; neither while there is no design."""
    from studio.session.study import given_for

    if evaluation is None:
        return None, ""
    try:
        return given_for(evaluation), ""
    except StudioError as error:
        return None, error.message
