"""Menus and tool bar of the window, and which actions are possible now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from studio.design.part_types import is_own
from studio.fabric.fabric import Fabric
from studio.gui import arrange_edits, selection_edits
from studio.gui.actions import SEPARATOR, ActionState, ActionTable
from studio.gui.canvas.held_boxes import holds_box
from studio.gui.i18n import tr
from studio.gui.remembered import Remembered
from studio.ids import PartId
from studio.paths import is_there

if TYPE_CHECKING:
    from studio.gui.desk import Desk
    from studio.gui.intents import Intents


class WindowMenus:
    """Everything actions appear in."""

    def __init__(
        self,
        desk: Desk,
        table: ActionTable,
        intents: Intents,
        open_path: Callable[[Path], bool],
    ) -> None:
        self._desk = desk
        self._table = table
        self._intents = intents
        self._open_path = open_path
        self._made = Remembered()
        self._fill_toolbar()

    def _fill_toolbar(self) -> None:
        desk = self._desk
        for name in self._table.toolbar:
            if name == SEPARATOR:
                desk.toolbar.addSeparator()
            else:
                desk.toolbar.addAction(desk.actions_made[name])
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        desk.toolbar.addWidget(spring)
        for name in self._table.toolbar_end:
            desk.toolbar.addAction(desk.actions_made[name])
        for bar in (desk.toolbar, desk.figures_bar):
            bar.toggleViewAction().setEnabled(False)
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def retranslate(self) -> None:
        """Make the menus anew, in the language shown."""
        bar = self._desk.menuBar()
        # Cleared menus would live on in the bar, one set for each switch of the language.
        for old in bar.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            old.deleteLater()
        bar.clear()
        for title, names in self._table.menus:
            menu = bar.addMenu(tr(title))
            menu.aboutToShow.connect(self.name_steps)
            for name in names:
                if name == SEPARATOR:
                    menu.addSeparator()
                elif name == "recent":
                    self._recent = menu.addMenu(tr("Recent files"))
                    # Files come and go beside the studio too.
                    self._recent.aboutToShow.connect(self.fill_recent)
                elif name == "panels":
                    self._fill_panels(menu.addMenu(tr("Panels")))
                else:
                    menu.addAction(self._desk.actions_made[name])
        self.fill_recent()

    def _fill_panels(self, menu: QMenu) -> None:
        for dock in self._desk.docks.values():
            menu.addAction(dock.toggleViewAction())

    def show_canvas_menu(self, place: QPoint) -> None:
        """Offer what can be done to the selection, where the drawing was clicked."""
        desk = self._desk
        menu = QMenu(desk)
        for name in self._table.canvas_menu:
            if name == SEPARATOR:
                menu.addSeparator()
            elif desk.actions_made[name].isEnabled():
                menu.addAction(desk.actions_made[name])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def follow_setting(self, key: str) -> None:
        """List the recent files anew when another one was opened or saved."""
        if key == "recent":
            self.fill_recent()

    def fill_recent(self) -> None:
        """List the recent files."""
        desk = self._desk
        self._recent.clear()
        for path in desk.settings.recent:
            action = self._recent.addAction(f"{path.name}   {path.parent}".replace("&", "&&"))
            action.setEnabled(is_there(path))
            action.triggered.connect(lambda _=False, one=path: self._open_path(one))
        self._recent.addSeparator()
        self._recent.addAction(desk.actions_made["file.clear_recent"])
        self.update()

    def state(self) -> ActionState:
        """Return what decides which actions are possible."""
        desk = self._desk
        document = desk.workspace.document
        history = document.history if document else None
        part = PartId(self._intents.part_in_hand())
        state = ActionState(
            has_document=document is not None,
            is_modified=document is not None and document.is_modified,
            can_undo=bool(history and history.place),
            can_redo=bool(history and history.place < len(history.steps)),
            has_selection=bool(document and document.selection),
            has_part=bool(part),
            has_own_part=bool(document and is_own(document.design, part)),
            has_clipboard=desk.clip is not None,
            has_result=bool(desk.workspace.evaluation and desk.workspace.evaluation.result),
            has_baseline=desk.workspace.baseline is not None,
            is_playing=desk.run_panel.clock.is_playing,
            is_live=desk.workspace.is_live,
            is_snapping=desk.canvas.is_snapping,
            has_recent=bool(desk.settings.recent),
            page=desk.page,
            tool=desk.tool,
        )
        if document is None:
            return state
        # Asked for several times an edit, and each time thousands of racks may be selected.
        seen = (document.fabric, document.selection)
        return replace(state, **self._made.of("selection", lambda: selection_state(*seen), *seen))

    def update(self) -> None:
        """Enable what is possible now."""
        self._desk.actions_made.update(self.state())

    def name_steps(self) -> None:
        """Name what undo and redo would do, before anybody reads it.

        Not at every edit: a tool button whose text changes has the whole window laid out anew.
        """
        desk = self._desk
        document = desk.workspace.document
        undo = document.history.undo_label if document else ""
        redo = document.history.redo_label if document else ""
        desk.actions_made["edit.undo"].setText(f"{tr('Undo')} {tr(undo) if undo else ''}".strip())
        desk.actions_made["edit.redo"].setText(f"{tr('Redo')} {tr(redo) if redo else ''}".strip())


def selection_state(fabric: Fabric, selection: frozenset[str]) -> dict[str, Any]:
    """Return the fields of `ActionState` that say what can be done to a selection."""
    racks = selection_edits.selected_racks(fabric, selection)
    return {
        "has_rack_selection": bool(racks),
        "has_box_selection": holds_box(fabric, selection),
        "has_array_selection": bool(racks and selection_edits.is_array(fabric.design, racks)),
        "blocks_selected": arrange_edits.block_count(fabric, selection),
        "has_exceptions": arrange_edits.has_exceptions(fabric, selection),
    }
