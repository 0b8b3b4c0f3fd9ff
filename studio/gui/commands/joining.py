"""What the Tools menu does: tools taken, planes and link rules added."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.design.edits import free_name as free
from studio.design.edits import put
from studio.design.model import Plane, PlaneRole
from studio.gui.i18n import mark, tr

if TYPE_CHECKING:
    from studio.gui.main_window import MainWindow

Handler = Callable[["MainWindow"], None]


def tool(name: str) -> Handler:
    """Return the command that takes a canvas tool."""
    return lambda window: window.set_tool(name)


def toggle_snap(window: MainWindow) -> None:
    """Let what is dragged go to the grid and into line, or exactly where the pointer is."""
    window.settings.set("snap", not window.canvas.is_snapping)


def add_plane(window: MainWindow) -> None:
    """Add an independent network."""
    document = window.workspace.document
    if document is None:
        return
    key = free("plane", document.design.planes)
    role: PlaneRole = "scale_out" if document.design.planes else "scale_up"
    plane = Plane(name=tr("New plane"), role=role)
    if window.workspace.apply(mark("Add plane"), lambda design: put(design, "planes", key, plane)):
        window.workspace.select(frozenset({f"plane:{key}"}))


def add_rule(window: MainWindow) -> None:
    """Join two groups of components by a link rule."""
    from studio.gui.dialogs.connect_dialog import ask_rule

    ask_rule(window)
