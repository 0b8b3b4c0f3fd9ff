"""The Network panel: one collective over the drawn links, live while the design is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGraphicsOpacityEffect,
    QHeaderView,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.errors import StudioError
from studio.gui.guard import guarded
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.network_rows import NetworkView, Probe, flows_text, spot_cells
from studio.gui.widgets.labels import TextLabel, plain_tip
from studio.gui.widgets.network_form import NetworkQuestion
from studio.gui.widgets.turning_split import turn_split

if TYPE_CHECKING:
    from studio.session.flow import DrawnFlow

_ADDRESS = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WIDE_PX = 860
"""From this width on figures and busy links stand beside each other."""
_SHARES = [330, 660]
"""Of figures and busy links, beside each other or one below the other."""


@guarded
class NetworkPanel(QWidget):
    """Choice of a collective on top; figures, hot spots and the flows of a link below."""

    probe_changed = Signal(object)
    """A `Probe`, or None while the panel does not follow the design."""
    show_requested = Signal(str)
    explain_requested = Signal()
    """The figures are to be opened into their terms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._link = ""
        self._view: NetworkView | None = None
        self.question = NetworkQuestion()
        self._figures, self._spots = _figures(), _spots()
        self._text = TextLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._connect()
        self.retranslate()

    @property
    def probe(self) -> Probe | None:
        """Return what is asked, None while the panel is not followed or its fields are wrong."""
        if not self.question.follows.isChecked():
            return None
        try:
            return self.question.probe(self._link)
        except StudioError as error:
            self._text.setText(tr(error.message))
            return None

    @property
    def flow(self) -> DrawnFlow | None:
        """Return the answer that is shown."""
        return self._view.flow if self._view is not None else None

    def set_planes(self, planes: tuple[tuple[str, str], ...]) -> None:
        """Offer the planes of a design: id and name."""
        self.question.set_planes(planes)

    def set_following(self, is_following: bool) -> None:
        """Follow the design, as the box does."""
        self.question.follows.setChecked(is_following)

    def set_link(self, address: str) -> None:
        """List the flows of a selected link; empty for none."""
        if address != self._link:
            self._link = address
            self._ask()

    @property
    def is_stale(self) -> bool:
        """Tell whether the figures are faded as those of an earlier question."""
        return self._fade.isEnabled()

    def set_stale(self, is_stale: bool) -> None:
        """Fade the figures of an earlier question."""
        if self._fade.isEnabled() != is_stale:
            self._fade.setEnabled(is_stale)

    def show_view(self, view: NetworkView | None) -> None:
        """Show an answer, or the hint of what the panel is for."""
        self._view = view
        self._figures.clear()
        self._spots.clear()
        if view is None:
            # While it is followed without a question, the text says what is wrong with a field.
            if not self.question.follows.isChecked():
                self._text.setText(
                    tr("Choose a collective or tick the box to run it over the drawn links.")
                )
            return
        for name, value in view.summary:
            item = QTreeWidgetItem([tr(name), tr(value)])
            item.setToolTip(1, plain_tip(tr(value)))
            self._figures.addTopLevelItem(item)
        for spot in view.spots:
            item = QTreeWidgetItem(spot_cells(spot))
            for column in range(1, item.columnCount()):
                item.setTextAlignment(column, _RIGHT)
            item.setData(0, _ADDRESS, spot.link)
            item.setToolTip(0, plain_tip(spot.link))
            self._spots.addTopLevelItem(item)
        self._text.setText(self._words(view))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self.question.retranslate()
        self._figures.setHeaderLabels([tr("Figure"), tr("Value")])
        self._figures.setToolTip(tr("Click a figure to see what it is made of"))
        self._spots.setHeaderLabels(
            [tr("Busiest links"), tr("Load"), tr("Achieved"), tr("Rated"), tr("Alike")]
        )
        self.show_view(self._view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put figures and busy links beside each other where there is room."""
        super().resizeEvent(event)
        turn_split(self._split, _SHARES, is_wide=self.width() >= _WIDE_PX)

    def _lay_out(self) -> None:
        answer = QWidget()
        beside = QVBoxLayout(answer)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self._spots, 1)
        beside.addWidget(self._text)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._figures)
        self._split.addWidget(answer)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes(_SHARES)
        self._fade = QGraphicsOpacityEffect(self._split)
        self._fade.setOpacity(0.45)
        self._fade.setEnabled(False)
        self._split.setGraphicsEffect(self._fade)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.addWidget(self.question)
        column.addWidget(self._split, 1)

    def _connect(self) -> None:
        self.question.asked.connect(self._ask)
        self._figures.itemActivated.connect(self.explain_requested)
        self._figures.itemClicked.connect(self.explain_requested)
        self._spots.itemActivated.connect(self._show)
        self._spots.itemClicked.connect(self._show)

    def _ask(self) -> None:
        self.probe_changed.emit(self.probe)

    def _show(self, item: QTreeWidgetItem) -> None:
        self.show_requested.emit(item.data(0, _ADDRESS))

    def _words(self, view: NetworkView) -> str:
        if view.problem:
            return tr(view.problem)
        if view.through is None:
            return tr("Select a link on the canvas or in the list to see the flows through it.")
        return flows_text(view.through) + "\n" + ";  ".join(view.through.examples[:4])


def _figures() -> QTreeWidget:
    """Return the table of figures; a long value gives way to the figure's name."""
    table = _table(2)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    return table


def _spots() -> QTreeWidget:
    """Return the table of busy links; their ends give way to the figures."""
    table = _table(5)
    header = table.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(1, table.columnCount()):
        table.headerItem().setTextAlignment(column, _RIGHT)
    return table


def _table(columns: int) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setUniformRowHeights(True)
    table.setColumnCount(columns)
    table.header().setStretchLastSection(False)
    return table
