"""The window as furniture: canvas, panels, docks and bars, and nothing of what they show.

Whatever fills them or answers them is given a desk, and its neighbours one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from studio.gui import clip_edits
from studio.gui.actions import Actions, ActionTable
from studio.gui.canvas import theme as canvas_theme
from studio.gui.canvas.view import CanvasView
from studio.gui.docks import arrange, make_docks
from studio.gui.i18n import Language, current_language
from studio.gui.late_panels import LatePanels
from studio.gui.notices import NoticeBar
from studio.gui.panels.explain import ExplainPanel
from studio.gui.panels.history import HistoryPanel
from studio.gui.panels.inspector import InspectorPanel
from studio.gui.panels.layers import LayersPanel
from studio.gui.panels.library import LibraryPanel
from studio.gui.panels.metric_strip import MetricStrip
from studio.gui.panels.plots import PlotsPanel
from studio.gui.panels.problems import ProblemsPanel
from studio.gui.panels.run import RunPanel
from studio.gui.panels.scenario_bar import ScenarioBar
from studio.gui.panels.welcome import WelcomePage
from studio.gui.settings import Settings
from studio.gui.status_line import StatusLine
from studio.gui.theme import Theme
from studio.gui.widgets.focus_line import FocusLine
from studio.gui.widgets.labels import fixed_toolbar
from studio.gui.workspace import Workspace
from studio.paths import designs_dir, home_dir

if TYPE_CHECKING:
    from studio.gui.panels.compare import ComparePage
    from studio.gui.panels.differences import DifferencesPanel
    from studio.gui.panels.network import NetworkPanel
    from studio.gui.panels.study import StudyPanel
    from studio.gui.panels.table import TablePanel

PAGES = ("welcome", "canvas", "compare")


class Desk(QMainWindow):
    """Everything a window has in it, put in its place."""

    state_changed = Signal()
    """What decides which actions are possible may be different now."""

    def __init__(
        self, workspace: Workspace, settings: Settings, theme: Theme, table: ActionTable
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.settings = settings
        self.theme = theme
        self.clip: clip_edits.Clip | None = None
        self.tool = "select"
        # Sliding docks take a dozen animations at every new layout, and show nothing.
        self.setAnimated(False)
        self._make_pages()
        self.docks = make_docks(self, self._panels())
        self.late.watch(self.docks)
        self.actions_made = Actions(table.actions, self, theme)
        self.status = StatusLine(self.statusBar())
        self._make_bars()

    def _make_pages(self) -> None:
        theme = self.theme
        self.canvas = CanvasView()
        self.canvas.set_theme(canvas_theme.of(theme.is_dark))
        self.focus_line = FocusLine(self.canvas)
        self.scenario_bar = ScenarioBar(theme)
        self.strip = MetricStrip()
        drawing = QWidget()
        _column(drawing).addWidget(self.canvas, 1)
        self.welcome = WelcomePage(theme)
        self.late = LatePanels(self, lambda: self.theme)
        self.pages = QStackedWidget()
        for page in (self.welcome, drawing, self.late.page):
            self.pages.addWidget(page)
        self.setCentralWidget(self.pages)
        self.notices = NoticeBar(theme, self.pages)

    def _panels(self) -> dict[str, QWidget | None]:
        """Return the panels by the name of their dock, None where one is made late."""
        theme = self.theme
        self.library = LibraryPanel(theme)
        self.layers = LayersPanel(canvas_theme.of(theme.is_dark))
        self.inspector = InspectorPanel(theme)
        self.plots = PlotsPanel(theme)
        self.run_panel = RunPanel(theme)
        self.problems = ProblemsPanel(theme)
        self.explain_panel = ExplainPanel(theme)
        self.history = HistoryPanel(theme)
        return {
            "library": self.library,
            "layers": self.layers,
            "inspector": self.inspector,
            "plots": self.plots,
            "run": self.run_panel,
            "problems": self.problems,
            "network": None,
            "study": None,
            "explain": self.explain_panel,
            "history": self.history,
            "table": None,
            "differences": None,
        }

    def _make_bars(self) -> None:
        """Make the bar of tools, empty still, and the bar of figures below it."""
        self.toolbar = fixed_toolbar("toolbar")
        self.figures_bar = fixed_toolbar("figures")
        figures = QWidget()
        column = _column(figures)
        column.addWidget(self.scenario_bar)
        column.addWidget(self.strip)
        figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.figures_bar.addWidget(figures)
        self.figures_bar.setStyleSheet("QToolBar { padding: 0; spacing: 0; border: none; }")
        self.addToolBar(self.toolbar)
        self.addToolBarBreak()
        self.addToolBar(self.figures_bar)

    @property
    def network(self) -> NetworkPanel:
        """Return the Network panel."""
        return self.late.network

    @property
    def study(self) -> StudyPanel:
        """Return the Study panel."""
        return self.late.study

    @property
    def table(self) -> TablePanel:
        """Return the Table panel."""
        return self.late.table

    @property
    def differences(self) -> DifferencesPanel:
        """Return the Differences panel."""
        return self.late.differences

    @property
    def compare(self) -> ComparePage:
        """Return the comparison."""
        return self.late.compare

    @property
    def language(self) -> Language:
        """Return the language shown."""
        return current_language()

    @property
    def page(self) -> str:
        """Return the page shown."""
        return PAGES[self.pages.currentIndex()]

    def start_folder(self) -> Path:
        """Return the folder file dialogs start in: the last one used that is a user's own."""
        document, shipped = self.workspace.document, designs_dir()
        used = [document.path] if document is not None and document.path is not None else []
        own = (path.parent for path in (*used, *self.settings.recent))
        return next((one for one in own if one != shipped), home_dir())

    def show_dock(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def set_tool(self, name: str) -> None:
        """Take a canvas tool."""
        self.tool = name
        self.canvas.set_tool(name)
        self.state_changed.emit()

    def set_clip(self, clip: clip_edits.Clip) -> None:
        """Remember what was copied."""
        self.clip = clip
        self.state_changed.emit()

    def place_docks(self) -> None:
        """Put every panel in its usual place for the present size."""
        arrange(self, self.docks)
        self.late.overlook()

    def place_docks_as_left(self) -> None:
        """Use the stored geometry and panel places, the usual ones where there are none."""
        geometry, state = self.settings.layout()
        if geometry and state and self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.restoreState(QByteArray.fromBase64(state.encode()))
        else:
            arrange(self, self.docks)
        room = self.screen().availableGeometry()
        if self.minimumSizeHint().height() > room.height():
            # Stored on a larger screen, or at a smaller scale.
            self.resize(room.size())
            arrange(self, self.docks)

    def keep_places(self) -> None:
        """Store geometry and panel places for the next start."""
        self.settings.set_layout(
            bytes(self.saveGeometry().toBase64().data()).decode(),
            bytes(self.saveState().toBase64().data()).decode(),
        )


def _column(inside: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
