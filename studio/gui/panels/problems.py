"""The problems list: what is wrong with the design, and where."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.gui.i18n import tr
from studio.gui.icons import icon, tinted
from studio.gui.theme import Theme
from studio.gui.views.problem_rows import ProblemRow
from studio.gui.widgets.labels import plain_tip, styled_label
from studio.simulation.rules.explanations import EXPLANATIONS, title_of

_ROW = Qt.ItemDataRole.UserRole


class ProblemsPanel(QWidget):
    """Findings with severity; a click zooms to the object."""

    show_requested = Signal(str)
    waive_requested = Signal(str)
    """Key of a finding."""
    withdraw_requested = Signal(str)
    """Key of a waiver."""
    fix_requested = Signal(object)
    """A `Fix`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._rows: tuple[ProblemRow, ...] = ()
        self._list = QTreeWidget()
        self._list.setRootIsDecorated(False)
        self._list.setAlternatingRowColors(True)
        self._list.setColumnCount(3)
        self._list.setUniformRowHeights(True)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 160)
        header.resizeSection(2, 120)
        self._list.itemActivated.connect(self._show)
        self._list.itemClicked.connect(self._show)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._menu)
        self._empty = styled_label("empty")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._list)
        self.retranslate()

    def show_rows(self, rows: tuple[ProblemRow, ...]) -> None:
        """Show problems."""
        if rows == self._rows:
            return
        self._rows = rows
        self._list.clear()
        self._list.addTopLevelItems([self._item(row) for row in rows])
        self._stack.setCurrentIndex(1 if rows else 0)

    @property
    def rows(self) -> tuple[ProblemRow, ...]:
        """Return the problems shown."""
        return self._rows

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self._fill_again()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._empty.setText(tr("No problems found. Rules are checked while you draw."))
        self._list.setHeaderLabels([tr("Problem"), tr("Where"), tr("Rule")])
        self._fill_again()

    def _fill_again(self) -> None:
        rows, self._rows = self._rows, ()
        self.show_rows(rows)

    def _item(self, row: ProblemRow) -> QTreeWidgetItem:
        text = f"{tr(row.message)}  —  {tr(row.hint)}" if row.hint else tr(row.message)
        item = QTreeWidgetItem([text, row.address, tr(title_of(row.rule))])
        colours = {"error": self._theme.bad, "warning": self._theme.warning}
        colour = colours.get(row.severity, self._theme.quiet)
        item.setIcon(0, tinted("info" if row.waiver else row.severity, colour))
        item.setToolTip(0, plain_tip("\n".join((text, *_explained(row.rule)))))
        item.setToolTip(1, plain_tip(row.address))
        item.setData(0, _ROW, row)
        return item

    def _show(self, item: QTreeWidgetItem) -> None:
        row: ProblemRow = item.data(0, _ROW)
        self.show_requested.emit(row.address)

    def _menu(self, place: QPoint) -> None:
        item = self._list.itemAt(place)
        if item is None:
            return
        row: ProblemRow = item.data(0, _ROW)
        menu = QMenu(self)
        show = QAction(icon("zoom-selection", self._theme), tr("Show on the canvas"), menu)
        show.triggered.connect(lambda: self.show_requested.emit(row.address))
        menu.addAction(show)
        if row.fix is not None:
            fix = QAction(tr("Fix: {what}").format(what=tr(row.fix.label)), menu)
            fix.triggered.connect(lambda: self.fix_requested.emit(row.fix))
            menu.addAction(fix)
        if row.waiver:
            undo = QAction(tr("Accept no longer"), menu)
            undo.triggered.connect(lambda: self.withdraw_requested.emit(row.waiver))
            menu.addAction(undo)
        elif row.key:
            waive = QAction(tr("Accept with a reason…"), menu)
            waive.triggered.connect(lambda: self.waive_requested.emit(row.key))
            menu.addAction(waive)
        menu.exec(self._list.viewport().mapToGlobal(place))
        menu.deleteLater()


def _explained(rule: str) -> tuple[str, ...]:
    """Return what a rule checks and where its limit comes from, in the language of the window."""
    known = EXPLANATIONS.get(rule)
    return (tr(known.text), tr("Limit: {source}").format(source=tr(known.source))) if known else ()
