"""Links inside racks: lanes and buses, single cables in boxes with their plugs, traces."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.fabric.arrays import FloatArray, IntArray
from studio.gui.canvas import routes
from studio.gui.canvas.culling import ranges
from studio.gui.canvas.elevation import RIGHT, RISER_END
from studio.gui.canvas.inner_traces import are_single, side_by_side, traces_in
from studio.gui.canvas.painting.buffers import draw_by_group, draw_lines, draw_strokes
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.link_colors import link_colors
from studio.gui.canvas.painting.ports import inner_ends, port_labels, stub_ends
from studio.gui.canvas.painting.text import SMALLEST_PX, Label
from studio.gui.canvas.trays import is_dense

_MOST_STUBS = 20_000
_LANE_PX = 110.0
"""Width of a rack from which its inner cabling is drawn."""
_STUB_BOX_PX = 36.0
"""Height of a box from which single cables are drawn in it."""
_PORT_PX = 7.0


def paint_harness(painter: QPainter, frame: Frame, racks: IntArray) -> list[Label]:
    """Draw the lanes and buses inside racks that are large enough; return the trunks' labels."""
    scene = frame.scene
    widths = scene.racks[racks, 2] * frame.viewport.scale
    wide = racks[widths >= _LANE_PX]
    if not len(wide):
        return []
    wires = scene.wiring.lanes
    lanes = ranges(wires.start, wide)
    lanes = lanes[frame.plane_shown[wires.plane[lanes]]]
    run = routes.harness(scene, lanes)
    px = float(widths.min())
    most = min(max(1, int(px * 0.005)), 6)
    room = px * (RISER_END - RIGHT) / max(1, int(np.diff(wires.start)[wide].max()))
    most = max(1, min(most, int(room * 0.6)))
    width = np.clip(np.rint(np.sqrt(run.cables) * px * 0.0005), 1, most).astype(np.int64)
    of_link = scene.wiring.lane_of_end if _has_values(frame) else ()
    colors, group = link_colors(frame, run.plane, lanes, of_link, len(wires.plane))
    for lines in (run.risers, run.drops):
        draw_strokes(painter, np.rint(frame.screen_lines(lines)), group, width, colors)
    return _paint_buses(painter, frame, wide, lanes, px)


def _paint_buses(
    painter: QPainter, frame: Frame, racks: IntArray, lanes: IntArray, px: float
) -> list[Label]:
    scene = frame.scene
    ends = routes.trunk_ends(scene.wiring.trunks, *scene.exits)
    ends = ends.at(np.isin(ends.rack, racks) & frame.plane_shown[ends.plane])
    dense = is_dense(scene)
    if dense:
        ends = routes.tray_ends(ends, scene)
    found = routes.buses(scene, lanes, ends)
    for lines, plane, most in (
        (found.bars, found.bar_plane, 0.006),
        (found.ticks, found.tick_plane, 0.003),
    ):
        width = np.full(len(lines), max(1, min(int(px * most), 5)))
        screen = np.rint(frame.screen_lines(lines))
        draw_strokes(painter, screen, plane, width, frame.plane_colors)
    return [] if dense or not frame.sharp else _exit_labels(frame, racks)


def _exit_labels(frame: Frame, racks: IntArray) -> list[Label]:
    """Return the far rack and the number of cables beside each trunk's exit."""
    scene = frame.scene
    trunks = scene.wiring.trunks
    plate = QColor(frame.theme.floor)
    plate.setAlpha(235)
    labels = []
    for own, far, points in zip(
        (trunks.a, trunks.b), (trunks.b, trunks.a), scene.exits, strict=True
    ):
        for trunk in np.flatnonzero(np.isin(own, racks) & frame.plane_shown[trunks.plane])[:400]:
            plane = int(trunks.plane[trunk])
            x, y = frame.viewport.to_screen(*points[trunk].tolist())
            away = 14 if scene.wiring.hangs[plane] else -14
            text = f"{scene.layout.racks[int(far[trunk])].label} · {int(trunks.cables[trunk])}"
            color = frame.plane_colors[plane]
            strong = color.lighter(112) if frame.theme.dark else color.darker(118)
            labels.append(Label(text, x, y + away, 10, strong, -3, plate=plate, clear=2))
    return labels


