"""The Differences panel: two sides to choose, what changed between them, and the effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.canvas.painting.differences import SIGNS
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.difference_rows import KIND_TITLES, DifferenceRow, FigureRow
from studio.gui.views.history_rows import HistoryRow
from studio.gui.widgets.labels import TextLabel, plain_tip, styled_label

_ADDRESS = Qt.ItemDataRole.UserRole
_SIGN_OF: Mapping[str, str] = {sign.title.lower(): sign.glyph for sign in SIGNS.values()}
_COLOR_OF: Mapping[str, str] = {sign.title.lower(): sign.color for sign in SIGNS.values()}


@dataclass(frozen=True)
class Side:
    """One of the two designs: the drawing now, as last saved, after a step, or a file's."""

    kind: str
    """`now`, `saved`, `step` or `file`."""
    place: int = 0
    path: Path | None = None


NOW, SAVED = Side("now"), Side("saved")
_BROWSE = Side("browse")


class DifferencesPanel(QWidget):
    """Rows of what changed; a click shows the object."""

    sides_changed = Signal()
    browse_requested = Signal(object)
    """The combo box that asks for a file."""
    show_requested = Signal(str)
    marks_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._steps: tuple[HistoryRow, ...] = ()
        self._files: tuple[Path, ...] = ()
        self.before, self.after = QComboBox(), QComboBox()
        self.marks = QCheckBox()
        self._labels = (TextLabel(), TextLabel())
        self.changes, self.figures = _table(5, 1), _table(4, 0)
        self._empty = styled_label("empty")
        self._lay_out()
        for combo in (self.before, self.after):
            combo.activated.connect(lambda _, one=combo: self._choose(one))
        self.marks.toggled.connect(self.marks_changed)
        self.changes.itemClicked.connect(self._show)
        self.changes.itemActivated.connect(self._show)
        self.retranslate()

    @property
    def sides(self) -> tuple[Side, Side]:
        """Return what is compared: before and after."""
        return self.before.currentData() or SAVED, self.after.currentData() or NOW

    def show_steps(self, steps: tuple[HistoryRow, ...]) -> None:
        """Offer the steps of the history."""
        if steps != self._steps:
            self._steps = steps
            self._fill()

    def add_file(self, combo: QComboBox, path: Path | None) -> None:
        """Compare with a file, or with what was chosen before where none was."""
        if path is not None:
            if path not in self._files:
                self._files = (*self._files, path)
            self._fill()
            combo.setCurrentIndex(_place(combo, Side("file", path=path)))
        else:
            combo.setCurrentIndex(0)
        self.sides_changed.emit()

    def show_rows(
        self, changes: tuple[DifferenceRow, ...], figures: tuple[FigureRow, ...], problem: str = ""
    ) -> None:
        """Show what differs."""
        self.changes.clear()
        self.changes.addTopLevelItems([_change_item(row) for row in changes])
        self.figures.clear()
        self.figures.addTopLevelItems(
            [QTreeWidgetItem([row.name, row.before, row.after, row.change]) for row in figures]
        )
        for place in range(self.figures.topLevelItemCount()):
            _align(self.figures.topLevelItem(place), (1, 2, 3))
        self._empty.setText(problem or tr("The two designs say the same."))
        self._stack.setCurrentIndex(1 if changes else 0)

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._labels[0].setText(tr("From"))
        self._labels[1].setText(tr("To"))
        self.before.setAccessibleName(tr("Design before"))
        self.after.setAccessibleName(tr("Design after"))
        self.marks.setText(tr("Show on the canvas"))
        self.marks.setToolTip(tr("Mark what is added, removed, moved, recabled and changed"))
        self.changes.setAccessibleName(tr("What changed"))
        self.figures.setAccessibleName(tr("Effect on the figures"))
        self.changes.setHeaderLabels(
            [tr("Change"), tr("What"), tr("Field"), tr("Before"), tr("After")]
        )
        self.figures.setHeaderLabels([tr("Figure"), tr("Before"), tr("After"), tr("Change")])
        self._fill()

    def _fill(self) -> None:
        """Keep what was chosen; a step that is gone becomes the usual side."""
        fixed = [(tr("As last saved"), SAVED), (tr("Now"), NOW)]
        steps = [(f"{row.place}   {tr(row.label)}", Side("step", row.place)) for row in self._steps]
        files = [(path.name, Side("file", path=path)) for path in self._files]
        for combo, usual in ((self.before, SAVED), (self.after, NOW)):
            chosen = combo.currentData() or usual
            combo.clear()
            for text, side in (*fixed, *steps, *files, (tr("Another file…"), _BROWSE)):
                combo.addItem(text, side)
            place = _place(combo, chosen)
            combo.setCurrentIndex(place if place >= 0 else _place(combo, usual))

    def _choose(self, combo: QComboBox) -> None:
        if combo.currentData() == _BROWSE:
            self.browse_requested.emit(combo)
        else:
            self.sides_changed.emit()

    def _show(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _ADDRESS):
            self.show_requested.emit(str(item.data(0, _ADDRESS)))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        for label, combo in zip(self._labels, (self.before, self.after), strict=True):
            label.setBuddy(combo)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(18)
            top.addWidget(label)
            top.addWidget(combo)
        top.addStretch(1)
        top.addWidget(self.marks)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.changes)
        split.addWidget(self.figures)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(split)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(top)
        column.addWidget(self._stack, 1)


def _place(combo: QComboBox, side: Side) -> int:
    # findData compares Python objects by identity; equal sides are made anew.
    places = range(combo.count())
    return next((place for place in places if combo.itemData(place) == side), -1)


def _table(columns: int, stretched: int) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setUniformRowHeights(True)
    table.setColumnCount(columns)
    header = table.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    return table


def _change_item(row: DifferenceRow) -> QTreeWidgetItem:
    title = f"{_SIGN_OF[row.kind]}  {tr(KIND_TITLES[row.kind])}"
    item = QTreeWidgetItem([title, row.what, row.field, row.before, row.after])
    item.setData(0, _ADDRESS, row.address)
    item.setForeground(0, QColor(_COLOR_OF[row.kind]))
    for column in range(5):
        item.setToolTip(column, plain_tip(item.text(column)))
    return item


def _align(item: QTreeWidgetItem | None, columns: tuple[int, ...]) -> None:
    for column in columns:
        if item is not None:
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
