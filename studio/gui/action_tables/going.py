"""The Go menu: the cursor goes to the drawing, to a panel, or into the menus."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_document, is_drawn
from studio.gui.actions import SEPARATOR, Action
from studio.gui.commands import going
from studio.gui.docks import TITLES
from studio.gui.i18n import mark

TITLE = mark("Go")
_PANEL_HELP = mark("Bring this panel to the front and put the cursor into it.")
_KEYS = {
    "layers": "Alt+2",
    "plots": "Alt+3",
    "run": "Alt+4",
    "problems": "Alt+5",
    "network": "Alt+6",
    "study": "Alt+7",
    "explain": "Alt+8",
    "history": "Alt+9",
}
"""Library, inspector, table and differences have keys of their own in the View menu."""

_PANELS: tuple[Action, ...] = tuple(
    action(f"go.{name}", TITLES[name], _PANEL_HELP, going.to_panel(name), "", keys, is_drawn)
    for name, keys in _KEYS.items()
)

ACTIONS: tuple[Action, ...] = (
    action(
        "go.next",
        mark("Next panel"),
        mark("Put the cursor into the next panel in sight."),
        going.next_area,
        "",
        "F6",
    ),
    action(
        "go.previous",
        mark("Previous panel"),
        mark("Put the cursor into the panel before this one."),
        going.previous_area,
        "",
        "Shift+F6",
    ),
    action(
        "go.menu",
        mark("Menus"),
        mark("Open the menus; arrow keys lead on, Escape leaves them."),
        going.menu_bar,
        "",
        "F10",
    ),
    action(
        "go.page",
        mark("Cursor into the drawing"),
        mark("Arrow keys then move what is selected, or the view."),
        going.to_page,
        "",
        "Alt+1",
        has_document,
    ),
    *_PANELS,
)

ENTRIES: tuple[str, ...] = (
    "go.next",
    "go.previous",
    "go.menu",
    SEPARATOR,
    "go.page",
    *(one.id for one in _PANELS),
)
