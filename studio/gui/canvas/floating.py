"""Presses on what floats over the drawing: breadcrumbs, legend and minimap."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF

from studio.gui.canvas.painting.hud import (
    crumb_rects,
    legend_row_at,
    minimap_rect,
    minimap_view,
    needs_minimap,
)
from studio.gui.canvas.stage import Surface


class Floating:
    """Takes presses before the drawing below gets them."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._on_minimap = False

    def press(self, position: QPointF) -> bool:
        """Take a press; tells whether it was on anything."""
        surface, scene = self._surface, self._surface.scene
        if scene is None:
            return False
        crumbs = surface.crumbs()
        for crumb, rect in zip(crumbs, crumb_rects(surface.fonts, crumbs), strict=True):
            if rect.contains(position):
                surface.zoom_to((crumb.address,) if crumb.address else ())
                return True
        row = legend_row_at(surface.frame(surface.viewport), surface.fonts, position)
        if row is not None:
            surface.toggle_plane(list(scene.fabric.design.planes)[row])
            return True
        on_map = minimap_rect(surface.viewport).contains(position)
        if on_map and needs_minimap(scene, surface.viewport):
            self._on_minimap = True
            self._centre(position)
            return True
        return False

    def move(self, position: QPointF) -> bool:
        """Follow the pointer on the minimap; tells whether it is held there."""
        if self._on_minimap:
            self._centre(position)
        return self._on_minimap

    def release(self) -> bool:
        """Let go of the minimap; tells whether it was held."""
        held, self._on_minimap = self._on_minimap, False
        return held

    def _centre(self, position: QPointF) -> None:
        view = self._surface.viewport
        small = minimap_view(self._surface.frame(view))
        corner = minimap_rect(view).topLeft()
        x, y = small.to_world(position.x() - corner.x(), position.y() - corner.y())
        half_width, half_height = view.width / view.scale / 2, view.height / view.scale / 2
        self._surface.show_view(replace(view, x=x - half_width, y=y - half_height))
