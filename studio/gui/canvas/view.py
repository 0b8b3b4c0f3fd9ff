"""The canvas as a widget: turns Qt's events into tool events and paints what results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.design.edits import move_racks
from studio.design.model import Design
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.gui.canvas import camera
from studio.gui.canvas.addresses import Chosen, nothing, resolve
from studio.gui.canvas.backing import Backing
from studio.gui.canvas.describe import describe
from studio.gui.canvas.dragging import RackDrag
from studio.gui.canvas.dropping import MIME_TYPE, Landing, landing, parse_item
from studio.gui.canvas.levels import Level, level_at
from studio.gui.canvas.moving import rack_ids
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import (
    Crumb,
    crumb_rects,
    legend_row_at,
    minimap_rect,
    minimap_view,
    needs_minimap,
    paint_hud,
    taken_by_hud,
)
from studio.gui.canvas.painting.marks import Ghost, Marks, paint_marks, paint_states
from studio.gui.canvas.painting.picture import paint_content, paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.picking import (
    Hit,
    address_of,
    addresses_of,
    combined,
    in_marquee,
    links_of,
    pick,
    pick_line,
)
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.canvas.snapping import GRID_M
from studio.gui.canvas.theme import LIGHT, CanvasTheme
from studio.gui.canvas.tools.events import (
    Button,
    Drag,
    Intent,
    Marquee,
    Measure,
    Pan,
    Pick,
    PointerEvent,
    Tool,
    Under,
    ZoomArea,
)
from studio.gui.canvas.tools.navigate import PanTool
from studio.gui.canvas.tools.toolbox import make_tool
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import Language, named, tr

_REST_MS = 90
"""After this long without movement the picture is drawn sharp."""
_EDIT_MS = 33
_WHEEL_STEP = 1.0016
"""Magnification for each eighth of a degree the wheel turns."""
_SNAP_PX = 9.0
_MOST_LIT_RACKS = 8
"""With more racks selected, lit cabling would no longer tell anything apart."""

_BUTTONS: dict[Qt.MouseButton, Button] = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}
_CURSORS = {
    "select": Qt.CursorShape.ArrowCursor,
    "move": Qt.CursorShape.SizeAllCursor,
    "pan": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.CrossCursor,
    "measure": Qt.CursorShape.CrossCursor,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CanvasView(QWidget):
    """Shows a fabric from the hall to the lanes of a port, and edits by direct manipulation."""

    selection_changed = Signal(object)
    """frozenset of addresses."""
    edit_requested = Signal(object)
    """`EditRequest`."""
    hover_changed = Signal(object)
    """Address under the pointer, or None."""
    level_changed = Signal(str)
    part_dropped = Signal(object)
    """`DropTarget`."""
    visible_planes_changed = Signal(object)
    """frozenset of plane ids, after a click in the legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(tr("Drawing of the supernode"))
        self._scene: Scene | None = None
        self._view = Viewport(0.0, 0.0, 60.0, max(1, self.width()), max(1, self.height()))
        self._fit_pending = True
        self._level: Level = "hall"
        self._theme: CanvasTheme = LIGHT
        self._language: Language = "en"
        self._planes: frozenset[str] | None = None
        self._overlay: Overlay | None = None
        self._selection: frozenset[str] = frozenset()
        self._chosen: Chosen = nothing()
        self._hover: Hit | None = None
        self._marks = Marks()
        self._fonts = Fonts()
        self._backing = Backing()
        self._tool: Tool = make_tool("select")
        self._panning: PanTool | None = None
        self._on_minimap = False
        self._space = False
        self._drag: RackDrag | None = None
        self._drag_count = 0
        self._landing: Landing | None = None
        self._moving = False
        self._rest = _timer(self, _REST_MS, self._come_to_rest)
        self._edit_pause = _timer(self, _EDIT_MS, self._ask_for_move)

    # What the window tells the canvas.

    def set_fabric(self, fabric: Fabric) -> None:
        """Show a fabric; another snapshot of the same document keeps view and selection."""
        before = self._scene
        same = before is not None and before.fabric.design.id == fabric.design.id
        scene = build_scene(fabric, before if same else None)
        if not same:
            self._drag = None
            self._selection = frozenset()
            self._fit_pending = True
            self._planes = None
        held = self._drag is not None and before is not None
        unchanged = held and before is not None and before.wiring is scene.wiring
        if self._drag is not None:
            scene = scene.with_racks(self._drag.rects(scene))
        self._scene = scene
        self._hover = None
        self._resolve_selection()
        if not unchanged:
            self._refresh()
        if self._fit_pending and self.isVisible():
            self.zoom_to_fit()
        self.update()

    def set_selection(self, addresses: frozenset[str]) -> None:
        """Mark things as selected, without a signal."""
        self._selection = frozenset(addresses)
        self._resolve_selection()
        self.update()

    def set_theme(self, theme: CanvasTheme) -> None:
        """Use other colours."""
        self._theme = theme
        self._refresh()

    def set_language(self, language: Language) -> None:
        """Name parts and planes in a language."""
        self._language = language
        self.setAccessibleName(tr("Drawing of the supernode"))
        self._refresh()

    def set_visible_planes(self, planes: frozenset[str]) -> None:
        """Show the links of these planes only."""
        self._planes = frozenset(planes)
        self._refresh()

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Paint values over components and links, None to stop."""
        self._overlay = overlay
        self._refresh()

    def set_tool(self, name: str) -> None:
        """Choose what the left button does: select, move, pan, zoom or measure.

        Raises
        ------
        UnknownName : there is no such tool.
        """
        tool = make_tool(name)
        self._cancel()
        self._tool = tool
        self.setCursor(_CURSORS[name])

    def zoom_to_fit(self) -> None:
        """Show everything that stands in the hall."""
        self._fit_pending = False
        if self._scene is not None:
            self._show(self._view.fitted(self._scene.contents, 0.08))

    def zoom_to_selection(self) -> None:
        """Show what is selected, the whole hall where nothing is."""
        self.zoom_to(self._selection)

    def zoom_to(self, addresses: Iterable[str]) -> None:
        """Show things, the whole hall where nothing is at the addresses."""
        rect = camera.rect_of(self._scene, addresses) if self._scene is not None else None
        if rect is None:
            self.zoom_to_fit()
            return
        self._fit_pending = False
        self._show(camera.shown_at(self._view, rect))

    def zoom_by(self, factor: float) -> None:
        """Magnify about the middle of the view."""
        self._show(self._view.zoomed(factor, self._view.width / 2, self._view.height / 2))

    def go_up(self) -> None:
        """Show what the things in view are in."""
        if self._scene is not None:
            self._show(camera.upward(self._scene, self._view))

    # What the window may ask.

    @property
    def level(self) -> Level:
        """Return the level of meaning now shown: hall, rack, node or chip."""
        return self._level

    @property
    def viewport(self) -> Viewport:
        """Return which part of the hall is shown."""
        return self._view

    @property
    def scene(self) -> Scene | None:
        """Return what is drawn."""
        return self._scene

    @property
    def theme(self) -> CanvasTheme:
        """Return the colours in use."""
        return self._theme

    @property
    def selection(self) -> frozenset[str]:
        """Return the addresses of what is selected."""
        return self._selection

    @property
    def tool(self) -> str:
        """Return the name of the tool in use."""
        return self._tool.name

    @property
    def visible_planes(self) -> frozenset[str]:
        """Return the ids of the planes whose links are shown."""
        if self._planes is not None:
            return self._planes
        return frozenset(self._scene.fabric.design.planes) if self._scene else frozenset()

    @property
    def breadcrumb(self) -> str:
        """Return the way from the design to what is in the middle of the view."""
        return " › ".join(crumb.text for crumb in self._crumbs())

    @property
    def pictures_painted(self) -> int:
        """Return how often the whole drawing was painted, for tests and benchmarks."""
        return self._backing.repainted

    # View and selection.

    def _show(self, view: Viewport) -> None:
        if view == self._view:
            return
        self._view = view
        self._moving = True
        self._rest.start()
        width = self._scene.rack_width_m if self._scene is not None else 0.6
        level = level_at(width * view.scale, self._level)
        if level != self._level:
            self._level = level
            self.level_changed.emit(level)
        self.update()

    def _come_to_rest(self) -> None:
        self._moving = False
        self.update()

    def _refresh(self) -> None:
        self._backing.clear()
        self.update()

    def _resolve_selection(self) -> None:
        self._chosen = (
            resolve(self._scene, self._selection) if self._scene is not None else nothing()
        )
        self._update_marks()

    def _update_marks(self) -> None:
        if self._scene is None:
            return
        hovered = lit = nothing()
        if self._drag is not None:
            # An array moves as a whole: show what goes along with the rack that is held.
            hovered = replace(hovered, racks=np.flatnonzero(self._drag.moving))
        elif self._hover is not None:
            hovered = _chosen_of(self._scene, self._hover)
            lit = hovered if self._hover.kind not in ("rack", "housing") else lit
        if len(self._chosen.racks) <= _MOST_LIT_RACKS and self._drag is None:
            lit = _joined(lit, self._chosen)
        self._marks = replace(self._marks, selected=self._chosen, hovered=hovered, lit=lit)
        self.update()

    def _select(self, addresses: frozenset[str]) -> None:
        if addresses == self._selection:
            return
        self._selection = addresses
        self._resolve_selection()
        self.selection_changed.emit(addresses)

    def _crumbs(self) -> list[Crumb]:
        if self._scene is None:
            return []
        crumbs = [Crumb(named(self._scene.fabric.design, self._language), "")]
        way = camera.path(self._scene, self._view, self._level)
        return crumbs + [Crumb(address.rpartition("/")[2], address) for address in way]

    # Painting.

    def _frame(self, view: Viewport) -> Frame:
        if self._scene is None:
            raise RuntimeError("nothing to draw yet")
        return Frame(
            self._scene,
            view,
            self._theme,
            self._language,
            self._level,
            self.visible_planes,
            self._overlay,
            hidden_racks=self._drag.moving if self._drag is not None else None,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setClipRect(self.rect())
        if self._scene is None:
            painter.fillRect(self.rect(), self._theme.background)
            painter.end()
            return
        sharp = not self._moving
        self._backing.show(
            painter, self._view, self.devicePixelRatioF(), self._paint_static, sharp=sharp
        )
        painter.setClipRect(self.rect())
        frame = self._frame(self._view)
        if self._drag is not None:
            held = replace(frame, sharp=False, hidden_racks=None, only_racks=self._drag.moving)
            paint_content(painter, held)
        paint_states(painter, frame)
        paint_marks(painter, frame, self._marks, self._fonts)
        paint_hud(painter, frame, self._fonts, self._crumbs())
        painter.end()

    def _paint_static(
        self, painter: QPainter, view: Viewport, window: Rect | None, sharp: bool
    ) -> None:
        frame = replace(self._frame(view), sharp=sharp, window=window)
        paint_picture(painter, frame, self._fonts, taken_by_hud(frame, self._fonts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._view = self._view.resized(max(1, self.width()), max(1, self.height()))
        self._refresh()
        if self._fit_pending:
            self.zoom_to_fit()
            self._fit_pending = not self.isVisible()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fonts = Fonts()
            self._refresh()
        super().changeEvent(event)

    # Pointer.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        position = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._press_on_hud(position):
            return
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning = PanTool()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._send("press", event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._on_minimap:
            self._centre_from_minimap(event.position())
            return
        self._send("move", event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._hover_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._on_minimap:
            self._on_minimap = False
            return
        self._send("release", event)
        if self._panning is not None:
            self._panning = None
            self.setCursor(_CURSORS[self._tool.name])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = self._view.to_world(event.position().x(), event.position().y())
        view = camera.dive(self._scene, self._view, self._level, x, y)
        if view is not None:
            self._show(view)

    def leaveEvent(self, event: QEvent) -> None:
        del event
        self._set_hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            amount = turned.y() or turned.x()
            self._show(self._view.panned(round(amount / 2), 0))
            return
        position = event.position()
        factor = _WHEEL_STEP ** turned.y()
        self._show(self._view.zoomed(factor, position.x(), position.y()))

    def _send(self, kind: str, event: QMouseEvent) -> None:
        modifiers = event.modifiers()
        sent = PointerEvent(
            "press" if kind == "press" else "move" if kind == "move" else "release",
            event.position().x(),
            event.position().y(),
            _BUTTONS.get(event.button(), "none"),
            bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
            bool(modifiers & Qt.KeyboardModifier.ControlModifier),
            bool(modifiers & Qt.KeyboardModifier.AltModifier),
        )
        tool: Tool = self._panning or self._tool
        for intent in tool.handle(sent, self._under):
            self._carry_out(intent)

    def _under(self, px: float, py: float) -> Under:
        hit = self._hit(px, py)
        if self._scene is None or hit is None or hit.kind in ("trunk", "cable"):
            return "nothing" if hit is None else "thing"
        rack = address_of(self._scene, hit).partition("/")[0]
        if rack in self._selection:
            return "selected"
        return "movable" if hit.kind == "rack" else "thing"

    def _hit(self, px: float, py: float) -> Hit | None:
        if self._scene is None:
            return None
        x, y = self._view.to_world(px, py)
        hit = pick(self._scene, self._view, self._level, x, y)
        if hit is not None and hit.kind in ("component", "housing") and self._level != "node":
            return hit
        if hit is not None and (hit.kind == "component" or self._level == "hall"):
            return hit
        shown = self._frame(self._view).plane_shown
        return pick_line(self._scene, self._view, x, y, shown) or hit

    def _hover_at(self, position: QPointF) -> None:
        on_hud = minimap_rect(self._view).contains(position)
        self._set_hover(None if on_hud else self._hit(position.x(), position.y()))

    def _set_hover(self, hit: Hit | None) -> None:
        if hit == self._hover or self._scene is None:
            return
        self._hover = hit
        self._update_marks()
        self.hover_changed.emit(address_of(self._scene, hit) if hit is not None else None)

    # Carrying out what tools ask for.

    def _carry_out(self, intent: Intent) -> None:
        if isinstance(intent, Pan):
            self._show(self._view.panned(round(intent.dx), round(intent.dy)))
        elif isinstance(intent, Pick):
            self._pick(intent)
        elif isinstance(intent, Marquee):
            self._marquee(intent)
        elif isinstance(intent, Drag):
            self._drag_racks(intent)
        elif isinstance(intent, ZoomArea):
            self._zoom_area(intent)
        else:
            self._measure(intent)

    def _pick(self, intent: Pick) -> None:
        hit = self._hit(intent.x, intent.y)
        if self._scene is None:
            return
        found = addresses_of(self._scene, hit) if hit is not None else frozenset[str]()
        self._select(combined(self._selection, found, intent.mode))

    def _marquee(self, intent: Marquee) -> None:
        shape = (intent.x1, intent.y1, intent.x2, intent.y2, intent.touching)
        self._marks = replace(self._marks, marquee=None if intent.done else shape)
        self.update()
        if not intent.done or self._scene is None or intent.x1 == intent.x2:
            return
        left, top = self._view.to_world(min(intent.x1, intent.x2), min(intent.y1, intent.y2))
        width = abs(intent.x2 - intent.x1) / self._view.scale
        height = abs(intent.y2 - intent.y1) / self._view.scale
        found = in_marquee(
            self._scene,
            self._view,
            self._level,
            (left, top, width, height),
            touching=intent.touching,
        )
        self._select(combined(self._selection, found, intent.mode))

    def _drag_racks(self, intent: Drag) -> None:
        if self._scene is None:
            return
        if self._drag is None:
            if intent.phase != "move":
                return
            self._drag_count += 1
            drag = RackDrag(self._scene, self._selection, self._drag_count)
            if drag.is_empty:
                return
            self._drag = drag
            self._backing.clear()
        if intent.phase == "cancel":
            self._end_drag(self._drag.give_up(tr("Move racks")))
            return
        reach = _SNAP_PX / self._view.scale if intent.snap else 0.0
        self._drag.move(intent.dx / self._view.scale, intent.dy / self._view.scale, reach)
        self._scene = self._scene.with_racks(self._drag.rects(self._scene))
        self._marks = replace(self._marks, guides=self._drag.snap.guides)
        self._update_marks()
        if intent.phase == "done":
            self._end_drag(self._drag.request(tr("Move racks")))
        elif not self._edit_pause.isActive():
            self._ask_for_move()
            self._edit_pause.start()

    def _ask_for_move(self) -> None:
        request = self._drag.request(tr("Move racks")) if self._drag is not None else None
        if request is not None:
            self.edit_requested.emit(request)

    def _end_drag(self, request: EditRequest | None) -> None:
        if self._scene is not None and self._drag is not None:
            self._scene = self._scene.with_racks(self._drag.rects(self._scene))
        self._drag = None
        self._edit_pause.stop()
        self._marks = replace(self._marks, guides=())
        self._update_marks()
        self._refresh()
        if request is not None:
            self.edit_requested.emit(request)

    def _zoom_area(self, intent: ZoomArea) -> None:
        shape = (intent.x1, intent.y1, intent.x2, intent.y2, False)
        empty = abs(intent.x2 - intent.x1) < 4 or abs(intent.y2 - intent.y1) < 4
        self._marks = replace(self._marks, marquee=None if intent.done or empty else shape)
        self.update()
        if not intent.done:
            return
        if empty or not intent.inward:
            factor = 2.0 if intent.inward else 0.5
            self._show(self._view.zoomed(factor, intent.x2, intent.y2))
            return
        left, top = self._view.to_world(min(intent.x1, intent.x2), min(intent.y1, intent.y2))
        width = abs(intent.x2 - intent.x1) / self._view.scale
        height = abs(intent.y2 - intent.y1) / self._view.scale
        self._show(self._view.fitted((left, top, width, height), 0.0))

    def _measure(self, intent: Measure) -> None:
        if intent.x1 == intent.x2 and intent.y1 == intent.y2:
            self._marks = replace(self._marks, measure=None)
        else:
            start = self._view.to_world(intent.x1, intent.y1)
            end = self._view.to_world(intent.x2, intent.y2)
            self._marks = replace(self._marks, measure=(*start, *end))
        self.update()

    def _cancel(self) -> None:
        for intent in self._tool.cancel():
            self._carry_out(intent)

    # What floats over the drawing.

    def _press_on_hud(self, position: QPointF) -> bool:
        if self._scene is None:
            return False
        crumbs = self._crumbs()
        for crumb, rect in zip(crumbs, crumb_rects(self._fonts, crumbs), strict=True):
            if rect.contains(position):
                self.zoom_to((crumb.address,) if crumb.address else ())
                return True
        planes = list(self._scene.fabric.design.planes)
        row = legend_row_at(self._frame(self._view), self._fonts, position)
        if row is not None:
            self.set_visible_planes(self.visible_planes ^ {planes[row]})
            self.visible_planes_changed.emit(self.visible_planes)
            return True
        on_map = minimap_rect(self._view).contains(position)
        if on_map and needs_minimap(self._scene, self._view):
            self._on_minimap = True
            self._centre_from_minimap(position)
            return True
        return False

    def _centre_from_minimap(self, position: QPointF) -> None:
        small = minimap_view(self._frame(self._view))
        corner = minimap_rect(self._view).topLeft()
        x, y = small.to_world(position.x() - corner.x(), position.y() - corner.y())
        half_width = self._view.width / self._view.scale / 2
        half_height = self._view.height / self._view.scale / 2
        self._show(replace(self._view, x=x - half_width, y=y - half_height))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit(event.pos().x(), event.pos().y())
            if hit is not None and self._scene is not None:
                text = describe(self._scene, hit, self._language)
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._arrow(*_ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space:
            self._space = True
            if not event.isAutoRepeat():
                self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape and self._has_gesture():
            self._cancel()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.go_up()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.setCursor(_CURSORS[self._tool.name])
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def _has_gesture(self) -> bool:
        marks = self._marks
        return self._drag is not None or marks.marquee is not None or marks.measure is not None

    def _arrow(self, right: int, down: int, far: bool) -> None:
        """Nudge selected racks; without any, move the view."""
        racks = rack_ids(self._scene, self._selection) if self._scene is not None else ()
        if not racks:
            step = 200 if far else 40
            self._show(self._view.panned(-right * step, -down * step))
            return
        step_m = GRID_M * (10 if far else 1)

        def edit(design: Design) -> Design:
            known = [rack for rack in racks if rack in design.racks]
            return move_racks(design, known, right * step_m, down * step_m)

        key = "nudge-" + ",".join(racks)
        self.edit_requested.emit(EditRequest(tr("Move racks"), edit, key))

    # Drops from the library.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME_TYPE) and self._scene is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._landing = self._landing_of(event)
        self._show_landing()
        if self._landing is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        self._landing = None
        self._show_landing()

    def dropEvent(self, event: QDropEvent) -> None:
        found = self._landing_of(event)
        self._landing = None
        self._show_landing()
        if found is not None:
            event.acceptProposedAction()
            self.part_dropped.emit(found.target)

    def _landing_of(self, event: QDropEvent) -> Landing | None:
        if self._scene is None:
            return None
        try:
            item = parse_item(bytes(event.mimeData().data(MIME_TYPE).data()))
        except InvalidInput:
            return None
        x, y = self._view.to_world(event.position().x(), event.position().y())
        return landing(self._scene, self._view, item, x, y)

    def _show_landing(self) -> None:
        ghost = None
        if self._landing is not None:
            target = self._landing.target
            text = f"{target.x_m:.1f} m, {target.y_m:.1f} m"
            if target.type == "assembly":
                text = f"{target.rack}, U{target.u}"
            elif target.type == "part":
                text = target.housing
            if target.collides:
                text = f"{text}: {tr('occupied')}"
            ghost = Ghost(self._landing.rect, target.collides, text)
        self._marks = replace(self._marks, ghost=ghost)
        self.update()

    def mapped(self, address: str) -> QPoint | None:
        """Return the pixel in the middle of a thing, None where it does not exist."""
        rect = camera.rect_of(self._scene, (address,)) if self._scene is not None else None
        if rect is None:
            return None
        x, y = self._view.to_screen(rect[0] + rect[2] / 2, rect[1] + rect[3] / 2)
        return QPoint(round(x), round(y))


def _timer(owner: QWidget, interval_ms: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    timer.timeout.connect(then)
    return timer


def _chosen_of(scene: Scene, hit: Hit) -> Chosen:
    none, one = np.zeros(0, dtype=np.int64), np.array([hit.number])
    if hit.kind == "rack":
        return Chosen(one, none, none, none)
    if hit.kind == "housing":
        return Chosen(none, one, none, none)
    if hit.kind == "component":
        return Chosen(none, none, one, none)
    return Chosen(none, none, none, links_of(scene, hit))


def _joined(one: Chosen, other: Chosen) -> Chosen:
    return Chosen(
        np.union1d(one.racks, other.racks),
        np.union1d(one.housings, other.housings),
        np.union1d(one.components, other.components),
        np.union1d(one.links, other.links),
    )
