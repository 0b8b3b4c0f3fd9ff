"""What stands out: selected, hovered, failed and degraded things, guides, marquee, ghosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QRegion

from studio.fabric.arrays import FloatArray
from studio.gui.canvas.addresses import Chosen, nothing
from studio.gui.canvas.grips import Ghost, GhostLinks, GhostWire, Readout
from studio.gui.canvas.painting.buffers import crisp, draw_lines, draw_rects
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.notes import (
    paint_edges,
    paint_ghosts,
    paint_links,
    paint_note,
    paint_wire,
)
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.stretching import Edge
from studio.gui.canvas.tracing import trace
from studio.gui.canvas.viewport import Rect

MOST_STROKED = 500
"""Outlines of more things are filled instead of drawn with a pen."""


@dataclass(frozen=True)
class Marks:
    """What to draw over the picture."""

    selected: Chosen = field(default_factory=nothing)
    hovered: Chosen = field(default_factory=nothing)
    lit: Chosen = field(default_factory=nothing)
    """Things whose cabling is shown in full."""
    marquee: tuple[float, float, float, float, bool] | None = None
    """Two corners in pixels, and whether it takes what it touches."""
    guides: Sequence[tuple[float, float, float, float]] = ()
    """Lines in metres."""
    measure: tuple[float, float, float, float] | None = None
    """From and to, in metres."""
    ghosts: tuple[Ghost, ...] = ()
    edges: tuple[Edge, ...] = ()
    """Handles of the array that is selected."""
    wire: GhostWire | None = None
    links: GhostLinks | None = None
    readout: tuple[float, float, Readout] | None = None
    """What is said beside the pointer, and where that is, in pixels."""


def paint_states(painter: QPainter, frame: Frame) -> None:
    """Mark failed and degraded components and boxes."""
    fabric = frame.scene.fabric
    troubled = np.flatnonzero(fabric.component_present & (fabric.component_factor < 1))
    if not len(troubled):
        return
    failed = fabric.component_factor[troubled] <= 0
    layout = frame.scene.layout
    for chosen, color in (
        (troubled[~failed], frame.theme.degraded),
        (troubled[failed], frame.theme.failed),
    ):
        if not len(chosen):
            continue
        painter.setBrush(QBrush(QColor(0, 0, 0, 0)))
        painter.setPen(QPen(color, 2))
        chips = crisp(frame.screen_rects(frame.scene.chip_rects(chosen)))
        large = chips[:, 2:].min(axis=1) >= 5
        draw_rects(painter, chips[large])
        draw_lines(painter, _crosses(chips[large]))
        housings = np.unique(layout.housing[chosen])
        _paint_flags(painter, frame, frame.scene.housing_rects(housings), color)
        _paint_flags(painter, frame, frame.scene.racks[np.unique(layout.rack[chosen])], color)


def _crosses(rects: FloatArray) -> FloatArray:
    x, y, w, h = rects.T
    return np.concatenate(
        (np.stack((x, y, x + w, y + h), axis=1), np.stack((x, y + h, x + w, y), axis=1))
    )


def _paint_flags(painter: QPainter, frame: Frame, rects: FloatArray, color: QColor) -> None:
    """Fill a triangle in the upper right corner of what holds something broken."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(color))
    for x, y, width, height in frame.screen_rects(rects).tolist():
        size = min(max(width * 0.12, 5.0), 14.0, height)
        if width >= 10 and height >= 4:
            right = x + width
            painter.drawPolygon(
                [QPointF(right - size, y), QPointF(right, y), QPointF(right, y + size)]
            )
    painter.restore()


def paint_marks(
    painter: QPainter, frame: Frame, marks: Marks, fonts: Fonts, plates: Sequence[Rect] = ()
) -> None:
    """Draw what stands out, in order from cabling to the pointer's own signs.

    Parameters
    ----------
    plates : places of labels in the picture, which lit cabling passes behind.
    """
    if not marks.lit.is_empty:
        painter.save()
        painter.setClipRegion(_without(frame, plates), Qt.ClipOperation.IntersectClip)
        _paint_ways(painter, frame, marks.lit)
        painter.restore()
    _paint_outlines(painter, frame, marks.hovered, frame.theme.hover, 1.5, 0)
    _paint_outlines(painter, frame, marks.selected, frame.theme.selection, 2, 26)
    if marks.guides:
        painter.setPen(QPen(frame.theme.selection, 1, Qt.PenStyle.DashLine))
        draw_lines(painter, np.rint(frame.screen_lines(np.array(marks.guides))))
    if marks.marquee is not None:
        _paint_marquee(painter, frame, marks.marquee)
    if marks.measure is not None:
        _paint_measure(painter, frame, marks.measure, fonts)
    if marks.links is not None:
        paint_links(painter, frame, marks.links)
    if marks.wire is not None:
        paint_wire(painter, frame, marks.wire)
    paint_edges(painter, frame, marks.edges)


