"""Panels that nobody sees at first: each is made, joined and filled when first looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from studio.gui import wiring
from studio.gui.accessible_names import name_within
from studio.gui.docks import TITLES
from studio.gui.i18n import tr
from studio.gui.qt_buttons import name_qt_buttons
from studio.gui.views.layer_rows import plane_rows
from studio.gui.views.sheets.sheet import Source

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow
    from studio.gui.panels.compare import ComparePage
    from studio.gui.panels.differences import DifferencesPanel
    from studio.gui.panels.network import NetworkPanel
    from studio.gui.panels.study import StudyPanel
    from studio.gui.panels.table import TablePanel

P = TypeVar("P", bound=QWidget)

DOCKED = ("network", "study", "table", "differences")
"""Late panels with a dock of their own, all of them tabs behind another one at first."""


class LatePanels:
    """Makes a panel for whoever asks for it, and for who brings its tab to the front.

    Modules are imported late too: they are a good part of what a panel costs.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._made: dict[str, QWidget] = {}
        self._seen: set[str] = set()
        self._look = QTimer(window, singleShot=True, interval=0)
        self._look.timeout.connect(self._make_seen)
        self.page = QWidget()
        """Where the comparison will be."""
        filled = QVBoxLayout(self.page)
        filled.setContentsMargins(0, 0, 0, 0)

    @property
    def seen(self) -> frozenset[str]:
        """Return whose docks are on top of their tabs."""
        return frozenset(self._seen)

    @property
    def made(self) -> Mapping[str, Any]:
        """Return the panels made so far, by name."""
        return self._made

    def watch(self, docks: Mapping[str, QDockWidget]) -> None:
        """Make panels as their docks are brought to the front."""
        for name in DOCKED:
            docks[name].visibilityChanged.connect(
                lambda is_seen, name=name: self._set_seen(name, is_seen)
            )

    def overlook(self) -> None:
        """Take nothing as seen: docks being put in their places are each on top for a moment."""
        self._seen.clear()
        self._look.stop()

    @property
    def network(self) -> NetworkPanel:
        """Return the panel of one collective."""
        from studio.gui.panels.network import NetworkPanel

        return self._of("network", NetworkPanel)

    @property
    def study(self) -> StudyPanel:
        """Return the panel of searches and sensitivities."""
        from studio.gui.panels.study import StudyPanel

        return self._of("study", lambda: StudyPanel(self._window.theme))

    @property
    def table(self) -> TablePanel:
        """Return the twin of the drawing."""
        from studio.gui.panels.table import TablePanel

        return self._of("table", lambda: TablePanel(self._window.theme))

    @property
    def differences(self) -> DifferencesPanel:
        """Return the panel of what differs between two steps or files."""
        from studio.gui.panels.differences import DifferencesPanel

        return self._of("differences", DifferencesPanel)

    @property
    def compare(self) -> ComparePage:
        """Return the page of designs side by side."""
        from studio.gui.panels.compare import ComparePage

        return self._of("compare", lambda: ComparePage(self._window.theme))

    def fill(self, *names: str) -> None:
        """Show panels the document and its figures as they are now, those that are made."""
        for name in names:
            if name in self._made and name in _FILL:
                _FILL[name](self._window)

    def select(self, selection: frozenset[str]) -> None:
        """Show what is selected."""
        if "table" in self._made:
            self.table.show_selection(selection)
        if "network" in self._made:
            links = [one for one in selection if one.startswith("rule:") and "[" in one]
            self.network.set_link(links[0] if len(links) == 1 else "")

    def _of(self, name: str, make: Callable[[], P]) -> P:
        if name not in self._made:
            self._made[name] = make()
            self._join(name)
        made: Any = self._made[name]
        panel: P = made
        return panel

    def _join(self, name: str) -> None:
        window, panel = self._window, self._made[name]
        if name in DOCKED:
            window.docks[name].setWidget(panel)
        else:
            layout = self.page.layout()
            assert layout is not None
            layout.addWidget(panel)
            panel.show()
        wiring.connect_late(window, name)
        self.fill(name)
        document = window.workspace.document
        self.select(document.selection if document is not None else frozenset())
        name_qt_buttons(panel)
        name_within(panel, tr(TITLES.get(name, "Compare")))

    def close(self) -> None:
        """Stop what panels have under way."""
        if "study" in self._made:
            self.study.runner.close()

    def _set_seen(self, name: str, is_seen: bool) -> None:
        (self._seen.add if is_seen else self._seen.discard)(name)
        if is_seen and name not in self._made:
            self._look.start()

    def _make_seen(self) -> None:
        if not self._window.is_closing:
            for name in sorted(self._seen):
                getattr(self, name)


def _fill_table(window: MainWindow) -> None:
    document = window.workspace.document
    fabric = document.fabric if document is not None else None
    window.table.show_source(Source(fabric, tr, window.language) if fabric is not None else None)


def _fill_network(window: MainWindow) -> None:
    document = window.workspace.document
    if document is not None:
        rows = plane_rows(document.fabric, window.language)
        window.network.set_planes(tuple((row.id, row.name) for row in rows))


def _fill_study(window: MainWindow) -> None:
    window.study.show_evaluation(window.workspace.evaluation)


def _fill_differences(window: MainWindow) -> None:
    window.compared.refresh()


# The comparison is filled by whoever opens it.
_FILL: Mapping[str, Callable[[MainWindow], None]] = {
    "table": _fill_table,
    "network": _fill_network,
    "study": _fill_study,
    "differences": _fill_differences,
}
