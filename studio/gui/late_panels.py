"""Panels that nobody sees at first: each is made, joined and filled when first looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from studio.gui.accessible_names import name_within
from studio.gui.docks import TITLES
from studio.gui.i18n import tr
from studio.gui.qt_buttons import name_qt_buttons
from studio.gui.theme import Theme

if TYPE_CHECKING:
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

    def __init__(self, parent: QObject, theme: Callable[[], Theme]) -> None:
        self._theme = theme
        self._docks: Mapping[str, QDockWidget] = {}
        self._is_closed = False
        self.when_made: Callable[[str], None] = _leave_alone
        """Joins and fills the panel of a name; set by whoever answers panels."""
        self._made: dict[str, QWidget] = {}
        self._seen: set[str] = set()
        self._look = QTimer(parent, singleShot=True, interval=0)
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
        self._docks = docks
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

        return self._of("study", lambda: StudyPanel(self._theme()))

    @property
    def table(self) -> TablePanel:
        """Return the twin of the drawing."""
        from studio.gui.panels.table import TablePanel

        return self._of("table", lambda: TablePanel(self._theme()))

    @property
    def differences(self) -> DifferencesPanel:
        """Return the panel of what differs between two steps or files."""
        from studio.gui.panels.differences import DifferencesPanel

        return self._of("differences", DifferencesPanel)

    @property
    def compare(self) -> ComparePage:
        """Return the page of designs side by side."""
        from studio.gui.panels.compare import ComparePage

        return self._of("compare", lambda: ComparePage(self._theme()))

    def make(self, name: str) -> None:
        """Make a panel now, if it is one of those made late."""
        if name in DOCKED:
            getattr(self, name)

    def _of(self, name: str, make: Callable[[], P]) -> P:
        if name not in self._made:
            self._made[name] = make()
            self._join(name)
        made: Any = self._made[name]
        panel: P = made
        return panel

    def _join(self, name: str) -> None:
        panel = self._made[name]
        if name in DOCKED:
            self._docks[name].setWidget(panel)
        else:
            layout = self.page.layout()
            assert layout is not None
            layout.addWidget(panel)
            panel.show()
        self.when_made(name)
        name_qt_buttons(panel)
        name_within(panel, tr(TITLES.get(name, "Compare")))

    def close(self) -> None:
        """Stop what panels have under way."""
        self._is_closed = True
        if "study" in self._made:
            self.study.runner.close()

    def _set_seen(self, name: str, is_seen: bool) -> None:
        (self._seen.add if is_seen else self._seen.discard)(name)
        if is_seen and name not in self._made:
            self._look.start()

    def _make_seen(self) -> None:
        if not self._is_closed:
            for name in sorted(self._seen):
                getattr(self, name)


def _leave_alone(name: str) -> None:
    del name