def paint_inner(painter: QPainter, frame: Frame, housings: IntArray) -> list[Label]:
    """Draw traces and single cables inside boxes that are large enough; return plugs' labels."""
    scene = frame.scene
    heights = scene.housing_rects(housings)[:, 3] * frame.viewport.scale
    tall = housings[heights >= _STUB_BOX_PX]
    if not len(tall):
        return []
    labels = _paint_traces(painter, frame, tall)
    wires = scene.wiring
    stubs = ranges(wires.stubs.start, tall)
    plane = wires.lanes.plane[wires.plugs.lane[wires.stubs.plug[stubs]]]
    shown = frame.plane_shown[plane]
    stubs, plane = stubs[shown][:_MOST_STUBS], plane[shown][:_MOST_STUBS]
    lines = routes.stub_lines(scene, stubs)
    pieces = lines.shape[1]
    of_link = wires.stub_of_link if _has_values(frame) else ()
    colors, group = link_colors(frame, plane, stubs, of_link, len(wires.stubs.plug), 0.75)
    screen = np.rint(frame.screen_lines(lines.reshape(-1, 4)))
    draw_strokes(painter, screen, np.repeat(group, pieces), _thin(pieces * len(plane)), colors)
    if frame.level == "chip":
        first = frame.screen_lines(lines[:, 0])
        _paint_ports(painter, frame, first[:, :2], plane)
        if frame.sharp:
            labels += port_labels(frame, *stub_ends(frame, stubs, first))
    return labels + _paint_plugs(painter, frame, tall)


def _has_values(frame: Frame) -> bool:
    return frame.overlay is not None and frame.overlay.links is not None


def _thin(count: int) -> IntArray:
    return np.ones(count, dtype=np.int64)


def _paint_traces(painter: QPainter, frame: Frame, housings: IntArray) -> list[Label]:
    """Draw what joins components within boxes; return the names of its ports."""
    inner = frame.scene.wiring.inner
    pairs, lines = traces_in(frame.scene, housings, frame.plane_shown)
    plane = inner.plane[pairs]
    bundles = frame.screen_lines(lines)
    of_link = (frame.scene.wiring.pair_of_link,) if _has_values(frame) else ()
    colors, group = link_colors(frame, plane, pairs, of_link, len(inner.plane), 0.6)
    if are_single(frame.scene, frame.viewport.scale):
        lines, place = side_by_side(lines, inner.links[pairs], frame.viewport.scale)
        plane, group = plane[place], group[place]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, frame.sharp and len(lines) < 4000)
    screen = frame.screen_lines(lines)
    draw_strokes(painter, screen, group, _thin(len(lines)), colors)
    broken = inner.impaired[pairs]
    if broken.any():
        painter.setPen(QPen(frame.theme.failed, 1.5, Qt.PenStyle.DashLine))
        draw_lines(painter, bundles[broken])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if frame.level != "chip":
        return []
    ends = np.concatenate((screen[:, :2], screen[:, 2:]))
    _paint_ports(painter, frame, ends, np.concatenate((plane, plane)))
    return port_labels(frame, *inner_ends(frame, pairs, bundles)) if frame.sharp else []


def _paint_ports(painter: QPainter, frame: Frame, ends: FloatArray, plane: IntArray) -> None:
    """Draw the ports where links meet components."""
    half = _PORT_PX / 2
    size = np.full((len(ends), 2), _PORT_PX)
    boxes = np.concatenate((np.rint(ends - half), size), axis=1)
    draw_by_group(painter, boxes, plane, frame.plane_colors, frame.theme.chip_line)


def _paint_plugs(painter: QPainter, frame: Frame, housings: IntArray) -> list[Label]:
    """Draw the connectors at the right edge of boxes as short thick strokes."""
    wires = frame.scene.wiring
    plugs = ranges(wires.plugs.start, housings)
    plane = wires.lanes.plane[wires.plugs.lane[plugs]]
    shown = frame.plane_shown[plane]
    plugs, plane = plugs[shown], plane[shown]
    if not len(plugs):
        return []
    housing = wires.plugs.housing[plugs]
    boxes = frame.scene.housing_rects(housing)
    lines = np.rint(frame.screen_lines(routes.plug_lines(frame.scene, plugs)))
    each = np.maximum(np.diff(wires.plugs.start)[housing], 1)
    room = boxes[:, 3] * frame.viewport.scale / each
    width = np.clip((room * 0.55).astype(np.int64), 1, 12)
    draw_strokes(painter, lines, plane, width, frame.plane_colors)
    broken = wires.plugs.impaired[plugs]
    if broken.any():
        red = np.zeros(int(broken.sum()), dtype=np.int64)
        draw_strokes(
            painter, lines[broken], red, np.maximum(width[broken], 3), [frame.theme.failed]
        )
    if not frame.sharp:
        return []
    return _plug_labels(frame, plugs[room > 1.3 * SMALLEST_PX], lines[room > 1.3 * SMALLEST_PX])


def _plug_labels(frame: Frame, plugs: IntArray, lines: FloatArray) -> list[Label]:
    """Return rule and number of each cable beside its plug."""
    wires, links = frame.scene.wiring, frame.scene.fabric.links
    labels = []
    seen = (lines[:, 1] > -10) & (lines[:, 1] < frame.viewport.height + 10)
    for plug, line in zip(plugs[seen][:200].tolist(), lines[seen][:200].tolist(), strict=True):
        first = int(wires.plugs.cable[plug])
        name = links.name(min(first, links.count - 1)).removeprefix("rule:")
        labels.append(
            Label(
                name,
                line[2] + 5,
                line[1],
                10,
                frame.theme.text_soft,
                1,
                "left",
                plate=frame.theme.rack,
            )
        )
    return labels
