"""Help > Accuracy: the simulator against published measurements."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.accessible_names import name_within
from studio.gui.i18n import mark, tr
from studio.gui.widgets.labels import TextLabel
from studio.session.accuracy import Accuracy, AimStanding

_COLUMNS = (
    mark("Measurements"),
    mark("Count"),
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
    "power": mark("Power"),
    "reliability": mark("Reliability"),
}
_AIM_COLUMNS = (
    mark("Measurements"),
    mark("Aim"),
    mark("Count"),
    mark("Median error"),
    mark("Share inside"),
    mark("Held out: median"),
    mark("Held out: share inside"),
)
_LEFT_OUT_COLUMNS = (
    mark("Measurements"),
    mark("Left out together"),
    mark("Count"),
    mark("Median error"),
    mark("Within 30 %"),
)
_ALIKE = {
    "row": mark("Half of the rows, by chance"),
    "setup": mark("Half of the set-ups"),
    "source": mark("Whole sources"),
    "model": mark("Whole AI models"),
    "hardware": mark("Whole machines"),
}


class AccuracyDialog(QDialog):
    """A tree: sets, and the accelerator families under each."""

    def __init__(self, accuracy: Accuracy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accuracy"))
        self.resize(820, 460)
        text = TextLabel(
            tr(
                "Predictions against published measurements. The same table is printed by "
                "supernode-studio validate; every result shows the error of its own family."
            )
        )
        text.setWordWrap(True)
        self.table = _table(accuracy)
        self.aims = _aims(accuracy)
        pages = QTabWidget()
        pages.addTab(self.table, tr("By set and family"))
        self.left_out = _left_out(accuracy)
        pages.addTab(self.aims, tr("Against the aims"))
        pages.addTab(self.left_out, tr("Held out of the fit"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(pages, 1)
        column.addWidget(buttons)
        name_within(self, self.windowTitle())


def _table(accuracy: Accuracy) -> QTreeWidget:
    table = QTreeWidget()
    table.setColumnCount(len(_COLUMNS))
    table.setHeaderLabels([tr(text) for text in _COLUMNS])
    _to_right(table.headerItem())
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


def _aims(accuracy: Accuracy) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setColumnCount(len(_AIM_COLUMNS))
    table.setHeaderLabels([tr(text) for text in _AIM_COLUMNS])
    table.setAlternatingRowColors(True)
    table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for line in accuracy.aims:
        aim = tr(line.text) if line.seen.is_met else f"{tr(line.text)} ✗"
        cells = [tr(line.title), aim, f"{line.seen.rows}", *_standing(line.seen)]
        cells += _standing(line.held_out) if line.held_out else ["–", "–"]
        table.addTopLevelItem(_to_right(QTreeWidgetItem(cells), 2))
    return table


def _left_out(accuracy: Accuracy) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setColumnCount(len(_LEFT_OUT_COLUMNS))
    table.setHeaderLabels([tr(text) for text in _LEFT_OUT_COLUMNS])
    _to_right(table.headerItem(), 2)
    table.setAlternatingRowColors(True)
    table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.header().setStretchLastSection(False)
    for one in accuracy.left_out:
        shares = (f"{one.median_abs_error:.1%}", f"{one.share_within_30:.0%}")
        cells = [tr(_SETS.get(one.set, one.set)), tr(_ALIKE.get(one.by, one.by))]
        item = QTreeWidgetItem([*cells, f"{one.rows}", *shares])
        table.addTopLevelItem(_to_right(item, 2))
    return table


def _standing(found: AimStanding) -> list[str]:
    return [f"{found.median_abs_error:.1%}", f"{found.share:.0%}"]


def _to_right(item: QTreeWidgetItem, first: int = 1) -> QTreeWidgetItem:
    for column in range(first, item.columnCount()):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
