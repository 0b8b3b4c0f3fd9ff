"""A drawing that is worked on: its tool, what the pointer holds, what is selected; no events."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.fabric.arrays import BoolArray
from studio.gui.canvas.drops import Drops
from studio.gui.canvas.edge_scroll import EdgeScroll
from studio.gui.canvas.gestures import Gestures
from studio.gui.canvas.levels import Level
from studio.gui.canvas.pointer import CURSORS
from studio.gui.canvas.pointing import PointedDrawing
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.stretching import Edge, edges
from studio.gui.canvas.tools.events import Intent, PointerEvent, Tool
from studio.gui.canvas.tools.navigate import PanTool
from studio.gui.canvas.tools.toolbox import make_tool
from studio.gui.canvas.viewport import Viewport

_STRETCHING: tuple[Level, ...] = ("hall", "rack")
"""Levels at which arrays show handles."""
HOLDING = ("select", "move")
"""Tools that take hold of things."""


class WorkedDrawing(PointedDrawing):
    """A drawing with a tool in hand; what the pointer does reaches it as values."""

    selection_changed = Signal(object)
    """frozenset of addresses."""
    edit_requested = Signal(object)
    """`EditRequest`."""
    hinted = Signal(str)
    """What keys do to what the pointer holds; empty once it holds nothing."""
    tool_left = Signal()
    """Escape where a tool has nothing more to give up: selecting is meant again."""
    visible_planes_changed = Signal(object)
    """frozenset of plane ids, after a click in the legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool: Tool = make_tool("select")
        self._panning: PanTool | None = None
        self._drops = Drops(self)
        self._is_snapping = True
        self._gestures = Gestures(self, QTimer(self))
        self._edge_scroll = EdgeScroll(QTimer(self), self.size, self._go_on)
        self._pointer: PointerEvent | None = None
        """Its last move."""

    @property
    def _moving_racks(self) -> BoolArray | None:
        grip = self._gestures.grip
        return grip.moving if grip is not None else None

    def _as_held(self, scene: Scene) -> Scene:
        grip = self._gestures.grip
        if grip is not None and grip.moving is not None and len(grip.moving) != len(scene.racks):
            # Racks came or went by key or menu while some were dragged: these may be among them.
            self._let_go()
            return scene
        return scene.with_racks(grip.rects(scene)) if grip is not None else scene

    def _let_go(self) -> None:
        self._gestures.let_go()
        # What the tool would have had done is of a drawing that is gone.
        self._tool.cancel()

    def _handles(self, scene: Scene) -> tuple[Edge, ...]:
        """Return the ends of an array: not while something is held, nor deep inside racks."""
        idle = self._gestures.grip is None and self.tool in HOLDING
        return edges(scene, self._selection) if idle and self._level in _STRETCHING else ()

    def show_view(self, view: Viewport) -> None:
        before = self._view
        super().show_view(view)
        if view == before:
            return
        # What was begun stays where it was begun in the hall, and what is held with the pointer.
        self._tool.follow(lambda x, y: view.to_screen(*before.to_world(x, y)))
        if self._pointer is not None and self._gestures.is_busy:
            self._send_to(self._tool, self._pointer)

    def _go_on(self, dx: int, dy: int) -> None:
        self.show_view(self._view.panned(-dx, -dy))
        self._drops.again()

    def set_tool(self, name: str) -> None:
        """Choose what the left button does: select, move, pan, zoom or measure.

        Raises
        ------
        UnknownName : there is no such tool.
        """
        tool = make_tool(name)
        self._cancel()
        self._tool = tool
        self.setCursor(CURSORS[name])

    @property
    def tool(self) -> str:
        """Return the name of the tool in use."""
        return self._tool.name

    @property
    def is_snapping(self) -> bool:
        """Tell whether what is dragged goes to the grid and into line with others."""
        return self._is_snapping

    def set_snapping(self, is_on: bool) -> None:
        """Switch snapping, also for what is being dragged."""
        self._is_snapping = is_on
        self._gestures.drag_again()

    def say(self, hint: str) -> None:
        """Tell what keys do just now."""
        self.hinted.emit(hint)

    def ask(self, request: EditRequest) -> None:
        """Ask the window for an edit."""
        self.edit_requested.emit(request)

    def toggle_plane(self, plane: str) -> None:
        """Show or hide the links of a plane, and tell so."""
        self.set_visible_planes(self.visible_planes ^ {plane})
        self.visible_planes_changed.emit(self.visible_planes)

    def select(self, addresses: frozenset[str]) -> None:
        """Select things and tell so."""
        if addresses == self._selection:
            return
        self._selection = addresses
        self._resolve_selection()
        self.selection_changed.emit(addresses)

    def _send(self, event: PointerEvent) -> None:
        self._send_to(self._panning or self._tool, event)

    def _send_to(self, tool: Tool, event: PointerEvent) -> None:
        for intent in tool.handle(event, self.under):
            self._carry_out(intent)

    def _carry_out(self, intent: Intent) -> None:
        if self._scene is not None:
            self._gestures.carry_out(intent, self._scene)

    @property
    def _scrolls(self) -> bool:
        """Tell whether what is dragged goes on past the edge; the view itself does not."""
        return self._panning is None and self._tool.name != "pan"

    def _cancel(self) -> None:
        self._edge_scroll.stop()
        for intent in self._tool.cancel():
            self._carry_out(intent)
