"""The Explain panel: a figure opened down to parts and sources."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.explain_rows import ExplainRow, Explanation
from studio.gui.views.format import share_text
from studio.gui.widgets.elided_label import ElidedLabel
from studio.gui.widgets.labels import styled_label

_PART = Qt.ItemDataRole.UserRole


class ExplainPanel(QWidget):
    """A tree of terms with count, value, share, evidence and source."""

    part_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: Explanation | None = None
        self._title = styled_label("heading")
        self._notes = ElidedLabel()
        self._notes.setObjectName("quiet")
        self._tree = QTreeWidget()
        self._tree.setAlternatingRowColors(True)
        self._tree.setUniformRowHeights(True)
        self._tree.setColumnCount(6)
        header = self._tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((250, 170, 90, 65, 80)):
            header.resizeSection(column, width)
        self._tree.itemActivated.connect(self._open_part)
        self._empty = styled_label("empty")
        content = QWidget()
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addSpacing(2 * SPACE)
        top.addWidget(self._notes, 1)
        column_layout = QVBoxLayout(content)
        column_layout.setContentsMargins(SPACE, SPACE // 2, SPACE, 0)
        column_layout.setSpacing(SPACE // 2)
        column_layout.addLayout(top)
        column_layout.addWidget(self._tree, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.retranslate()

    @property
    def explanation(self) -> Explanation | None:
        """Return what is shown."""
        return self._shown

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Show what a figure is made of."""
        if explanation == self._shown:
            return
        self._shown = explanation
        self._stack.setCurrentIndex(0 if explanation is None else 1)
        self._tree.clear()
        if explanation is None:
            return
        self._title.setText(f"{explanation.title}: {explanation.value}")
        notes = "  ·  ".join(tr(text) for text in explanation.notes)
        self._notes.setText(notes)
        self._notes.setToolTip("\n".join(tr(text) for text in explanation.notes))
        self._tree.addTopLevelItems([_item(row) for row in explanation.rows])
        self._tree.expandAll()

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        self._empty.setText(tr("Click a figure in the strip above to see what it is made of."))
        self._tree.setHeaderLabels(
            [tr("Term"), tr("Count"), tr("Value"), tr("Share"), tr("Evidence"), tr("Source")]
        )
        shown, self._shown = self._shown, None
        self.show_explanation(shown)

    def _open_part(self, item: QTreeWidgetItem) -> None:
        part = item.data(0, _PART)
        if part:
            self.part_requested.emit(str(part))


def _item(row: ExplainRow) -> QTreeWidgetItem:
    source = row.source or tr(row.note)
    item = QTreeWidgetItem(
        [tr(row.label), tr(row.detail), row.value, share_text(row.share), row.grade, source]
    )
    for column in (1, 2, 3):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    tip = "\n".join(text for text in (tr(row.label), row.source, row.url, tr(row.note)) if text)
    for column in range(6):
        item.setToolTip(column, tip)
    item.setData(0, _PART, row.part)
    item.addChildren([_item(child) for child in row.children])
    return item
