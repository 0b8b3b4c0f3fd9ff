"""Help > Accuracy: the simulator against published measurements."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.i18n import mark, tr
from studio.session.accuracy import Accuracy

_COLUMNS = (
    mark("Measurements"),
    mark("Rows"),
    mark("Modelled"),
    mark("Median error"),
    mark("Mean error"),
    mark("Within 20 %"),
    mark("Within 30 %"),
    mark("Bias"),
)
_SETS = {
    "training": mark("Training"),
    "inference": mark("Inference"),
    "memory": mark("Memory"),
    "network": mark("Network"),
}


class AccuracyDialog(QDialog):
    """A tree: sets, and the accelerator families under each."""

    def __init__(self, accuracy: Accuracy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accuracy"))
        self.resize(820, 460)
        text = QLabel(
            tr(
                "Predictions against published measurements. The same table is printed by "
                "supernode-studio validate; every result shows the error of its own family."
            )
        )
        text.setWordWrap(True)
        self.table = _table(accuracy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)


def _table(accuracy: Accuracy) -> QTreeWidget:
    table = QTreeWidget()
    table.setColumnCount(len(_COLUMNS))
    table.setHeaderLabels([tr(text) for text in _COLUMNS])
    table.setAlternatingRowColors(True)
    table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for name, score in accuracy.sets.items():
        shares = (
            score.modelled,
            score.median_abs_error,
            score.mean_abs_error,
            score.share_within_20,
            score.share_within_30,
        )
        cells = [f"{share:.1%}" for share in shares]
        item = QTreeWidgetItem(
            [tr(_SETS.get(name, name)), f"{score.scored}", *cells, f"{score.bias:+.1%}"]
        )
        for family, part in accuracy.families.get(name, {}).items():
            row = QTreeWidgetItem([family, f"{part.rows}", "", f"{part.median_abs_error:.1%}"])
            item.addChild(_to_right(row))
        table.addTopLevelItem(_to_right(item))
    return table


def _to_right(item: QTreeWidgetItem) -> QTreeWidgetItem:
    for column in range(1, len(_COLUMNS)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
