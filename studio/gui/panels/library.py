"""The library: parts, assemblies, racks and reference designs to drag onto the canvas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.guard import guarded
from studio.gui.i18n import mark, tr
from studio.gui.icons import ICON_OF_KIND, icon
from studio.gui.theme import LEAST_LIST, SPACE, Theme
from studio.gui.views.library_items import LibraryGroup, LibraryItem, matching
from studio.gui.widgets.labels import plain_tip, styled_label

_CARRIED_PX = QSize(20, 20)
_BESIDE_POINTER = QPoint(-12, 28)
"""Where the pointer is seen from what is carried: below it, for the words are further down."""

_USES: Mapping[str, str] = {
    "rack": mark("Enter stands it on a free place of the floor."),
    "assembly": mark("Enter puts it into the selected rack, or on the floor in a rack of its own."),
    "part": mark("Enter shows it in the inspector."),
    "design": mark("Enter opens it."),
}
MIME_TYPE = "application/x-supernode-item"
_ITEM = Qt.ItemDataRole.UserRole
_TITLE = Qt.ItemDataRole.UserRole + 1
"""The English title of a group, the same in every language of the window."""


@guarded
class _Search(QLineEdit):
    """A search that the arrow down leaves for what was found."""

    left_down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)


@guarded
class _Tree(QTreeWidget):
    """A tree that is dragged from."""

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setIconSize(QSize(16, 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)

    def startDrag(self, actions: Qt.DropAction) -> None:
        rows = self.selectedItems()
        data = self.mimeData(rows)
        if not data.formats():
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        # A picture of the whole row, as trees draw it, would hide where the item lands.
        drag.setPixmap(rows[0].icon(0).pixmap(_CARRIED_PX))
        drag.setHotSpot(_BESIDE_POINTER)
        drag.exec(actions, Qt.DropAction.CopyAction)

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        item: LibraryItem | None = items[0].data(0, _ITEM) if items else None
        if item is not None and item.type != "design":
            payload = json.dumps({"type": item.type, "id": item.id})
            data.setData(MIME_TYPE, payload.encode())
        return data


class LibraryPanel(QWidget):
    """Searchable groups of items."""

    chosen = Signal(object)
    """LibraryItem activated by double click or Enter."""
    inspected = Signal(object)
    """LibraryItem the user looks at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._groups: tuple[LibraryGroup, ...] = ()
        self._shown: tuple[LibraryGroup, ...] = ()
        self._icons: dict[str, QIcon] = {}
        self._search = _Search()
        self._search.left_down.connect(self._focus_found)
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._fill)
        self._tree = _Tree()
        self._tree.setMinimumHeight(LEAST_LIST)
        self._tree.itemActivated.connect(self._activate)
        self._tree.itemClicked.connect(self._inspect)
        self._empty = styled_label("empty")
        self._empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, 0)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self._search)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._empty, 1)
        self.setMinimumWidth(190)
        self.retranslate()

    def show_groups(self, groups: tuple[LibraryGroup, ...]) -> None:
        """Show the library's content."""
        if groups == self._groups:
            return
        self._groups = groups
        found = matching(groups, self._search.text())
        if [one.title for one in found] == [one.title for one in self._shown]:
            self._change(found)
        else:
            self._fill()

    def _change(self, found: tuple[LibraryGroup, ...]) -> None:
        """Show other items under the same titles; most edits change none but the design's own."""
        chosen = self._chosen_item()
        for place, (before, group) in enumerate(zip(self._shown, found, strict=True)):
            top = self._tree.topLevelItem(place)
            if top is not None and before is not group and before != group:
                top.takeChildren()
                top.setText(0, _group_title(group))
                top.addChildren([self._item(item) for item in group.items])
        self._shown = found
        self._choose(chosen)

    def _chosen_item(self) -> LibraryItem | None:
        current = self._tree.currentItem()
        return current.data(0, _ITEM) if current is not None else None

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self._search.setFocus()
        self._search.selectAll()

    def _focus_found(self) -> None:
        first = next(self._rows(), None)
        if first is not None:
            self._tree.setCurrentItem(first)
            self._tree.setFocus(Qt.FocusReason.TabFocusReason)

    @property
    def tree(self) -> QTreeWidget:
        """Return the tree, for keyboard focus and tests."""
        return self._tree

    def row_of(self, item: str) -> QRect:
        """Return where an item stands in the tree; empty where it is not listed or folded away."""
        row = self._find(item)
        return self._tree.visualItemRect(row) if row is not None else QRect()

    def reveal(self, item: str) -> None:
        """Scroll an item into sight."""
        row = self._find(item)
        if row is not None:
            self._tree.scrollToItem(row)

    def _find(self, item: str) -> QTreeWidgetItem | None:
        return next((row for row in self._rows() if row.data(0, _ITEM).id == item), None)

    def _rows(self) -> Iterator[QTreeWidgetItem]:
        for group in range(self._tree.topLevelItemCount()):
            top = self._tree.topLevelItem(group)
            rows = (top.child(place) for place in range(top.childCount())) if top else ()
            yield from (row for row in rows if row is not None)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self._icons = {}
        self._fill()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._search.setPlaceholderText(tr("Search parts, racks, designs"))
        self._empty.setText(tr("Nothing in the library matches this search."))
        self._fill()

    def _fill(self) -> None:
        found = matching(self._groups, self._search.text())
        opened = self._opened()
        is_search = bool(self._search.text().strip())
        chosen, at = self._chosen_item(), self._tree.verticalScrollBar().value()
        self._tree.clear()
        self._shown = found
        for place, group in enumerate(found):
            top = QTreeWidgetItem([_group_title(group)])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            top.setData(0, _ITEM, None)
            top.setData(0, _TITLE, group.title)
            top.setToolTip(0, tr(group.title))
            top.addChildren([self._item(item) for item in group.items])
            self._tree.addTopLevelItem(top)
            default = place < 2 or group is found[-1]
            top.setExpanded(is_search or opened.get(group.title, default))
        self._choose(chosen)
        self._tree.verticalScrollBar().setValue(at)
        self._tree.setVisible(bool(found))
        self._empty.setVisible(not found)

    def _choose(self, item: LibraryItem | None) -> None:
        """Go back to an item after filling, so that the next Enter places another one."""
        if item is None:
            return
        rows = list(self._rows())
        # What was lent from a reference design is the design's own once it is placed.
        for field in ("id", "name"):
            for row in rows:
                one: LibraryItem = row.data(0, _ITEM)
                if one.type == item.type and getattr(one, field) == getattr(item, field):
                    self._tree.setCurrentItem(row)
                    return

    def _opened(self) -> dict[str, bool]:
        tops = (self._tree.topLevelItem(n) for n in range(self._tree.topLevelItemCount()))
        return {top.data(0, _TITLE): top.isExpanded() for top in tops if top is not None}

    def _item(self, item: LibraryItem) -> QTreeWidgetItem:
        text = f"{item.name}   {item.detail}" if item.detail else item.name
        row = QTreeWidgetItem([text])
        row.setIcon(0, self._icon(ICON_OF_KIND.get(item.icon, "part")))
        row.setData(0, _ITEM, item)
        lines = (item.name, item.detail, tr(item.help), tr(_USES[item.type]))
        row.setToolTip(0, plain_tip("\n".join(line for line in lines if line)))
        return row

    def _icon(self, name: str) -> QIcon:
        """Hundreds of rows share a dozen icons; each is drawn once per theme."""
        if name not in self._icons:
            self._icons[name] = icon(name, self._theme)
        return self._icons[name]

    def _activate(self, row: QTreeWidgetItem) -> None:
        item = row.data(0, _ITEM)
        if item is not None:
            self.chosen.emit(item)

    def _inspect(self, row: QTreeWidgetItem) -> None:
        item = row.data(0, _ITEM)
        if item is not None:
            self.inspected.emit(item)


def _group_title(group: LibraryGroup) -> str:
    return f"{tr(group.title)}  ({len(group.items)})"
