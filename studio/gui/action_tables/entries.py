"""How a menu's actions are written down, and the conditions many of them share."""

from __future__ import annotations

from typing import Any, cast

from studio.gui.actions import Action, ActionState, Predicate, always


def action(
    name: str,
    text: str,
    help_text: str,
    handler: Any,
    icon: str = "",
    shortcut: str = "",
    enabled: Predicate = always,
    checked: Predicate | None = None,
) -> Action:
    """Return an action; its handler is given the main window."""
    return Action(name, text, help_text, cast(Any, handler), icon, shortcut, enabled, checked)


def has_document(state: ActionState) -> bool:
    """Tell whether a design is open."""
    return state.has_document


def is_drawn(state: ActionState) -> bool:
    """Tell whether the canvas shows a design."""
    return state.has_document and state.page == "canvas"


def is_selected(state: ActionState) -> bool:
    """Tell whether anything on the canvas is selected."""
    return is_drawn(state) and state.has_selection


def has_racks(state: ActionState) -> bool:
    """Tell whether racks on the canvas are selected."""
    return is_drawn(state) and state.has_rack_selection


def has_boxes(state: ActionState) -> bool:
    """Tell whether boxes in racks are selected on the canvas."""
    return is_drawn(state) and state.has_box_selection


def has_placed(state: ActionState) -> bool:
    """Tell whether racks, or boxes in them, are selected on the canvas."""
    return is_drawn(state) and (state.has_rack_selection or state.has_box_selection)


def on_page(name: str) -> Predicate:
    """Return whether a page is shown, as a condition."""
    return lambda state: state.page == name


def with_tool(name: str) -> Predicate:
    """Return whether a tool is taken, as a condition."""
    return lambda state: state.tool == name
