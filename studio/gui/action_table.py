"""Every action of the window, and where it appears; menus, toolbar and palette derive from here."""

from __future__ import annotations

from studio.gui.action_tables import (
    arranging,
    assistance,
    editing,
    files,
    going,
    simulation,
    tools,
    views,
)
from studio.gui.actions import SEPARATOR, Action, ActionTable

_IN_ORDER = (files, editing, arranging, views, going, tools, simulation, assistance)

ACTIONS: tuple[Action, ...] = tuple(one for menu in _IN_ORDER for one in menu.ACTIONS)

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (menu.TITLE, menu.ENTRIES) for menu in _IN_ORDER
)

TOOLBAR: tuple[str, ...] = (
    "file.new",
    "file.open",
    "file.save",
    SEPARATOR,
    "edit.undo",
    "edit.redo",
    SEPARATOR,
    "tool.select",
    "tool.pan",
    "tool.zoom",
    "tool.measure",
    "tool.cable",
    "tool.snap",
    SEPARATOR,
    "edit.add_rule",
    "edit.duplicate",
    "edit.rotate",
    "edit.delete",
    "edit.fail",
    SEPARATOR,
    "view.fit",
    "view.selection",
    SEPARATOR,
    "run.pin",
    "view.canvas",
    "view.compare",
    "file.export_picture",
)
CANVAS_MENU: tuple[str, ...] = (
    "edit.fail",
    "edit.put_back",
    "edit.detach",
    SEPARATOR,
    "edit.cut",
    "edit.copy",
    "edit.paste",
    "edit.duplicate",
    "edit.delete",
    "edit.rotate",
    "edit.turn",
    SEPARATOR,
    "tool.cable",
    "edit.add_rule",
    SEPARATOR,
    "view.selection",
    "view.fit",
)

TOOLBAR_END: tuple[str, ...] = ("help.palette", "view.language", "view.theme", "help.settings")

ACTION_TABLE = ActionTable(ACTIONS, MENUS, TOOLBAR, TOOLBAR_END, CANVAS_MENU)
