"""The hall: background, floor, grid in metres, and what to do when it is empty."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.gui.canvas.painting.buffers import draw_lines
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Label

_LEAST_GRID_PX = 14.0
_MOST_LINES = 400


def paint_floor(painter: QPainter, frame: Frame) -> None:
    """Draw the floor with its grid."""
    view, theme = frame.viewport, frame.theme
    painter.fillRect(QRectF(0, 0, view.width, view.height), theme.background)
    x, y, width, height = frame.scene.hall
    left, top = view.to_screen(x, y)
    floor = QRectF(left, top, width * view.scale, height * view.scale)
    shown = floor.intersected(QRectF(-2, -2, view.width + 4, view.height + 4))
    if shown.isEmpty():
        return
    painter.fillRect(shown, theme.floor)
    _paint_grid(painter, frame, shown)
    painter.setPen(QPen(theme.rack_line, 0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(round(shown.x()), round(shown.y()), shown.width(), shown.height()))


def grid_step_m(scale: float, least_px: float = _LEAST_GRID_PX) -> float:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, in metres."""
    least = max(least_px / scale, 0.1)
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)


def _paint_grid(painter: QPainter, frame: Frame, shown: QRectF) -> None:
    step = grid_step_m(frame.viewport.scale)
    for distance, color in ((step, frame.theme.grid), (step * 10, frame.theme.grid_major)):
        if distance * frame.viewport.scale > 4 * max(shown.width(), shown.height()):
            continue
        painter.setPen(QPen(color, 0))
        draw_lines(painter, _grid_lines(frame, shown, distance))


def _grid_lines(
    frame: Frame, shown: QRectF, step: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    view = frame.viewport
    first_x, first_y = view.to_world(shown.left(), shown.top())
    last_x, last_y = view.to_world(shown.right(), shown.bottom())
    xs = np.arange(math.ceil(first_x / step), math.floor(last_x / step) + 1)[:_MOST_LINES] * step
    ys = np.arange(math.ceil(first_y / step), math.floor(last_y / step) + 1)[:_MOST_LINES] * step
    px = np.rint((xs - view.x) * view.scale)
    py = np.rint((ys - view.y) * view.scale)
    lines = np.empty((len(px) + len(py), 4))
    lines[: len(px)] = np.stack(
        (px, np.full(len(px), shown.top()), px, np.full(len(px), shown.bottom())), axis=1
    )
    lines[len(px) :] = np.stack(
        (np.full(len(py), shown.left()), py, np.full(len(py), shown.right()), py), axis=1
    )
    return lines


def metre_labels(frame: Frame) -> list[Label]:
    """Return positions in metres along the near edges of the hall."""
    if frame.level != "hall":
        return []
    view = frame.viewport
    x, y, width, height = frame.scene.hall
    step = max(1.0, grid_step_m(view.scale, 70.0))
    labels = []
    for number in range(math.floor(width / step) + 1):
        px, py = view.to_screen(x + number * step, y + height)
        labels.append(Label(f"{number * step:g} m", px, py + 10, 10, frame.theme.text_soft, -9))
    for number in range(math.floor(height / step)):
        px, py = view.to_screen(x, y + number * step)
        labels.append(
            Label(f"{number * step:g} m", px - 6, py, 10, frame.theme.text_soft, -9, "right")
        )
    return labels[:200]
