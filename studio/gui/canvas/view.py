"""The canvas as a widget: turns Qt's events into those of the tools."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
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

from studio.gui.canvas import camera
from studio.gui.canvas.describe import describe
from studio.gui.canvas.floating import Floating
from studio.gui.canvas.nudging import nudge
from studio.gui.canvas.picking import addresses_of
from studio.gui.canvas.pointer import ARROWS, CURSORS, keys_held, pointer_event
from studio.gui.canvas.tools.navigate import PanTool
from studio.gui.canvas.working import HOLDING, WorkedDrawing
from studio.gui.guard import guarded
from studio.gui.widgets.labels import plain_tip

_WHEEL_STEP = 1.0016
"""Magnification for each eighth of a degree the wheel turns."""


@guarded
class CanvasView(WorkedDrawing):
    """A drawing that answers to pointer and keys: it selects, moves and measures."""

    part_dropped = Signal(object)
    """`DropTarget`."""
    menu_requested = Signal(object)
    """Global position of a click with the right button; what is there is selected by then."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self._floating = Floating(self)
        self._space = False

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
        self._pointer = pointer_event("move", event)
        self._send(self._pointer)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._hover_at(event.position())
        elif event.buttons() == Qt.MouseButton.LeftButton and self._scrolls:
            self._edge_scroll.drag_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._edge_scroll.stop()
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

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            # What is held or drawn has a note of its own beside the pointer.
            free = not self._gestures.is_busy or self._marks.readout is None
            hit = self.thing_at(event.pos().x(), event.pos().y()) if free else None
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
        elif key == Qt.Key.Key_Escape and self.tool not in HOLDING:
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
        self._edge_scroll.drag_to(event.position())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        self._edge_scroll.stop()
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._edge_scroll.stop()
        target = self._drops.drop(event)
        if target is not None:
            self.part_dropped.emit(target)