def paint_readout(painter: QPainter, frame: Frame, marks: Marks, fonts: Fonts) -> None:
    """Draw what would be there and what is said of it, over everything else: it is being read."""
    paint_ghosts(painter, frame, marks.ghosts, fonts)
    if marks.readout is not None:
        x, y, said = marks.readout
        color = frame.theme.collision if said.is_wrong else frame.theme.text
        paint_note(painter, frame, fonts, QPointF(x + 18, y + 18), said.text, color, beside=True)


def _without(frame: Frame, plates: Sequence[Rect]) -> QRegion:
    """Return the view without some places."""
    region = QRegion(0, 0, frame.viewport.width, frame.viewport.height)
    for plate in plates:
        region -= QRegion(QRectF(*plate).toAlignedRect())
    return region


def _paint_ways(painter: QPainter, frame: Frame, lit: Chosen) -> None:
    for lines, plane, smooth in trace(frame.scene, frame.viewport, lit, frame.plane_shown):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth and len(lines) < 8000)
        screen = frame.screen_lines(lines)
        for number in np.unique(plane):
            chosen = screen[plane == number]
            under = QColor(frame.theme.floor)
            under.setAlpha(200)
            painter.setPen(QPen(under, 4))
            draw_lines(painter, chosen)
            color = frame.plane_colors[int(number)]
            painter.setPen(
                QPen(color.darker(120) if not frame.theme.dark else color.lighter(115), 2)
            )
            draw_lines(painter, chosen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_outlines(
    painter: QPainter, frame: Frame, chosen: Chosen, color: QColor, width: float, tint: int
) -> None:
    scene = frame.scene
    groups = (
        scene.racks[chosen.racks],
        scene.housing_rects(chosen.housings),
        scene.chip_rects(chosen.components),
    )
    fill = QColor(color)
    fill.setAlpha(tint)
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    for rects in groups:
        shown = _in_view(frame, crisp(frame.screen_rects(rects)))
        if len(shown) > MOST_STROKED:
            _fill_outlines(painter, shown, color, fill)
        elif len(shown):
            painter.setPen(pen)
            painter.setBrush(QBrush(fill) if tint else QBrush(QColor(0, 0, 0, 0)))
            draw_rects(painter, shown)


def _in_view(frame: Frame, rects: FloatArray) -> FloatArray:
    """Return the rectangles of which the view shows anything, their lines included."""
    view, line = frame.viewport, 2.0
    right_bottom = rects[:, :2] + rects[:, 2:]
    inside = (right_bottom >= -line).all(axis=1)
    inside &= (rects[:, :2] <= (view.width + line, view.height + line)).all(axis=1)
    return rects[inside]


def _fill_outlines(painter: QPainter, rects: FloatArray, color: QColor, fill: QColor) -> None:
    """Outline many rectangles with four filled ones each, which costs a tenth of drawing lines."""
    left, top, wide, high = rects.T
    one, two = np.ones_like(left), np.full_like(left, 2.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill))
    draw_rects(painter, rects)
    painter.setBrush(QBrush(color))
    for side in (
        (left - one, top - one, wide + two, two),
        (left - one, top + high - one, wide + two, two),
        (left - one, top + one, two, high - two),
        (left + wide - one, top + one, two, high - two),
    ):
        draw_rects(painter, np.maximum(np.stack(side, axis=1), (-np.inf, -np.inf, 0.0, 0.0)))


def _paint_marquee(
    painter: QPainter, frame: Frame, marquee: tuple[float, float, float, float, bool]
) -> None:
    x1, y1, x2, y2, touching = marquee
    color = QColor(frame.theme.selection)
    style = Qt.PenStyle.DashLine if touching else Qt.PenStyle.SolidLine
    painter.setPen(QPen(color, 1, style))
    color.setAlpha(30)
    painter.setBrush(QBrush(color))
    painter.drawRect(
        QRectF(QPointF(round(x1), round(y1)), QPointF(round(x2), round(y2))).normalized()
    )


def _paint_measure(
    painter: QPainter, frame: Frame, measure: tuple[float, float, float, float], fonts: Fonts
) -> None:
    x1, y1, x2, y2 = measure
    start, end = (
        QPointF(*frame.viewport.to_screen(x1, y1)),
        QPointF(*frame.viewport.to_screen(x2, y2)),
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(frame.theme.selection, 2))
    painter.drawLine(start, end)
    painter.setBrush(QBrush(frame.theme.selection))
    for point in (start, end):
        painter.drawEllipse(point, 3, 3)
    dx, dy = abs(x2 - x1), abs(y2 - y1)
    text = f"{float(np.hypot(dx, dy)):.2f} m   Δx {dx:.2f}   Δy {dy:.2f}   |x|+|y| {dx + dy:.2f}"
    paint_note(painter, frame, fonts, (start + end) / 2, text, frame.theme.text)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
