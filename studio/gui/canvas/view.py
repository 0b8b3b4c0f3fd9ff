"""The canvas as a widget: turns Qt's events into tool events and paints what results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
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
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.fabric.arrays import BoolArray
from studio.fabric.comparison import FabricComparison
from studio.fabric.fabric import Fabric
from studio.gui.canvas import camera
from studio.gui.canvas.addresses import Chosen, housing_address, nothing, resolve
from studio.gui.canvas.backing import Backing
from studio.gui.canvas.describe import describe
from studio.gui.canvas.drops import Drops
from studio.gui.canvas.floating import Floating
from studio.gui.canvas.gestures import Gestures
from studio.gui.canvas.held import hold
from studio.gui.canvas.levels import Level, level_at
from studio.gui.canvas.lighting import lighting
from studio.gui.canvas.moving import moved_by
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.differences import paint_differences
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import Crumb, minimap_rect, paint_hud, taken_by_hud
from studio.gui.canvas.painting.marks import Marks, paint_marks, paint_states
from studio.gui.canvas.painting.notes import EDGE_PX
from studio.gui.canvas.painting.picture import paint_content, paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.picking import Hit, address_of, addresses_of, pick, pick_line
from studio.gui.canvas.pointer import ARROWS, CURSORS, pointer_event
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene, build_scene, looks_alike
from studio.gui.canvas.snapping import GRID_M
from studio.gui.canvas.stretching import Edge, edges
from studio.gui.canvas.theme import LIGHT, CanvasTheme
from studio.gui.canvas.tools.events import Intent, PointerEvent, Tool, Under
from studio.gui.canvas.tools.navigate import PanTool
from studio.gui.canvas.tools.toolbox import make_tool
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.guard import guarded
from studio.gui.i18n import Language, named, tr

_REST_MS = 90
"""After this long without movement the picture is drawn sharp."""
_STRETCHING: tuple[Level, ...] = ("hall", "rack")
"""Levels at which arrays show handles."""
_HOLDING = ("select", "move")
"""Tools that take hold of things."""
_WHEEL_STEP = 1.0016
"""Magnification for each eighth of a degree the wheel turns."""


@guarded
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
    menu_requested = Signal(object)
    """Global position of a click with the right button; what is there is selected by then."""
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
        self._fitted = True
        self._level: Level = "hall"
        self._theme: CanvasTheme = LIGHT
        self._language: Language = "en"
        self._hidden_planes: frozenset[str] = frozenset()
        self._overlay: Overlay | None = None
        self._differences: FabricComparison | None = None
        self._selection: frozenset[str] = frozenset()
        self._chosen: Chosen = nothing()
        self._hover: Hit | None = None
        self._marks = Marks()
        self._fonts = Fonts()
        self._backing = Backing()
        self._tool: Tool = make_tool("select")
        self._panning: PanTool | None = None
        self._floating = Floating(self)
        self._drops = Drops(self)
        self._space = False
        self._gestures = Gestures(self, QTimer(self))
        self._moving = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)

    # What the window tells the canvas.

    def set_fabric(self, fabric: Fabric) -> None:
        """Show a fabric; another snapshot of the same document keeps view and selection."""
        before = self._scene
        same = before is not None and before.fabric.design.id == fabric.design.id
        scene = build_scene(fabric, before if same else None)
        if not same:
            self._gestures.grip = None
            self._selection = frozenset()
            self._hidden_planes = frozenset()
        grip = self._gestures.grip
        if grip is not None:
            scene = scene.with_racks(grip.rects(scene))
        self._scene = scene
        self._hover = None
        self._resolve_selection()
        if (
            before is None
            or not same
            or not looks_alike(before, scene, self._moving_racks is not None)
        ):
            self.redraw()
        if not same:
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
        self.redraw()

    def set_language(self, language: Language) -> None:
        """Name parts and planes in a language."""
        self._language = language
        self.setAccessibleName(tr("Drawing of the supernode"))
        self.redraw()

    def set_visible_planes(self, planes: frozenset[str]) -> None:
        """Show the links of these planes only."""
        self._hidden_planes = self._all_planes - planes
        self.redraw()

    @property
    def overlay(self) -> Overlay | None:
        """What is painted over components and links."""
        return self._overlay

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Paint values over components and links, None to stop."""
        self._overlay = overlay
        self.redraw()

    def set_differences(self, found: FabricComparison | None) -> None:
        """Mark what differs from another design, None to stop."""
        self._differences = found
        self.update()

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

    def zoom_to_fit(self) -> None:
        """Show everything that stands in the hall, and go on so when the window grows."""
        if self._scene is not None:
            self.show_view(self._view.fitted(self._scene.contents, 0.08))
        self._fitted = True

    def zoom_to_selection(self) -> None:
        """Show what is selected, the whole hall where nothing is."""
        self.zoom_to(self._selection)

    def zoom_to(self, addresses: Iterable[str]) -> None:
        """Show things, the whole hall where nothing is at the addresses."""
        rect = camera.rect_of(self._scene, addresses) if self._scene is not None else None
        if rect is None:
            self.zoom_to_fit()
            return
        self.show_view(camera.shown_at(self._view, rect))

    def zoom_by(self, factor: float) -> None:
        """Magnify about the middle of the view."""
        self.show_view(self._view.zoomed(factor, self._view.width / 2, self._view.height / 2))

    def go_up(self) -> None:
        """Show what the things in view are in."""
        if self._scene is not None:
            self.show_view(camera.upward(self._scene, self._view))

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
    def fonts(self) -> Fonts:
        """Return the fonts of the labels."""
        return self._fonts

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
        return self._all_planes - self._hidden_planes

    @property
    def _all_planes(self) -> frozenset[str]:
        return frozenset(self._scene.fabric.design.planes) if self._scene else frozenset()

    @property
    def breadcrumb(self) -> str:
        """Return the way from the design to what is in the middle of the view."""
        return " › ".join(crumb.text for crumb in self.crumbs())

    @property
    def is_sharp(self) -> bool:
        """Tell whether the picture has come to rest, labels and all."""
        return self._backing.is_sharp(self._view)

    @property
    def pictures_painted(self) -> int:
        """Return how often the whole drawing was painted, for tests and benchmarks."""
        return self._backing.repainted

    def mapped(self, address: str) -> QPoint | None:
        """Return the pixel in the middle of a thing, None where it does not exist."""
        rect = camera.rect_of(self._scene, (address,)) if self._scene is not None else None
        if rect is None:
            return None
        x, y = self._view.to_screen(rect[0] + rect[2] / 2, rect[1] + rect[3] / 2)
        return QPoint(round(x), round(y))

    # What gestures do with the canvas.

    @property
    def marks(self) -> Marks:
        """Return what is drawn over the picture."""
        return self._marks

    def show_marks(self, marks: Marks) -> None:
        """Draw other things over the picture."""
        self._marks = marks
        self.update()

    def show_scene(self, scene: Scene) -> None:
        """Show racks elsewhere, before the design says so."""
        self._scene = scene
        self._update_marks()

    def ask(self, request: EditRequest) -> None:
        """Ask the window for an edit."""
        self.edit_requested.emit(request)

    def show_view(self, view: Viewport) -> None:
        """Show another part of the hall."""
        self._fitted = False
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

    def toggle_plane(self, plane: str) -> None:
        """Show or hide the links of a plane, and tell so."""
        self.set_visible_planes(self.visible_planes ^ {plane})
        self.visible_planes_changed.emit(self.visible_planes)

    def redraw(self) -> None:
        """Paint everything anew."""
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
        found = lighting(self._scene, self._chosen, self._hover, self._moving_racks)
        ends = edges(self._scene, self._selection) if self._may_stretch else ()
        self.show_marks(
            replace(
                self._marks,
                selected=self._chosen,
                hovered=found.hovered,
                lit=found.lit,
                edges=ends,
            )
        )

    @property
    def _moving_racks(self) -> BoolArray | None:
        grip = self._gestures.grip
        return grip.moving if grip is not None else None

    @property
    def _may_stretch(self) -> bool:
        """Tell whether arrays show handles: not while something is held, nor inside racks."""
        return self._gestures.grip is None and self._level in _STRETCHING and self.tool in _HOLDING

    def select(self, addresses: frozenset[str]) -> None:
        """Select things and tell so."""
        if addresses == self._selection:
            return
        self._selection = addresses
        self._resolve_selection()
        self.selection_changed.emit(addresses)

    def crumbs(self) -> list[Crumb]:
        """Return the way from the design to what is in the middle of the view."""
        if self._scene is None:
            return []
        crumbs = [Crumb(named(self._scene.fabric.design, self._language), "")]
        way = camera.path(self._scene, self._view, self._level)
        return crumbs + [Crumb(address.rpartition("/")[2], address) for address in way]

    # Painting.

    def frame(self, view: Viewport) -> Frame:
        """Return what a picture of a view is made from; there is something to draw."""
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
            hidden_racks=self._moving_racks,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            # A painter left open by an error would take the process down with it.
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setClipRect(self.rect())
        if self._scene is None:
            painter.fillRect(self.rect(), self._theme.background)
            return
        sharp = not self._moving
        self._backing.show(
            painter, self._view, self.devicePixelRatioF(), self._paint_static, sharp=sharp
        )
        painter.setClipRect(self.rect())
        frame = self.frame(self._view)
        if self._moving_racks is not None:
            held = replace(frame, sharp=False, hidden_racks=None, only_racks=self._moving_racks)
            paint_content(painter, held)
        paint_states(painter, frame)
        if self._differences is not None:
            paint_differences(painter, frame, self._differences, self._fonts)
        paint_marks(painter, frame, self._marks, self._fonts)
        paint_hud(painter, frame, self._fonts, self.crumbs())

    def _paint_static(
        self, painter: QPainter, view: Viewport, window: Rect | None, sharp: bool
    ) -> None:
        frame = replace(self.frame(view), sharp=sharp, window=window)
        paint_picture(painter, frame, self._fonts, taken_by_hud(frame, self._fonts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        del event
        self._view = self._view.resized(max(1, self.width()), max(1, self.height()))
        self.redraw()
        if self._fitted:
            self.zoom_to_fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fonts = Fonts()
            self.redraw()
        super().changeEvent(event)

    # Pointer.

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
        for intent in tool.handle(event, self._under):
            self._carry_out(intent)

    def _carry_out(self, intent: Intent) -> None:
        if self._scene is not None:
            self._gestures.carry_out(intent, self._scene)

    def _cancel(self) -> None:
        for intent in self._tool.cancel():
            self._carry_out(intent)

    def _under(self, px: float, py: float) -> Under:
        if self.edge_at(px, py) is not None:
            return "edge"
        hit = self.thing_at(px, py)
        if self._scene is None or hit is None or hit.kind in ("trunk", "cable"):
            return "nothing" if hit is None else "thing"
        rack = address_of(self._scene, hit).partition("/")[0]
        if rack in self._selection:
            return "selected"
        box = self.box_at(px, py)
        if box is not None:
            chosen = housing_address(self._scene.layout, box) in self._selection
            return "selected" if chosen else "movable"
        return "movable" if hit.kind == "rack" else "thing"

    def edge_at(self, px: float, py: float) -> Edge | None:
        """Return the handle of an array at a pixel."""
        for edge in self._marks.edges:
            x, y = self._view.to_screen(edge.x, edge.y)
            if max(abs(x - px), abs(y - py)) <= EDGE_PX:
                return edge
        return None

    def end_at(self, px: float, py: float) -> Hit | None:
        """Return the component or box at a pixel that a cable may end at."""
        if self._scene is None or self._level == "hall":
            return None
        hit = pick(self._scene, self._view, self._level, *self._view.to_world(px, py))
        return hit if hit is not None and hit.kind != "rack" else None

    def box_at(self, px: float, py: float) -> int | None:
        """Return the box at a pixel that can be taken out of its rack at this magnification."""
        if self._scene is None or self._level not in ("rack", "node"):
            return None
        x, y = self._view.to_world(px, py)
        hit = pick(self._scene, self._view, self._level, x, y)
        if hit is None or hit.kind == "rack":
            return None
        if hit.kind == "component" and self._level == "node":
            return None
        layout = self._scene.layout
        box = hit.number if hit.kind == "housing" else int(layout.housing[hit.number])
        return box if layout.housings[box].height_u else None

    def thing_at(self, px: float, py: float) -> Hit | None:
        """Return what is at a pixel, as deep as the level shows."""
        if self._scene is None:
            return None
        x, y = self._view.to_world(px, py)
        hit = pick(self._scene, self._view, self._level, x, y)
        if hit is not None and hit.kind in ("component", "housing") and self._level != "node":
            return hit
        if hit is not None and (hit.kind == "component" or self._level == "hall"):
            return hit
        shown = self.frame(self._view).plane_shown
        return pick_line(self._scene, self._view, x, y, shown) or hit

    def _hover_at(self, position: QPointF) -> None:
        on_hud = minimap_rect(self._view).contains(position)
        self._set_hover(None if on_hud else self.thing_at(position.x(), position.y()))

    def _set_hover(self, hit: Hit | None) -> None:
        if hit == self._hover or self._scene is None:
            return
        self._hover = hit
        self._update_marks()
        self.hover_changed.emit(address_of(self._scene, hit) if hit is not None else None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self.thing_at(event.pos().x(), event.pos().y())
            if hit is not None and self._scene is not None:
                text = describe(self._scene, hit, self._language)
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab and self._gestures.cable:
            # Tab would leave the canvas; while a cable is drawn it goes on to the next kind.
            if event.type() == QEvent.Type.KeyPress:
                self._gestures.next_cable()
            return True
        return super().event(event)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._arrow(*ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space:
            self._space = True
            if not event.isAutoRepeat():
                self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape and self._gestures.is_busy:
            self._cancel()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.go_up()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.setCursor(CURSORS[self._tool.name])
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def _arrow(self, right: int, down: int, far: bool) -> None:
        """Nudge selected racks; without any, move the view."""
        scene = self._scene
        held = hold(scene.fabric, self._selection) if scene is not None else None
        if held is None or held.is_empty:
            step = 200 if far else 40
            self.show_view(self._view.panned(-right * step, -down * step))
            return
        step_m = GRID_M * (10 if far else 1)
        edit = moved_by(held, right * step_m, down * step_m)
        key = "nudge-" + ",".join(sorted(self._selection))[:500]
        self.ask(EditRequest(tr("Move racks"), edit, key))

    # Drops from the library.

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
