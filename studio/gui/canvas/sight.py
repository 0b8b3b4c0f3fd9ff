"""Where a drawing is looked at from: the part of the hall in view, how deep, and the ways there."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.gui.canvas import camera
from studio.gui.canvas.levels import Level, level_at
from studio.gui.canvas.painting.hud import Crumb
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import Language, named

_MARGIN_PX = 24.0
"""Around what the view is moved to."""
_REST_MS = 90
"""After this long without movement the picture is drawn sharp."""


class Sight(QWidget):
    """A widget that looks at a scene."""

    level_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._view = Viewport(0.0, 0.0, 60.0, max(1, self.width()), max(1, self.height()))
        self._fitted = True
        self._level: Level = "hall"
        self._language: Language = "en"
        self._moving = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)

    def zoom_to_fit(self) -> None:
        """Show everything that stands in the hall, and go on so when the window grows."""
        if self._scene is not None:
            self.show_view(self._view.fitted(self._scene.contents, 0.08))
        self._fitted = True

    def reveal(self, addresses: Iterable[str]) -> None:
        """Have some things in the view: move it to what reaches out, show all where none is in."""
        rect = camera.rect_of(self._scene, addresses) if self._scene is not None else None
        if rect is None:
            return
        if self._view.shows(rect):
            self._scroll_to(rect)
        else:
            self.zoom_to_fit()

    def _scroll_to(self, rect: Rect) -> None:
        is_fitted = self._fitted
        self.show_view(self._view.scrolled_to(rect, _MARGIN_PX))
        self._fitted = is_fitted

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
    def breadcrumb(self) -> str:
        """Return the way from the design to what is in the middle of the view."""
        return " › ".join(crumb.text for crumb in self.crumbs())

    def mapped(self, address: str) -> QPoint | None:
        """Return the pixel in the middle of a thing, None where it does not exist."""
        rect = camera.rect_of(self._scene, (address,)) if self._scene is not None else None
        if rect is None:
            return None
        x, y = self._view.to_screen(rect[0] + rect[2] / 2, rect[1] + rect[3] / 2)
        return QPoint(round(x), round(y))

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

    def crumbs(self) -> list[Crumb]:
        """Return the way from the design to what is in the middle of the view."""
        if self._scene is None:
            return []
        crumbs = [Crumb(named(self._scene.fabric.design, self._language), "")]
        way = camera.path(self._scene, self._view, self._level)
        return crumbs + [Crumb(address.rpartition("/")[2], address) for address in way]
