"""Where dragged racks come to rest: beside or in line with others, else on the grid; no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray
from studio.gui.canvas.viewport import Rect

GRID_M = 0.1
SNAP_PX = 9.0
"""How far racks are drawn into line with others, on the screen."""


@dataclass(frozen=True)
class Snap:
    """The shift to apply, and the lines that explain it."""

    dx: float
    dy: float
    guides: tuple[tuple[float, float, float, float], ...] = ()
    """Lines in the hall: x1, y1, x2, y2, in metres."""


def snapped(moving: FloatArray, others: FloatArray, dx: float, dy: float, reach: float) -> Snap:
    """Return a shift near to the wanted one.

    Parameters
    ----------
    moving : shape (n, 4). Racks that are dragged, where they stood. [m]
    others : shape (m, 4). Racks that stay. [m]
    dx, dy : wanted shift. [m]
    reach : how far the shift may be changed to align with a rack. [m]
    """
    left, top, width, height = around(moving)
    near = others[_close(others, (left + dx, top + dy, width, height), 6.0)]
    x_to, x_at = _nearest(left + dx, width, near[:, 0], near[:, 2], reach)
    y_to, y_at = _nearest(top + dy, height, near[:, 1], near[:, 3], reach)
    new_x = on_grid(left + dx) if x_to is None else x_to
    new_y = on_grid(top + dy) if y_to is None else y_to
    guides = []
    if x_at is not None:
        low, high = _span(near[:, 1], near[:, 3], new_y, height)
        guides.append((x_at, low, x_at, high))
    if y_at is not None:
        low, high = _span(near[:, 0], near[:, 2], new_x, width)
        guides.append((low, y_at, high, y_at))
    return Snap(new_x - left, new_y - top, tuple(guides))


def on_grid(value: float, step: float = GRID_M) -> float:
    """Return the nearest place on the grid."""
    return round(round(value / step) * step, 6)


def around(rects: FloatArray) -> Rect:
    """Return the rectangle around rectangles."""
    left, top = float(rects[:, 0].min()), float(rects[:, 1].min())
    right = float((rects[:, 0] + rects[:, 2]).max())
    bottom = float((rects[:, 1] + rects[:, 3]).max())
    return left, top, right - left, bottom - top


def _close(others: FloatArray, box: Rect, within_m: float) -> BoolArray:
    x, y, width, height = box
    chosen: BoolArray = (
        (others[:, 0] < x + width + within_m)
        & (others[:, 0] + others[:, 2] > x - within_m)
        & (others[:, 1] < y + height + within_m)
        & (others[:, 1] + others[:, 3] > y - within_m)
    )
    return chosen


def _nearest(
    start: float, size: float, other_start: FloatArray, other_size: FloatArray, reach: float
) -> tuple[float | None, float | None]:
    """Return the start that puts an edge on another's edge, and that edge."""
    if not len(other_start):
        return None, None
    edges = np.concatenate((other_start, other_start + other_size))
    starts = np.concatenate((edges, edges - size))
    lines = np.concatenate((edges, edges))
    gap = np.abs(starts - start)
    best = int(gap.argmin())
    if gap[best] > reach:
        return None, None
    return float(starts[best]), float(lines[best])


def _span(
    start: FloatArray, size: FloatArray, own_start: float, own_size: float
) -> tuple[float, float]:
    low = min(float(start.min()), own_start) - 0.2
    high = max(float((start + size).max()), own_start + own_size) + 0.2
    return low, high


def at_edges(place: tuple[float, float], racks: FloatArray, reach: float) -> tuple[float, float]:
    """Return a place in the hall, or the edges and corners of racks that are near it.

    Parameters
    ----------
    racks : shape (n_racks, 4): left, top, width, depth. [m]
    reach : how near. [m]
    """
    low, high = racks[:, :2], racks[:, :2] + racks[:, 2:]
    point = np.array(place)
    near = ((low - reach <= point) & (point <= high + reach)).all(axis=1)
    edges = np.concatenate((low[near], high[near]))
    if not len(edges):
        return place
    off = np.abs(edges - point)
    best = edges[off.argmin(axis=0), (0, 1)]
    x, y = np.where(off.min(axis=0) <= reach, best, point).tolist()
    return x, y
