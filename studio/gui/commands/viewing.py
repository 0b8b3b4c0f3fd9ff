"""What the View menu does: zoom, pages, panels, theme and language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.gui.i18n import current_language

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]
ZOOM_STEP = 1.4


def page(name: str) -> Handler:
    """Return the command that shows a page."""
    return lambda window: window.show_page(name)


def zoom_fit(window: MainWindow) -> None:
    """Show the whole hall."""
    window.canvas.zoom_to_fit()


def zoom_selection(window: MainWindow) -> None:
    """Show what is selected."""
    window.canvas.zoom_to_selection()


def zoom_in(window: MainWindow) -> None:
    """Show more detail."""
    window.canvas.zoom_by(ZOOM_STEP)


def zoom_out(window: MainWindow) -> None:
    """Show more of the hall."""
    window.canvas.zoom_by(1 / ZOOM_STEP)


def toggle_theme(window: MainWindow) -> None:
    """Change between light and dark."""
    window.settings.set("theme", "light" if window.theme.is_dark else "dark")


def toggle_language(window: MainWindow) -> None:
    """Change between English and Chinese."""
    window.settings.set("language", "en" if current_language() == "zh" else "zh")


def focus_library(window: MainWindow) -> None:
    """Put the cursor into the library's search."""
    window.docks["library"].show()
    window.docks["library"].raise_()
    window.library.focus_search()


def focus_inspector(window: MainWindow) -> None:
    """Put the cursor into the first value in the inspector."""
    window.show_dock("inspector")
    window.inspector.focus_first()


def reset_layout(window: MainWindow) -> None:
    """Put every panel back in its place."""
    window.reset_layout()


def fullscreen(window: MainWindow) -> None:
    """Use the whole screen, or go back."""
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()


def show_table(window: MainWindow) -> None:
    """Put the cursor into the table of the design."""
    window.show_dock("table")
    window.table.focus_table()


def show_differences(window: MainWindow) -> None:
    """Compare two states of the design, and mark the differences on the canvas."""
    window.show_dock("differences")
    window.differences.marks.setChecked(True)
    window.differences.before.setFocus()
