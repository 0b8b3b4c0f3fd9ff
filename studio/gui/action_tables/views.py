"""The View menu: zoom, pages, panels, theme and language."""

from __future__ import annotations

from studio.gui.action_tables.entries import (
    SEPARATOR,
    action,
    has_document,
    is_drawn,
    is_selected,
    on_page,
)
from studio.gui.actions import Action, always
from studio.gui.commands import viewing
from studio.gui.i18n import mark

TITLE = mark("View")

ACTIONS: tuple[Action, ...] = (
    action(
        "view.fit",
        mark("Zoom to fit"),
        mark("Show the whole hall."),
        viewing.zoom_fit,
        "zoom-fit",
        "F",
        is_drawn,
    ),
    action(
        "view.selection",
        mark("Zoom to selection"),
        mark("Show what is selected."),
        viewing.zoom_selection,
        "zoom-selection",
        ".",
        is_selected,
    ),
    action(
        "view.zoom_in",
        mark("Zoom in"),
        mark("Show more detail."),
        viewing.zoom_in,
        "zoom-in",
        "Ctrl++",
        is_drawn,
    ),
    action(
        "view.zoom_out",
        mark("Zoom out"),
        mark("Show more of the hall."),
        viewing.zoom_out,
        "zoom-out",
        "Ctrl+-",
        is_drawn,
    ),
    action(
        "view.canvas",
        mark("Drawing"),
        mark("Show the canvas."),
        viewing.page("canvas"),
        "design",
        "F2",
        has_document,
        on_page("canvas"),
    ),
    action(
        "view.compare",
        mark("Compare designs"),
        mark("Put any number of designs side by side, with ratios."),
        viewing.page("compare"),
        "compare",
        "F3",
        always,
        on_page("compare"),
    ),
    action(
        "view.welcome",
        mark("Welcome page"),
        mark("Show reference designs and recent files."),
        viewing.page("welcome"),
        "",
        "F4",
        always,
        on_page("welcome"),
    ),
    action(
        "view.theme",
        mark("Switch light or dark"),
        mark("Change between light and dark."),
        viewing.toggle_theme,
        "theme",
        "Ctrl+Shift+L",
    ),
    action(
        "view.language",
        mark("中文 / English"),
        mark("Change between English and Chinese."),
        viewing.toggle_language,
        "language",
        "Ctrl+Shift+J",
    ),
    action(
        "view.library",
        mark("Search the library"),
        mark("Put the cursor into its search."),
        viewing.focus_library,
        "search",
        "Ctrl+F",
    ),
    action(
        "view.table",
        mark("Table of the design"),
        mark("Show racks, boxes, chips, links and parts as rows to sort, filter, edit and paste."),
        viewing.show_table,
        "design",
        "Ctrl+T",
        is_drawn,
    ),
    action(
        "view.layout",
        mark("Reset the layout"),
        mark("Put every panel back in its place."),
        viewing.reset_layout,
    ),
    action(
        "view.fullscreen",
        mark("Full screen"),
        mark("Use the whole screen, or go back."),
        viewing.fullscreen,
        "",
        "F11",
    ),
)

ENTRIES: tuple[str, ...] = (
    "view.fit",
    "view.selection",
    "view.zoom_in",
    "view.zoom_out",
    SEPARATOR,
    "view.canvas",
    "view.compare",
    "view.welcome",
    SEPARATOR,
    "panels",
    "view.library",
    "view.table",
    "view.layout",
    SEPARATOR,
    "view.theme",
    "view.language",
    "view.fullscreen",
)
