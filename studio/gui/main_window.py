"""The main window: joins the workspace with the canvas, the panels and the actions.

Panels are passive: what they show is made by `studio/gui/views`, what they ask for goes to the
workspace.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from studio.gui import clip_edits
from studio.gui.accessible_names import name_controls
from studio.gui.action_table import ACTIONS
from studio.gui.actions import Actions, ActionState
from studio.gui.appearance import Appearance
from studio.gui.canvas import theme as canvas_theme
from studio.gui.canvas.view import CanvasView
from studio.gui.docks import arrange, make_docks
from studio.gui.document_files import DocumentFiles
from studio.gui.document_pages import DocumentPages
from studio.gui.guard import guarded
from studio.gui.i18n import Language, Languages, current_language
from studio.gui.intents import Intents
from studio.gui.late_panels import LatePanels
from studio.gui.live_differences import LiveDifferences
from studio.gui.live_network import LiveNetwork
from studio.gui.menus import WindowMenus
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
from studio.gui.presenter import Presenter
from studio.gui.settings import Settings
from studio.gui.slow_work import run_beside
from studio.gui.status_line import StatusLine
from studio.gui.theme import Theme
from studio.gui.tour import Tour
from studio.gui.wiring import connect_panels, connect_workspace
from studio.gui.workspace import Notice, Workspace

if TYPE_CHECKING:
    from studio.gui.panels.compare import ComparePage
    from studio.gui.panels.differences import DifferencesPanel
    from studio.gui.panels.network import NetworkPanel
    from studio.gui.panels.study import StudyPanel
    from studio.gui.panels.table import TablePanel


@guarded
class MainWindow(QMainWindow):
    """One window with one document."""

    first_painted = Signal()
    plots_built = Signal()

    def __init__(
        self, workspace: Workspace, settings: Settings, languages: Languages, theme: Theme
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.settings = settings
        self.theme = theme
        self.clip: clip_edits.Clip | None = None
        self.tool = "select"
        self._has_painted = False
        self.is_closing = False
        workspace.setParent(self)
        workspace.run_beside = lambda text, work: run_beside(self, text, work)
        self.setAcceptDrops(True)
        # Sliding docks take a dozen animations at every new layout, and show nothing.
        self.setAnimated(False)
        self._make_pages()
        workspace.prepare = self.canvas.prepare
        self.docks = make_docks(self, self._panels())
        self.late.watch(self.docks)
        self.actions_made = Actions(ACTIONS, self, self.theme)
        self._make_helpers(languages)
        self.menus.make_toolbar()
        connect_workspace(self)
        connect_panels(self)
        settings.listen(self.look.apply_setting)
        workspace.is_live = bool(settings.get("live"))
        self.canvas.set_snapping(bool(settings.get("snap")))
        self.look.retranslate()
        self.show_page("welcome")

    def _make_pages(self) -> None:
        theme = self.theme
        self.canvas = CanvasView()
        self.canvas.set_theme(canvas_theme.of(theme.is_dark))
        self.scenario_bar = ScenarioBar(theme)
        self.strip = MetricStrip()
        drawing = QWidget()
        column = QVBoxLayout(drawing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        self.welcome = WelcomePage(theme)
        self.late = LatePanels(self)
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

    def _make_helpers(self, languages: Languages) -> None:
        self.status = StatusLine(self.statusBar())
        self.files = DocumentFiles(self)
        self.menus = WindowMenus(self)
        self.shown = Presenter(self)
        self.intents = Intents(self)
        self.live = LiveNetwork(self)
        self.compared = LiveDifferences(self)
        self.tour = Tour(self)
        self.document_pages = DocumentPages(self)
        self.look = Appearance(self, languages)
        # A method of the window, so that the connection ends with it.
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

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

    def show_dock(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def set_tool(self, name: str) -> None:
        """Take a canvas tool."""
        self.tool = name
        self.canvas.set_tool(name)
        self.menus.update()

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self.canvas.zoom_by(factor)

    def set_clip(self, clip: clip_edits.Clip) -> None:
        """Remember what was copied."""
        self.clip = clip
        self.menus.update()

    def open_palette(self) -> None:
        """Show the command palette."""
        from studio.gui.palette import open_palette

        self.menus.name_steps()
        open_palette(self)

    def reset_layout(self) -> None:
        """Put every panel in its usual place for the present size."""
        arrange(self, self.docks)
        self.late.overlook()
        if self.page != "canvas":
            self.show_page(self.page)

    def restore_layout(self) -> None:
        """Use the stored geometry and panel places, the usual ones where there are none."""
        geometry, state = self.settings.layout()
        if geometry and state and self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.restoreState(QByteArray.fromBase64(state.encode()))
        else:
            arrange(self, self.docks)
        self.show_page(self.page)

    def build_plots(self) -> None:
        """Make the plots; done once the window has been painted."""
        if not self.plots.is_built and not self.is_closing:
            self.plots.build()
            self.run_panel.build()
            name_controls(self)
            self.plots_built.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and not self.is_closing:
            self.look.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_painted:
            self.canvas.installEventFilter(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self.first_painted.emit)
            QTimer.singleShot(0, self.build_plots)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _files_in(event)
        if files:
            event.acceptProposedAction()
            self.files.open_files(files)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_discard():
            event.ignore()
            return
        self.is_closing = True
        if self.page == "canvas":
            self.settings.set_layout(
                bytes(self.saveGeometry().toBase64().data()).decode(),
                bytes(self.saveState().toBase64().data()).decode(),
            )
        self.run_panel.set_playing(False)
        self.document_pages.close()
        self.live.close()
        self.compared.close()
        self.tour.close()
        self.late.close()
        self.workspace.close()
        super().closeEvent(event)

    def tell(self, notice: Notice) -> None:
        """Show a notice."""
        self.notices.show_notice(notice)

    @property
    def page(self) -> str:
        """Return the page shown."""
        return self.document_pages.current

    def show_page(self, name: str) -> None:
        """Show the welcome page, the canvas or the comparison."""
        self.document_pages.show(name)

    def refresh_recent(self) -> None:
        """Show reference designs and recent files anew."""
        self.document_pages.refresh_recent()

    def inspect(self, address: str) -> None:
        """Show an object in the inspector; on the canvas too where it is drawn."""
        self.intents.inspect(address)

    def show_address(self, address: str) -> None:
        """Select an object and zoom to it."""
        self.intents.show_address(address)

    def action_state(self) -> ActionState:
        """Return what decides which actions are possible."""
        return self.menus.state()

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in another theme."""
        self.look.set_theme(theme)

    def start_folder(self) -> Path:
        """Return the folder file dialogs start in."""
        return self.files.start_folder()

    def open_path(self, path: Path) -> bool:
        """Open a file after asking about unsaved changes; tells whether it worked."""
        return self.files.open_path(path)

    def offer_recovery(self) -> bool:
        """Ask whether to bring back work that was lost; tells whether it is open now."""
        return self.files.offer_recovery()

    def save_to(self, path: Path) -> bool:
        """Save, and say so; tells whether it worked."""
        return self.files.save_to(path)

    def may_discard(self) -> bool:
        """Ask about unsaved changes; tells whether the document may go."""
        return self.files.may_discard()

    def export_picture(self, path: Path) -> None:
        """Write the drawing to a file."""
        self.files.export_picture(path)

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        self.look.follow_system(scheme)


def _files_in(event: QDropEvent) -> list[Path]:
    """Return the files of this machine that are dragged; addresses of the web are none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
