"""Join two groups of components by a rule; what it makes is shown before it is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QWidget,
)

from studio.catalog.part import Kind
from studio.design.edits import free_name
from studio.design.model import LinkRule
from studio.design.schemes import SINGLE_SIDED, USUAL_SCHEMES, Scheme
from studio.errors import StudioError
from studio.fabric.pairing import MOST_PARALLEL
from studio.gui.accessible_names import name_within
from studio.gui.canvas.grips import GhostLinks
from studio.gui.dialogs.form import lay_out_form
from studio.gui.i18n import current_language, mark, named, tr
from studio.gui.views import rule_preview
from studio.gui.views.inspector_rows import SCHEME_NAMES, SCHEME_TYPES, WITHIN
from studio.gui.views.rule_preview import RulePreview, medium_text, preview_lines, with_rule
from studio.gui.views.rule_sides import (
    fitting_ports,
    joined_on,
    partner_of,
    port_names,
    selectors_of,
    sides_of,
    starting_scheme,
)
from studio.gui.views.scheme_text import parameters_text, with_parameters
from studio.gui.widgets.labels import styled_label
from studio.gui.widgets.restyle import restyle
from studio.ids import PartId, PlaneId
from studio.simulation.rules.check import check
from studio.units import display

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow
    from studio.session.document import Document


class ConnectDialog(QDialog):
    """Plane, A side, B side, scheme, cable and optics."""

    previewed = Signal(object)
    """GhostLinks of the rule as it is entered."""

    def __init__(self, document: Document, window: MainWindow | None = None) -> None:
        super().__init__(window)
        self._document = document
        self._known = check(document.fabric)
        self.setWindowTitle(tr("Connect"))
        self.key = free_name("rule", document.design.links)
        self.plane = QComboBox()
        for plane_id, plane in document.design.planes.items():
            self.plane.addItem(named(plane, current_language()), plane_id)
        fabric = document.fabric
        joinable = [one for one in selectors_of(fabric) if port_names(fabric, one)]
        self.a, self.b = self._side(joinable), self._side(joinable)
        self.a_port, self.b_port = QComboBox(), QComboBox()
        sides = sides_of(fabric, document.selection, joinable)
        if sides is None:
            sides = (self.a.currentText(), partner_of(fabric, self.a.currentText(), joinable))
        for box, text in zip((self.a, self.b), sides, strict=True):
            box.setEditText(text)
        self.scheme = QComboBox()
        for kind in SCHEME_TYPES:
            self.scheme.addItem(tr(SCHEME_NAMES[kind]), kind)
        self.scheme.setCurrentIndex(SCHEME_TYPES.index(type(starting_scheme(fabric, *sides))))
        self.plane.setCurrentIndex(max(0, self.plane.findData(joined_on(fabric, *sides))))
        self.parameters = QLineEdit()
        self.parameters.setToolTip(tr("Such as step=3, offset=1 or dims=4x4x2"))
        self.within = QComboBox()
        for value, text in WITHIN:
            self.within.addItem(tr(text), value)
        self.multiplicity, self.links_per_cable = _count_line(), _count_line()
        self.cable = self._parts("cable")
        self.optics = self._parts("transceiver")
        self.media = QComboBox()
        self._said = styled_label("quiet")
        self._said.setWordWrap(True)
        self.buttons = lay_out_form(self, self._rows(), beneath=(self._said,), width_px=480)
        self._connect()
        self._show_scheme()
        name_within(self, self.windowTitle())

    def _rows(self) -> tuple[tuple[str, QWidget], ...]:
        return (
            (tr("Plane"), self.plane),
            (tr("A side"), self.a),
            (tr("Ports at A"), self.a_port),
            (tr("B side"), self.b),
            (tr("Ports at B"), self.b_port),
            (tr("Scheme"), self.scheme),
            (tr("Parameters"), self.parameters),
            (tr("Applied to"), self.within),
            (tr("Links per pair"), self.multiplicity),
            (tr("Links per cable"), self.links_per_cable),
            (tr("Cable"), self.cable),
            (tr("Transceivers"), self.optics),
            (tr("What fits"), self.media),
        )

    def _connect(self) -> None:
        for combo in (self.plane, self.within, self.cable, self.optics):
            combo.currentIndexChanged.connect(self.preview)
        self.scheme.currentIndexChanged.connect(self._show_scheme)
        self.parameters.textChanged.connect(self.preview)
        for count in (self.multiplicity, self.links_per_cable):
            count.textChanged.connect(self.preview)
        self.media.activated.connect(self._take_medium)
        for combo in (self.a_port, self.b_port):
            combo.activated.connect(self.preview)
        for combo in (self.a, self.b):
            combo.editTextChanged.connect(self._show_ports)

    @property
    def said(self) -> str:
        """Return what the preview says."""
        return self._said.text()

    @property
    def rule(self) -> LinkRule:
        """Return the rule as it is entered.

        Raises
        ------
        InvalidInput : the scheme can't have these parameters.
        """
        optics = PartId(str(self.optics.currentData() or ""))
        return LinkRule(
            plane=PlaneId(str(self.plane.currentData() or "")),
            a=self._a_text,
            b=self._b_text,
            a_port=self.a_port.currentText(),
            b_port=self.b_port.currentText(),
            scheme=with_parameters(self._scheme, self.parameters.text()),
            within=self.within.currentData(),
            multiplicity=_count(self.multiplicity),
            links_per_cable=_count(self.links_per_cable),
            cable=PartId(str(self.cable.currentData() or "")),
            transceiver_a=optics,
            transceiver_b=optics,
        )

    @property
    def _a_text(self) -> str:
        return self.a.currentText().strip()

    @property
    def _b_text(self) -> str:
        """A scheme that joins a selection with itself has the A side at both."""
        return self._a_text if self._is_single_sided else self.b.currentText().strip()

    def _side(self, joinable: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.addItems(list(joinable))
        return box

    def _parts(self, kind: Kind) -> QComboBox:
        box = QComboBox()
        box.addItem(tr("None"), "")
        for part in self._document.catalog.of_kind(kind):
            box.addItem(named(part, current_language()), part.id)
        return box

    def _show_ports(self) -> None:
        """Offer the ports that the sides have; those that go together are chosen."""
        fabric = self._document.fabric
        sides = [port_names(fabric, text) for text in (self._a_text, self._b_text)]
        best = fitting_ports(*sides)
        for combo, ports, chosen in zip((self.a_port, self.b_port), sides, best, strict=True):
            combo.clear()
            combo.addItems(list(ports))
            combo.setCurrentText(chosen)
            combo.setEnabled(len(ports) > 1)
        self.preview()

    @property
    def _scheme(self) -> Scheme:
        return USUAL_SCHEMES[self.scheme.currentData()]

    @property
    def _is_single_sided(self) -> bool:
        return isinstance(self._scheme, SINGLE_SIDED)

    def _show_scheme(self) -> None:
        """Offer the parameters of the scheme chosen, and the B side where it has one."""
        text = parameters_text(self._scheme)
        with QSignalBlocker(self.parameters):
            self.parameters.setText(text)
        self.parameters.setEnabled(bool(text))
        self.b.setEnabled(not self._is_single_sided)
        self._show_ports()

    def _take_medium(self, place: int) -> None:
        """Take a cable and transceivers that reach."""
        medium = self.media.itemData(place)
        if medium is None:
            return
        module = medium.transceiver.id if medium.transceiver is not None else ""
        with QSignalBlocker(self.cable), QSignalBlocker(self.optics):
            self.cable.setCurrentIndex(self.cable.findData(medium.cable.id))
            self.optics.setCurrentIndex(self.optics.findData(module))
        self.preview()

    def preview(self) -> None:
        """Work out and tell what the rule would make."""
        try:
            made = rule_preview.preview(self._document.fabric, self.key, self.rule, self._known)
        except StudioError as error:
            made = RulePreview(0, 0, error.message)
        is_possible = not made.problem and made.links > 0
        is_right = is_possible and not made.findings
        self._said.setText("\n".join(preview_lines(made, tr)))
        self._said.setObjectName("quiet" if is_right else "bad")
        restyle(self._said)
        self._offer(made)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_possible)
        self.previewed.emit(GhostLinks(made.a, made.b, made.wrong))

    def _offer(self, made: RulePreview) -> None:
        """List what could carry the links, the cheapest first."""
        self.media.clear()
        length = display(made.longest_m, "length", 3)
        head = tr("{n} for {length}").format(n=len(made.media), length=length)
        self.media.addItem(head, None)
        for medium in made.media:
            self.media.addItem(medium_text(medium, tr), medium)
        self.media.setEnabled(bool(made.media))


def _count_line() -> QLineEdit:
    line = QLineEdit("1")
    line.setValidator(QIntValidator(1, MOST_PARALLEL, line))
    return line


def _count(line: QLineEdit) -> int:
    return int(line.text()) if line.hasAcceptableInput() else 1


def _stand_aside(dialog: ConnectDialog, window: MainWindow) -> None:
    """Put the dialog at the right edge of the window: the ghost cables stay in sight."""
    dialog.adjustSize()
    frame = window.frameGeometry()
    dialog.move(
        frame.right() - dialog.width() - _MARGIN_PX,
        frame.top() + max(_MARGIN_PX, (frame.height() - dialog.height()) // 3),
    )


_MARGIN_PX = 24


def ask_rule(window: MainWindow) -> None:
    """Ask for a rule and commit it as one step."""
    document = window.workspace.document
    if document is None:
        return
    if not document.design.planes:
        window.workspace.notice(tr("Add a plane first: every link belongs to one."), "warning")
        return
    canvas = window.canvas

    def show(links: GhostLinks | None) -> None:
        canvas.show_marks(replace(canvas.marks, links=links))

    dialog = ConnectDialog(document, window)
    dialog.previewed.connect(show)
    dialog.preview()
    _stand_aside(dialog, window)
    is_wanted = dialog.exec()
    show(None)
    dialog.deleteLater()
    if is_wanted:
        key, rule = dialog.key, dialog.rule
        window.workspace.apply(mark("Connect"), lambda design: with_rule(design, key, rule))
        window.inspect(f"rule:{key}")
