"""What floats over the drawing: legend, scale bar, minimap, way back up, hint for an empty hall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPen

from studio.gui.canvas import overlay as maps
from studio.gui.canvas.painting.buffers import crisp, draw_rects
from studio.gui.canvas.painting.floor import grid_step_m
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import named, tr

MARGIN_PX = 12.0
_TEXT_PX = 12
_ROW_PX = 20.0
_MAP_WIDTH_PX, _MAP_HEIGHT_PX = 176.0, 116.0
_MAP_ROOM_PX = 1100.0
"""In a drawing less wide the map is smaller too, or it would hide what was zoomed to."""
_LEAST_MAP_SHARE = 0.6


@dataclass(frozen=True)
class Crumb:
    """One step of the way from the hall to what is in the middle of the view."""

    text: str
    address: str
    """Empty for the hall."""


def paint_hud(
    painter: QPainter, frame: Frame, fonts: Fonts, crumbs: list[Crumb], *, in_the_way: bool = False
) -> None:
    """Draw everything that does not move with the drawing.

    Parameters
    ----------
    in_the_way : something is dragged over the middle of the view, where hints would cover it.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    paint_crumbs(painter, frame, fonts, crumbs)
    paint_legend(painter, frame, fonts)
    _paint_scale_bar(painter, frame, fonts)
    if len(frame.scene.racks):
        if needs_minimap(frame.scene, frame.viewport):
            _paint_minimap(painter, frame)
    elif not in_the_way:
        _paint_empty_hint(painter, frame, fonts)
    if frame.overlay is not None:
        _paint_overlay_scale(painter, frame, fonts)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _plate(painter: QPainter, frame: Frame, rect: QRectF) -> None:
    painter.setPen(QPen(frame.theme.panel_line, 1))
    painter.setBrush(QBrush(frame.theme.panel))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def _text(
    painter: QPainter,
    fonts: Fonts,
    x: float,
    middle: float,
    text: str,
    color: QColor,
    *,
    bold: bool = False,
    size: int = _TEXT_PX,
) -> None:
    metrics = fonts.metrics(size, bold)
    painter.setFont(fonts.font(size, bold))
    painter.setPen(color)
    painter.drawText(
        QPointF(round(x), round(middle + (metrics.ascent() - metrics.descent()) / 2)), text
    )


def crumb_rects(fonts: Fonts, crumbs: list[Crumb]) -> list[QRectF]:
    """Return where the steps of the way stand."""
    rects = []
    x = MARGIN_PX + 8
    for crumb in crumbs:
        width = fonts.width(crumb.text, _TEXT_PX, True)
        rects.append(QRectF(x, MARGIN_PX, width, 26))
        x += width + 20
    return rects


def paint_crumbs(painter: QPainter, frame: Frame, fonts: Fonts, crumbs: list[Crumb]) -> None:
    """Draw the way from the hall to the middle of the view."""
    if not crumbs:
        return
    rects = crumb_rects(fonts, crumbs)
    width = rects[-1].right() - MARGIN_PX + 8
    _plate(painter, frame, QRectF(MARGIN_PX, MARGIN_PX, width, 26))
    for number, (crumb, rect) in enumerate(zip(crumbs, rects, strict=True)):
        last = number == len(crumbs) - 1
        color = frame.theme.text if last else frame.theme.selection
        _text(painter, fonts, rect.x(), MARGIN_PX + 13, crumb.text, color, bold=True)
        if not last:
            _text(painter, fonts, rect.right() + 7, MARGIN_PX + 13, "›", frame.theme.text_soft)


def _legend_rect(frame: Frame, fonts: Fonts) -> QRectF:
    planes = frame.scene.fabric.design.planes.values()
    widest = max(
        (fonts.width(named(plane, frame.language), _TEXT_PX) for plane in planes), default=0
    )
    height = _ROW_PX * len(planes) + 10
    return QRectF(MARGIN_PX, frame.viewport.height - MARGIN_PX - height, widest + 48, height)


def legend_row_at(frame: Frame, fonts: Fonts, position: QPointF) -> int | None:
    """Return the number of the plane whose row of the legend is at a position."""
    rect = _legend_rect(frame, fonts)
    count = len(frame.scene.fabric.design.planes)
    if not count or not rect.contains(position):
        return None
    return min(max(int((position.y() - rect.top() - 5) / _ROW_PX), 0), count - 1)


