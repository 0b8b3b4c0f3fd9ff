"""What an action is, and the Qt actions made from the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.gui.i18n import tr
from studio.gui.icons import icon
from studio.gui.theme import Theme
from studio.gui.widgets.labels import plain_tip


@dataclass(frozen=True)
class ActionState:
    """What decides which actions are possible; read from the session once per change."""

    has_document: bool = False
    is_modified: bool = False
    can_undo: bool = False
    can_redo: bool = False
    has_selection: bool = False
    has_rack_selection: bool = False
    has_box_selection: bool = False
    has_array_selection: bool = False
    blocks_selected: int = 0
    """Racks and whole arrays that can be lined up."""
    has_exceptions: bool = False
    """Whether anything selected is out of line or absent."""
    has_part: bool = False
    """One part type is inspected, or all chips selected are of one."""
    has_own_part: bool = False
    """That part type is one of the design's own."""
    has_clipboard: bool = False
    has_result: bool = False
    has_baseline: bool = False
    is_playing: bool = False
    is_live: bool = True
    is_snapping: bool = True
    has_recent: bool = False
    page: str = "welcome"
    tool: str = "select"


Predicate = Callable[[ActionState], bool]


def always(state: ActionState) -> bool:
    """Tell that an action is always possible."""
    del state
    return True


@dataclass(frozen=True)
class Action:
    """One thing a user can do, registered once."""

    id: str
    """`menu.verb`."""
    text: str
    help: str
    """One sentence, shown in the status bar, the palette and the shortcut list."""
    handler: Callable[[object], None]
    """Called with the main window."""
    icon: str = ""
    shortcut: str = ""
    """Keys; of several, parted by `; `, the first is shown."""
    enabled: Predicate = always
    checked: Predicate | None = None
    """For actions that are on or off."""


def key_sequences(action: Action) -> list[QKeySequence]:
    """Return the keys of an action, the usual ones first."""
    return QKeySequence.listFromString(action.shortcut) if action.shortcut else []


SEPARATOR = ""
"""Stands between the names of actions for a line."""


@dataclass(frozen=True)
class ActionTable:
    """All actions, and where each appears by its name."""

    actions: tuple[Action, ...]
    menus: tuple[tuple[str, tuple[str, ...]], ...]
    """Title and entries."""
    toolbar: tuple[str, ...]
    toolbar_end: tuple[str, ...]
    canvas_menu: tuple[str, ...]
    """What a click with the right button on the drawing offers, as far as it is possible."""


class Actions(QObject):
    """The Qt actions of one window."""

    def __init__(self, table: Sequence[Action], window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._table: Mapping[str, Action] = {action.id: action for action in table}
        self._made: dict[str, QAction] = {}
        self._window = window
        self._state: ActionState | None = None
        for action in table:
            made = QAction(window)
            made.setObjectName(action.id)
            made.setCheckable(action.checked is not None)
            if action.shortcut:
                made.setShortcuts(key_sequences(action))
            made.triggered.connect(lambda _=False, one=action: self._run(one))
            window.addAction(made)
            self._made[action.id] = made
        self.set_theme(theme)
        self.retranslate()

    @property
    def table(self) -> tuple[Action, ...]:
        """Return all actions as data."""
        return tuple(self._table.values())

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def _run(self, action: Action) -> None:
        # Qt has toggled an action that is on or off; its handler may think otherwise.
        self._state = None
        action.handler(self._window)

    def update(self, state: ActionState) -> None:
        """Enable what is possible now; after the same state as before nothing is to be done."""
        if state == self._state:
            return
        self._state = state
        for action_id, action in self._table.items():
            made = self._made[action_id]
            made.setEnabled(action.enabled(state))
            if action.checked is not None:
                made.setChecked(action.checked(state))

    def set_theme(self, theme: Theme) -> None:
        """Take the icons of another theme."""
        for action_id, action in self._table.items():
            if action.icon:
                self._made[action_id].setIcon(icon(action.icon, theme))

    def retranslate(self) -> None:
        """Show texts in the language chosen."""
        for action_id, action in self._table.items():
            made = self._made[action_id]
            made.setText(tr(action.text))
            made.setStatusTip(tr(action.help))
            made.setWhatsThis(f"<b>{tr(action.text)}</b><br>{tr(action.help)}")
            shortcut = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tail = f" ({shortcut})" if shortcut else ""
            made.setToolTip(plain_tip(f"{tr(action.text)}{tail}\n{tr(action.help)}"))
