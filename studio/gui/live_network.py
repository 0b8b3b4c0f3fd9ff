"""The overlay of the canvas and the probe of the Network panel, worked out beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.canvas.overlay import Overlay
from studio.gui.i18n import tr
from studio.gui.views.layer_rows import overlay_label, overlay_values
from studio.gui.views.network_rows import NetworkView, collective_text, probe_network
from studio.gui.workers import LiveWorker, Outcome

if TYPE_CHECKING:
    from studio.gui.desk import Desk

FADE_AFTER_MS = 150
"""Answers that come sooner replace the old ones without a flicker."""


class LiveNetwork(QObject):
    """Two workers that follow the drawing while they are asked for."""

    answered = Signal()
    """The Network panel shows another answer, or none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.overlay = ""
        self._answer: NetworkView | None = None
        self._asked = 0
        self._overlayer = LiveWorker(overlay_values, desk)
        self._prober = LiveWorker(lambda job: probe_network(*job), desk)
        self._overlayer.finished.connect(self._show_overlay)
        self._prober.finished.connect(self._show_probe)
        self._late = QTimer(desk, singleShot=True, interval=FADE_AFTER_MS)
        self._late.timeout.connect(lambda: desk.network.set_stale(True))

    def close(self) -> None:
        """Stop the workers."""
        self._overlayer.close()
        self._prober.close()

    def set_overlay(self, name: str) -> None:
        """Colour the drawing by a quantity; empty for none."""
        self.overlay = name
        document = self._desk.workspace.document
        if name and document is not None:
            self._asked += 1
            self._overlayer.ask(self._asked, (name, document.fabric))
        else:
            self._paint_answer()

    def _show_overlay(self, outcome: Outcome) -> None:
        desk = self._desk
        if outcome.error is not None:
            raise outcome.error
        kind, values, fabric = outcome.value
        document = desk.workspace.document
        if kind.name != self.overlay or document is None or fabric is not document.fabric:
            return
        if values.problem:
            desk.workspace.notice(tr(values.problem), "warning")
        label = overlay_label(kind, desk.language)
        desk.canvas.set_overlay(
            Overlay(label, values.components, values.links, values.low, values.high)
        )

    def retranslate(self) -> None:
        """Name the overlay in the language chosen."""
        self.set_overlay(self.overlay)

    def follow(self) -> None:
        """Run the collective anew where the Network panel follows the drawing."""
        desk = self._desk
        if "network" in desk.late.made and desk.network.probe is not None:
            self.probe()

    def probe(self) -> None:
        """Run the collective of the Network panel over the present drawing."""
        document, probe = self._desk.workspace.document, self._desk.network.probe
        if document is None or probe is None:
            self._is_answered()
            self._show_answer(None)
            return
        self._asked += 1
        if not self._late.isActive():
            self._late.start()
        self._prober.ask(self._asked, (document.fabric, probe))

    def _show_probe(self, outcome: Outcome) -> None:
        self._is_answered()
        if outcome.error is not None:
            raise outcome.error
        self._show_answer(outcome.value)

    def _is_answered(self) -> None:
        self._late.stop()
        self._desk.network.set_stale(False)

    def _show_answer(self, answer: NetworkView | None) -> None:
        self._answer = answer
        self._desk.network.show_view(answer)
        self.answered.emit()
        if not self.overlay:
            self._paint_answer()

    def _paint_answer(self) -> None:
        """Paint the link loads of the panel's collective; an overlay that was chosen goes first."""
        desk, answer = self._desk, self._answer
        document = desk.workspace.document
        if answer is None or answer.flow is None or document is None:
            desk.canvas.set_overlay(None)
            return
        if answer.fabric is not document.fabric:
            # The answer for the present drawing is on its way.
            return
        label = tr("Link load: {collective}").format(collective=tr(collective_text(answer.flow)))
        loads = answer.flow.link_load(answer.fabric)
        desk.canvas.set_overlay(Overlay(label, None, loads, "0 %", "100 %"))
