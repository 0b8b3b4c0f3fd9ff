"""The Compare page: designs side by side as a table and as bars, with ratios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.i18n import current_language, tr
from studio.gui.theme import CATEGORICAL, SPACE, Theme
from studio.gui.views.compare_rows import CompareView, compare_view
from studio.gui.views.library_items import design_files
from studio.gui.widgets.labels import styled_area, styled_label
from studio.gui.widgets.ratio_chart import RatioChart

if TYPE_CHECKING:
    from studio.exploration.compare import Candidate

_PATH = Qt.ItemDataRole.UserRole


class ComparePage(QWidget):
    """A list of designs to tick, the table and the bars."""

    load_requested = Signal(object)
    """Path of a design whose figures are needed."""
    current_requested = Signal()
    browse_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._loaded: dict[Path, Candidate] = {}
        self._current: Candidate | None = None
        self._files: tuple[Path, ...] = design_files()
        self._title = styled_label("heading")
        self._list = QListWidget()
        self._list.itemChanged.connect(self._check)
        self._add = QPushButton()
        self._add.clicked.connect(self.browse_requested)
        self._reference_label = styled_label("quiet")
        self._reference = QComboBox()
        self._reference.activated.connect(lambda _: self._show())
        self._table = QTableWidget()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setAlternatingRowColors(True)
        self._table.setShowGrid(False)
        self._table.verticalHeader().setVisible(False)
        self._chart = RatioChart(theme)
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        self._build()
        self._view = CompareView((), 0, (), ())
        self.retranslate()

    @property
    def view(self) -> CompareView:
        """Return what is shown."""
        return self._view

    def open(self, current: Candidate | None) -> None:
        """Start from the open design and the first reference design."""
        self._current = current
        self._fill()
        if not self._ticked() or (current is not None and self._list.count() > 1):
            self._tick_defaults()
        self._request()
        self._show()

    def add(self, path: Path) -> None:
        """Add a design from a file and tick it."""
        if path not in self._files:
            self._files = (*self._files, path)
        self._fill()
        self._tick(str(path))

    def show_candidate(self, path: Path, candidate: Candidate) -> None:
        """Take the figures of a design that was asked for."""
        self._loaded[path] = candidate
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._chart.set_theme(theme)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._title.setText(tr("Compare designs"))
        self._add.setText(tr("Add from file…"))
        self._reference_label.setText(tr("Ratios against"))
        self._empty.setText(tr("Tick two or more designs on the left to see them side by side."))
        self._fill()
        self._show()

    def _build(self) -> None:
        side = styled_area("panel")
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.addWidget(self._title)
        column.addWidget(self._list, 1)
        column.addWidget(self._add)
        row = QHBoxLayout()
        row.addWidget(self._reference_label)
        row.addWidget(self._reference, 1)
        column.addLayout(row)
        chart_area = styled_area("panel")
        chart_column = QVBoxLayout(chart_area)
        chart_column.addWidget(self._chart)
        chart_column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(chart_area)
        right = QSplitter(Qt.Orientation.Horizontal)
        right.addWidget(self._table)
        right.addWidget(scroll)
        right.setSizes([640, 420])
        self._right = right
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(side)
        whole.addWidget(right)
        whole.addWidget(self._empty)
        whole.setSizes([200, 1000, 1000])
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
            name = tr("{name} (open now)").format(name=self._current.name)
            self._list.addItem(self._item(name, "", "" in ticked))
        for path in self._files:
            self._list.addItem(self._item(path.stem, str(path), str(path) in ticked))
        self._list.blockSignals(False)

    def _item(self, name: str, path: str, is_ticked: bool) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
        item.setData(_PATH, path)
        item.setToolTip(path)
        return item

    def _ticked(self) -> list[str]:
        items = (self._list.item(n) for n in range(self._list.count()))
        return [str(i.data(_PATH)) for i in items if i.checkState() == Qt.CheckState.Checked]

    def _tick_defaults(self) -> None:
        if self._current is not None:
            self._tick("")
        wanted = [path for path in self._files if path.stem in ("cloudmatrix-384", "gb200-nvl72")]
        own = self._current.name if self._current is not None else ""
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

    def _candidates(self) -> list[Candidate]:
        found = []
        for text in self._ticked():
            candidate = self._loaded.get(Path(text)) if text else self._current
            if candidate is not None:
                found.append(candidate)
        return found

    def _show(self) -> None:
        candidates = self._candidates()
        names = [candidate.name for candidate in candidates]
        shown = [self._reference.itemText(n) for n in range(self._reference.count())]
        if names != shown:
            self._reference.clear()
            self._reference.addItems(names)
            self._reference.setCurrentIndex(len(names) - 1)
        reference = max(0, self._reference.currentIndex())
        self._view = compare_view(candidates, reference, current_language())
        self._right.setVisible(bool(candidates))
        self._empty.setVisible(not candidates)
        self._fill_table()
        self._chart.show_bars(self._view.bars)

    def _fill_table(self) -> None:
        view = self._view
        columns = len(view.designs)
        self._table.setRowCount(len(view.rows))
        self._table.setColumnCount(1 + 2 * columns)
        for place, name in enumerate(view.designs):
            header = QTableWidgetItem(name)
            header.setIcon(_swatch(CATEGORICAL[place % len(CATEGORICAL)]))
            self._table.setHorizontalHeaderItem(1 + 2 * place, header)
            self._table.setHorizontalHeaderItem(2 + 2 * place, QTableWidgetItem(tr("Ratio")))
        self._table.setHorizontalHeaderItem(0, QTableWidgetItem(tr("Figure")))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number, row in enumerate(view.rows):
            self._table.setItem(number, 0, QTableWidgetItem(row.label))
            for place, cell in enumerate(row.cells):
                for offset, text in enumerate((cell.value, cell.ratio)):
                    item = QTableWidgetItem(text)
                    item.setTextAlignment(right)
                    self._table.setItem(number, 1 + 2 * place + offset, item)
        header_view = self._table.horizontalHeader()
        header_view.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.resizeRowsToContents()


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(10, 10)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
