"""The command palette: one field that finds every action, object and setting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from studio.gui.guard import guarded
from studio.gui.i18n import mark, tr
from studio.gui.icons import icon
from studio.gui.settings import SETTINGS
from studio.gui.theme import SPACE
from studio.gui.views.library_items import design_files
from studio.gui.views.palette_entries import (
    KIND_TITLES,
    PaletteEntry,
    action_entries,
    at_address,
    design_entries,
    found,
    object_entries,
    setting_entries,
)
from studio.gui.views.scenario_row import choose_scenario
from studio.gui.widgets.labels import styled_frame
from studio.languages import load_entries

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

_ENTRY = Qt.ItemDataRole.UserRole
WIDTH = 620
HEIGHT = 420


@guarded
class PaletteDialog(QDialog):
    """A search field over a list; Enter does what is chosen."""

    def __init__(self, entries: tuple[PaletteEntry, ...], window: MainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._entries = entries
        self._theme = window.theme
        document = window.workspace.document
        self._fabric = document.fabric if document is not None else None
        self._icons: dict[str, QIcon] = {}
        self.chosen: PaletteEntry | None = None
        frame = styled_frame("palette")
        self.line = QLineEdit()
        self.line.setPlaceholderText(
            tr("Type an action, object, part, design or setting; pinyin initials work too")
        )
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.itemClicked.connect(self._choose)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        inside.addWidget(self.line)
        inside.addWidget(self.list, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.resize(WIDTH, HEIGHT)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10}.get(
                Qt.Key(event.key()), 0
            )
            if step:
                row = min(max(self.list.currentRow() + step, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self.list.currentItem()
                if item is not None:
                    self._choose(item)
                return True
        return super().eventFilter(watched, event)

    def _fill(self, typed: str) -> None:
        self.list.clear()
        named = at_address(self._fabric, typed) if self._fabric is not None else ()
        for entry in (*named, *found(self._entries, typed)):
            detail = f"    {entry.detail}" if entry.detail else ""
            item = QListWidgetItem(f"{entry.text}{detail}    —  {tr(KIND_TITLES[entry.kind])}")
            item.setData(_ENTRY, entry)
            if entry.icon:
                item.setIcon(self._icon(entry.icon))
            if not entry.is_enabled:
                item.setForeground(QColor(self._theme.stale))
            self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem(tr("Nothing has that name or address."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)

    def _icon(self, name: str) -> QIcon:
        if name not in self._icons:
            self._icons[name] = icon(name, self._theme)
        return self._icons[name]

    def _choose(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen = item.data(_ENTRY)
            self.accept()


def entries_of(window: MainWindow) -> tuple[PaletteEntry, ...]:
    """Return everything that can be found now."""
    chinese = dict(load_entries("zh"))
    table = window.actions_made.table
    actions = action_entries(
        table,
        {action.id: window.actions_made[action.id].text() for action in table},
        {action.id: window.actions_made[action.id].isEnabled() for action in table},
        chinese,
    )
    settings = setting_entries({setting.text: tr(setting.text) for setting in SETTINGS}, chinese)
    designs = design_entries(design_files(), window.settings.recent, window.language)
    document = window.workspace.document
    objects = object_entries(document.fabric, window.language) if document is not None else ()
    return (*actions, *settings, *objects, *designs)


def open_palette(window: MainWindow) -> None:
    """Show the palette and do what was chosen."""
    dialog = PaletteDialog(entries_of(window), window)
    corner = window.mapToGlobal(window.rect().topLeft())
    dialog.move(corner.x() + (window.width() - dialog.width()) // 2, corner.y() + 90)
    dialog.line.setFocus()
    dialog.exec()
    chosen = dialog.chosen
    dialog.deleteLater()
    if chosen is not None:
        perform(window, chosen)


def perform(window: MainWindow, entry: PaletteEntry) -> None:
    """Do an action, show an object, open a design or the settings."""
    if entry.kind == "action":
        window.actions_made[entry.target].trigger()
    elif entry.kind == "setting":
        window.actions_made["help.settings"].trigger()
    elif entry.kind == "design":
        window.open_path(Path(entry.target))
    elif entry.kind == "scenario":
        window.workspace.apply(
            mark("Choose scenario"), lambda design: choose_scenario(design, entry.target)
        )
    else:
        window.show_address(entry.target)
        # Arrow keys move what was found.
        window.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