def paint_legend(painter: QPainter, frame: Frame, fonts: Fonts) -> None:
    """Draw the names and colours of the planes."""
    planes = frame.scene.fabric.design.planes
    if not planes:
        return
    rect = _legend_rect(frame, fonts)
    _plate(painter, frame, rect)
    for number, (plane_id, plane) in enumerate(planes.items()):
        middle = rect.top() + 5 + _ROW_PX * (number + 0.5)
        shown = plane_id in frame.planes
        pen = QPen(frame.plane_colors[number] if shown else frame.theme.panel_line, 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(
            QPointF(MARGIN_PX + 11, round(middle)), QPointF(MARGIN_PX + 29, round(middle))
        )
        color = frame.theme.text if shown else frame.theme.text_soft
        _text(painter, fonts, MARGIN_PX + 38, middle, named(plane, frame.language), color)


def _paint_scale_bar(painter: QPainter, frame: Frame, fonts: Fonts) -> None:
    view = frame.viewport
    step = grid_step_m(view.scale, 70.0) if 70.0 / view.scale > 0.1 else _fine_step_m(view.scale)
    length = step * view.scale
    text = (
        f"{step:g} m"
        if step >= 1
        else f"{step * 100:g} cm"
        if step >= 0.01
        else f"{step * 1000:g} mm"
    )
    right, middle = view.width - MARGIN_PX, view.height - MARGIN_PX - 10
    left = right - length
    width = fonts.width(text, 11)
    _plate(painter, frame, QRectF(left - width - 24, middle - 11, length + width + 32, 22))
    painter.setPen(QPen(frame.theme.text, 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    y = round(middle)
    for line in ((left, y, right, y), (left, y - 4, left, y + 4), (right, y - 4, right, y + 4)):
        painter.drawLine(QPointF(round(line[0]), line[1]), QPointF(round(line[2]), line[3]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _text(painter, fonts, left - width - 10, middle, text, frame.theme.text, size=11)


def _fine_step_m(scale: float) -> float:
    least = 70.0 / scale
    power = float(10.0 ** np.floor(np.log10(least)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)


def minimap_rect(viewport: Viewport) -> QRectF:
    """Return where the minimap stands."""
    width, height = _map_size(viewport)
    return QRectF(viewport.width - MARGIN_PX - width, MARGIN_PX, width, height)


def _map_size(viewport: Viewport) -> tuple[int, int]:
    share = min(max(viewport.width / _MAP_ROOM_PX, _LEAST_MAP_SHARE), 1.0)
    return round(_MAP_WIDTH_PX * share), round(_MAP_HEIGHT_PX * share)


def needs_minimap(scene: Scene, viewport: Viewport) -> bool:
    """Tell whether part of the drawing lies outside the view."""
    x, y, width, height = viewport.world
    left, top, wide, high = scene.contents
    inside = left >= x and top >= y and left + wide <= x + width and top + high <= y + height
    return bool(len(scene.racks)) and not inside


def taken_by_hud(frame: Frame, fonts: Fonts) -> list[Rect]:
    """Return the places where no label of the drawing should stand."""
    rects = [_legend_rect(frame, fonts)] if frame.scene.fabric.design.planes else []
    if needs_minimap(frame.scene, frame.viewport):
        rects.append(minimap_rect(frame.viewport))
    rects.append(QRectF(0, 0, 180, MARGIN_PX + 28))
    return [(one.x(), one.y(), one.width(), one.height()) for one in rects]


def minimap_view(frame: Frame) -> Viewport:
    """Return the view on the whole hall that the minimap shows, relative to its corner."""
    plain = Viewport(0, 0, 1, *_map_size(frame.viewport))
    return plain.fitted(frame.scene.bounds, 0.05)


def _paint_minimap(painter: QPainter, frame: Frame) -> None:
    area = minimap_rect(frame.viewport)
    small = minimap_view(frame)
    _plate(painter, frame, area)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setClipRect(area.adjusted(1, 1, -1, -1))
    painter.translate(area.topLeft())
    painter.setPen(Qt.PenStyle.NoPen)
    x, y, width, height = small.rects(np.array([frame.scene.hall]))[0]
    painter.fillRect(QRectF(x, y, width, height), frame.theme.grid_major)
    painter.setBrush(QBrush(frame.theme.rack_line))
    draw_rects(painter, crisp(small.rects(frame.scene.racks)))
    x, y, width, height = small.rects(np.array([frame.viewport.world]))[0]
    painter.setPen(QPen(frame.theme.selection, 1.5))
    tint = QColor(frame.theme.selection)
    tint.setAlpha(28)
    painter.setBrush(QBrush(tint))
    shown = QRectF(x, y, max(width, 4), max(height, 4))
    painter.drawRect(shown.intersected(QRectF(1, 1, area.width() - 3, area.height() - 3)))
    painter.restore()


def _paint_overlay_scale(painter: QPainter, frame: Frame, fonts: Fonts) -> None:
    overlay = frame.overlay
    if overlay is None:
        return
    width = max(170.0, fonts.width(overlay.label, _TEXT_PX, True) + 20)
    left = frame.viewport.width / 2 - width / 2
    top = frame.viewport.height - MARGIN_PX - 52
    _plate(painter, frame, QRectF(left, top, width, 52))
    _text(painter, fonts, left + 10, top + 12, overlay.label, frame.theme.text, bold=True)
    bar = QRectF(left + 10, top + 22, width - 20, 9)
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for number in range(0, maps.BINS, 9):
        gradient.setColorAt(number / (maps.BINS - 1), QColor(*maps.rgb(number)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(bar, QBrush(gradient))
    _text(painter, fonts, left + 10, top + 41, overlay.low, frame.theme.text_soft, size=11)
    right = left + width - 10 - fonts.width(overlay.high, 11)
    _text(painter, fonts, right, top + 41, overlay.high, frame.theme.text_soft, size=11)


def _paint_empty_hint(painter: QPainter, frame: Frame, fonts: Fonts) -> None:
    title = tr("The hall is empty")
    lines = (
        tr("Drag a rack from the library onto the floor, or a node: it brings its rack along."),
        tr("Then drag nodes and boxes into its rack units, and join them by a link rule."),
    )
    width = max(fonts.width(title, 18, True), *(fonts.width(line, 13) for line in lines)) + 56
    left = frame.viewport.width / 2 - width / 2
    top = frame.viewport.height / 2 - 56
    _plate(painter, frame, QRectF(left, top, width, 112))
    _text(painter, fonts, left + 28, top + 30, title, frame.theme.text, bold=True, size=18)
    for number, line in enumerate(lines):
        _text(
            painter, fonts, left + 28, top + 60 + 22 * number, line, frame.theme.text_soft, size=13
        )
