"""The answer of a study: a plot beside tables of mappings or hardware numbers, and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.exploration.search.goals import GOALS
from studio.gui.i18n import tr
from studio.gui.theme import Theme
from studio.gui.views import study_rows
from studio.gui.widgets.focus_line import FocusLine
from studio.gui.widgets.labels import TextLabel, plain_tip, styled_label

if TYPE_CHECKING:
    from studio.exploration.sensitivity import Sensitivity
    from studio.gui.plots.study_plots import FrontPlot, TornadoPlot
    from studio.session.study import PlanSearch, RankedPlan

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_DATA = Qt.ItemDataRole.UserRole
_SHARES = [0, 250, 400]
"""Of what an empty answer, the plot and the tables take."""
_FIRST_PX = 210


class StudyAnswer(QSplitter):
    """Passive: it shows what was found and tells what was chosen of it."""

    mapping_used = Signal(object)
    """A `RankedPlan` that fits."""
    number_opened = Signal(object)
    """The `Sensitivity` whose bar or row was opened."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._found: PlanSearch | tuple[Sensitivity, ...] | None = None
        self._goal = ""
        self.plots: tuple[FrontPlot, TornadoPlot] | None = None
        self.table, self.terms = _new_table(), _new_table()
        self.table.itemActivated.connect(self._activate)
        self.table.currentItemChanged.connect(self._choose)
        self.use = QPushButton()
        self.use.clicked.connect(self._use)
        self.why = TextLabel()
        self.why.setWordWrap(True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        reasons = QScrollArea()
        reasons.setWidgetResizable(True)
        reasons.setWidget(self.why)
        reasons.setFrameShape(QScrollArea.Shape.NoFrame)
        FocusLine(reasons)
        self.tabs = QTabWidget()
        pages: tuple[QWidget, ...] = (self.table, reasons, self.terms)
        for page in pages:
            self.tabs.addTab(page, "")
        self.tabs.setCornerWidget(self.use, Qt.Corner.TopRightCorner)
        self._stack = QStackedWidget()
        self._empty = styled_label("empty")
        self.addWidget(self._empty)
        self.addWidget(self._stack)
        self.addWidget(self.tabs)
        self.setStretchFactor(2, 2)
        self._show_whether_answered()

    def show_search(self, found: PlanSearch) -> None:
        """Show mappings, best first, with the front and the reasons."""
        front, _ = self._built()
        self._begin(found)
        front.show_search(found)
        self._stack.setCurrentWidget(front)
        _set_headers(self.table, study_rows.plan_headers(found))
        for plan in found.ranked:
            self.table.addTopLevelItem(_plan_item(found, plan))
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        self.why.setText(study_rows.reasons_text(found))
        _set_headers(self.terms, study_rows.term_headers(found), is_first_elided=True)
        for row in found.terms:
            self.terms.addTopLevelItem(_to_right(QTreeWidgetItem(study_rows.term_cells(row))))

    def show_numbers(self, bars: tuple[Sensitivity, ...], goal: str) -> None:
        """Show hardware numbers, the one that matters most first."""
        _, tornado = self._built()
        self._begin(bars)
        self._goal = goal
        tornado.show_bars(bars, tr(GOALS[goal or "throughput"].name))
        self._stack.setCurrentWidget(tornado)
        _set_headers(self.table, study_rows.number_headers(), is_first_elided=True)
        for bar in bars:
            item = _to_right(QTreeWidgetItem(study_rows.number_cells(bar)))
            item.setData(0, _DATA, bar)
            item.setToolTip(0, plain_tip(study_rows.number_tip(bar)))
            self.table.addTopLevelItem(item)

    def set_stale(self, is_stale: bool) -> None:
        """Fade an answer about an earlier job."""
        for widget in (self._stack, self.tabs):
            widget.setEnabled(not is_stale)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme; the plots are made anew."""
        self._theme = theme
        if self.plots is not None:
            for plot in self.plots:
                self._stack.removeWidget(plot)
                plot.deleteLater()
            self.plots = None
        self._show_again()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self.use.setText(tr("Use this plan"))
        self.use.setToolTip(tr("Write the chosen mapping into the active scenario"))
        for place, title in enumerate((tr("Mappings"), tr("Reasons"), tr("Term by term"))):
            self.tabs.setTabText(place, title)
        self.tabs.tabBar().setObjectName("compact")
        self._empty.setText(
            tr(
                "Search mappings: tries every valid split of the job over the NPUs and shows the "
                "trade-off, the best ones and why the first one wins.\n\nSensitivity: changes "
                "every hardware number by 20 % and shows which one matters most."
            )
        )
        self._show_again()

    def _show_again(self) -> None:
        if isinstance(self._found, tuple):
            self.show_numbers(self._found, self._goal)
        elif self._found is not None:
            self.show_search(self._found)

    def _show_whether_answered(self) -> None:
        has_answer = self._found is not None
        is_first = has_answer and self._stack.isHidden()
        self._empty.setVisible(not has_answer)
        for widget in (self._stack, self.tabs):
            widget.setVisible(has_answer)
        if is_first:
            # What was hidden has no size that a splitter would keep.
            self.setSizes(_SHARES)

    def _begin(self, found: PlanSearch | tuple[Sensitivity, ...]) -> None:
        self._found = found
        self._show_whether_answered()
        self.table.clear()
        self.terms.clear()
        self.why.clear()
        is_search = not isinstance(found, tuple)
        for place in (1, 2):
            self.tabs.setTabVisible(place, is_search)
        self.use.setVisible(is_search)
        self.tabs.setTabText(0, tr("Mappings") if is_search else tr("Hardware numbers"))

    def _built(self) -> tuple[FrontPlot, TornadoPlot]:
        """Make the plots at first use: they import pyqtgraph."""
        if self.plots is None:
            from studio.gui.plots.study_plots import FrontPlot, TornadoPlot

            self.plots = (FrontPlot(self._theme), TornadoPlot(self._theme))
            self.plots[0].chosen.connect(self._choose_front)
            self.plots[1].chosen.connect(self._choose_number)
            for plot in self.plots:
                self._stack.addWidget(plot)
        return self.plots

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        from studio.session.study import RankedPlan

        plan = item.data(0, _DATA) if item is not None else None
        self.use.setEnabled(isinstance(plan, RankedPlan) and plan.fits)
        found = self._found
        if self.plots is None or found is None or isinstance(found, tuple):
            return
        place = None
        if isinstance(plan, RankedPlan):
            x, y = (plan.metrics[goal.metric] for goal in found.axes)
            place = (x, y)
        self.plots[0].mark(place)

    def _choose_front(self, place: int) -> None:
        """Select a mapping of the front in the table; one that is not listed is added on top."""
        found = self._found
        if found is None or isinstance(found, tuple):
            return
        plan = found.front[place]
        rows = (self.table.topLevelItem(row) for row in range(self.table.topLevelItemCount()))
        known = next((one for one in rows if one is not None and one.data(0, _DATA) == plan), None)
        item = known if known is not None else _plan_item(found, plan)
        if known is None:
            self.table.insertTopLevelItem(0, item)
        self.tabs.setCurrentIndex(0)
        self.table.setCurrentItem(item)
        self.table.scrollToItem(item)

    def _choose_number(self, place: int) -> None:
        item = self.table.topLevelItem(place)
        if item is not None:
            self.table.setCurrentItem(item)
            self._activate(item)

    def _activate(self, item: QTreeWidgetItem) -> None:
        from studio.exploration.sensitivity import Sensitivity

        if isinstance(item.data(0, _DATA), Sensitivity):
            self.number_opened.emit(item.data(0, _DATA))
        else:
            self._use()

    def _use(self) -> None:
        from studio.session.study import RankedPlan

        item = self.table.currentItem()
        plan = item.data(0, _DATA) if item is not None else None
        if isinstance(plan, RankedPlan) and plan.fits:
            self.mapping_used.emit(plan)


def _new_table() -> QTreeWidget:
    table = QTreeWidget()
    # Without titles Qt would write the number of the column.
    table.setHeaderHidden(True)
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setUniformRowHeights(True)
    return table


def _set_headers(table: QTreeWidget, headers: list[str], *, is_first_elided: bool = False) -> None:
    """Name the columns; a name that gives way keeps the figures of a row in sight."""
    table.setColumnCount(len(headers))
    table.setHeaderLabels(headers)
    table.setHeaderHidden(not headers)
    for column in range(1, len(headers)):
        table.headerItem().setTextAlignment(column, _RIGHT)
    header = table.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(not is_first_elided)
    modes = QHeaderView.ResizeMode
    header.setSectionResizeMode(0, modes.Stretch if is_first_elided else modes.Interactive)
    if not is_first_elided:
        header.resizeSection(0, _FIRST_PX)


def _plan_item(found: PlanSearch, plan: RankedPlan) -> QTreeWidgetItem:
    item = _to_right(QTreeWidgetItem(study_rows.plan_cells(found, plan)))
    item.setData(0, _DATA, plan)
    item.setToolTip(0, plain_tip(study_rows.plan_tip(plan)))
    return item


def _to_right(item: QTreeWidgetItem) -> QTreeWidgetItem:
    for column in range(1, item.columnCount()):
        item.setTextAlignment(column, _RIGHT)
    return item
