"""The Edit menu: undo, the clipboard, and what is done to a selection."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_placed, is_drawn, is_selected
from studio.gui.actions import SEPARATOR, Action
from studio.gui.commands import editing
from studio.gui.i18n import mark

TITLE = mark("Edit")

ACTIONS: tuple[Action, ...] = (
    action(
        "edit.undo",
        mark("Undo"),
        mark("Take back the last step."),
        editing.undo,
        "undo",
        "Ctrl+Z",
        lambda state: state.can_undo,
    ),
    action(
        "edit.redo",
        mark("Redo"),
        mark("Repeat the step undone last."),
        editing.redo,
        "redo",
        "Ctrl+Y; Ctrl+Shift+Z",
        lambda state: state.can_redo,
    ),
    action(
        "edit.cut",
        mark("Cut"),
        mark("Copy the selected racks or boxes and remove them."),
        editing.cut,
        "cut",
        "Ctrl+X",
        has_placed,
    ),
    action(
        "edit.copy",
        mark("Copy"),
        mark("Copy the selected racks or the boxes in them."),
        editing.copy,
        "copy",
        "Ctrl+C",
        is_selected,
    ),
    action(
        "edit.paste",
        mark("Paste"),
        mark("Insert racks beside the original, and boxes into the racks selected."),
        editing.paste,
        "paste",
        "Ctrl+V",
        lambda state: is_drawn(state) and state.has_clipboard,
    ),
    action(
        "edit.paste_rows",
        mark("Paste rows from a spreadsheet"),
        mark("Add racks or boxes to the table, one for each row that was copied."),
        editing.paste_rows,
        "paste",
        "Ctrl+Shift+V",
        is_drawn,
    ),
    action(
        "edit.duplicate",
        mark("Duplicate"),
        mark("Copy the selection beside itself; links inside follow by rule."),
        editing.duplicate,
        "duplicate",
        "Ctrl+D",
        has_placed,
    ),
    action(
        "edit.delete",
        mark("Delete"),
        mark("Remove racks and boxes; mark single chips and links as absent."),
        editing.delete,
        "delete",
        "Del",
        is_selected,
    ),
    action(
        "edit.fail",
        mark("Fail or repair"),
        mark("Mark the selection as failed, or as in order again; the simulation follows."),
        editing.toggle_failed,
        "error",
        "Shift+F",
        is_selected,
    ),
    action(
        "edit.own_part",
        mark("Make an own part type"),
        mark("Copy the part type in the inspector, to change its values in this design only."),
        editing.own_part,
        "part",
        "",
        lambda state: is_drawn(state) and state.has_part,
    ),
    action(
        "edit.delete_part",
        mark("Delete own part type"),
        mark("Take the part type in the inspector out of this design; nothing may be using it."),
        editing.delete_part,
        "delete",
        "",
        lambda state: is_drawn(state) and state.has_own_part,
    ),
    action(
        "edit.select_all",
        mark("Select all racks"),
        mark("Select every rack of the hall."),
        editing.select_all,
        "",
        "Ctrl+A",
        is_drawn,
    ),
    action(
        "edit.select_none",
        mark("Select nothing"),
        mark("Clear the selection; the inspector then shows the design."),
        editing.select_none,
        "",
        "Ctrl+Shift+A",
        is_selected,
    ),
)

ENTRIES: tuple[str, ...] = (
    "edit.undo",
    "edit.redo",
    SEPARATOR,
    "edit.cut",
    "edit.copy",
    "edit.paste",
    "edit.paste_rows",
    "edit.duplicate",
    "edit.delete",
    "edit.fail",
    SEPARATOR,
    "edit.own_part",
    "edit.delete_part",
    SEPARATOR,
    "edit.select_all",
    "edit.select_none",
)
