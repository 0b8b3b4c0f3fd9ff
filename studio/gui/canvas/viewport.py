"""Which part of the hall a window shows; plane geometry only, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.fabric.arrays import FloatArray

Rect = tuple[float, float, float, float]
"""Left, top, width, height."""

SMALLEST_SCALE = 0.2
LARGEST_SCALE = 4e6
"""Pixels per metre; a lane of a port is some micrometres on the drawing."""


@dataclass(frozen=True)
class Viewport:
    """A window of `width` x `height` pixels on the hall; x goes right, y goes down in both."""

    x: float
    """Hall position of the window's left edge, in metres."""
    y: float
    scale: float
    """Pixels per metre."""
    width: int
    height: int

    @property
    def world(self) -> Rect:
        """Return the visible part of the hall in metres."""
        return self.x, self.y, self.width / self.scale, self.height / self.scale

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """Return the hall position under a pixel."""
        return self.x + px / self.scale, self.y + py / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel position of a place in the hall."""
        return (x - self.x) * self.scale, (y - self.y) * self.scale

    def rects(self, rects: FloatArray) -> FloatArray:
        """Return hall rectangles, shape (n, 4), in pixels."""
        shown: FloatArray = (rects - np.array((self.x, self.y, 0.0, 0.0))) * self.scale
        return shown

    def points(self, points: FloatArray) -> FloatArray:
        """Return hall positions, shape (..., 2), in pixels."""
        shown: FloatArray = (points - np.array((self.x, self.y))) * self.scale
        return shown

    def panned(self, dx_px: float, dy_px: float) -> Viewport:
        """Return the view after its content was moved by some pixels."""
        return replace(self, x=self.x - dx_px / self.scale, y=self.y - dy_px / self.scale)

    def zoomed(self, factor: float, px: float, py: float) -> Viewport:
        """Return the view magnified about a pixel that keeps its place."""
        scale = min(max(self.scale * factor, SMALLEST_SCALE), LARGEST_SCALE)
        x, y = self.to_world(px, py)
        return replace(self, x=x - px / scale, y=y - py / scale, scale=scale)

    def resized(self, width: int, height: int) -> Viewport:
        """Return the view in a window of another size, about the same centre."""
        dx, dy = (self.width - width) / 2, (self.height - height) / 2
        x, y = self.to_world(dx, dy)
        return replace(self, x=x, y=y, width=width, height=height)

    def fitted(self, rect: Rect, margin: float = 0.06) -> Viewport:
        """Return the view that shows a rectangle of the hall centred with some margin."""
        x, y, width, height = rect
        room = 1 - 2 * margin
        scale = min(self.width * room / max(width, 1e-9), self.height * room / max(height, 1e-9))
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        return replace(
            self,
            x=x + width / 2 - self.width / scale / 2,
            y=y + height / 2 - self.height / scale / 2,
            scale=scale,
        )

    def scrolled_to(self, rect: Rect, margin_px: float) -> Viewport:
        """Return the view moved no further than needed to have a rectangle of the hall in it.

        What does not fit into the view at this magnification moves it nowhere.
        """
        left, top = self.to_screen(rect[0], rect[1])
        return self.panned(
            _into(left, rect[2] * self.scale, self.width, margin_px),
            _into(top, rect[3] * self.scale, self.height, margin_px),
        )

    def shows(self, rect: Rect) -> bool:
        """Tell whether a rectangle of the hall is at least partly visible."""
        x, y, width, height = self.world
        return (
            rect[0] < x + width
            and rect[0] + rect[2] > x
            and rect[1] < y + height
            and rect[1] + rect[3] > y
        )


def _into(start: float, length: float, room: float, margin: float) -> float:
    """Return how far to move a stretch of pixels so that it is inside; 0 where it can't be."""
    if length > room - 2 * margin:
        return 0.0
    return min(max(start, margin), room - margin - length) - start
