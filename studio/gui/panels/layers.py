"""The Layers panel: planes on and off, their link rules, and the overlay."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.canvas.theme import CanvasTheme
from studio.gui.i18n import current_language, tr
from studio.gui.theme import LEAST_LIST, SPACE
from studio.gui.views.format import count_text
from studio.gui.views.layer_rows import CHOICES, PlaneRow, overlay_label
from studio.gui.widgets.labels import plain_tip, styled_label

_ADDRESS = Qt.ItemDataRole.UserRole


class LayersPanel(QWidget):
    """A tree of planes with check marks, and the overlay's choice."""

    planes_changed = Signal(object)
    """frozenset of the planes shown."""
    overlay_changed = Signal(str)
    selected = Signal(str)

    def __init__(self, colours: CanvasTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows: tuple[PlaneRow, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._tree = QTreeWidget()
        self._tree.setMinimumHeight(LEAST_LIST)
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(14)
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.itemChanged.connect(self._check)
        self._tree.itemClicked.connect(self._select)
        self._tree.itemActivated.connect(self._select)
        self._overlay = QComboBox()
        self._overlay.activated.connect(
            lambda _: self.overlay_changed.emit(str(self._overlay.currentData()))
        )
        self._overlay_label = styled_label("quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self._tree, 1)
        row = QHBoxLayout()
        row.addWidget(self._overlay_label)
        row.addWidget(self._overlay, 1)
        layout.addLayout(row)
        self.retranslate()

    def show_rows(self, rows: tuple[PlaneRow, ...]) -> None:
        """Show the planes of a design; what is unfolded and selected stays so."""
        if rows == self._rows:
            return
        self._rows = rows
        unfolded = {_address(item) for item in self._items() if item.isExpanded()}
        current = self._tree.currentItem()
        chosen = _address(current) if current is not None else ""
        with QSignalBlocker(self._tree):
            self._tree.clear()
            for place, row in enumerate(rows):
                self._tree.addTopLevelItem(self._plane(row, place))
            for item in self._items():
                item.setExpanded(_address(item) in unfolded)
                if _address(item) == chosen:
                    self._tree.setCurrentItem(item)

    def _items(self) -> list[QTreeWidgetItem]:
        """Return the lines of all planes, each before those of its rules."""
        tops = (self._tree.topLevelItem(n) for n in range(self._tree.topLevelItemCount()))
        planes = [top for top in tops if top is not None]
        return [
            item
            for plane in planes
            for item in (plane, *(plane.child(n) for n in range(plane.childCount())))
            if item is not None
        ]

    def show_planes(self, shown: frozenset[str]) -> None:
        """Check the planes shown, as after a click in the legend of the drawing."""
        self._hidden = frozenset(row.id for row in self._rows) - shown
        with QSignalBlocker(self._tree):
            for place, row in enumerate(self._rows):
                item = self._tree.topLevelItem(place)
                if item is not None:
                    item.setCheckState(0, _checked(row.id not in self._hidden))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        place = max(0, self._overlay.currentIndex())
        self._overlay.clear()
        self._overlay.addItem(tr("No overlay"), "")
        for kind in CHOICES:
            self._overlay.addItem(overlay_label(kind, current_language()), kind.name)
        self._overlay.setCurrentIndex(place)
        self._overlay_label.setText(tr("Overlay"))
        self._show_anew()

    def set_colours(self, colours: CanvasTheme) -> None:
        """Show planes in the colours that the drawing gives them."""
        self._colours = colours
        self._show_anew()

    def _show_anew(self) -> None:
        rows, self._rows = self._rows, ()
        self.show_rows(rows)

    def _plane(self, row: PlaneRow, place: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem([f"{row.name}   {tr('{n} links').format(n=count_text(row.links))}"])
        item.setData(0, _ADDRESS, f"plane:{row.id}")
        item.setCheckState(0, _checked(row.id not in self._hidden))
        item.setIcon(0, _swatch(self._colours.plane(place, row.color)))
        for rule in row.rules:
            child = QTreeWidgetItem([f"{rule.name}   {count_text(rule.links)}"])
            child.setData(0, _ADDRESS, rule.address)
            child.setToolTip(0, plain_tip(rule.name))
            item.addChild(child)
        return item

    def _check(self, item: QTreeWidgetItem) -> None:
        if item.parent() is not None:
            return
        plane = _address(item).removeprefix("plane:")
        is_shown = item.checkState(0) == Qt.CheckState.Checked
        self._hidden = self._hidden - {plane} if is_shown else self._hidden | {plane}
        self.planes_changed.emit(frozenset(row.id for row in self._rows) - self._hidden)

    def _select(self, item: QTreeWidgetItem) -> None:
        self.selected.emit(_address(item))


def _address(item: QTreeWidgetItem) -> str:
    return str(item.data(0, _ADDRESS))


def _checked(shown: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(colour)
    return QIcon(pixmap)
