"""The main window: a desk, and those who fill it and answer it.

Panels are passive: what they show is made by `studio/gui/views`, what they ask for goes to the
workspace. What its actions do stands above it, in `studio/gui/commands`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication

from studio.gui.actions import ActionTable
from studio.gui.appearance import Appearance
from studio.gui.desk import Desk
from studio.gui.docks import SHORT
from studio.gui.document_files import DocumentFiles
from studio.gui.document_pages import DocumentPages
from studio.gui.guard import guarded
from studio.gui.i18n import Languages
from studio.gui.intents import Intents
from studio.gui.key_ways import press_focused, step_in_sight
from studio.gui.live_differences import LiveDifferences
from studio.gui.live_network import LiveNetwork
from studio.gui.menus import WindowMenus
from studio.gui.presenter import Presenter
from studio.gui.settings import Settings
from studio.gui.slow_work import run_beside
from studio.gui.theme import Theme
from studio.gui.tour import Tour
from studio.gui.workspace import Workspace


@guarded
class MainWindow(Desk):
    """One window with one document."""

    first_painted = Signal()
    plots_built = Signal()

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        languages: Languages,
        theme: Theme,
        table: ActionTable,
    ) -> None:
        super().__init__(workspace, settings, theme, table)
        self._has_painted = False
        self.is_closing = False
        workspace.setParent(self)
        workspace.run_beside = lambda text, work: run_beside(self, text, work)
        workspace.prepare = self.canvas.prepare
        self.setAcceptDrops(True)
        self._make_helpers(languages, table)
        settings.listen(self.look.apply_setting)
        settings.listen(self.menus.follow_setting)
        workspace.is_live = bool(settings.get("live"))
        self.canvas.set_snapping(bool(settings.get("snap")))
        self.look.retranslate()
        self.show_page("welcome")

    def _make_helpers(self, languages: Languages, table: ActionTable) -> None:
        self.live = LiveNetwork(self)
        self.compared = LiveDifferences(self)
        self.shown = Presenter(self, self.live)
        self.document_pages = DocumentPages(self)
        self.files = DocumentFiles(self, self.show_page)
        self.intents = Intents(self, self.shown, self.show_page, self.open_path)
        self.menus = WindowMenus(self, table, self.intents, self.open_path)
        self.tour = Tour(self)
        self.look = Appearance(self, languages)
        for speaker in (self.compared, self.tour, self.menus, self.shown, self.live):
            self.look.retranslated.connect(speaker.retranslate)
        for follow in (self.look.retranslated, self.look.repainted):
            follow.connect(self.document_pages.refresh_welcome)
        self.state_changed.connect(self.menus.update)
        # A method of the window, so that the connection ends with it.
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def reset_layout(self) -> None:
        """Put every panel in its usual place for the present size."""
        self.place_docks()
        if self.page != "canvas":
            self.show_page(self.page)

    def restore_layout(self) -> None:
        """Put every panel where it was last time."""
        self.place_docks_as_left()
        self.show_page(self.page)

    def build_plots(self) -> None:
        """Make the plots; done once the window has been painted."""
        if not self.plots.is_built and not self.is_closing:
            self.plots.build()
            self.run_panel.build()
            self.look.name_controls()
            self.plots_built.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and not self.is_closing:
            self.look.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_painted:
            self.canvas.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.strip.set_short(self.height() < SHORT)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self.first_painted.emit)
            QTimer.singleShot(0, self.build_plots)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        return step_in_sight(self, lambda: super(MainWindow, self).focusNextPrevChild(is_next))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_focused(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _files_in(event)
        if files:
            event.acceptProposedAction()
            self.files.open_files(files)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_discard():
            event.ignore()
            return
        self.is_closing = True
        if self.page == "canvas":
            self.keep_places()
        self.run_panel.set_playing(False)
        self.document_pages.close()
        self.live.close()
        self.compared.close()
        self.tour.close()
        self.late.close()
        self.workspace.close()
        super().closeEvent(event)

    def show_page(self, name: str) -> None:
        """Show the welcome page, the canvas or the comparison."""
        self.document_pages.show(name)
        self.shown.show_level()
        self.menus.update()

    def inspect(self, address: str) -> None:
        """Show an object in the inspector; on the canvas too where it is drawn."""
        self.intents.inspect(address)

    def show_address(self, address: str) -> None:
        """Select an object and zoom to it."""
        self.intents.show_address(address)

    def open_path(self, path: Path) -> bool:
        """Open a file after asking about unsaved changes; tells whether it worked."""
        return self.files.open_path(path)

    def save_to(self, path: Path) -> bool:
        """Save, and say so; tells whether it worked."""
        return self.files.save_to(path)

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        self.look.follow_system(scheme)


def _files_in(event: QDropEvent) -> list[Path]:
    """Return the files of this machine that are dragged; addresses of the web are none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
