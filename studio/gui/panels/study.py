"""The Study panel: the best mapping of a job for a goal, and which hardware number matters most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.design.edits import put
from studio.design.model import Design
from studio.errors import StudioError
from studio.exploration.search.goals import GOALS
from studio.gui.canvas.requests import EditRequest
from studio.gui.guard import guarded
from studio.gui.i18n import mark, tr
from studio.gui.study_runner import StudyRunner
from studio.gui.theme import SPACE, Theme
from studio.gui.views import study_rows
from studio.gui.widgets.study_form import StudyQuestion

if TYPE_CHECKING:
    from studio.exploration.sensitivity import Sensitivity
    from studio.gui.plots.study_plots import FrontPlot, TornadoPlot
    from studio.session.evaluation import Evaluation
    from studio.session.study import PlanSearch, RankedPlan
    from studio.simulation.job import SimInput

MOST_PLANS = 200
_PLAN = Qt.ItemDataRole.UserRole
_WIDE_PX = 860
"""From this width on question and answer stand beside each other."""
_PLOT_PX = 300
_MAPPING_PX = 250


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
        self._theme = theme
        self._evaluation: Evaluation | None = None
        self._given: SimInput | None = None
        self._is_behind = False
        """Whether there is a newer evaluation than `_given` is of."""
        self._answer: _Answer | None = None
        self._plots: tuple[FrontPlot, TornadoPlot] | None = None
        self.runner = StudyRunner(self)
        self.runner.finished.connect(self._receive)
        self.runner.refused.connect(self._refuse)
        self.runner.stopped.connect(lambda: self._ended(tr("Stopped.")))
        self.question = StudyQuestion()
        self.question.search_requested.connect(self.search)
        self.question.sensitivity_requested.connect(self.sensitivity)
        self.question.cancel_requested.connect(self.runner.cancel)
        self.runner.progressed.connect(
            lambda share: self.question.progress.setValue(round(100 * share))
        )
        self.table, self.terms = _new_table(), _new_table()
        self.table.itemActivated.connect(self._activate)
        self.table.currentItemChanged.connect(self._choose)
        self.use = QPushButton()
        self.use.clicked.connect(self._use)
        self._why = QLabel()
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._tabs = QTabWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self._lay_out()
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
        self._given = _given_for(self._evaluation) if self._evaluation is not None else None
        given = self._given
        self.question.show_form(study_rows.study_form(given) if given else None)
        if self._answer is not None:
            self._mark_stale()

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
            self._refuse(tr(error.message))
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
        self.runner.run(lambda _share, _stop: _Answer(given, tornado(given, goal=goal), goal))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self.question.retranslate()
        self.use.setText(tr("Use this plan"))
        self.use.setToolTip(tr("Write the chosen mapping into the active scenario"))
        for place, title in enumerate((tr("Mappings"), tr("Reasons"), tr("Term by term"))):
            self._tabs.setTabText(place, title)
        self._tabs.tabBar().setObjectName("compact")
        if self._answer is None:
            self.question.text.setText(
                tr("Find the best mapping of the job, or the hardware number that matters most.")
            )
        else:
            self._show(self._answer)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme; the plots are made anew."""
        self._theme = theme
        if self._plots is not None:
            for plot in self._plots:
                self._stack.removeWidget(plot)
                plot.deleteLater()
            self._plots = None
        if self._answer is not None:
            self._show(self._answer)

    def _lay_out(self) -> None:
        reasons = QScrollArea()
        reasons.setWidgetResizable(True)
        reasons.setWidget(self._why)
        reasons.setFrameShape(QScrollArea.Shape.NoFrame)
        pages: tuple[QWidget, ...] = (self.table, reasons, self.terms)
        for page in pages:
            self._tabs.addTab(page, "")
        self._tabs.setCornerWidget(self.use, Qt.Corner.TopRightCorner)
        answer = QSplitter(Qt.Orientation.Horizontal)
        answer.addWidget(self._stack)
        answer.addWidget(self._tabs)
        answer.setSizes([_PLOT_PX, 2 * _PLOT_PX])
        answer.setStretchFactor(1, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.question)
        self._split.addWidget(answer)
        self._split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, 0)
        column.addWidget(self._split, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the question beside the answer where there is room, else above it."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE_PX
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self._split.orientation() != wanted:
            self._split.setOrientation(wanted)
            self._split.setSizes([1, self.height()])

    def _built(self) -> tuple[FrontPlot, TornadoPlot]:
        """Make the plots at first use: they import pyqtgraph."""
        if self._plots is None:
            from studio.gui.plots.study_plots import FrontPlot, TornadoPlot

            self._plots = (FrontPlot(self._theme), TornadoPlot(self._theme))
            self._plots[0].chosen.connect(self._choose_front)
            self._plots[1].chosen.connect(self._choose_number)
            for plot in self._plots:
                self._stack.addWidget(plot)
        return self._plots

    def _begin(self) -> None:
        self.question.set_running(True)
        self.question.text.setText(tr("Working…"))

    def _ended(self, text: str) -> None:
        self.question.set_running(False)
        self.question.text.setText(text)

    def _refuse(self, text: str) -> None:
        self._ended(text)

    def _receive(self, answer: _Answer) -> None:
        self._answer = answer
        self._ended("")
        self._show(answer)

    def _show(self, answer: _Answer) -> None:
        front, bars = self._built()
        self.table.clear()
        self.terms.clear()
        self._why.clear()
        if not isinstance(answer.found, tuple):
            front.show_search(answer.found)
            self._stack.setCurrentWidget(front)
            self._fill_plans(answer.found)
        else:
            goal = GOALS[answer.goal or "throughput"]
            bars.show_bars(answer.found, tr(goal.name))
            self._stack.setCurrentWidget(bars)
            self._fill_numbers(answer.found)
        for place in (1, 2):
            self._tabs.setTabVisible(place, not isinstance(answer.found, tuple))
        is_search = not isinstance(answer.found, tuple)
        self.use.setVisible(is_search)
        self._tabs.setTabText(0, tr("Mappings") if is_search else tr("Hardware numbers"))
        self._mark_stale()

    def _mark_stale(self) -> None:
        """Fade an answer about an earlier job; say so where the summary stands."""
        stale = self.is_stale
        for widget in (self._stack, self._tabs):
            widget.setEnabled(not stale)
        if self.runner.is_running or self._answer is None:
            return
        if stale:
            self.question.text.setText(tr("The design has changed since: start again."))
        else:
            self.question.text.setText(self._summary(self._answer))

    def _summary(self, answer: _Answer) -> str:
        if not isinstance(answer.found, tuple):
            return study_rows.summary(answer.found)
        if not answer.found:
            return ""
        text = tr("{name} matters most for this job.")
        return text.format(name=study_rows.number_name(answer.found[0].name))

    def _fill_plans(self, found: PlanSearch) -> None:
        _set_headers(self.table, study_rows.plan_headers(found))
        for plan in found.ranked:
            self.table.addTopLevelItem(_plan_item(found, plan))
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        self._why.setText(study_rows.reasons_text(found))
        _set_headers(self.terms, study_rows.term_headers())
        for row in found.terms:
            self.terms.addTopLevelItem(QTreeWidgetItem(study_rows.term_cells(row)))

    def _fill_numbers(self, bars: tuple[Sensitivity, ...]) -> None:
        _set_headers(self.table, study_rows.number_headers())
        for bar in bars:
            item = QTreeWidgetItem(study_rows.number_cells(bar))
            item.setData(0, _PLAN, bar)
            item.setToolTip(0, tr("Show the part or plane it belongs to"))
            self.table.addTopLevelItem(item)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        from studio.session.study import RankedPlan

        plan = item.data(0, _PLAN) if item is not None else None
        self.use.setEnabled(isinstance(plan, RankedPlan) and plan.fits)
        answer = self._answer
        if self._plots is None or answer is None or isinstance(answer.found, tuple):
            return
        place = None
        if isinstance(plan, RankedPlan):
            x, y = (plan.metrics[goal.metric] for goal in answer.found.axes)
            place = (x, y)
        self._plots[0].mark(place)

    def _choose_front(self, place: int) -> None:
        """Select a mapping of the front in the table; one that is not listed is added on top."""
        answer = self._answer
        if answer is None or isinstance(answer.found, tuple):
            return
        plan = answer.found.front[place]
        rows = (self.table.topLevelItem(row) for row in range(self.table.topLevelItemCount()))
        known = next((one for one in rows if one is not None and one.data(0, _PLAN) == plan), None)
        item = known if known is not None else _plan_item(answer.found, plan)
        if known is None:
            self.table.insertTopLevelItem(0, item)
        self._tabs.setCurrentIndex(0)
        self.table.setCurrentItem(item)
        self.table.scrollToItem(item)

    def _choose_number(self, place: int) -> None:
        item = self.table.topLevelItem(place)
        if item is not None:
            self.table.setCurrentItem(item)
            self._activate(item)

    def _activate(self, item: QTreeWidgetItem) -> None:
        from studio.exploration.sensitivity import Sensitivity
        from studio.session.study import RankedPlan, part_behind

        chosen = item.data(0, _PLAN)
        if isinstance(chosen, RankedPlan):
            self._use()
        elif isinstance(chosen, Sensitivity) and self._evaluation is not None:
            self.part_requested.emit(part_behind(self._evaluation, chosen.name))

    def _use(self) -> None:
        from studio.session.study import RankedPlan

        item = self.table.currentItem()
        plan = item.data(0, _PLAN) if item is not None else None
        if isinstance(plan, RankedPlan) and plan.fits and not self.is_stale:
            fields = dict(plan.scenario_fields)
            self.edit_requested.emit(
                EditRequest(mark("Use mapping"), lambda design: _with_mapping(design, fields), None)
            )


def _new_table() -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setUniformRowHeights(True)
    return table


def _set_headers(table: QTreeWidget, headers: list[str]) -> None:
    table.setColumnCount(len(headers))
    table.setHeaderLabels(headers)
    header = table.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    header.resizeSection(0, _MAPPING_PX)


def _plan_item(found: PlanSearch, plan: RankedPlan) -> QTreeWidgetItem:
    item = QTreeWidgetItem(study_rows.plan_cells(found, plan))
    item.setData(0, _PLAN, plan)
    item.setToolTip(0, study_rows.plan_tip(plan))
    for column in range(1, item.columnCount()):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
    return item


def _given_for(evaluation: Evaluation) -> SimInput | None:
    """Return what can be studied, None where the scenario cannot be simulated."""
    from studio.session.study import given_for

    try:
        return given_for(evaluation)
    except StudioError:
        return None


def _with_mapping(design: Design, fields: Mapping[str, int | float | str]) -> Design:
    from studio.session.study import with_mapping

    name = design.active_scenario or next(iter(design.scenarios))
    return put(design, "scenarios", name, with_mapping(design.scenarios[name], fields))
