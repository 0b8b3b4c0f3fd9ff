"""The canvas as a picture: what is shown of a fabric, painted from a kept image."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.gui.canvas.backing import Backing
from studio.gui.canvas.floor_picture import FloorPicture
from studio.gui.canvas.held_picture import HeldPicture
from studio.gui.canvas.painting.differences import paint_differences
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import paint_hud, taken_by_hud
from studio.gui.canvas.painting.marks import paint_marks, paint_readout, paint_states
from studio.gui.canvas.painting.picture import paint_picture
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.painting.trunks import paint_trunks
from studio.gui.canvas.pictures import Painted, painted_from
from studio.gui.canvas.plates import Plates
from studio.gui.canvas.showing import Showing
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.guard import guarded

_PACK_MS = 150
"""By then the plots of an edit are painted; packing its picture first would keep them back."""


@guarded
class Drawing(Showing):
    """A fabric as it is painted: most of it once, then brought from what was painted before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 120)
        self._fonts = Fonts()
        self._backing = Backing()
        self._held_picture = HeldPicture()
        self._floor = FloorPicture()
        self._plates = Plates()
        self.level_changed.connect(lambda _: self._backing.drop_coming())
        self._pack = QTimer(self, singleShot=True, interval=_PACK_MS)
        self._pack.timeout.connect(self._backing.pack)

    @property
    def fonts(self) -> Fonts:
        """Return the fonts of the labels."""
        return self._fonts

    @property
    def is_sharp(self) -> bool:
        """Tell whether the picture has come to rest, labels and all."""
        return self._backing.is_sharp(self._view)

    @property
    def pictures_painted(self) -> int:
        """Return how often the whole drawing was painted, for tests and benchmarks."""
        return self._backing.repainted

    def redraw(self) -> None:
        """Bring the picture anew: one painted before of just this, or else a fresh one."""
        self._backing.clear()
        self._held_picture.forget()
        self.update()

    def _forget_pictures(self) -> None:
        self._backing.forget()
        self._plates.forget()

    def _still_painted(self) -> None:
        self._backing.stands_for(self._view, self._painted_from())

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
        plates = self._plates.of(what) if sharp else ()
        paint_marks(painter, frame, self._marks, self._fonts, plates)
        in_the_way = bool(self._marks.ghosts)
        paint_hud(painter, frame, self._fonts, self.crumbs(), in_the_way=in_the_way)
        paint_readout(painter, frame, self._marks, self._fonts)

    def _paint_differences(self, painter: QPainter, frame: Frame) -> None:
        differing = self._differences.on(frame.scene) if self._differences is not None else None
        if self._differences is not None and differing is not None:
            paint_differences(painter, frame, self._differences.found, differing, self._fonts)

    def _paint_static(
        self, painter: QPainter, view: Viewport, window: Rect | None, sharp: bool
    ) -> None:
        frame = replace(self.frame(view), sharp=sharp, window=window)
        taken = taken_by_hud(frame, self._fonts)
        plates = paint_picture(painter, frame, self._fonts, taken, self._floor.paint)
        if sharp:
            self._plates.keep(self._painted_from(), plates)

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
