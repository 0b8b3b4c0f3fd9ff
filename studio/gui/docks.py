"""The docks of the window: which panels there are and where they stand at first."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from studio.gui.i18n import mark

WIDE = 1800
"""From this width on, plots and run stand side by side."""
SHORT = 680
"""Below this height, library and planes share their place as tabs, and figures one row."""
LOWER, LOWER_OF_SHORT = 236, 160
"""Least height of the panels below the drawing at first, points."""

TITLES: Mapping[str, str] = {
    "library": mark("Library"),
    "layers": mark("Planes and overlay"),
    "inspector": mark("Inspector"),
    "plots": mark("Plots"),
    "run": mark("Run"),
    "table": mark("Table"),
    "problems": mark("Problems"),
    "network": mark("Network"),
    "study": mark("Study"),
    "explain": mark("Explain"),
    "history": mark("History"),
    "differences": mark("Differences"),
}
_ALONE = ("library", "layers", "inspector", "plots")
"""Docks with a place of their own; the others are tabs in the order of their titles."""


def make_docks(window: QMainWindow, panels: Mapping[str, QWidget | None]) -> dict[str, QDockWidget]:
    """Put each panel into a dock of the window; one made late leaves its dock empty for now."""
    docks = {}
    for name, panel in panels.items():
        dock = QDockWidget(window)
        dock.setObjectName(f"dock.{name}")
        if panel is not None:
            dock.setWidget(panel)
        docks[name] = dock
    return docks


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Put every dock in its usual place, for the window's present size."""
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    bottom = Qt.DockWidgetArea.BottomDockWidgetArea
    window.setCorner(Qt.Corner.BottomLeftCorner, bottom)
    window.setCorner(Qt.Corner.BottomRightCorner, right)
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    window.addDockWidget(left, docks["library"])
    window.addDockWidget(left, docks["layers"])
    if window.height() < SHORT:
        window.tabifyDockWidget(docks["library"], docks["layers"])
    else:
        window.splitDockWidget(docks["library"], docks["layers"], Qt.Orientation.Vertical)
    window.addDockWidget(right, docks["inspector"])
    window.addDockWidget(bottom, docks["plots"])
    is_wide = window.width() >= WIDE
    if is_wide:
        window.addDockWidget(bottom, docks["run"])
        window.splitDockWidget(docks["plots"], docks["run"], Qt.Orientation.Horizontal)
    first_tab = "run" if is_wide else "plots"
    for name in TITLES:
        if name not in (*_ALONE, first_tab):
            window.addDockWidget(bottom, docks[name])
            window.tabifyDockWidget(docks[first_tab], docks[name])
    for dock in docks.values():
        dock.show()
    for name in ("library", first_tab):
        docks[name].raise_()
    _resize(window, docks, is_wide)


def _resize(window: QMainWindow, docks: Mapping[str, QDockWidget], is_wide: bool) -> None:
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    width, height = window.width(), window.height()
    window.resizeDocks(
        [docks["library"], docks["inspector"]],
        [max(232, width // 7), max(296, width // 6)],
        horizontal,
    )
    lower = LOWER if height >= SHORT else LOWER_OF_SHORT
    window.resizeDocks([docks["plots"]], [max(lower, round(height * 0.29))], vertical)
    window.resizeDocks([docks["library"], docks["layers"]], [290, 210], vertical)
    if is_wide:
        room = width - docks["inspector"].width()
        window.resizeDocks(
            [docks["plots"], docks["run"]], [round(0.62 * room), round(0.38 * room)], horizontal
        )
