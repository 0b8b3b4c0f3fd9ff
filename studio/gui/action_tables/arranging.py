"""The Arrange menu: racks turned, lined up, spread, put back into their array and set apart."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_boxes, has_racks, is_drawn
from studio.gui.actions import SEPARATOR, Action, Predicate
from studio.gui.commands import arranging
from studio.gui.i18n import mark

TITLE = mark("Arrange")


def _several(count: int) -> Predicate:
    """Return whether that many racks or arrays are selected, as a condition."""
    return lambda state: is_drawn(state) and state.blocks_selected >= count


ACTIONS: tuple[Action, ...] = (
    action(
        "edit.rotate",
        mark("Rotate by 90°"),
        mark("Turn the selected racks."),
        arranging.rotate,
        "rotate",
        "R",
        has_racks,
    ),
    action(
        "edit.turn",
        mark("Move to the other face"),
        mark("Bring the selected boxes from the front of their racks to the rear, or back."),
        arranging.turn,
        "turn",
        "Shift+R",
        has_boxes,
    ),
    action(
        "arrange.left",
        mark("Align left edges"),
        mark("Line the selected racks and arrays up at their left edges."),
        arranging.align("left"),
        "align-left",
        "Alt+A",
        _several(2),
    ),
    action(
        "arrange.centre",
        mark("Align centres"),
        mark("Line the selected racks and arrays up one behind the other."),
        arranging.align("centre"),
        "align-centre",
        "Alt+H",
        _several(2),
    ),
    action(
        "arrange.right",
        mark("Align right edges"),
        mark("Line the selected racks and arrays up at their right edges."),
        arranging.align("right"),
        "align-right",
        "Alt+D",
        _several(2),
    ),
    action(
        "arrange.top",
        mark("Align top edges"),
        mark("Line the selected racks and arrays up at their upper edges."),
        arranging.align("top"),
        "align-top",
        "Alt+W",
        _several(2),
    ),
    action(
        "arrange.middle",
        mark("Align middles"),
        mark("Line the selected racks and arrays up in one row."),
        arranging.align("middle"),
        "align-middle",
        "Alt+V",
        _several(2),
    ),
    action(
        "arrange.bottom",
        mark("Align bottom edges"),
        mark("Line the selected racks and arrays up at their lower edges."),
        arranging.align("bottom"),
        "align-bottom",
        "Alt+S",
        _several(2),
    ),
    action(
        "arrange.spread_x",
        mark("Distribute horizontally"),
        mark("Leave equal gaps between the selected racks and arrays from left to right."),
        arranging.distribute("x"),
        "distribute-x",
        "Alt+Shift+H",
        _several(3),
    ),
    action(
        "arrange.spread_y",
        mark("Distribute vertically"),
        mark("Leave equal gaps between the selected racks and arrays from top to bottom."),
        arranging.distribute("y"),
        "distribute-y",
        "Alt+Shift+V",
        _several(3),
    ),
    action(
        "edit.put_back",
        mark("Put back"),
        mark("End the exceptions of what is selected: back in line, back in place, by its rule."),
        arranging.put_back,
        "",
        "Ctrl+Shift+G",
        lambda state: is_drawn(state) and state.has_exceptions,
    ),
    action(
        "edit.detach",
        mark("Detach from array"),
        mark("Turn the selected members of a live array, or all of them, into single racks."),
        arranging.detach,
        "",
        "Ctrl+G",
        lambda state: is_drawn(state) and state.has_array_selection,
    ),
)

ENTRIES: tuple[str, ...] = (
    "edit.rotate",
    "edit.turn",
    SEPARATOR,
    "arrange.left",
    "arrange.centre",
    "arrange.right",
    "arrange.top",
    "arrange.middle",
    "arrange.bottom",
    SEPARATOR,
    "arrange.spread_x",
    "arrange.spread_y",
    SEPARATOR,
    "edit.put_back",
    "edit.detach",
)
