"""What is under a pixel of the drawing, as deep as the level shows it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal

from studio.fabric.fabric import Fabric
from studio.gui.canvas.addresses import housing_address
from studio.gui.canvas.drawing import Drawing
from studio.gui.canvas.painting.hud import minimap_rect
from studio.gui.canvas.painting.notes import EDGE_PX
from studio.gui.canvas.picking import LINES, Hit, address_of, pick, pick_line
from studio.gui.canvas.stretching import Edge
from studio.gui.canvas.tools.events import Under


class PointedDrawing(Drawing):
    """A drawing that knows what is where on it."""

    hover_changed = Signal(object)
    """Address under the pointer, or None."""

    def set_fabric(self, fabric: Fabric) -> None:
        had_hover = self._hover is not None
        super().set_fabric(fabric)
        if had_hover:
            # What the pointer was on may be gone; its next move says what it is on now.
            self.hover_changed.emit(None)

    def under(self, px: float, py: float) -> Under:
        """Return what a press at a pixel would take hold of."""
        if self.edge_at(px, py) is not None:
            return "edge"
        hit = self.thing_at(px, py)
        if self._scene is None or hit is None or hit.kind in LINES:
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
        if hit is not None and hit.kind in ("component", "housing") and self._level == "rack":
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
