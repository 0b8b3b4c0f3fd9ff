"""The Tools menu: the tools of the canvas, and what is added to a design."""

from __future__ import annotations

from studio.gui.action_tables.entries import action, has_document, is_drawn, with_tool
from studio.gui.actions import SEPARATOR, Action
from studio.gui.commands import joining
from studio.gui.i18n import mark

TITLE = mark("Tools")

ACTIONS: tuple[Action, ...] = (
    action(
        "edit.add_plane",
        mark("Add plane"),
        mark("Add an independent network to the design."),
        joining.add_plane,
        "plane",
        "",
        has_document,
    ),
    action(
        "edit.add_rule",
        mark("Connect…"),
        mark("Join two groups of components by a link rule, with a preview of what it makes."),
        joining.add_rule,
        "connect",
        "L",
        has_document,
    ),
    action(
        "tool.select",
        mark("Select and move"),
        mark("Click, drag a frame, or drag what is selected."),
        joining.tool("select"),
        "select",
        "V",
        is_drawn,
        with_tool("select"),
    ),
    action(
        "tool.pan",
        mark("Pan"),
        mark("Drag the view; the middle button or Space does too."),
        joining.tool("pan"),
        "pan",
        "H",
        is_drawn,
        with_tool("pan"),
    ),
    action(
        "tool.zoom",
        mark("Zoom"),
        mark("Drag a frame to look into it."),
        joining.tool("zoom"),
        "zoom-in",
        "Z",
        is_drawn,
        with_tool("zoom"),
    ),
    action(
        "tool.cable",
        mark("Draw cable"),
        mark("Lead a single cable from chip to chip, or drag the end of one to another chip."),
        joining.tool("cable"),
        "cable",
        "C",
        is_drawn,
        with_tool("cable"),
    ),
    action(
        "tool.snap",
        mark("Snap"),
        mark("Let racks go to the grid and into line while dragged; Alt does the opposite."),
        joining.toggle_snap,
        "snap",
        "S",
        is_drawn,
        lambda state: state.is_snapping,
    ),
    action(
        "tool.measure",
        mark("Measure"),
        mark("Measure distances in the hall."),
        joining.tool("measure"),
        "measure",
        "M",
        is_drawn,
        with_tool("measure"),
    ),
)

ENTRIES: tuple[str, ...] = (
    "tool.select",
    "tool.pan",
    "tool.zoom",
    "tool.measure",
    "tool.cable",
    SEPARATOR,
    "tool.snap",
    SEPARATOR,
    "edit.add_plane",
    "edit.add_rule",
)
