"""Links: trunks between racks, lanes and buses inside them, single cables and traces in boxes."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QPainter, QPen

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas import overlay as maps
from studio.gui.canvas import routes
from studio.gui.canvas.arcs import HIGHEST_M
from studio.gui.canvas.culling import ranges
from studio.gui.canvas.painting.buffers import draw_lines
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Label

MOST_TRUNKS = 4000
"""Drawn at once, the strongest first."""
_MOST_STUBS = 20_000
_LANE_PX = 150.0
"""Width of a rack from which its inner cabling is drawn."""
_STUB_BOX_PX = 26.0
"""Height of a box from which single cables are drawn in it."""


def paint_trunks(painter: QPainter, frame: Frame) -> list[Label]:
    """Draw the bundles between racks and return the labels with their counts."""
    trunks = frame.scene.wiring.trunks
    if not len(trunks.a):
        return []
    start, end = frame.scene.exits
    chosen = _chosen_trunks(frame, start, end)
    points = frame.scene.arcs[chosen]
    plane, cables = trunks.plane[chosen], trunks.cables[chosen]
    width = np.clip(np.rint(np.log2(np.maximum(cables, 1)) * 0.42), 1, 4).astype(np.int64)
    count = points.shape[1] - 1
    lines = frame.screen_lines(routes.segments(points))
    colors, group = _trunk_colors(frame, chosen)
    alpha = 235 if len(chosen) < 60 else 150 if len(chosen) < 400 else 90
    smooth = frame.sharp and len(chosen) <= 1500
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    _paint_bundles(painter, lines, np.repeat(group, count), np.repeat(width, count), colors, alpha)
    impaired = np.repeat(trunks.impaired[chosen] > 0, count)
    if impaired.any():
        pen = QPen(frame.theme.failed, 1.5)
        pen.setDashPattern((4, 3))
        painter.setPen(pen)
        draw_lines(painter, lines[impaired])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    return _trunk_labels(frame, points, cables, plane)


def _chosen_trunks(frame: Frame, start: FloatArray, end: FloatArray) -> IntArray:
    trunks = frame.scene.wiring.trunks
    shown = frame.plane_shown[trunks.plane] & _of_drawn_racks(frame, trunks.a, trunks.b)
    shown &= _near(frame, start, end)
    chosen = np.flatnonzero(shown)
    if len(chosen) > MOST_TRUNKS:
        strongest = np.argpartition(-trunks.cables[chosen], MOST_TRUNKS)[:MOST_TRUNKS]
        chosen = np.sort(chosen[strongest])
    return chosen


def _of_drawn_racks(frame: Frame, a: IntArray, b: IntArray) -> BoolArray:
    if frame.hidden_racks is not None:
        return ~(frame.hidden_racks[a] | frame.hidden_racks[b])
    if frame.only_racks is not None:
        return np.asarray(frame.only_racks[a] | frame.only_racks[b])
    return np.ones(len(a), dtype=bool)


def _near(frame: Frame, start: FloatArray, end: FloatArray) -> BoolArray:
    """Tell which arcs may pass through the window; arcs rise above their ends."""
    x, y, width, height = frame.window or frame.viewport.world
    left, right = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    top = np.minimum(start[:, 1], end[:, 1]) - HIGHEST_M
    bottom = np.maximum(start[:, 1], end[:, 1])
    near: BoolArray = (left < x + width) & (right > x) & (top < y + height) & (bottom > y)
    return near


def _trunk_colors(frame: Frame, chosen: IntArray) -> tuple[list[QColor], IntArray]:
    trunks = frame.scene.wiring.trunks
    if frame.overlay is None or frame.overlay.links is None:
        return frame.plane_colors, trunks.plane[chosen]
    values = maps.grouped(frame.overlay.links, trunks.of_link, len(trunks.a), highest=True)
    return _map_colors(frame, values[chosen])


def _map_colors(frame: Frame, values: FloatArray) -> tuple[list[QColor], IntArray]:
    group = maps.bins(values)
    colors = [QColor(*maps.rgb(number)) for number in range(maps.BINS)] + [frame.theme.rack_line]
    return colors, np.where(group < 0, maps.BINS, group)


def _paint_bundles(
    painter: QPainter,
    lines: FloatArray,
    group: IntArray,
    width: IntArray,
    colors: list[QColor],
    alpha: int,
) -> None:
    key = group * 16 + width
    for number in np.unique(key):
        color = QColor(colors[int(number) // 16])
        color.setAlpha(alpha)
        thick = int(number) % 16
        painter.setPen(QPen(color, 0 if thick <= 1 else thick))
        draw_lines(painter, lines[key == number])


def _trunk_labels(
    frame: Frame, points: FloatArray, cables: IntArray, plane: IntArray
) -> list[Label]:
    if not frame.sharp or frame.viewport.scale < 28 or len(points) > MOST_TRUNKS // 2:
        return []
    apex = frame.viewport.points(points[:, points.shape[1] // 2])
    order = np.argsort(-cables, kind="stable")[:300]
    plate = QColor(frame.theme.floor)
    plate.setAlpha(235)
    return [
        Label(
            f"{int(cables[n])}",
            float(apex[n, 0]),
            float(apex[n, 1]),
            10,
            frame.plane_colors[int(plane[n])].darker(115 if not frame.theme.dark else 90),
            -2 + float(np.log10(max(cables[n], 1))) / 10,
            plate=plate,
        )
        for n in order
    ]


def paint_harness(painter: QPainter, frame: Frame, racks: IntArray) -> None:
    """Draw the lanes and buses inside racks that are large enough."""
    scene = frame.scene
    wide = racks[scene.racks[racks, 2] * frame.viewport.scale >= _LANE_PX]
    if not len(wide):
        return
    wires = scene.wiring.lanes
    lanes = ranges(wires.start, wide)
    lanes = lanes[frame.plane_shown[wires.plane[lanes]]]
    run = routes.harness(scene, lanes)
    px = scene.racks[wide, 2].min() * frame.viewport.scale
    most = max(1, int(px * 0.008))
    width = np.clip(np.rint(np.sqrt(run.cables) * px * 0.0006), 1, min(most, 8)).astype(np.int64)
    group = run.plane
    for lines in (run.risers, run.drops):
        _paint_bundles(
            painter, np.rint(frame.screen_lines(lines)), group, width, frame.plane_colors, 255
        )
    _paint_buses(painter, frame, wide, lanes)


def _paint_buses(painter: QPainter, frame: Frame, racks: IntArray, lanes: IntArray) -> None:
    scene = frame.scene
    trunks = scene.wiring.trunks
    start, end = scene.exits
    ends = routes.trunk_ends(trunks, start, end)
    ends = ends.at(np.isin(ends.rack, racks) & frame.plane_shown[ends.plane])
    found = routes.buses(scene, lanes, ends)
    px = scene.racks[racks, 2].min() * frame.viewport.scale
    bar = np.full(len(found.bars), max(1, min(int(px * 0.006), 6)))
    tick = np.full(len(found.ticks), max(1, min(int(px * 0.003), 4)))
    _paint_bundles(
        painter,
        np.rint(frame.screen_lines(found.bars)),
        found.bar_plane,
        bar,
        frame.plane_colors,
        255,
    )
    _paint_bundles(
        painter,
        np.rint(frame.screen_lines(found.ticks)),
        found.tick_plane,
        tick,
        frame.plane_colors,
        255,
    )


def paint_inner(painter: QPainter, frame: Frame, housings: IntArray) -> None:
    """Draw traces and single cables inside boxes that are large enough."""
    scene = frame.scene
    rects = scene.housing_rects(housings)
    tall = housings[rects[:, 3] * frame.viewport.scale >= _STUB_BOX_PX]
    if not len(tall):
        return
    _paint_traces(painter, frame, tall)
    wires = scene.wiring
    stubs = ranges(wires.stubs.start, tall)
    plane = wires.lanes.plane[wires.plugs.lane[wires.stubs.plug[stubs]]]
    shown = frame.plane_shown[plane]
    stubs, plane = stubs[shown][:_MOST_STUBS], plane[shown][:_MOST_STUBS]
    lines = routes.stub_lines(scene, stubs).reshape(-1, 4)
    _paint_bundles(
        painter,
        np.rint(frame.screen_lines(lines)),
        np.repeat(plane, 2),
        np.ones(2 * len(plane), dtype=np.int64),
        frame.plane_colors,
        150,
    )
    _paint_plugs(painter, frame, tall)


def _paint_traces(painter: QPainter, frame: Frame, housings: IntArray) -> None:
    inner = frame.scene.wiring.inner
    pairs = ranges(inner.start, housings)
    pairs = pairs[frame.plane_shown[inner.plane[pairs]]]
    lines = frame.screen_lines(routes.inner_lines(frame.scene, pairs))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, frame.sharp and len(lines) < 4000)
    _paint_bundles(
        painter,
        lines,
        inner.plane[pairs],
        np.ones(len(pairs), dtype=np.int64),
        frame.plane_colors,
        95,
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_plugs(painter: QPainter, frame: Frame, housings: IntArray) -> None:
    """Draw the connectors at the right edge of boxes as short thick strokes."""
    wires = frame.scene.wiring
    plugs = ranges(wires.plugs.start, housings)
    plane = wires.lanes.plane[wires.plugs.lane[plugs]]
    shown = frame.plane_shown[plane]
    plugs, plane = plugs[shown], plane[shown]
    boxes = frame.scene.housing_rects(wires.plugs.housing[plugs])
    right = boxes[:, 0] + boxes[:, 2]
    y = boxes[:, 1] + boxes[:, 3] * wires.plugs.y[plugs]
    lines = np.stack((right - boxes[:, 2] * 0.018, y, right, y), axis=1)
    room = (
        boxes[:, 3]
        * frame.viewport.scale
        / np.maximum(np.diff(wires.plugs.start)[wires.plugs.housing[plugs]], 1)
    )
    width = np.clip((room * 0.55).astype(np.int64), 1, 12)
    _paint_bundles(
        painter, np.rint(frame.screen_lines(lines)), plane, width, frame.plane_colors, 255
    )
