"""Components: processors, switches, adapters and the rest, each kind with its own sign."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from studio import units
from studio.catalog.fields import FIELDS
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.parts import PartData
from studio.gui.canvas import overlay as maps
from studio.gui.canvas.painting.buffers import crisp, draw_by_group, draw_lines, draw_rects
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import SMALLEST_PX, Label
from studio.gui.i18n import Language

_FACTS = ("compute_bf16", "memory", "memory_bandwidth", "cores", "capacity", "power_max")
_FACTS_PX = 190.0
"""Size of a component from which its main values stand on it."""
_MOST_LABELS = 1500
_OUTLINE_PX = 7.0
_LARGE_PX = 420.0
"""Width of a component whose text is set in a larger font."""
_LINE = 1.36
"""Distance of lines, as a multiple of the size of the first one's font."""
_SIGN_PX = 13.0
"""Shorter side from which a chip carries the sign of its kind."""


def paint_chips(painter: QPainter, frame: Frame, chips: IntArray) -> list[Label]:
    """Draw components and return their labels."""
    if not len(chips):
        return []
    layout, theme = frame.scene.layout, frame.theme
    rects = frame.screen_rects(frame.scene.chip_rects(chips))
    boxes = crisp(rects)
    present = frame.scene.fabric.component_present[chips]
    kinds: list[str] = sorted({part.kind for part in layout.parts})
    kind_of_part = np.array([kinds.index(part.kind) for part in layout.parts], dtype=np.int64)
    kind = kind_of_part[layout.part[chips]]
    plain = [theme.kind(name) for name in kinds]
    colors, group = _colors(frame, chips, kind, plain)
    # As drawn, equal chips may differ by a pixel: what is seen of them must not.
    side = np.round(rects[:, 2:].min(axis=1), 3)
    large = side >= _OUTLINE_PX
    for which, line in ((~large & present, None), (large & present, theme.chip_line)):
        draw_by_group(painter, boxes[which], group[which], colors, line)
    signed = (side >= _SIGN_PX) & present
    if frame.sharp:
        _paint_signs(painter, frame, boxes[signed], kind[signed], kinds)
    _paint_absent(painter, frame, boxes[~present])
    if not frame.sharp:
        return []
    labelled = _labelled(frame, chips, rects)
    if colors is plain:
        _clear_for_text(painter, labelled, boxes, group, colors)
    return [label for _, labels in labelled for label in labels]


def _colors(
    frame: Frame, chips: IntArray, kind: IntArray, plain: list[QColor]
) -> tuple[list[QColor], IntArray]:
    if frame.overlay is None or frame.overlay.components is None:
        return plain, kind
    group = maps.bins(frame.overlay.components[chips])
    colors = [QColor(*maps.rgb(number)) for number in range(maps.BINS)] + [frame.theme.housing]
    return colors, np.where(group < 0, maps.BINS, group)


def _paint_signs(
    painter: QPainter, frame: Frame, boxes: FloatArray, kind: IntArray, kinds: list[str]
) -> None:
    """Draw what tells the kinds apart without colour."""
    line = QColor(frame.theme.chip_line)
    line.setAlpha(110)
    painter.setPen(QPen(line, 0))
    painter.setBrush(QBrush(QColor(0, 0, 0, 0)))
    for number, name in enumerate(kinds):
        chosen = boxes[kind == number]
        if not len(chosen):
            continue
        if name == "npu":
            draw_rects(painter, _two_dies(chosen))
        elif name == "cpu":
            draw_rects(painter, _inset(chosen, 0.13))
            draw_lines(painter, _pins(chosen))
        elif name == "switch":
            draw_lines(painter, _crossbar(chosen))
        elif name == "nic":
            draw_lines(painter, _teeth(chosen))
        elif name in ("memory", "storage"):
            draw_rects(painter, _inset(chosen, 0.2))


