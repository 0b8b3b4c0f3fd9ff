"""Differences to another design, painted over the drawing: a colour and a sign for each kind.

The colours are told apart with every kind of colour vision; the signs say the same without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.comparison import ADDED, CHANGED, MOVED
from studio.gui.canvas.addresses import Chosen, nothing
from studio.gui.canvas.painting.buffers import crisp, draw_lines, draw_rects
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.hud import MARGIN_PX
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.tracing import trace
from studio.gui.i18n import mark, tr

if TYPE_CHECKING:
    from studio.fabric.comparison import FabricComparison

REMOVED, RECABLED = "removed", "recabled"


@dataclass(frozen=True)
class Sign:
    """How one kind of difference is shown."""

    color: str
    glyph: str
    title: str


SIGNS: Mapping[int | str, Sign] = {
    ADDED: Sign("#0072b2", "+", mark("Added")),
    REMOVED: Sign("#d55e00", "×", mark("Removed")),
    MOVED: Sign("#e69f00", "→", mark("Moved")),
    CHANGED: Sign("#cc79a7", "≠", mark("Changed")),
    RECABLED: Sign("#009e73", "~", mark("Recabled")),
}
"""After Okabe and Ito, "Color Universal Design", 2008."""
_BADGE_PX = 16.0
_SMALLEST_PX = 6.0
_ROOM_PX = 26.0
"""Smaller things get an outline without a badge."""
_ROW_PX = 20.0
_COUNTED = (
    (mark("{n} rack"), mark("{n} racks")),
    (mark("{n} box"), mark("{n} boxes")),
    (mark("{n} chip"), mark("{n} chips")),
)
_LINKS_COUNTED = (
    (mark("{n} link laid"), mark("{n} links laid")),
    (mark("{n} link gone"), mark("{n} links gone")),
)


def paint_differences(
    painter: QPainter, frame: Frame, found: FabricComparison, fonts: Fonts
) -> None:
    """Mark what is added, moved, changed and recabled, and where something is gone."""
    scene = frame.scene
    # While an edit is being compared, the numbers of the comparison are not those of the drawing.
    if found.after is not scene.fabric:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _paint_links(painter, frame, found)
    for code in (ADDED, MOVED, CHANGED):
        chips = np.flatnonzero(found.chips == code)
        boxes = np.flatnonzero(found.boxes == code)
        _outline(painter, frame, scene.chip_rects(chips), SIGNS[code], fonts, is_fine=True)
        _outline(painter, frame, scene.housing_rects(boxes), SIGNS[code], fonts, is_fine=True)
        racks = np.flatnonzero(found.racks == code)
        _outline(painter, frame, scene.racks[racks], SIGNS[code], fonts)
    _paint_gone(painter, frame, found, fonts)
    _paint_ways_moved(painter, frame, found)
    _paint_legend(painter, frame, found, fonts)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _outline(
    painter: QPainter,
    frame: Frame,
    rects: FloatArray,
    sign: Sign,
    fonts: Fonts,
    *,
    is_fine: bool = False,
) -> None:
    if not len(rects):
        return
    screen = crisp(frame.screen_rects(rects))
    screen = screen[screen[:, 2:].min(axis=1) >= _SMALLEST_PX]
    color = QColor(sign.color)
    painter.setPen(QPen(color, 2 if is_fine else 3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw_rects(painter, screen)
    for x, y, width, height in screen.tolist():
        if min(width, height) >= _ROOM_PX:
            _badge(painter, QPointF(x + width - _BADGE_PX / 2, y + _BADGE_PX / 2), sign, fonts)


def _badge(painter: QPainter, middle: QPointF, sign: Sign, fonts: Fonts) -> None:
    area = QRectF(0, 0, _BADGE_PX, _BADGE_PX)
    area.moveCenter(middle)
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.setBrush(QBrush(QColor(sign.color)))
    painter.drawEllipse(area)
    painter.setFont(fonts.font(12, True))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, sign.glyph)


def _paint_gone(painter: QPainter, frame: Frame, found: FabricComparison, fonts: Fonts) -> None:
    layout = found.before.layout
    rects = _places(found, [layout.rack_by_label[rack.label] for rack in found.racks_removed])
    _ghosts(painter, frame, rects, SIGNS[REMOVED])
    for x, y, width, height in frame.screen_rects(rects).tolist():
        _badge(painter, QPointF(x + width / 2, y + height / 2), SIGNS[REMOVED], fonts)


def _paint_ways_moved(painter: QPainter, frame: Frame, found: FabricComparison) -> None:
    """Draw a dashed outline where a moved rack stood, and a line from there to it."""
    moved = np.flatnonzero(found.racks == MOVED)
    known = found.before.layout.rack_by_label
    labels = [found.after.layout.racks[number].label for number in moved.tolist()]
    rects = _places(found, [known[label] for label in labels])
    _ghosts(painter, frame, rects, SIGNS[MOVED])
    if len(moved):
        now = frame.scene.racks[moved]
        lines = np.concatenate((rects[:, :2] + rects[:, 2:] / 2, now[:, :2] + now[:, 2:] / 2), 1)
        draw_lines(painter, frame.screen_lines(lines))


def _places(found: FabricComparison, racks: list[int]) -> FloatArray:
    """Return the footprints of racks of the earlier fabric, shape (n, 4)."""
    layout = found.before.layout
    chosen = [layout.racks[number] for number in racks]
    rects = [(rack.x_m, rack.y_m, *layout.footprint_m(rack)) for rack in chosen]
    return np.array(rects, dtype=np.float64).reshape(-1, 4)


def _ghosts(painter: QPainter, frame: Frame, rects: FloatArray, sign: Sign) -> None:
    color = QColor(sign.color)
    painter.setPen(QPen(color, 2, Qt.PenStyle.DashLine))
    color.setAlpha(30)
    painter.setBrush(QBrush(color))
    if len(rects):
        draw_rects(painter, crisp(frame.screen_rects(rects)))


def _paint_links(painter: QPainter, frame: Frame, found: FabricComparison) -> None:
    new = np.flatnonzero(found.new_links)
    if not len(new):
        return
    chosen = _links(new)
    painter.setPen(QPen(QColor(SIGNS[RECABLED].color), 2, Qt.PenStyle.DashLine))
    for lines, _, _ in trace(frame.scene, frame.viewport, chosen, frame.plane_shown):
        draw_lines(painter, frame.screen_lines(lines))


def _links(numbers: IntArray) -> Chosen:
    none = nothing()
    return Chosen(none.racks, none.housings, none.components, numbers)


def counts(found: FabricComparison) -> list[tuple[Sign, str]]:
    """Return the kinds of differences there are, with how many of what."""
    rows = []
    for code in (ADDED, MOVED, CHANGED):
        numbers = [int((codes == code).sum()) for codes in (found.racks, found.boxes, found.chips)]
        if any(numbers):
            rows.append((SIGNS[code], _listed(numbers, _COUNTED)))
    gone = [len(found.racks_removed), len(found.boxes_removed)]
    if any(gone):
        rows.append((SIGNS[REMOVED], _listed(gone, _COUNTED)))
    links = [int(found.new_links.sum()), found.links_removed]
    if any(links):
        rows.append((SIGNS[RECABLED], _listed(links, _LINKS_COUNTED)))
    return rows


def _listed(numbers: Sequence[int], words: Sequence[tuple[str, str]]) -> str:
    """Return how many of what, without that of which there is none."""
    texts = [
        tr(one if number == 1 else many).format(n=number)
        for number, (one, many) in zip(numbers, words, strict=False)
        if number
    ]
    return tr(", ").join(texts)


def _paint_legend(painter: QPainter, frame: Frame, found: FabricComparison, fonts: Fonts) -> None:
    rows = [(sign, f"{tr(sign.title)}: {text}") for sign, text in counts(found)]
    if not rows:
        return
    width = max(fonts.width(text, 12) for _, text in rows) + 44
    plate = QRectF(MARGIN_PX, MARGIN_PX + 34, width, _ROW_PX * len(rows) + 10)
    painter.setPen(QPen(frame.theme.panel_line, 1))
    painter.setBrush(QBrush(frame.theme.panel))
    painter.drawRoundedRect(plate, 5, 5)
    for place, (sign, text) in enumerate(rows):
        middle = plate.top() + 5 + _ROW_PX * (place + 0.5)
        _badge(painter, QPointF(plate.left() + 17, middle), sign, fonts)
        painter.setFont(fonts.font(12))
        painter.setPen(frame.theme.text)
        row = QRectF(plate.left() + 32, middle - _ROW_PX / 2, width - 36, _ROW_PX)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)
