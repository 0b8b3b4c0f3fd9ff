"""The Network panel: one collective over the drawn links, live while the design is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.errors import InvalidInput
from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.network_rows import COLLECTIVES, ROUTINGS, NetworkView, Probe, flows_text
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import TextLabel, plain_tip
from studio.units import display, parse

if TYPE_CHECKING:
    from studio.session.flow import DrawnFlow

_ADDRESS = Qt.ItemDataRole.UserRole
USUAL_PAYLOAD = "64 MiB"


class NetworkPanel(QWidget):
    """Choice of a collective on top; figures, hot spots and the flows of a link below."""

    probe_changed = Signal(object)
    """A `Probe`, or None while the panel does not follow the design."""
    show_requested = Signal(str)
    explain_requested = Signal()
    """The figures are to be opened into their terms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._link = ""
        self._view: NetworkView | None = None
        self._planes: tuple[tuple[str, str], ...] = ()
        self._collective, self._plane, self._routing = QComboBox(), QComboBox(), QComboBox()
        self._payload, self._group = QLineEdit(USUAL_PAYLOAD), QLineEdit()
        self._follows = QCheckBox()
        self._labels = tuple(TextLabel() for _ in range(5))
        self._figures, self._spots = _table(2), _table(5)
        self._text = TextLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._connect()
        self.retranslate()

    @property
    def probe(self) -> Probe | None:
        """Return what is asked, None while the panel is not followed or its fields are wrong."""
        if not self._follows.isChecked():
            return None
        try:
            payload = parse(self._payload.text(), "data")
        except InvalidInput as error:
            self._text.setText(tr(error.message))
            return None
        return Probe(
            COLLECTIVES[max(0, self._collective.currentIndex())][0],
            payload,
            str(self._plane.currentData() or ""),
            self._group.text().strip(),
            self._link,
            ROUTINGS[max(0, self._routing.currentIndex())][0],
        )

    @property
    def flow(self) -> DrawnFlow | None:
        """Return the answer that is shown."""
        return self._view.flow if self._view is not None else None

    def set_planes(self, planes: tuple[tuple[str, str], ...]) -> None:
        """Offer the planes of a design: id and name."""
        if planes == self._planes:
            return
        chosen = self._plane.currentData()
        self._planes = planes
        self._plane.clear()
        self._plane.addItem(tr("First scale-up plane"), "")
        for plane_id, name in planes:
            self._plane.addItem(name, plane_id)
        self._plane.setCurrentIndex(max(0, self._plane.findData(chosen)))

    def set_following(self, is_following: bool) -> None:
        """Follow the design, as the box does."""
        self._follows.setChecked(is_following)

    def set_link(self, address: str) -> None:
        """List the flows of a selected link; empty for none."""
        if address != self._link:
            self._link = address
            self._ask()

    @property
    def is_stale(self) -> bool:
        """Tell whether the figures are faded as those of an earlier question."""
        return self._fade.isEnabled()

    def set_stale(self, is_stale: bool) -> None:
        """Fade the figures of an earlier question."""
        if self._fade.isEnabled() != is_stale:
            self._fade.setEnabled(is_stale)

    def show_view(self, view: NetworkView | None) -> None:
        """Show an answer, or the hint of what the panel is for."""
        self._view = view
        self._figures.clear()
        self._spots.clear()
        if view is None:
            # While it is followed without a question, the text says what is wrong with a field.
            if not self._follows.isChecked():
                self._text.setText(tr("Tick the box to run a collective over the drawn links."))
            return
        for name, value in view.summary:
            self._figures.addTopLevelItem(QTreeWidgetItem([_translated(name), value]))
        for spot in view.spots:
            item = QTreeWidgetItem(
                [
                    spot.ends,
                    f"{spot.use:.1%}",
                    display(spot.achieved_byte_per_s, "bandwidth"),
                    display(spot.rated_byte_per_s, "bandwidth"),
                    f"{spot.alike}",
                ]
            )
            item.setData(0, _ADDRESS, spot.link)
            item.setToolTip(0, plain_tip(spot.link))
            self._spots.addTopLevelItem(item)
        self._text.setText(self._words(view))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        _offer(self._collective, [tr(text) for _, text in COLLECTIVES])
        _offer(self._routing, [tr(text) for _, text in ROUTINGS])
        names = (tr("Collective"), tr("Payload"), tr("Plane"), tr("NPUs"), tr("Routing"))
        for label, name in zip(self._labels, names, strict=True):
            label.setText(name)
        self._group.setPlaceholderText(tr("all, or R01/*/npu"))
        self._follows.setText(tr("Follow the design"))
        self._follows.setToolTip(tr("Solve again after every edit and paint link loads"))
        self._figures.setHeaderLabels([tr("Figure"), tr("Value")])
        self._figures.setToolTip(tr("Click a figure to see what it is made of"))
        self._spots.setHeaderLabels(
            [tr("Busiest links"), tr("Load"), tr("Achieved"), tr("Rated"), tr("Alike")]
        )
        planes, self._planes = self._planes, ()
        self.set_planes(planes)
        self.show_view(self._view)

    def _lay_out(self) -> None:
        asked = QWidget()
        rows = FlowLayout(asked, spacing=SPACE, margin=0)
        fields = (self._collective, self._payload, self._plane, self._group, self._routing)
        for label, field in zip(self._labels, fields, strict=True):
            rows.addWidget(_labelled(label, field))
        rows.addWidget(self._follows)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._figures)
        split.addWidget(self._spots)
        split.setStretchFactor(1, 1)
        split.setSizes([330, 700])
        self._fade = QGraphicsOpacityEffect(split)
        self._fade.setOpacity(0.45)
        self._fade.setEnabled(False)
        split.setGraphicsEffect(self._fade)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.addWidget(asked)
        column.addWidget(split, 1)
        column.addWidget(self._text)

    def _connect(self) -> None:
        self._collective.currentIndexChanged.connect(self._ask)
        self._plane.currentIndexChanged.connect(self._ask)
        self._routing.currentIndexChanged.connect(self._ask)
        self._payload.editingFinished.connect(self._ask)
        self._group.editingFinished.connect(self._ask)
        self._follows.toggled.connect(self._ask)
        self._figures.itemActivated.connect(self.explain_requested)
        self._figures.itemClicked.connect(self.explain_requested)
        self._spots.itemActivated.connect(self._show)
        self._spots.itemClicked.connect(self._show)

    def _ask(self) -> None:
        self.probe_changed.emit(self.probe)

    def _show(self, item: QTreeWidgetItem) -> None:
        self.show_requested.emit(item.data(0, _ADDRESS))

    def _words(self, view: NetworkView) -> str:
        if view.problem:
            return tr(view.problem)
        if view.through is None:
            return tr("Select a link on the canvas or in the list to see the flows through it.")
        return flows_text(view.through) + "\n" + ";  ".join(view.through.examples[:4])


def _labelled(label: QLabel, field: QWidget) -> QWidget:
    """Return a field behind its label, free to shrink: the panel is as narrow as its dock."""
    label.setBuddy(field)
    if isinstance(field, QComboBox):
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label)
    row.addWidget(field, 1)
    return pair


def _offer(box: QComboBox, texts: list[str]) -> None:
    """Fill a box with texts in a new language, keeping what is chosen and telling nobody."""
    place = max(0, box.currentIndex())
    box.blockSignals(True)
    box.clear()
    box.addItems(texts)
    box.setCurrentIndex(place)
    box.blockSignals(False)


def _table(columns: int) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setUniformRowHeights(True)
    table.setColumnCount(columns)
    header = table.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def _translated(name: str) -> str:
    """Figures of tiers carry numbers behind the word that is translated."""
    word, space, rest = name.partition(" ")
    return tr(word) + space + rest if rest[:1].isdigit() else tr(name)
