"""The question of the Network panel: which collective, of how much, among whom, and by what way."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from studio.gui.i18n import tr
from studio.gui.theme import SPACE
from studio.gui.views.network_rows import (
    COLLECTIVES,
    ROUTINGS,
    Probe,
    algorithm_texts,
    is_skewed,
    probe_of,
)
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import TextLabel
from studio.simulation.network.routing import RoutingMode

USUAL_PAYLOAD = "64 MiB"
_PAYLOAD, _GROUP, _POPULARITY, _SEED, _SUBFLOWS = (
    "payload", "group", "popularity", "seed", "subflows",
)  # fmt: skip
_HASHED = (_SEED, _SUBFLOWS)
"""Lines that only hashed routing has."""
_LETTERS = 8
"""A box gives way down to this many letters: the panel is as narrow as its dock."""


class NetworkQuestion(QWidget):
    """Fields in columns; whatever is chosen or typed in them asks at once."""

    asked = Signal()
    """Something else is asked, or the panel is to follow the design or not any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.collective, self.algorithm = QComboBox(), QComboBox()
        self.plane, self.routing = QComboBox(), QComboBox()
        self.lines = {
            _PAYLOAD: QLineEdit(USUAL_PAYLOAD),
            _GROUP: QLineEdit(),
            _POPULARITY: QLineEdit(),
            _SEED: QLineEdit("0"),
            _SUBFLOWS: QLineEdit("1"),
        }
        self.follows = QCheckBox()
        self._planes: tuple[tuple[str, str], ...] = ()
        fields: tuple[QWidget, ...] = (
            self.collective,
            self.lines[_PAYLOAD],
            self.lines[_GROUP],
            self.plane,
            self.algorithm,
            self.lines[_POPULARITY],
            self.routing,
            *(self.lines[name] for name in _HASHED),
        )
        self._labels = tuple(TextLabel() for _ in fields)
        pairs: dict[QWidget, QWidget] = {}
        row = FlowLayout(self, spacing=SPACE, margin=0, even=False)
        for label, field in zip(self._labels, fields, strict=True):
            pairs[field] = _labelled(label, field)
            row.addWidget(pairs[field])
        row.addWidget(self.follows)
        self._hashing = tuple(pairs[self.lines[name]] for name in _HASHED)
        self._connect()
        self.retranslate()

    def probe(self, link: str) -> Probe:
        """Return what is asked, with the flows of a link, empty for none.

        Raises
        ------
        StudioError : a line holds no such quantity.
        """
        text = {name: line.text().strip() for name, line in self.lines.items()}
        collective = str(self.collective.currentData())
        routing = RoutingMode(self.routing.currentData())
        return probe_of(
            collective,
            text[_PAYLOAD],
            plane=str(self.plane.currentData() or ""),
            group=text[_GROUP],
            link=link,
            algorithm=str(self.algorithm.currentData() or ""),
            popularity=text[_POPULARITY] if is_skewed(collective) else "",
            routing=routing,
            hashing=(text[_SEED], text[_SUBFLOWS]) if routing is RoutingMode.HASHED else None,
        )

    def set_planes(self, planes: tuple[tuple[str, str], ...]) -> None:
        """Offer the planes of a design: id and name."""
        self._planes = planes
        _offer(self.plane, [("", tr("First scale-up plane")), *planes])

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        _offer(self.collective, [(name, tr(text)) for name, text in COLLECTIVES])
        _offer(self.routing, [(mode.value, tr(text)) for mode, text in ROUTINGS])
        names = (
            tr("Collective"), tr("Payload"), tr("NPUs"), tr("Plane"), tr("Algorithm"),
            tr("Popularity"), tr("Routing"), tr("Seed"), tr("Subflows"),
        )  # fmt: skip
        for label, name in zip(self._labels, names, strict=True):
            label.setText(name)
        self.lines[_GROUP].setPlaceholderText(tr("all, or R01/*/npu"))
        self.lines[_POPULARITY].setPlaceholderText(tr("equal, or 4,1,1,1"))
        self.lines[_POPULARITY].setToolTip(
            tr("Relative amounts that NPUs receive in turn, such as those of their experts")
        )
        self.lines[_SUBFLOWS].setToolTip(tr("Parts of a flow that are hashed each on its own"))
        self.algorithm.setToolTip(tr("Automatic: what the communication library would choose"))
        self.follows.setText(tr("Follow the design"))
        self.follows.setToolTip(tr("Solve again after every edit and paint link loads"))
        self.set_planes(self._planes)
        self._show_what_applies()

    def _connect(self) -> None:
        # Not `currentIndexChanged`: a box that is filled anew has not been asked anything.
        for box in (self.collective, self.algorithm, self.plane, self.routing):
            box.activated.connect(self._ask)
        for line in self.lines.values():
            line.editingFinished.connect(self._typed)
        self.follows.toggled.connect(self._follow)

    def _ask(self) -> None:
        """Who chooses something wants the answer, whether the box is ticked or not."""
        self._show_what_applies()
        with QSignalBlocker(self.follows):
            self.follows.setChecked(True)
        self.asked.emit()

    def _typed(self) -> None:
        """Ask where a line was changed; the focus that leaves it is no question."""
        changed = [line for line in self.lines.values() if line.isModified()]
        for line in changed:
            line.setModified(False)
        if changed:
            self._ask()

    def _follow(self) -> None:
        self.asked.emit()

    def _show_what_applies(self) -> None:
        """Offer the algorithms of the collective, and the lines that mean something to it."""
        collective = str(self.collective.currentData())
        ways = [(name, tr(text)) for name, text in algorithm_texts(collective)]
        _offer(self.algorithm, [("", tr("Automatic")), *ways])
        self.lines[_POPULARITY].setEnabled(is_skewed(collective))
        is_hashed = self.routing.currentData() == RoutingMode.HASHED.value
        for pair in self._hashing:
            pair.setVisible(is_hashed)


def _labelled(label: TextLabel, field: QWidget) -> QWidget:
    """Return a field behind its label, free to shrink."""
    label.setBuddy(field)
    if isinstance(field, QComboBox):
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field.setMinimumContentsLength(_LETTERS)
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label)
    row.addWidget(field, 1)
    return pair


def _offer(box: QComboBox, choices: Iterable[tuple[str, str]]) -> None:
    """Fill a box with ids and texts, keeping what is chosen if it is still there."""
    chosen = box.currentData()
    with QSignalBlocker(box):
        box.clear()
        for name, text in choices:
            box.addItem(text, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))
