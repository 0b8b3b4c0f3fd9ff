"""Every text that a window shows, by where it stands; for tests that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)

_MOST_ROWS = 60
"""Rows read of each list: equal rows of a long table tell nothing new."""


def texts_of(window: QWidget) -> dict[str, str]:
    """Return the texts of a widget and all below it, hidden ones too, by path and kind."""
    return dict(_texts(window, ""))


def _texts(widget: QWidget, path: str) -> Iterator[tuple[str, str]]:
    place = f"{path}/{type(widget).__name__}"
    yield from _own(widget, place)
    for number, action in enumerate(widget.actions()):
        yield from _action(action, f"{place}:action{number}")
    inner = [one for one in widget.children() if isinstance(one, QWidget)]
    for number, child in enumerate(inner):
        yield from _texts(child, f"{place}[{number}]")


def _own(widget: QWidget, place: str) -> Iterator[tuple[str, str]]:
    yield f"{place}:tip", widget.toolTip()
    yield f"{place}:name", widget.accessibleName()
    yield f"{place}:description", widget.accessibleDescription()
    yield f"{place}:title", widget.windowTitle()
    if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)):
        yield f"{place}:text", widget.text()
    if isinstance(widget, QLineEdit):
        yield f"{place}:hint", widget.placeholderText()
    if isinstance(widget, QGroupBox):
        yield f"{place}:group", widget.title()
    if isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield f"{place}:tab{tab}", widget.tabText(tab)
    if isinstance(widget, QComboBox):
        yield f"{place}:hint", widget.placeholderText()
        for item in range(widget.count()):
            yield f"{place}:item{item}", widget.itemText(item)
    if isinstance(widget, QAbstractItemView) and not isinstance(widget.parent(), QComboBox):
        yield from _rows(widget, place)
    if isinstance(widget, QDockWidget):
        yield f"{place}:toggle", widget.toggleViewAction().text()


def _action(action: QAction, place: str) -> Iterator[tuple[str, str]]:
    yield f"{place}:text", action.text()
    yield f"{place}:tip", action.toolTip()
    yield f"{place}:status", action.statusTip()


def _rows(view: QAbstractItemView, place: str) -> Iterator[tuple[str, str]]:
    model = view.model()
    if model is None:
        return
    has_header = isinstance(view, QTableView) or (
        isinstance(view, QTreeView) and not view.isHeaderHidden()
    )
    if has_header:
        for column in range(model.columnCount()):
            title = model.headerData(column, Qt.Orientation.Horizontal)
            yield f"{place}:head{column}", str(title)
    yield from _below(model, QModelIndex(), place)


def _below(model: QAbstractItemModel, parent: QModelIndex, place: str) -> Iterator[tuple[str, str]]:
    for row in range(min(model.rowCount(parent), _MOST_ROWS)):
        # A list hides how many columns it has.
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(columns):
            index = model.index(row, column, parent)
            where = f"{place}:{row}.{column}"
            yield where, str(index.data() or "")
            yield f"{where}:tip", str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        yield from _below(model, model.index(row, 0, parent), f"{place}:{row}")
