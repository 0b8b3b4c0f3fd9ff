"""The problems list: what is wrong with the design, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.i18n import tr
from studio.gui.icons import steady_icon
from studio.gui.theme import SPACE, Theme
from studio.gui.views.problem_rows import ProblemRow
from studio.gui.widgets.labels import plain_tip, styled_label
from studio.simulation.rules.explanations import EXPLANATIONS, title_of

_ROW = Qt.ItemDataRole.UserRole
_MOST_LETTERS = 32
"""On a button: a long one would make the panel wider than its window."""


@dataclass(frozen=True)
class _Remedy:
    """What can be done to the problems selected: the words for it, and the deed."""

    text: str
    run: Callable[[], None]


class ProblemsPanel(QWidget):
    """Findings with severity; a click zooms to the object, buttons mend or accept it."""

    show_requested = Signal(str)
    waive_requested = Signal(object)
    """Keys of findings, a tuple."""
    withdraw_requested = Signal(object)
    """Keys of waivers, a tuple."""
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
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.itemSelectionChanged.connect(self._offer)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 160)
        header.resizeSection(2, 120)
        self._list.itemActivated.connect(self._show)
        self._list.itemClicked.connect(self._show_clicked)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._menu)
        self._empty = styled_label("empty")
        self.buttons = [QPushButton() for _ in range(3)]
        self._explained = styled_label("quiet")
        self._explained.setWordWrap(True)
        self._remedies: list[_Remedy] = []
        for place, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, one=place: self._remedies[one].run())
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._found())
        self.retranslate()

    def _found(self) -> QWidget:
        """Return the list with what can be done below it."""
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, SPACE // 2)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._list, 1)
        told = QHBoxLayout()
        told.setContentsMargins(SPACE // 2, 0, SPACE // 2, 0)
        told.addWidget(self._explained, 1)
        column.addLayout(told)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE // 2, 0, SPACE // 2, 0)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        return found

    def show_rows(self, rows: tuple[ProblemRow, ...]) -> None:
        """Show problems; those that are still there stay selected and in sight."""
        if rows == self._rows:
            return
        chosen = {_name(row) for row in self._chosen()}
        at = self._list.verticalScrollBar().value()
        self._rows = rows
        self._list.clear()
        items = [self._item(row) for row in rows]
        self._list.addTopLevelItems(items)
        kept = [
            item for item, row in zip(items, rows, strict=True) if chosen and _name(row) in chosen
        ]
        if kept:
            self._list.setCurrentItem(kept[0])
        for item in kept:
            item.setSelected(True)
        # Until rows are laid out there is nowhere to scroll to.
        self._list.doItemsLayout()
        self._list.verticalScrollBar().setValue(at)
        self._stack.setCurrentIndex(1 if rows else 0)
        self._offer()

    @property
    def explained(self) -> str:
        """Return what is said of the rule of the problems selected."""
        return self._explained.text()

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
        item.setIcon(0, steady_icon("info" if row.waiver else row.severity, colour))
        item.setToolTip(0, plain_tip("\n".join((text, *_explained(row.rule)))))
        item.setToolTip(1, plain_tip(row.address))
        item.setData(0, _ROW, row)
        return item

    def _show(self, item: QTreeWidgetItem) -> None:
        row: ProblemRow = item.data(0, _ROW)
        self.show_requested.emit(row.address)

    def _show_clicked(self, item: QTreeWidgetItem) -> None:
        # A click that makes or changes a selection of several is no wish to see one of them.
        if len(self._list.selectedItems()) == 1:
            self._show(item)

    def _chosen(self) -> list[ProblemRow]:
        return [item.data(0, _ROW) for item in self._list.selectedItems()]

    def _offer(self) -> None:
        """Explain the rule of the problems selected, and say on the buttons what can be done."""
        chosen = self._chosen()
        texts = _explained(chosen[0].rule) if len({row.rule for row in chosen}) == 1 else ()
        self._explained.setText("  ".join(texts))
        self._explained.setVisible(bool(texts))
        self._remedies = self._possible(chosen)
        for place, button in enumerate(self.buttons):
            is_there = place < len(self._remedies)
            button.setEnabled(is_there)
            button.setVisible(is_there or place == 0)
            text = self._remedies[place].text if is_there else tr("Select a problem")
            is_long = len(text) > _MOST_LETTERS
            button.setText(f"{text[: _MOST_LETTERS - 1]}…" if is_long else text)
            button.setToolTip(plain_tip(text))

    def _possible(self, rows: list[ProblemRow]) -> list[_Remedy]:
        if not rows:
            return []
        found = []
        if len(rows) == 1:
            row, fix = rows[0], rows[0].fix
            found.append(
                _Remedy(tr("Show on the canvas"), lambda: self.show_requested.emit(row.address))
            )
            if fix is not None:
                text = tr("Fix: {what}").format(what=tr(fix.label))
                found.append(_Remedy(text, lambda: self.fix_requested.emit(fix)))
        waivers = tuple(dict.fromkeys(row.waiver for row in rows if row.waiver))
        keys = tuple(dict.fromkeys(row.key for row in rows if row.key and not row.waiver))
        if keys:
            text = tr("Accept with a reason…")
            found.append(_Remedy(text, lambda: self.waive_requested.emit(keys)))
        if waivers:
            text = tr("Accept no longer")
            found.append(_Remedy(text, lambda: self.withdraw_requested.emit(waivers)))
        return found

    def _menu(self, place: QPoint) -> None:
        if self._list.itemAt(place) is None:
            return
        menu = QMenu(self)
        for one in self._remedies:
            menu.addAction(one.text).triggered.connect(lambda _=False, run=one.run: run())
        menu.exec(self._list.viewport().mapToGlobal(place))
        menu.deleteLater()


def _name(row: ProblemRow) -> tuple[str, str]:
    """Return what tells one problem from another while a design is edited."""
    return row.rule, row.address


def _explained(rule: str) -> tuple[str, ...]:
    """Return what a rule checks and where its limit comes from, in the language of the window."""
    known = EXPLANATIONS.get(rule)
    return (tr(known.text), tr("Limit: {source}").format(source=tr(known.source))) if known else ()
