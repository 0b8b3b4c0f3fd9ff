"""The Study panel: the best mapping of a training job, and which hardware number matters most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.design.edits import put
from studio.design.model import Design
from studio.exploration.sensitivity import Sensitivity
from studio.gui.canvas.requests import EditRequest
from studio.gui.i18n import tr
from studio.gui.study_runner import StudyRunner
from studio.gui.theme import SPACE, Theme
from studio.session.evaluation import Evaluation
from studio.session.study import PlanSearch, given_for, search_plans, tornado
from studio.units import display

if TYPE_CHECKING:
    from studio.gui.plots.study_plots import MappingPlot, TornadoPlot

MOST_PLANS = 400


class StudyPanel(QWidget):
    """Two buttons; the answer as a plot and a table. A mapping is applied by a double click."""

    edit_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._evaluation: Evaluation | None = None
        self._search: PlanSearch | None = None
        self._plots: tuple[MappingPlot, TornadoPlot] | None = None
        self.runner = StudyRunner(self)
        self.runner.finished.connect(self.show_answer)
        self.runner.refused.connect(self._refuse)
        self._search_button, self._tornado_button = QPushButton(), QPushButton()
        self._search_button.clicked.connect(self.search)
        self._tornado_button.clicked.connect(self.sensitivity)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._table = QTreeWidget()
        self._table.setRootIsDecorated(False)
        self._table.setAlternatingRowColors(True)
        self._table.setUniformRowHeights(True)
        self._table.itemDoubleClicked.connect(self._apply)
        self._table.itemActivated.connect(self._apply)
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self._lay_out()
        self.retranslate()

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Study this design from now on; an answer on screen belongs to the one before."""
        self._evaluation = evaluation
        has_machine = evaluation is not None and evaluation.machine is not None
        self._search_button.setEnabled(
            has_machine and evaluation is not None and _is_training(evaluation)
        )
        self._tornado_button.setEnabled(has_machine)

    def search(self) -> None:
        """Try every mapping of the active training scenario."""
        self._start(lambda given: search_plans(given, MOST_PLANS))

    def sensitivity(self) -> None:
        """Vary every hardware number."""
        self._start(tornado)

    def show_answer(self, answer: PlanSearch | tuple[Sensitivity, ...]) -> None:
        """Show a finished study."""
        mapping, bars = self._built()
        self._table.clear()
        if isinstance(answer, PlanSearch):
            self._search = answer
            mapping.show_plans(answer.ranked)
            self._stack.setCurrentWidget(mapping)
            self._fill_plans(answer)
        else:
            self._search = None
            bars.show_bars(answer)
            self._stack.setCurrentWidget(bars)
            self._fill_numbers(answer)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._search_button.setText(tr("Search mappings"))
        self._search_button.setToolTip(tr("Try every valid mapping of the active training job"))
        self._tornado_button.setText(tr("Sensitivity"))
        self._tornado_button.setToolTip(tr("Lower and raise every hardware number by 20 %"))
        self._text.setText(
            tr("Find the best mapping of a training job, or the hardware number that matters most.")
        )

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme; the plots are made anew when needed."""
        self._theme = theme
        if self._plots is not None:
            for plot in self._plots:
                self._stack.removeWidget(plot)
                plot.deleteLater()
            self._plots = None

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._search_button)
        top.addWidget(self._tornado_button)
        top.addWidget(self._text, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._stack)
        split.addWidget(self._table)
        split.setSizes([420, 600])
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.addLayout(top)
        column.addWidget(split, 1)

    def _built(self) -> tuple[MappingPlot, TornadoPlot]:
        """Make the plots at first use: they import pyqtgraph."""
        if self._plots is None:
            from studio.gui.plots.study_plots import MappingPlot, TornadoPlot

            self._plots = (MappingPlot(self._theme), TornadoPlot(self._theme))
            self._plots[0].chosen.connect(self._select)
            for plot in self._plots:
                self._stack.addWidget(plot)
        return self._plots

    def _start(self, study: object) -> None:
        evaluation = self._evaluation
        if evaluation is None or not callable(study):
            return
        self._text.setText(tr("Working…"))
        self.runner.run(lambda: study(given_for(evaluation)))

    def _refuse(self, text: str) -> None:
        self._text.setText(text)

    def _select(self, row: int) -> None:
        item = self._table.topLevelItem(row)
        if item is not None:
            self._table.setCurrentItem(item)

    def _fill_plans(self, found: PlanSearch) -> None:
        self._table.setColumnCount(4)
        self._table.setHeaderLabels(
            [tr("Mapping"), tr("Step time"), tr("Tokens/s per NPU"), tr("Memory")]
        )
        self._table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for plan in found.ranked:
            cells = [
                tr(plan.plan),
                display(plan.step_time_s, "time"),
                f"{plan.tokens_per_s_per_npu:,.1f}",
                display(plan.memory_byte, "data") + ("" if plan.fits else "  ✗"),
            ]
            item = QTreeWidgetItem(cells)
            item.setData(0, Qt.ItemDataRole.UserRole, plan.scenario_fields)
            item.setToolTip(0, tr("Double click to use this mapping"))
            self._table.addTopLevelItem(item)
        summary = tr("{fitting} of {count} valid mappings fit. {why}")
        self._text.setText(
            summary.format(
                fitting=found.fitting, count=found.count, why="; ".join(map(tr, found.why[:1]))
            )
        )

    def _fill_numbers(self, bars: tuple[Sensitivity, ...]) -> None:
        from studio.gui.plots.study_plots import number_name

        self._table.setColumnCount(3)
        self._table.setHeaderLabels([tr("Hardware number"), "−20 %", "+20 %"])
        self._table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for bar in bars:
            changes = [f"{value / bar.baseline - 1:+.1%}" for value in (bar.at_low, bar.at_high)]
            self._table.addTopLevelItem(QTreeWidgetItem([number_name(bar.name), *changes]))
        if bars:
            text = tr("{name} matters most for this job.")
            self._text.setText(text.format(name=number_name(bars[0].name)))

    def _apply(self, item: QTreeWidgetItem) -> None:
        fields: Mapping[str, int | str] | None = item.data(0, Qt.ItemDataRole.UserRole)
        if fields:
            values = dict(fields)
            self.edit_requested.emit(
                EditRequest(tr("Use mapping"), lambda design: _with_mapping(design, values), None)
            )


def _is_training(evaluation: Evaluation) -> bool:
    return evaluation.result is not None and evaluation.result.job == "training"


def _with_mapping(design: Design, fields: Mapping[str, int | str]) -> Design:
    name = design.active_scenario or next(iter(design.scenarios))
    scenario = msgspec.structs.replace(design.scenarios[name], **fields)
    return put(design, "scenarios", name, scenario)
