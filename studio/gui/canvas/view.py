"""The canvas as a widget: turns Qt's events into tool events and carries out what results."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.fabric.arrays import BoolArray
from studio.gui.canvas import camera
from studio.gui.canvas.describe import describe
from studio.gui.canvas.drops import Drops
from studio.gui.canvas.floating import Floating
from studio.gui.canvas.gestures import Gestures
from studio.gui.canvas.levels import Level
from studio.gui.canvas.nudging import nudge
from studio.gui.canvas.picking import addresses_of
from studio.gui.canvas.pointer import ARROWS, CURSORS, keys_held, pointer_event
from studio.gui.canvas.pointing import PointedDrawing
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.stretching import Edge, edges
from studio.gui.canvas.tools.events import Intent, PointerEvent, Tool
from studio.gui.canvas.tools.navigate import PanTool
from studio.gui.canvas.tools.toolbox import make_tool
from studio.gui.guard import guarded
from studio.gui.widgets.labels import plain_tip

_STRETCHING: tuple[Level, ...] = ("hall", "rack")
"""Levels at which arrays show handles."""
_HOLDING = ("select", "move")
"""Tools that take hold of things."""
_WHEEL_STEP = 1.0016
"""Magnification for each eighth of a degree the wheel turns."""


@guarded
class CanvasView(PointedDrawing):
    """A drawing that answers to pointer and keys: it selects, moves and measures."""

    selection_changed = Signal(object)
    """frozenset of addresses."""
    edit_requested = Signal(object)
    """`EditRequest`."""
    part_dropped = Signal(object)
    """`DropTarget`."""
    menu_requested = Signal(object)
    """Global position of a click with the right button; what is there is selected by then."""
    hinted = Signal(str)
    """What keys do to what the pointer holds; empty once it holds nothing."""
    tool_left = Signal()
    """Escape where a tool has nothing more to give up: selecting is meant again."""
    visible_planes_changed = Signal(object)
    """frozenset of plane ids, after a click in the legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self._tool: Tool = make_tool("select")
        self._panning: PanTool | None = None
        self._floating = Floating(self)
        self._drops = Drops(self)
        self._space = False
        self._is_snapping = True
        self._gestures = Gestures(self, QTimer(self))

    # What is held.

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
        idle = self._gestures.grip is None and self.tool in _HOLDING
        return edges(scene, self._selection) if idle and self._level in _STRETCHING else ()

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        position = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._floating.press(position):
            return
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning = PanTool()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._send(pointer_event("press", event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._floating.move(event.position()):
            return
        self._send(pointer_event("move", event))
        if event.buttons() == Qt.MouseButton.NoButton:
            self._hover_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._floating.release():
            return
        self._send(pointer_event("release", event))
        if self._panning is not None:
            self._panning = None
            self.setCursor(CURSORS[self._tool.name])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = self._view.to_world(event.position().x(), event.position().y())
        view = camera.dive(self._scene, self._view, self._level, x, y)
        if view is not None:
            self.show_view(view)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._scene is None or self._gestures.is_busy:
            return
        hit = self.thing_at(event.pos().x(), event.pos().y())
        found = addresses_of(self._scene, hit) if hit is not None else frozenset[str]()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and not found & self._selection:
            self.select(found)
        self.menu_requested.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        del event
        self._set_hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            amount = turned.y() or turned.x()
            self.show_view(self._view.panned(round(amount / 2), 0))
            return
        position = event.position()
        factor = _WHEEL_STEP ** turned.y()
        self.show_view(self._view.zoomed(factor, position.x(), position.y()))

    def _send(self, event: PointerEvent) -> None:
        tool: Tool = self._panning or self._tool
        for intent in tool.handle(event, self.under):
            self._carry_out(intent)

    def _carry_out(self, intent: Intent) -> None:
        if self._scene is not None:
            self._gestures.carry_out(intent, self._scene)

    def _cancel(self) -> None:
        for intent in self._tool.cancel():
            self._carry_out(intent)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self.thing_at(event.pos().x(), event.pos().y())
            if hit is not None and self._scene is not None:
                text = describe(self._scene, hit, self._language)
                QToolTip.showText(event.globalPos(), plain_tip(text), self)
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab and self._gestures.cable:
            # Tab would leave the canvas; while a cable is drawn it goes on to the next kind.
            if event.type() == QEvent.Type.KeyPress:
                self._gestures.next_cable()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        self._gestures.keys_changed(**keys_held(event, is_down=True))
        if key in ARROWS:
            self._arrow(*ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space:
            self._space = True
            if not event.isAutoRepeat():
                self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape and self._gestures.is_busy:
            self._cancel()
        elif key == Qt.Key.Key_Escape and self.tool not in _HOLDING:
            self.tool_left.emit()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.go_up()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._gestures.keys_changed(**keys_held(event, is_down=False))
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.setCursor(CURSORS[self._tool.name])
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def _arrow(self, right: int, down: int, far: bool) -> None:
        """Nudge what is selected; where nothing moves that way, move the view."""
        scene = self._scene
        asked = nudge(scene.fabric, self._selection, right, down, far=far) if scene else None
        if asked is None:
            step = 200 if far else 40
            self.show_view(self._view.panned(-right * step, -down * step))
            return
        self.ask(asked)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        target = self._drops.drop(event)
        if target is not None:
            self.part_dropped.emit(target)
