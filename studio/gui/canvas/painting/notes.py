"""What a drag shows: ghosts of what would be there, handles of arrays, notes beside the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from studio.fabric.arrays import IntArray
from studio.gui.canvas.grips import Ghost, GhostLinks, GhostWire
from studio.gui.canvas.painting.buffers import crisp, draw_lines, draw_rects
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.stretching import Edge

EDGE_PX = 9.0
"""Radius of the handle at the end of an array."""


def paint_ghosts(painter: QPainter, frame: Frame, ghosts: Sequence[Ghost], fonts: Fonts) -> None:
    """Draw what would be there, with what is said of it."""
    for collides in (False, True):
        chosen = [ghost for ghost in ghosts if ghost.collides == collides]
        if not chosen:
            continue
        color = QColor(frame.theme.collision if collides else frame.theme.ghost)
        painter.setPen(QPen(color, 2, Qt.PenStyle.DashLine))
        color.setAlpha(60)
        painter.setBrush(QBrush(color))
        draw_rects(painter, crisp(frame.screen_rects(np.array([one.rect for one in chosen]))))
        text_color = frame.theme.collision if collides else frame.theme.text
        for ghost in chosen:
            x, y, width, height = frame.screen_rects(np.array([ghost.rect]))[0].tolist()
            at = QPointF(x + width / 2, y + height + 16)
            paint_note(painter, frame, fonts, at, ghost.text, text_color)


def paint_wire(painter: QPainter, frame: Frame, wire: GhostWire) -> None:
    """Draw a cable that is being drawn, with both its ends."""
    color = frame.theme.collision if wire.is_wrong else frame.theme.selection
    ends = np.array([one for one in (wire.start, wire.end) if one >= 0])
    ends = ends[ends < frame.scene.layout.component_count]
    if not len(ends):
        return
    chips = frame.scene.chip_rects(ends)
    middles = frame.viewport.points(chips[:, :2] + chips[:, 2:] / 2)
    start = QPointF(*middles[0].tolist())
    end = QPointF(*(middles[1].tolist() if len(ends) > 1 else frame.viewport.to_screen(*wire.to)))
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 2))
    draw_rects(painter, crisp(frame.screen_rects(chips)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(color, 2.5, Qt.PenStyle.DashLine))
    painter.drawLine(start, end)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(color))
    for point in (start, end):
        painter.drawEllipse(point, 4, 4)
    painter.restore()


_MOST_LINKS = 20_000
_MOST_ARCS = 2000
"""More ghosts would be no drawing but an area; every n-th is drawn then."""
_BULGE, _HIGHEST_PX = 0.5, 110.0
"""Height of an arc's handle as a share of its span, and at most."""


def paint_links(painter: QPainter, frame: Frame, links: GhostLinks) -> None:
    """Draw the links a rule would make: as arcs from rack to rack, near by from chip to chip."""
    layout = frame.scene.layout
    known = (links.a < layout.component_count) & (links.b < layout.component_count)
    ends = np.stack((links.a, links.b), axis=1)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Those in conflict come last: they lie over the others.
    for chosen, color in (
        (known & ~links.wrong, frame.theme.selection),
        (known & links.wrong, frame.theme.collision),
    ):
        if chosen.any():
            _paint_ghosts_of(painter, frame, ends[chosen], QColor(color))
    painter.restore()


def _paint_ghosts_of(painter: QPainter, frame: Frame, ends: IntArray, color: QColor) -> None:
    """Draw links to be in one colour; `ends` are components, shape (n, 2)."""
    if frame.level == "hall":
        pairs = np.unique(np.sort(frame.scene.layout.rack[ends], axis=1), axis=0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        color.setAlpha(150)
        painter.setPen(QPen(color, 1.2, Qt.PenStyle.DashLine))
        _paint_arcs(painter, frame, pairs[:: 1 + len(pairs) // _MOST_ARCS])
        return
    some = ends[:: 1 + len(ends) // _MOST_LINKS]
    chips = [frame.scene.chip_rects(side) for side in some.T]
    points = [frame.viewport.points(one[:, :2] + one[:, 2:] / 2) for one in chips]
    color.setAlpha(70)
    painter.setPen(QPen(color, 1))
    draw_lines(painter, np.unique(np.rint(np.concatenate(points, axis=1)), axis=0))


def _paint_arcs(painter: QPainter, frame: Frame, pairs: IntArray) -> None:
    """Draw an arc above the straight line between the racks of each pair."""
    racks = frame.scene.racks
    tops = frame.viewport.points(racks[:, :2] + racks[:, 2:] * np.array((0.5, 0.1)))
    for start, end in tops[pairs].tolist():
        if start == end:
            continue
        path = QPainterPath(QPointF(*start))
        span = abs(end[0] - start[0]) + abs(end[1] - start[1])
        high = min(_BULGE * span, _HIGHEST_PX)
        middle = QPointF((start[0] + end[0]) / 2, min(start[1], end[1]) - high)
        path.quadTo(middle, QPointF(*end))
        painter.drawPath(path)


def paint_edges(painter: QPainter, frame: Frame, edges: Sequence[Edge]) -> None:
    """Draw the handles at the ends of an array as small arrows on a disc."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for edge in edges:
        x, y = frame.viewport.to_screen(edge.x, edge.y)
        painter.setPen(QPen(frame.theme.panel, 2))
        painter.setBrush(QBrush(frame.theme.selection))
        painter.drawEllipse(QPointF(x, y), EDGE_PX, EDGE_PX)
        along, across = ((1.0, 0.0), (0.0, 1.0)) if edge.is_along_x else ((0.0, 1.0), (1.0, 0.0))
        painter.setPen(QPen(frame.theme.panel, 1.5))
        for way in (-1, 1):
            tip = QPointF(x + along[0] * way * 4.5, y + along[1] * way * 4.5)
            for side in (-1, 1):
                back = QPointF(
                    tip.x() - along[0] * way * 2.5 + across[0] * side * 2.5,
                    tip.y() - along[1] * way * 2.5 + across[1] * side * 2.5,
                )
                painter.drawLine(tip, back)
    painter.restore()


def paint_note(
    painter: QPainter,
    frame: Frame,
    fonts: Fonts,
    at: QPointF,
    text: str,
    color: QColor,
    *,
    beside: bool = False,
) -> None:
    """Draw some lines of text on a plate, centred at a place or to the lower right of it."""
    if not text:
        return
    lines = text.split("\n")
    width = max(fonts.width(line, 12) for line in lines) + 16
    height = 24 + 17 * (len(lines) - 1)
    left, top = (at.x(), at.y()) if beside else (at.x() - width / 2, at.y() - 12)
    view = frame.viewport
    rect = QRectF(
        max(4.0, min(left, view.width - width - 4)),
        max(4.0, min(top, view.height - height - 4)),
        width,
        height,
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(frame.theme.panel_line, 1))
    painter.setBrush(QBrush(frame.theme.panel))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setPen(color)
    painter.setFont(fonts.font(12))
    side = Qt.AlignmentFlag.AlignLeft if beside else Qt.AlignmentFlag.AlignHCenter
    for number, line in enumerate(lines):
        row = QRectF(rect.x() + 8, rect.y() + 3.5 + 17 * number, width - 16, 17)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | side, line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
