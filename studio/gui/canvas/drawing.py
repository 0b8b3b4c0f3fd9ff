"""The canvas as a picture: what it shows of a fabric, painted from a kept image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from studio.fabric.arrays import BoolArray
from studio.fabric.fabric import Fabric
from studio.gui.canvas.addresses import Chosen, nothing, resolve
from studio.gui.canvas.backing import Backing
from studio.gui.canvas.differing import Differences
from studio.gui.canvas.held_picture import HeldPicture
from studio.gui.canvas.lighting import lighting
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.painting.differences import paint_differences
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import paint_hud, taken_by_hud
from studio.gui.canvas.painting.marks import Marks, paint_marks, paint_states
from studio.gui.canvas.painting.picture import paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.painting.trunks import paint_trunks
from studio.gui.canvas.picking import Hit
from studio.gui.canvas.pictures import Painted, painted_from
from studio.gui.canvas.scene import Scene, build_scene, looks_alike
from studio.gui.canvas.scenes import Scenes
from studio.gui.canvas.sight import Sight
from studio.gui.canvas.stretching import Edge
from studio.gui.canvas.theme import LIGHT, CanvasTheme
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.guard import guarded
from studio.gui.i18n import Language, tr

if TYPE_CHECKING:
    from studio.fabric.comparison import FabricComparison


@guarded
class Drawing(Sight):
    """A fabric as it is seen: what is shown of it, from where, and in which colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(tr("Drawing of the supernode"))
        self._scenes = Scenes()
        self._theme: CanvasTheme = LIGHT
        self._hidden_planes: frozenset[str] = frozenset()
        self._overlay: Overlay | None = None
        self._differences: Differences | None = None
        self._selection: frozenset[str] = frozenset()
        self._chosen: Chosen = nothing()
        self._hover: Hit | None = None
        self._marks = Marks()
        self._fonts = Fonts()
        self._backing = Backing()
        self._held_picture = HeldPicture()
        self.level_changed.connect(lambda _: self._backing.drop_coming())
        self._pack = QTimer(self, singleShot=True, interval=0)
        self._pack.timeout.connect(self._backing.pack)

    def prepare(self, fabric: Fabric, go_on: Callable[[], None]) -> None:
        """Work out a large drawing that is to be shown next; on any thread.

        Parameters
        ----------
        go_on : called several times on the way; what it raises ends the work.
        """
        go_on()
        scene = build_scene(fabric)
        scene.work_out(go_on)
        self._scenes.prepare(scene)

    def set_fabric(self, fabric: Fabric) -> None:
        """Show a fabric; another snapshot of the same document keeps view and selection."""
        before = self._scene
        same = before is not None and before.fabric.design.id == fabric.design.id
        scene = self._scenes.of(fabric)
        if not same:
            self._let_go()
            self._backing.forget()
            self._selection = frozenset()
            self._hidden_planes = frozenset()
        scene = self._as_held(scene)
        self._scene = scene
        if same and before is not None and looks_alike(before, scene, self._holds_racks):
            self._show_alike()
            return
        self._hover = None
        self._resolve_selection()
        self.redraw()
        if not same:
            self.zoom_to_fit()

    def _show_alike(self) -> None:
        """Show a snapshot that gives the same picture; where nothing over it changes, do nothing.

        Figures and plots follow most edits that way, and they wait for the drawing.
        """
        bare = self._hover is None and self._differences is None and not self._holds_racks
        self._hover = None
        if bare:
            self._chosen = self._resolved_selection()
            self._backing.stands_for(self._view, self._painted_from())
            return
        self._resolve_selection()
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

    def set_differences(self, found: FabricComparison | None, *, follows: bool = False) -> None:
        """Mark what differs from another design, None to stop.

        Parameters
        ----------
        follows : the later design is the one shown, as it was when it was compared last.
        """
        self._differences = Differences(found, follows=follows) if found is not None else None
        self.update()

    def zoom_to_selection(self) -> None:
        """Show what is selected, the whole hall where nothing is."""
        self.zoom_to(self._selection)

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
    def visible_planes(self) -> frozenset[str]:
        """Return the ids of the planes whose links are shown."""
        return self._all_planes - self._hidden_planes

    @property
    def _all_planes(self) -> frozenset[str]:
        return frozenset(self._scene.fabric.design.planes) if self._scene else frozenset()

    @property
    def is_sharp(self) -> bool:
        """Tell whether the picture has come to rest, labels and all."""
        return self._backing.is_sharp(self._view)

    @property
    def pictures_painted(self) -> int:
        """Return how often the whole drawing was painted, for tests and benchmarks."""
        return self._backing.repainted

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

    def redraw(self) -> None:
        """Bring the picture anew: one painted before of just this, or else a fresh one."""
        self._backing.clear()
        self._held_picture.forget()
        self.update()

    def _resolve_selection(self) -> None:
        self._chosen = self._resolved_selection()
        self._update_marks()

    def _resolved_selection(self) -> Chosen:
        return resolve(self._scene, self._selection) if self._scene is not None else nothing()

    def _update_marks(self) -> None:
        if self._scene is None:
            return
        found = lighting(self._scene, self._chosen, self._hover, self._moving_racks)
        self.show_marks(
            replace(
                self._marks,
                selected=self._chosen,
                hovered=found.hovered,
                lit=found.lit,
                edges=self._handles(self._scene),
            )
        )

    # What is held belongs to whom the pointer does; a drawing by itself holds nothing.

    @property
    def _moving_racks(self) -> BoolArray | None:
        """Return which racks are drawn apart because they move, shape (n_racks,)."""
        return None

    @property
    def _holds_racks(self) -> bool:
        return self._moving_racks is not None

    def _as_held(self, scene: Scene) -> Scene:
        """Return a scene with racks where the pointer holds them."""
        return scene

    def _let_go(self) -> None:
        """Forget what the pointer holds, as another document is shown."""

    def _handles(self, scene: Scene) -> tuple[Edge, ...]:
        """Return the handles of what is selected."""
        del scene
        return ()

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

    def _painted_from(self) -> Painted | None:
        """Return what the whole picture is painted from now, None where it is not worth keeping."""
        frame = replace(self.frame(self._view), sharp=not self._moving)
        return painted_from(frame, self._fonts, self.devicePixelRatioF())

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
        sharp, ratio = not self._moving, self.devicePixelRatioF()
        frame = self.frame(self._view)
        what = self._painted_from()
        self._backing.show(painter, self._view, ratio, self._paint_static, sharp=sharp, what=what)
        self._pack.start()
        painter.setClipRect(self.rect())
        if self._moving_racks is not None:
            held = replace(frame, sharp=False, hidden_racks=None, only_racks=self._moving_racks)
            paint_trunks(painter, held)
            self._held_picture.show(painter, held, ratio)
        paint_states(painter, frame)
        self._paint_differences(painter, frame)
        paint_marks(painter, frame, self._marks, self._fonts)
        in_the_way = bool(self._marks.ghosts)
        paint_hud(painter, frame, self._fonts, self.crumbs(), in_the_way=in_the_way)

    def _paint_differences(self, painter: QPainter, frame: Frame) -> None:
        differing = self._differences.on(frame.scene) if self._differences is not None else None
        if self._differences is not None and differing is not None:
            paint_differences(painter, frame, self._differences.found, differing, self._fonts)

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