def _inset(boxes: FloatArray, share: float) -> FloatArray:
    gap = np.rint(boxes[:, 2:].min(axis=1) * share)
    return np.stack(
        (boxes[:, 0] + gap, boxes[:, 1] + gap, boxes[:, 2] - 2 * gap, boxes[:, 3] - 2 * gap), axis=1
    )


def _two_dies(boxes: FloatArray) -> FloatArray:
    inner = _inset(boxes, 0.09)
    half = np.floor(inner[:, 2] / 2 - 1)
    left, right = inner.copy(), inner.copy()
    left[:, 2], right[:, 2] = half, half
    right[:, 0] = inner[:, 0] + inner[:, 2] - half
    return np.concatenate((left, right))


def _pins(boxes: FloatArray) -> FloatArray:
    """Return short strokes across the four edges."""
    x, y, w, h = boxes.T
    length = np.rint(boxes[:, 2:].min(axis=1) * 0.13)
    strokes = []
    for share in (0.25, 0.5, 0.75):
        px, py = np.rint(x + w * share), np.rint(y + h * share)
        strokes += [
            np.stack((px, y, px, y + length), axis=1),
            np.stack((px, y + h - length, px, y + h), axis=1),
            np.stack((x, py, x + length, py), axis=1),
            np.stack((x + w - length, py, x + w, py), axis=1),
        ]
    return np.concatenate(strokes)


def _crossbar(boxes: FloatArray) -> FloatArray:
    """Return two crossing paths with straight ends, the sign of a switch."""
    x, y, w, h = boxes.T
    x1, x2, x3, x4 = (np.rint(x + w * share) for share in (0.1, 0.32, 0.68, 0.9))
    top, bottom = np.rint(y + h * 0.2), np.rint(y + h * 0.8)
    pieces = (
        (x1, top, x2, top),
        (x2, top, x3, bottom),
        (x3, bottom, x4, bottom),
        (x1, bottom, x2, bottom),
        (x2, bottom, x3, top),
        (x3, top, x4, top),
    )
    return np.concatenate([np.stack(piece, axis=1) for piece in pieces])


def _teeth(boxes: FloatArray) -> FloatArray:
    """Return the edge connector of a card."""
    x, y, w, h = boxes.T
    base = np.rint(y + h * 0.84)
    lines = [np.stack((x, base, x + w, base), axis=1)]
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        px = np.rint(x + w * share)
        lines.append(np.stack((px, base, px, y + h), axis=1))
    return np.concatenate(lines)


def _paint_absent(painter: QPainter, frame: Frame, boxes: FloatArray) -> None:
    if not len(boxes):
        return
    pen = QPen(frame.theme.text_soft, 0)
    pen.setDashPattern((3, 3))
    painter.setPen(pen)
    painter.setBrush(QBrush(QColor(0, 0, 0, 0)))
    draw_rects(painter, boxes)


def _labelled(frame: Frame, chips: IntArray, rects: FloatArray) -> list[tuple[int, list[Label]]]:
    """Return the labels of those chips that are large enough, by their place."""
    wide = np.flatnonzero((rects[:, 2] >= 20) & (rects[:, 3] >= SMALLEST_PX + 2))
    return [
        (place, _chip_labels(frame, int(chips[place]), rects[place]))
        for place in wide[:_MOST_LABELS].tolist()
    ]


def _clear_for_text(
    painter: QPainter,
    labelled: list[tuple[int, list[Label]]],
    boxes: FloatArray,
    group: IntArray,
    colors: list[QColor],
) -> None:
    """Cover what the sign of a chip would strike through its text."""
    signed = [one for one in labelled if boxes[one[0], 3] >= _SIGN_PX and _fits(one[1][0])]
    if not signed:
        return
    places = [place for place, _ in signed]
    blocks = np.array([_block(labels) for _, labels in signed])
    inner = _inset(boxes[places], 0.02)
    left_top = np.maximum(blocks[:, :2], inner[:, :2])
    end = np.minimum(blocks[:, :2] + blocks[:, 2:], inner[:, :2] + inner[:, 2:])
    shown = np.concatenate((left_top, np.maximum(end - left_top, 0)), axis=1)
    draw_by_group(painter, crisp(shown), group[places], colors, None)


