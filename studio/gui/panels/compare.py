"""The Compare page: designs side by side as table and bars, every figure open to its source."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from studio.gui.i18n import current_language, tr
from studio.gui.panels.compare_table import CompareTable
from studio.gui.panels.explain import ExplainPanel
from studio.gui.theme import SPACE, Theme
from studio.gui.views.compare_rows import ComparedDesign, CompareView, compare_view
from studio.gui.views.design_heads import design_head
from studio.gui.views.explain_rows import explain
from studio.gui.views.library_items import design_files
from studio.gui.widgets.labels import plain_tip, styled_area, styled_label
from studio.gui.widgets.ratio_chart import RatioChart

if TYPE_CHECKING:
    from studio.exploration.compare import Comparison

_PATH = Qt.ItemDataRole.UserRole
_SIDE_PX, _EXPLAIN_PX = 250, 260


class ComparePage(QWidget):
    """A list of designs to tick, the table and the bars; a click opens a figure below."""

    load_requested = Signal(object)
    """Path of a design whose figures are needed."""
    browse_requested = Signal()
    export_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._loaded: dict[Path, ComparedDesign] = {}
        self._current: ComparedDesign | None = None
        self._opened: tuple[int, str] | None = None
        """Design and figure that are explained."""
        self._files: tuple[Path, ...] = design_files()
        self._title = styled_label("heading")
        self._list = QListWidget()
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemChanged.connect(self._check)
        self._add, self._export, self._close = QPushButton(), QPushButton(), QPushButton()
        self._add.clicked.connect(self.browse_requested)
        self._export.clicked.connect(self.export_requested)
        self._close.clicked.connect(lambda: self._open_figure(None))
        self._reference_label = styled_label("quiet")
        self._reference = QComboBox()
        self._reference.activated.connect(lambda _: self._show())
        self._reference_label.setBuddy(self._reference)
        self.table = CompareTable()
        self.chart = RatioChart(theme)
        self.explained = ExplainPanel(theme)
        for shown in (self.table, self.chart):
            shown.opened.connect(lambda design, name: self._open_figure((design, name)))
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        self._build()
        self._view = CompareView((), 0, (), ())
        self.retranslate()

    @property
    def view(self) -> CompareView:
        """Return what is shown."""
        return self._view

    def comparison(self) -> Comparison | None:
        """Return what is shown as values, for a file; None without designs."""
        from studio.exploration.compare import compare

        candidates = [one.candidate for one in self._compared()]
        return compare(candidates, self._view.reference) if candidates else None

    def picture(self) -> QPixmap:
        """Return all bars with their legend as a picture."""
        return self._chart_area.grab()

    def open(self, current: ComparedDesign | None) -> None:
        """Start from the open design and the first reference design."""
        self._current = current
        self._fill()
        if not self._ticked() or (current is not None and self._list.count() > 1):
            self._tick_defaults()
        self._request()
        self._show()
        self._explain()

    def add(self, path: Path) -> None:
        """Add a design from a file and tick it."""
        if path not in self._files:
            self._files = (*self._files, path)
        self._fill()
        self._tick(str(path))

    def show_candidate(self, path: Path, compared: ComparedDesign) -> None:
        """Take the figures of a design that was asked for."""
        self._loaded[path] = compared
        self._fill()
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self.chart.set_theme(theme)
        self.explained.set_theme(theme)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._title.setText(tr("Compare designs"))
        self._add.setText(tr("Add from file…"))
        self._export.setText(tr("Export…"))
        self._export.setToolTip(tr("Write the comparison as CSV, JSON or a picture"))
        self._close.setText(tr("Close"))
        self._reference.setToolTip(tr("The design all ratios are taken to"))
        self.explained.retranslate()
        self._reference_label.setText(tr("Ratios against"))
        self._empty.setText(tr("Tick two or more designs on the left to see them side by side."))
        self._fill()
        self._show()
        self._explain()

    def _build(self) -> None:
        side = styled_area("panel")
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.addWidget(self._title)
        column.addWidget(self._list, 1)
        for button in (self._add, self._export):
            column.addWidget(button)
        column.addWidget(self._reference_label)
        column.addWidget(self._reference)
        chart_area = self._chart_area = styled_area("panel")
        chart_column = QVBoxLayout(chart_area)
        chart_column.setContentsMargins(0, 0, 0, 0)
        chart_column.addWidget(self.chart)
        chart_column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        # What is in it takes the keys.
        scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        scroll.setWidget(chart_area)
        figures = QSplitter(Qt.Orientation.Horizontal)
        figures.addWidget(self.table)
        figures.addWidget(scroll)
        figures.setSizes([720, 340])
        self._below = styled_area("panel")
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        closing = QHBoxLayout()
        closing.addStretch(1)
        closing.addWidget(self._close)
        below.addLayout(closing)
        below.addWidget(self.explained, 1)
        self._below.hide()
        right = self._right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(figures)
        right.addWidget(self._below)
        right.setSizes([2 * _EXPLAIN_PX, _EXPLAIN_PX])
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(side)
        whole.addWidget(right)
        whole.addWidget(self._empty)
        whole.setSizes([_SIDE_PX, 1000, 1000])
        whole.setStretchFactor(1, 1)
        whole.setStretchFactor(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(whole)

    def _fill(self) -> None:
        ticked = set(self._ticked())
        self._list.blockSignals(True)
        self._list.clear()
        if self._current is not None:
            name = tr("{name} (open now)").format(name=self._current.candidate.name)
            self._list.addItem(self._item(name, "", "" in ticked))
        for path in self._files:
            known, head = self._loaded.get(path), design_head(path)
            name = known.candidate.name if known else head.name if head else path.stem
            self._list.addItem(self._item(name, str(path), str(path) in ticked))
        self._list.blockSignals(False)

    def _item(self, name: str, path: str, is_ticked: bool) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
        item.setData(_PATH, path)
        item.setToolTip(plain_tip(f"{name}\n{path}".strip()))
        return item

    def _ticked(self) -> list[str]:
        items = (self._list.item(n) for n in range(self._list.count()))
        return [str(i.data(_PATH)) for i in items if i.checkState() == Qt.CheckState.Checked]

    def _tick_defaults(self) -> None:
        if self._current is not None:
            self._tick("")
        wanted = [path for path in self._files if path.stem in ("cloudmatrix-384", "gb200-nvl72")]
        own = self._current.candidate.name if self._current is not None else ""
        for path in wanted:
            if own.lower().replace(" ", "-") != path.stem:
                self._tick(str(path))

    def _tick(self, path: str) -> None:
        for place in range(self._list.count()):
            item = self._list.item(place)
            if item.data(_PATH) == path:
                item.setCheckState(Qt.CheckState.Checked)

    def _check(self) -> None:
        self._request()
        self._show()

    def _request(self) -> None:
        for text in self._ticked():
            if text and Path(text) not in self._loaded:
                self.load_requested.emit(Path(text))

    def _compared(self) -> list[ComparedDesign]:
        found = (self._loaded.get(Path(text)) if text else self._current for text in self._ticked())
        return [one for one in found if one is not None]

    def _show(self) -> None:
        compared = self._compared()
        candidates = [one.candidate for one in compared]
        names = [candidate.name for candidate in candidates]
        shown = [self._reference.itemText(n) for n in range(self._reference.count())]
        if names != shown:
            self._reference.clear()
            self._reference.addItems(names)
            self._reference.setCurrentIndex(len(names) - 1)
            self._open_figure(None)
        reference = max(0, self._reference.currentIndex())
        self._view = compare_view(candidates, reference, current_language())
        self._right.setVisible(bool(compared))
        self._empty.setVisible(not compared)
        self._export.setEnabled(bool(compared))
        self.table.show_view(self._view)
        self.chart.show_bars(self._view.designs, self._view.bars)

    def _open_figure(self, opened: tuple[int, str] | None) -> None:
        """Open a figure of one design below the table, or close what is open."""
        self._opened = opened
        self._explain()

    def _explain(self) -> None:
        compared = self._compared()
        shown = None
        if self._opened is not None and self._opened[0] < len(compared):
            design, name = compared[self._opened[0]], self._opened[1]
            key = design.candidate.own_name(name)
            shown = explain(key, design.evaluation, current_language())
        self._below.setVisible(shown is not None)
        self.explained.set_seen(shown is not None)
        if shown is not None:
            name = compared[self._opened[0]].candidate.name if self._opened else ""
            self.explained.show_explanation(replace(shown, title=f"{name} · {shown.title}"))
