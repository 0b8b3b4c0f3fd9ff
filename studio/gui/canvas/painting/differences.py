"""Differences to another design, painted over the drawing: a colour and a sign for each kind.

The colours are told apart with every kind of colour vision; the signs say the same without them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.comparison import ADDED, CHANGED, MOVED
from studio.gui.canvas.addresses import Chosen, nothing
from studio.gui.canvas.culling import overlapping
from studio.gui.canvas.differing import Differing
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
    painter: QPainter,
    frame: Frame,
    found: FabricComparison,
    differing: Differing,
    fonts: Fonts,
) -> None:
    """Mark what is added, moved, changed and recabled, and where something is gone."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _paint_links(painter, frame, differing)
    badges = np.zeros(len(frame.scene.racks), dtype=np.int64)
    for code in (ADDED, MOVED, CHANGED):
        _paint_kind(painter, frame, differing, code, fonts, badges)
    _paint_gone(painter, frame, found, fonts)
    _paint_ways_moved(painter, frame, differing)
    _paint_legend(painter, frame, found, fonts)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_kind(
    painter: QPainter,
    frame: Frame,
    differing: Differing,
    code: int,
    fonts: Fonts,
    badges: IntArray,
) -> None:
    """Outline what has a code; what is too small to be seen marks what it is in.

    Parameters
    ----------
    badges : shape (n_racks,). How many badges each rack carries so far; counted on.
    """
    scene, sign = frame.scene, SIGNS[code]
    layout = scene.layout
    chips = np.flatnonzero(differing.chips == code)
    chips, hidden = _by_size(frame, scene.chip_rects, chips)
    _outline(painter, frame, scene.chip_rects(chips), sign, fonts)
    own = np.flatnonzero(differing.boxes == code)
    boxes = np.union1d(own, layout.housing[hidden])
    boxes, hidden = _by_size(frame, scene.housing_rects, boxes)
    _outline(painter, frame, scene.housing_rects(boxes), sign, fonts)
    own = np.flatnonzero(differing.racks == code)
    within = np.setdiff1d(layout.rack_of_housing[hidden] if len(hidden) else hidden, own)
    for racks, width in ((own, 3), (within, 2)):
        rects = scene.racks[racks]
        _outline(painter, frame, rects, sign, fonts, width=width, places=badges[racks])
        badges[racks] += 1


def _by_size(
    frame: Frame, rects_of: Callable[[IntArray], FloatArray], numbers: IntArray
) -> tuple[IntArray, IntArray]:
    """Return those large enough to be outlined, and the others."""
    if not len(numbers):
        return numbers, numbers
    large = rects_of(numbers)[:, 2:].min(axis=1) * frame.viewport.scale >= _SMALLEST_PX
    return numbers[large], numbers[~large]


def _outline(
    painter: QPainter,
    frame: Frame,
    rects: FloatArray,
    sign: Sign,
    fonts: Fonts,
    *,
    width: int = 2,
    places: IntArray | None = None,
) -> None:
    """Outline things that are in view, with a badge where there is room for it.

    Parameters
    ----------
    places : shape (n,). How many badges stand to the right of each thing's own.
    """
    seen = overlapping(rects, frame.viewport.world)
    if not seen.any():
        return
    screen = crisp(frame.screen_rects(rects[seen]))
    shift = _BADGE_PX * (places[seen] if places is not None else np.zeros(len(screen)))
    painter.setPen(QPen(QColor(sign.color), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw_rects(painter, screen)
    for (x, y, wide, high), aside in zip(screen.tolist(), shift.tolist(), strict=True):
        if min(wide, high) >= _ROOM_PX:
            middle = QPointF(x + wide - _BADGE_PX / 2 - aside, y + _BADGE_PX / 2)
            _badge(painter, middle, sign, fonts)


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


def _paint_ways_moved(painter: QPainter, frame: Frame, differing: Differing) -> None:
    """Draw a dashed outline where a moved rack stood, and a line from there to it."""
    moved = np.flatnonzero(differing.racks == MOVED)
    rects = differing.stood[moved]
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


def _paint_links(painter: QPainter, frame: Frame, differing: Differing) -> None:
    new = np.flatnonzero(differing.new_links)
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
