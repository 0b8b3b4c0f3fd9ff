"""Trunks: the bundles of links between racks, as arcs with their number of cables."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas import routes
from studio.gui.canvas.arcs import ARC_STEPS, HIGHEST_M
from studio.gui.canvas.painting.buffers import draw_lines, draw_strokes, mixed
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.link_colors import Colors, link_colors
from studio.gui.canvas.painting.text import Label
from studio.gui.canvas.trays import is_dense, trays_of

_STEPS, _MOST_STEPS = ((170.0, ARC_STEPS), (700.0, 72)), 160
"""Pieces of an arc by the pixels per metre they are below: corners stay under half a pixel."""
_LABEL_SCALE = 28.0
"""Pixels per metre from which trunks carry their count."""


def paint_trunks(painter: QPainter, frame: Frame) -> list[Label]:
    """Draw the bundles between racks and return the labels with their counts."""
    trunks = frame.scene.wiring.trunks
    chosen = _chosen(frame)
    if not len(chosen):
        return []
    if is_dense(frame.scene):
        return _paint_trays(painter, frame, chosen)
    points = _points(frame, chosen)
    pieces = points.shape[1] - 1
    lines = frame.screen_lines(routes.segments(points))
    colors, group = _colors(frame, chosen)
    share = 0.7 if len(chosen) < 60 else 0.55 if len(chosen) < 500 else 0.35
    if frame.overlay is not None and frame.overlay.links is not None:
        share = 1.0
    colors = [mixed(color, frame.theme.floor, share) for color in colors]
    width = _widths(trunks.cables[chosen])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, frame.sharp)
    seen = _in_view(frame, lines)
    draw_strokes(
        painter,
        lines[seen],
        np.repeat(group, pieces)[seen],
        np.repeat(width, pieces)[seen],
        colors,
    )
    _paint_impaired(painter, frame, chosen, lines, pieces)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    return _labels(frame, chosen)


def _points(frame: Frame, chosen: IntArray) -> FloatArray:
    """Return the polylines of trunks as fine as can be seen, shape (n, n_points, 2), in metres."""
    if not frame.sharp:
        # While things move, every other piece of an arc will do.
        return frame.scene.arcs[chosen, ::2]
    scale = frame.viewport.scale
    steps = next((steps for below, steps in _STEPS if scale < below), _MOST_STEPS)
    if steps == ARC_STEPS:
        return frame.scene.arcs[chosen]
    return frame.scene.courses.magnified(chosen, steps)


def _paint_impaired(
    painter: QPainter, frame: Frame, chosen: IntArray, lines: FloatArray, pieces: int
) -> None:
    """Dot trunks that lost some of their links, and in another colour those that lost all."""
    trunks = frame.scene.wiring.trunks
    lost = trunks.impaired[chosen]
    every = lost == trunks.links[chosen]
    for marked, color in (
        ((lost > 0) & ~every, frame.theme.degraded),
        (every, frame.theme.failed),
    ):
        if marked.any():
            painter.setPen(QPen(color, 2, Qt.PenStyle.DotLine))
            draw_lines(painter, lines[np.repeat(marked, pieces)])


def _in_view(frame: Frame, lines: FloatArray) -> BoolArray:
    """Tell which lines, shape (n, 4) in pixels, may touch the view; wide ones are slow to clip."""
    view, room = frame.viewport, 4.0
    # Column by column: over an axis of two numpy takes five times as long.
    x1, y1, x2, y2 = lines.T
    seen: BoolArray = (
        (np.maximum(x1, x2) > -room)
        & (np.minimum(x1, x2) < view.width + room)
        & (np.maximum(y1, y2) > -room)
        & (np.minimum(y1, y2) < view.height + room)
    )
    return seen


def _widths(cables: IntArray) -> IntArray:
    wide: IntArray = np.clip(np.rint(np.log2(np.maximum(cables, 1)) * 0.42), 1, 4).astype(np.int64)
    return wide


def _chosen(frame: Frame) -> IntArray:
    trunks = frame.scene.wiring.trunks
    if not len(trunks.a):
        return trunks.a
    shown = frame.plane_shown[trunks.plane] & _of_drawn_racks(frame, trunks.a, trunks.b)
    return np.flatnonzero(shown if is_dense(frame.scene) else shown & _near(frame))


def _of_drawn_racks(frame: Frame, a: IntArray, b: IntArray) -> BoolArray:
    if frame.hidden_racks is not None:
        return ~(frame.hidden_racks[a] | frame.hidden_racks[b])
    if frame.only_racks is not None:
        return np.asarray(frame.only_racks[a] | frame.only_racks[b])
    return np.ones(len(a), dtype=bool)


def _near(frame: Frame) -> BoolArray:
    """Tell which arcs may pass through the window."""
    start, end = frame.scene.exits
    x, y, width, height = frame.window or frame.viewport.world
    left, right = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    top = np.minimum(start[:, 1], end[:, 1]) - HIGHEST_M
    bottom = np.maximum(start[:, 1], end[:, 1]) + HIGHEST_M
    near: BoolArray = (left < x + width) & (right > x) & (top < y + height) & (bottom > y)
    return near


def _colors(frame: Frame, chosen: IntArray) -> Colors:
    trunks = frame.scene.wiring.trunks
    return link_colors(frame, trunks.plane[chosen], chosen, (trunks.of_link,), len(trunks.a))


def _labels(frame: Frame, chosen: IntArray) -> list[Label]:
    if not frame.sharp or frame.level != "hall" or frame.viewport.scale < _LABEL_SCALE:
        return []
    trunks = frame.scene.wiring.trunks
    points = frame.scene.arcs[chosen]
    apex = frame.viewport.points(points[:, points.shape[1] // 2])
    height = np.abs(points[:, points.shape[1] // 2, 1] - points[:, 0, 1])
    order = np.lexsort((-height, -trunks.cables[chosen]))[:300]
    plate = QColor(frame.theme.floor)
    plate.setAlpha(240)
    strong = [_strong(color, frame) for color in frame.plane_colors]
    placed = zip(
        trunks.cables[chosen[order]].tolist(),
        trunks.plane[chosen[order]].tolist(),
        apex[order].tolist(),
        strict=True,
    )
    return [
        Label(str(cables), x, y, 10, strong[plane], -2 - rank / 1000, plate=plate, clear=13)
        for rank, (cables, plane, (x, y)) in enumerate(placed)
    ]


def _strong(color: QColor, frame: Frame) -> QColor:
    return color.lighter(112) if frame.theme.dark else color.darker(118)


def _paint_trays(painter: QPainter, frame: Frame, chosen: IntArray) -> list[Label]:
    """Draw the trunks of a large hall gathered on trays."""
    found = trays_of(frame.scene, chosen)
    px = frame.scene.rack_width_m * frame.viewport.scale
    most = int(np.clip(px * 0.12, 1, 12))
    heaviest = max(1, int(found.cables.max(initial=1)))
    width = np.clip(np.rint(np.sqrt(found.cables / heaviest) * most), 1, 12).astype(np.int64)
    screen = np.rint(frame.screen_lines(found.lines))
    colors = [mixed(color, frame.theme.floor, 0.8) for color in frame.plane_colors]
    draw_strokes(painter, screen, found.plane, width, colors)
    plate = QColor(frame.theme.floor)
    labels = []
    for place in np.flatnonzero(found.labelled).tolist():
        x1, y1, x2, y2 = screen[place].tolist()
        color = frame.plane_colors[int(found.plane[place])]
        strong = _strong(color, frame)
        text = f"{int(found.cables[place]):,}"
        if found.is_spine[place]:
            middle = (y1 + y2) / 2
            labels.append(Label(text, x2 + 10, middle, 11, strong, -1, "left", plate=plate))
        elif x2 - x1 > 60:
            labels.append(Label(text, x2 - 14, y1 - 3, 10, strong, -2, "right", plate=plate))
    return labels
