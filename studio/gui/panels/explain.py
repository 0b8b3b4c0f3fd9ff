"""The Explain panel: a figure opened down to formulas, inputs and sources, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import current_language, tr
from studio.gui.panels.rests import RestsList
from studio.gui.theme import LEAST_LIST, SPACE, Theme
from studio.gui.views.explain_rows import ExplainRow, Explanation, rows_of
from studio.gui.views.format import share_text
from studio.gui.widgets.elided_label import ElidedLabel
from studio.gui.widgets.labels import plain_tip, styled_label

Path = tuple[str, ...]
_ROW = Qt.ItemDataRole.UserRole
_PATH = Qt.ItemDataRole.UserRole + 1
_FEW = 3
"""A figure of so few lines shows what is inside them at once."""
_COLUMNS = (0.25, 0.31, 0.11, 0.08, 0.085)
"""Shares of the width; the source takes the rest."""
_SWATCH_PX = 9
_LEAST_PX = (150, 180, 116, 72, 74)
"""What a column needs to be read; the tree scrolls where there is less."""
_RESTS_PX = 230
_NO_LIMIT = 16_777_215
"""What Qt takes as no limit of a width."""
_WIDE_PX = 760
"""Narrower panels have what a figure rests on below the tree."""


@guarded
class ExplainPanel(QWidget):
    """A tree that is filled where it is opened; edits keep what is open."""

    part_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._shown: Explanation | None = None
        self._is_seen, self._is_behind = False, False
        self._drawn = ""
        """Key of the figure in the tree."""
        self._obstacle = ""
        """Why there are figures that can't be opened."""
        self._title, self._how = styled_label("heading"), ElidedLabel()
        self._how.setObjectName("quiet")
        self.tree = QTreeWidget()
        self.tree.setAlternatingRowColors(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setColumnCount(6)
        self.tree.setMinimumHeight(LEAST_LIST)
        header = self.tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.itemActivated.connect(self._open_part)
        self.tree.itemExpanded.connect(self._fill)
        self.tree.currentItemChanged.connect(self._tell)
        copying = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.tree)
        copying.setContext(Qt.ShortcutContext.WidgetShortcut)
        copying.activated.connect(self._copy)
        self.rests = RestsList(theme)
        self.rests.setMinimumHeight(LEAST_LIST)
        self._empty = styled_label("empty")
        self._lay_out()
        self.retranslate()

    @property
    def explanation(self) -> Explanation | None:
        """Return what is shown."""
        return self._shown

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Show what a figure is made of; lines that were open stay open."""
        if explanation is self._shown:
            return
        self._shown = explanation
        self._is_behind = True
        if self._is_seen:
            self._catch_up()

    def say_why_empty(self, obstacle: str) -> None:
        """Say what stands in the way of a figure; without it, what to click."""
        self._obstacle = obstacle
        hint = tr("Click a figure in the strip above to see what it is made of.")
        self._empty.setText(f"{tr(obstacle)}\n\n{hint}" if obstacle else hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _lay_out(self) -> None:
        content = QWidget()
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addSpacing(2 * SPACE)
        top.addWidget(self._how, 1)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tree)
        split.addWidget(self.rests)
        split.setStretchFactor(0, 1)
        split.setSizes([4 * _RESTS_PX, _RESTS_PX])
        column_layout = QVBoxLayout(content)
        column_layout.setContentsMargins(SPACE, SPACE // 2, SPACE, 0)
        column_layout.setSpacing(SPACE // 2)
        column_layout.addLayout(top)
        column_layout.addWidget(split, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _fit_columns(self) -> None:
        is_wide = self.width() >= _WIDE_PX
        beside, below = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._split.setOrientation(beside if is_wide else below)
        if not is_wide:
            third = self.height() // 3
            self._split.setSizes([2 * third, third])
        self.rests.setMinimumWidth(_RESTS_PX if is_wide else 0)
        self.rests.setMaximumWidth(max(_RESTS_PX, self.width() // 4) if is_wide else _NO_LIMIT)
        room = self.width() - (_RESTS_PX if not self.rests.isHidden() and is_wide else 0)
        for column, (share, least) in enumerate(zip(_COLUMNS, _LEAST_PX, strict=True)):
            self.tree.header().resizeSection(column, max(least, round(share * room)))

    def set_seen(self, is_seen: bool) -> None:
        """Tell whether the panel is seen; figures nobody looks at are not opened."""
        self._is_seen = is_seen
        if is_seen:
            self._catch_up()

    def _catch_up(self) -> None:
        if not self._is_behind:
            return
        self._is_behind = False
        explanation = self._shown
        self._stack.setCurrentIndex(0 if explanation is None else 1)
        if explanation is None:
            self.tree.clear()
            self._drawn = ""
            return
        is_same = self._drawn == explanation.key
        self._drawn = explanation.key
        open_paths = self._open_paths() if is_same else set[Path]()
        current = self._current_path() if is_same else ()
        place = self.tree.verticalScrollBar().value() if is_same else 0
        self._title.setText(f"{explanation.title}: {explanation.value}")
        self._how.setText(explanation.how)
        self.rests.show_rests(explanation.rests)
        self._fit_columns()
        self.tree.clear()
        self._add(self.tree.addTopLevelItem, rows_of(explanation.line, current_language()), ())
        if is_same:
            self._reopen(open_paths)
        elif self.tree.topLevelItemCount() <= _FEW:
            for number in range(self.tree.topLevelItemCount()):
                self._expand(self.tree.topLevelItem(number))
        if current:
            self._select(current)
        self.tree.verticalScrollBar().setValue(place)

    def reveal(self, path: Path) -> None:
        """Open the way to a line and select it; as far as there is such a line."""
        self._catch_up()
        for length in range(1, len(path)):
            item = self._item_at(path[:length])
            if item is not None:
                self._expand(item)
        self._select(path)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.rests.set_theme(theme)
        self._is_behind = True
        if self._is_seen:
            self._catch_up()

    def retranslate(self) -> None:
        """Show texts in the language chosen; the owner explains the figure anew."""
        self.say_why_empty(self._obstacle)
        self.tree.setHeaderLabels(
            [
                tr("Term"),
                tr("How it is worked out"),
                tr("Value"),
                tr("Share"),
                tr("Evidence"),
                tr("Source"),
            ]
        )
        self.rests.retranslate()

    def _add(
        self,
        add: Callable[[QTreeWidgetItem], object],
        rows: tuple[ExplainRow, ...],
        above: Path,
    ) -> None:
        for row in rows:
            add(self._item(row, (*above, row.key)))

    def _item(self, row: ExplainRow, path: Path) -> QTreeWidgetItem:
        share = "" if row.share is None else share_text(row.share)
        is_input = row.key.startswith("input/")
        # The second column has more room, and an input is a part of how a line is worked out.
        first = [tr("input"), row.label] if is_input else [row.label, row.how]
        item = QTreeWidgetItem([*first, row.value, share, row.grade, row.source])
        for column in (2, 3):
            item.setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        for column in range(6):
            item.setToolTip(column, plain_tip(row.tip))
        if is_input:
            item.setForeground(0, QBrush(QColor(self._theme.quiet)))
        if row.bound in self._theme.bounds:
            item.setIcon(0, _swatch(self._theme.bounds[row.bound]))
        item.setData(0, _ROW, row)
        item.setData(0, _PATH, path)
        if row.line is not None:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    def _fill(self, item: QTreeWidgetItem) -> None:
        """Work out what is inside a line when it is opened for the first time."""
        row = item.data(0, _ROW)
        if item.childCount() == 0 and row.line is not None:
            self._add(item.addChild, rows_of(row.line, current_language()), item.data(0, _PATH))

    def _expand(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, _ROW).line is not None:
            self._fill(item)
            item.setExpanded(True)

    def _items(self) -> list[QTreeWidgetItem]:
        """Return every item there is so far."""
        found = [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]
        items = [item for item in found if item is not None]
        for item in items:
            inside = [item.child(n) for n in range(item.childCount())]
            items.extend(one for one in inside if one is not None)
        return items

    def _open_paths(self) -> set[Path]:
        return {item.data(0, _PATH) for item in self._items() if item.isExpanded()}

    def _reopen(self, paths: set[Path]) -> None:
        for path in sorted(paths, key=len):
            self._expand(self._item_at(path))

    def _item_at(self, path: Path) -> QTreeWidgetItem | None:
        return next((item for item in self._items() if item.data(0, _PATH) == path), None)

    def _current_path(self) -> Path:
        item = self.tree.currentItem()
        return item.data(0, _PATH) if item is not None else ()

    def _select(self, path: Path) -> None:
        item = self._item_at(path)
        if item is not None:
            self.tree.setCurrentItem(item)
            self.tree.scrollToItem(item)

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        """Say all of the line that was chosen, which the columns cut short."""
        row = item.data(0, _ROW) if item is not None else None
        if row is None:
            self.rests.show_line("", "")
        else:
            said = row.tip.removeprefix(row.label).strip()
            self.rests.show_line(f"{row.label}: {row.value}", said)
        self._fit_columns()

    def _copy(self) -> None:
        """Put the current row on the clipboard, columns between tabs."""
        item = self.tree.currentItem()
        if item is not None:
            cells = [item.text(column) for column in range(self.tree.columnCount())]
            QApplication.clipboard().setText("\t".join(cells).rstrip("\t"))

    def _open_part(self, item: QTreeWidgetItem) -> None:
        part = item.data(0, _ROW).part
        if part:
            self.part_requested.emit(part)


def _swatch(colour: str) -> QIcon:
    """Return a small square in the colour of what a time is spent on."""
    square = QPixmap(_SWATCH_PX, _SWATCH_PX)
    square.fill(QColor(colour))
    return QIcon(square)