def _fits(label: Label) -> bool:
    return _ems(label.text) * label.size <= label.room + 4


def _block(labels: list[Label]) -> tuple[float, float, float, float]:
    """Return about where the lines of a chip stand."""
    width = min(max(_ems(one.text) * one.size for one in labels) + 8, labels[0].room)
    top = labels[0].y - labels[0].size * 0.7
    return labels[0].x - width / 2, top, width, labels[-1].y + labels[-1].size * 0.7 - top


def _chip_labels(frame: Frame, chip: int, rect: FloatArray) -> list[Label]:
    x, y, width, height = rect.tolist()
    layout = frame.scene.layout
    part = int(layout.part[chip])
    most = 16 if width < _LARGE_PX else 22
    size = max(SMALLEST_PX, min(most, int(min(height * 0.34, width * 0.2))))
    small = max(SMALLEST_PX, size - 3)
    lines = [(_short_name(frame, chip), size, True)]
    if height > size * 3.2 and width > size * 5:
        name = frame.part_names[part]
        lines.append((name, _size_to_fit(name, width - 8, small), False))
    if height > _FACTS_PX and width > _FACTS_PX:
        lines += [(text, small, False) for text in facts(layout.parts[part], frame.language)]
    # A line more would stand on the edge of the chip, where its ports are.
    lines = lines[: max(1, int((height - size) / (size * _LINE)))]
    color = _text_on(frame, chip)
    top = y + height / 2 - (len(lines) - 1) * size * _LINE / 2
    return [
        Label(
            text,
            x + width / 2,
            top + number * size * _LINE,
            px,
            color,
            3 - number / 10,
            bold=bold,
            room=width - 6,
            least=1.0 if bold else 0.75,
        )
        for number, (text, px, bold) in enumerate(lines)
    ]


def _size_to_fit(text: str, room: float, most: int) -> int:
    """Return the largest font size at which a text probably fits."""
    return max(SMALLEST_PX, min(most, int(room / max(_ems(text), 1.0))))


def _ems(text: str) -> float:
    """Return about how wide a text is, as a multiple of its size; Chinese signs are square."""
    return sum(1.0 if ord(sign) > 0x2E80 else 0.58 for sign in text)


def _short_name(frame: Frame, chip: int) -> str:
    """Return group and number of a component, or the group alone where it has one member."""
    layout = frame.scene.layout
    housing = int(layout.housing[chip])
    paths = layout.housings[housing].template.paths
    member = int(layout.member[chip])
    name, index = paths[member][-1]
    following = paths[member + 1][-1] if member + 1 < len(paths) else ("", 0)
    alone = index == 0 and following != (name, 1)
    return name if alone else f"{name}[{index}]"


def facts(part: PartData, language: Language) -> list[str]:
    """Return what a part offers in a few lines: its main values, then its ports."""
    lines = []
    for name in _FACTS:
        if name in part.values:
            field = FIELDS[name]
            label = field.label_zh if language == "zh" else field.label
            lines.append(f"{label}  {units.display(part.values[name], field.dimension, 3)}")
    for name, port in part.ports.items():
        rate = units.display(port.rate_byte_per_s, "bandwidth", 3)
        lines.append(f"{name}  {port.count} × {rate}")
    return lines[:8]


def _text_on(frame: Frame, chip: int) -> QColor:
    if frame.overlay is None or frame.overlay.components is None:
        return frame.theme.chip_text
    value = float(frame.overlay.components[chip])
    if not np.isfinite(value):
        return frame.theme.text
    return QColor("#ffffff") if value < 0.55 else QColor("#10151c")
