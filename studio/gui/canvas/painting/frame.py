"""Everything one picture of the canvas depends on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtGui import QColor

from studio.fabric.arrays import BoolArray, FloatArray
from studio.gui.canvas.culling import Visible, visible
from studio.gui.canvas.levels import Level
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.theme import CanvasTheme
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import Language, named


@dataclass(frozen=True)
class Frame:
    """A scene, where it is seen from, and how it shall look."""

    scene: Scene
    viewport: Viewport
    theme: CanvasTheme
    language: Language
    level: Level
    planes: frozenset[str]
    """Ids of the planes shown."""
    overlay: Overlay | None = None
    sharp: bool = True
    """False while things move: no smoothing, no labels."""
    labelled: bool = True
    window: Rect | None = None
    """Part of the hall to draw, in metres; the whole view where none is given."""
    hidden_racks: BoolArray | None = None
    """Racks (with their trunks) drawn elsewhere, such as those being dragged."""
    only_racks: BoolArray | None = None
    """The only racks to draw, with all their trunks."""

    @cached_property
    def visible(self) -> Visible:
        """Return what is in view."""
        return visible(self.scene, self.viewport, self.window)

    @cached_property
    def plane_shown(self) -> BoolArray:
        """Return which planes are shown, by number; shape (n_planes,)."""
        ids = self.scene.fabric.links.planes
        return np.array([plane in self.planes for plane in ids] or [False], dtype=bool)

    @cached_property
    def housing_there(self) -> BoolArray:
        """Tell which boxes are drawn: all but those of racks that are absent as a whole."""
        layout, marked = self.scene.layout, self.scene.fabric.design.exceptions
        there = np.ones(len(layout.housings), dtype=bool)
        for address, one in marked.items():
            rack = layout.rack_by_label.get(address)
            if rack is not None and one.state == "absent":
                there[self.scene.rack_start[rack] : self.scene.rack_start[rack + 1]] = False
        return there

    @cached_property
    def plane_colors(self) -> list[QColor]:
        """Return the colour of each plane."""
        planes = self.scene.fabric.design.planes
        return [
            self.theme.plane(number, plane.color) for number, plane in enumerate(planes.values())
        ]

    @cached_property
    def part_names(self) -> list[str]:
        """Return the name of each part type in the language of the picture."""
        return [named(part, self.language) for part in self.scene.layout.parts]

    def screen_rects(self, rects: FloatArray) -> FloatArray:
        """Return hall rectangles in pixels."""
        return self.viewport.rects(rects)

    def screen_lines(self, lines: FloatArray) -> FloatArray:
        """Return hall lines, shape (n, 4), in pixels."""
        view = self.viewport
        shown: FloatArray = (lines - np.array((view.x, view.y, view.x, view.y))) * view.scale
        return shown
