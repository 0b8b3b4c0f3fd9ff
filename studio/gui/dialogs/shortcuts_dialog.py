"""The list of every action with its keys, and of what the mouse does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.accessible_names import name_within
from studio.gui.actions import Action, key_sequences
from studio.gui.i18n import tr
from studio.gui.views.mouse_gestures import MOUSE_GESTURES


class ShortcutsDialog(QDialog):
    """A searchable table made from the actions."""

    def __init__(self, actions: Sequence[Action], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Search"))
        self._search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setRootIsDecorated(False)
        self.tree.setAlternatingRowColors(True)
        self.tree.setHeaderLabels([tr("Action"), tr("Keys"), tr("What it does")])
        native = QKeySequence.SequenceFormat.NativeText
        for action in actions:
            keys = QKeySequence.listToString(key_sequences(action), native)
            row = QTreeWidgetItem([tr(action.text), keys, tr(action.help)])
            self.tree.addTopLevelItem(row)
        for one in MOUSE_GESTURES:
            row = QTreeWidgetItem([tr(one.text), one.keys, tr(one.help)])
            self.tree.addTopLevelItem(row)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(buttons)
        self.resize(760, 560)
        name_within(self, self.windowTitle())

    def _filter(self, typed: str) -> None:
        wanted = typed.strip().lower()
        for place in range(self.tree.topLevelItemCount()):
            row = self.tree.topLevelItem(place)
            if row is not None:
                text = " ".join(row.text(column) for column in range(3)).lower()
                row.setHidden(wanted not in text)
