"""Menus and tool bar of the window, and which actions are possible now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from studio.design.part_types import is_own
from studio.gui import arrange_edits, selection_edits
from studio.gui.action_table import CANVAS_MENU, MENUS, SEPARATOR, TOOLBAR, TOOLBAR_END
from studio.gui.actions import ActionState
from studio.gui.canvas.held_boxes import holds_box
from studio.gui.i18n import tr
from studio.gui.widgets.labels import fixed_toolbar
from studio.ids import PartId
from studio.paths import is_there

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow


class WindowMenus:
    """Everything actions appear in."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def make_toolbar(self) -> None:
        """Make the tool bar and the bar of figures below it."""
        window = self._window
        self.toolbar = fixed_toolbar("toolbar")
        self.toolbar.setMovable(False)
        for name in TOOLBAR:
            if name == SEPARATOR:
                self.toolbar.addSeparator()
            else:
                self.toolbar.addAction(window.actions_made[name])
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar.addWidget(spring)
        for name in TOOLBAR_END:
            self.toolbar.addAction(window.actions_made[name])
        window.addToolBar(self.toolbar)
        self.figures_bar = fixed_toolbar("figures")
        self.figures_bar.setMovable(False)
        figures = QWidget()
        column = QVBoxLayout(figures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(window.scenario_bar)
        column.addWidget(window.strip)
        figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.figures_bar.addWidget(figures)
        self.figures_bar.setStyleSheet("QToolBar { padding: 0; spacing: 0; border: none; }")
        window.addToolBarBreak()
        window.addToolBar(self.figures_bar)
        for bar in (self.toolbar, self.figures_bar):
            bar.toggleViewAction().setEnabled(False)
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def fill(self) -> None:
        """Make the menus anew, in the language shown."""
        bar = self._window.menuBar()
        # Cleared menus would live on in the bar, one set for each switch of the language.
        for old in bar.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            old.deleteLater()
        bar.clear()
        for title, names in MENUS:
            menu = bar.addMenu(tr(title))
            menu.aboutToShow.connect(self.name_steps)
            for name in names:
                if name == SEPARATOR:
                    menu.addSeparator()
                elif name == "recent":
                    self._recent = menu.addMenu(tr("Recent files"))
                elif name == "panels":
                    self._fill_panels(menu.addMenu(tr("Panels")))
                else:
                    menu.addAction(self._window.actions_made[name])
        self.fill_recent()

    def _fill_panels(self, menu: QMenu) -> None:
        for dock in self._window.docks.values():
            menu.addAction(dock.toggleViewAction())

    def show_canvas_menu(self, place: QPoint) -> None:
        """Offer what can be done to the selection, where the drawing was clicked."""
        window = self._window
        menu = QMenu(window)
        for name in CANVAS_MENU:
            if name == SEPARATOR:
                menu.addSeparator()
            elif window.actions_made[name].isEnabled():
                menu.addAction(window.actions_made[name])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def fill_recent(self) -> None:
        """List the recent files."""
        window = self._window
        self._recent.clear()
        for path in window.settings.recent:
            action = self._recent.addAction(f"{path.name}   {path.parent}".replace("&", "&&"))
            action.setEnabled(is_there(path))
            action.triggered.connect(lambda _=False, one=path: window.open_path(one))
        self._recent.addSeparator()
        self._recent.addAction(window.actions_made["file.clear_recent"])
        self.update()

    def state(self) -> ActionState:
        """Return what decides which actions are possible."""
        window = self._window
        document = window.workspace.document
        history = document.history if document else None
        racks = (
            selection_edits.selected_racks(document.fabric, document.selection) if document else ()
        )
        part = PartId(window.intents.part_in_hand())
        return ActionState(
            has_document=document is not None,
            is_modified=document is not None and document.is_modified,
            can_undo=bool(history and history.place),
            can_redo=bool(history and history.place < len(history.steps)),
            has_selection=bool(document and document.selection),
            has_rack_selection=bool(racks),
            has_box_selection=bool(document and holds_box(document.fabric, document.selection)),
            has_array_selection=bool(
                document and racks and selection_edits.is_array(document.design, racks)
            ),
            blocks_selected=(
                arrange_edits.block_count(document.fabric, document.selection) if document else 0
            ),
            has_exceptions=bool(
                document and arrange_edits.has_exceptions(document.fabric, document.selection)
            ),
            has_part=bool(part),
            has_own_part=bool(document and is_own(document.design, part)),
            has_clipboard=window.clip is not None,
            has_result=bool(window.workspace.evaluation and window.workspace.evaluation.result),
            has_baseline=window.workspace.baseline is not None,
            is_playing=window.run_panel.clock.is_playing,
            is_live=window.workspace.is_live,
            is_snapping=window.canvas.is_snapping,
            has_recent=bool(window.settings.recent),
            page=window.page,
            tool=window.tool,
        )

    def update(self) -> None:
        """Enable what is possible now."""
        self._window.actions_made.update(self.state())

    def name_steps(self) -> None:
        """Name what undo and redo would do, before anybody reads it.

        Not at every edit: a tool button whose text changes has the whole window laid out anew.
        """
        window = self._window
        document = window.workspace.document
        undo = document.history.undo_label if document else ""
        redo = document.history.redo_label if document else ""
        window.actions_made["edit.undo"].setText(f"{tr('Undo')} {tr(undo) if undo else ''}".strip())
        window.actions_made["edit.redo"].setText(f"{tr('Redo')} {tr(redo) if redo else ''}".strip())
