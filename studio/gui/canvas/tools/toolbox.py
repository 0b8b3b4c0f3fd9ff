"""All tools by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from studio.errors import UnknownName
from studio.gui.canvas.tools.cable import CableTool
from studio.gui.canvas.tools.events import Tool
from studio.gui.canvas.tools.measure import MeasureTool
from studio.gui.canvas.tools.navigate import PanTool, ZoomTool
from studio.gui.canvas.tools.select import SelectTool

TOOLS: Mapping[str, Callable[[], Tool]] = {
    "select": SelectTool,
    "move": lambda: SelectTool(always_moves=True),
    "pan": PanTool,
    "zoom": ZoomTool,
    "measure": MeasureTool,
    "cable": CableTool,
}


def make_tool(name: str) -> Tool:
    """Return a fresh tool.

    Raises
    ------
    UnknownName : there is no such tool.
    """
    if name not in TOOLS:
        raise UnknownName(
            "the canvas has no tool {name!r}; it has {tools}",
            name=name,
            tools=", ".join(TOOLS),
        )
    return TOOLS[name]()
