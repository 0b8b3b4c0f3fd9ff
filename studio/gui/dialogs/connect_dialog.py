"""Join two groups of components by a rule; what it makes is shown before it is committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
)

from studio.design.edits import free_name
from studio.design.model import LinkRule
from studio.gui.i18n import current_language, mark, named, tr
from studio.gui.views.inspector_rows import SCHEME_NAMES, SCHEME_TYPES, default_scheme
from studio.gui.views.rule_preview import (
    fitting_ports,
    partner_of,
    port_names,
    preview,
    selector_for,
    selectors_of,
    with_rule,
)
from studio.gui.widgets.labels import styled_label
from studio.gui.widgets.restyle import restyle
from studio.ids import PartId, PlaneId

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow
    from studio.session.document import Document


class ConnectDialog(QDialog):
    """Plane, A side, B side, scheme, cable and optics."""

    def __init__(self, document: Document, window: MainWindow | None = None) -> None:
        super().__init__(window)
        self._document = document
        self.setWindowTitle(tr("Connect"))
        self.key = free_name("rule", document.design.links)
        self.plane = QComboBox()
        for plane_id, plane in document.design.planes.items():
            self.plane.addItem(named(plane, current_language()), plane_id)
        fabric = document.fabric
        joinable = [one for one in selectors_of(fabric) if port_names(fabric, one)]
        self.a, self.b = self._side(joinable), self._side(joinable)
        self.a_port, self.b_port = QComboBox(), QComboBox()
        chosen = [s for one in sorted(document.selection) if (s := selector_for(one))]
        for box, text in zip((self.a, self.b), chosen, strict=False):
            box.setEditText(text)
        if len(chosen) < len((self.a, self.b)):
            self.b.setEditText(partner_of(fabric, self.a.currentText(), joinable))
        self.scheme = QComboBox()
        for kind in SCHEME_TYPES:
            self.scheme.addItem(tr(SCHEME_NAMES[kind]), kind)
        self.cable = self._parts("cable")
        self.optics = self._parts("transceiver")
        self._said = styled_label("quiet")
        self._said.setWordWrap(True)
        form = QFormLayout()
        form.addRow(tr("Plane"), self.plane)
        form.addRow(tr("A side"), self.a)
        form.addRow(tr("Ports at A"), self.a_port)
        form.addRow(tr("B side"), self.b)
        form.addRow(tr("Ports at B"), self.b_port)
        form.addRow(tr("Scheme"), self.scheme)
        form.addRow(tr("Cable"), self.cable)
        form.addRow(tr("Transceivers"), self.optics)
        button = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(button.Ok | button.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self._said)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(480)
        for combo in (self.plane, self.scheme, self.cable, self.optics):
            combo.currentIndexChanged.connect(self._preview)
        for combo in (self.a_port, self.b_port):
            combo.activated.connect(self._preview)
        for combo in (self.a, self.b):
            combo.editTextChanged.connect(self._show_ports)
        self._show_ports()

    @property
    def said(self) -> str:
        """Return what the preview says."""
        return self._said.text()

    @property
    def rule(self) -> LinkRule:
        """Return the rule as it is entered."""
        optics = PartId(str(self.optics.currentData() or ""))
        return LinkRule(
            plane=PlaneId(str(self.plane.currentData() or "")),
            a=self.a.currentText().strip(),
            b=self.b.currentText().strip(),
            a_port=self.a_port.currentText(),
            b_port=self.b_port.currentText(),
            scheme=default_scheme(self.scheme.currentData()),  # type: ignore[arg-type]
            cable=PartId(str(self.cable.currentData() or "")),
            transceiver_a=optics,
            transceiver_b=optics,
        )

    def _side(self, joinable: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.addItems(list(joinable))
        return box

    def _parts(self, kind: str) -> QComboBox:
        box = QComboBox()
        box.addItem(tr("None"), "")
        for part in self._document.catalog.of_kind(kind):  # type: ignore[arg-type]
            box.addItem(named(part, current_language()), part.id)
        return box

    def _show_ports(self) -> None:
        """Offer the ports that the sides have; those that go together are chosen."""
        fabric = self._document.fabric
        sides = [port_names(fabric, box.currentText().strip()) for box in (self.a, self.b)]
        if not self.b.currentText().strip():
            sides[1] = sides[0]
        best = fitting_ports(*sides)
        for combo, ports, chosen in zip((self.a_port, self.b_port), sides, best, strict=True):
            combo.clear()
            combo.addItems(list(ports))
            combo.setCurrentText(chosen)
            combo.setEnabled(len(ports) > 1)
        self._preview()

    def _preview(self) -> None:
        made = preview(self._document.fabric, self.key, self.rule)
        is_possible = not made.problem and made.links > 0
        if made.problem:
            text = tr(made.problem)
        else:
            text = tr("Makes {links} links in {cables} cables").format(
                links=f"{made.links:,}", cables=f"{made.cables:,}"
            )
            text = "\n".join((text, *map(tr, made.findings[:4])))
        self._said.setText(text)
        self._said.setObjectName("quiet" if is_possible and not made.findings else "bad")
        restyle(self._said)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_possible)


def ask_rule(window: MainWindow) -> None:
    """Ask for a rule and commit it as one step."""
    document = window.workspace.document
    if document is None:
        return
    if not document.design.planes:
        window.workspace.notice(tr("Add a plane first: every link belongs to one."), "warning")
        return
    dialog = ConnectDialog(document, window)
    is_wanted = dialog.exec()
    key, rule = dialog.key, dialog.rule
    dialog.deleteLater()
    if is_wanted:
        window.workspace.apply(mark("Connect"), lambda design: with_rule(design, key, rule))
        window.inspect(f"rule:{key}")
