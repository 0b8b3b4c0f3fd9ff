"""Racks, and the nodes, boxes, trays and shelves inside them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.layout import Layout
from studio.gui.canvas import overlay as maps
from studio.gui.canvas.arrangement import LABEL_END
from studio.gui.canvas.elevation import FOOTER, HEADER, LEFT, RIGHT, rack_units
from studio.gui.canvas.painting.buffers import crisp, draw_by_group, draw_lines, draw_rects, mixed
from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.rows import row_labels
from studio.gui.canvas.painting.text import SMALLEST_PX, Label
from studio.gui.i18n import named

_LARGEST_TITLE_PX = 17
_NAMED_PX = 18.0
"""Width from which a rack carries its name."""
_MARK_PX = 3.0
"""Height of a rack unit from which the rails are marked."""
_TWO_DIGITS = 1.6
"""Room for two digits and a little air, as a multiple of the size of the font."""
_SIGN_PX = 7.2
"""About the width of a letter or digit of the smallest bold font."""
_KIND_ORDER = ("npu", "switch", "cpu", "nic", "storage", "power_supply", "cooling")
"""A box takes the colour of the first of these that it holds."""
_CHIPS_PX = 14.0
"""Height of a box from which chips fill its right part, so that its name keeps to the left."""


def paint_racks(painter: QPainter, frame: Frame, racks: IntArray) -> list[Label]:
    """Draw the cabinets and return their labels."""
    theme = frame.theme
    rects = crisp(frame.screen_rects(frame.scene.racks[racks]))
    there = _present(frame, racks)
    painter.setPen(QPen(theme.rack_line, 0))
    painter.setBrush(QBrush(theme.rack))
    draw_rects(painter, rects[there])
    pen = QPen(theme.text_soft, 0)
    pen.setDashPattern((4, 4))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw_rects(painter, rects[~there])
    painter.setPen(QPen(theme.rack_line, 0))
    header = rects[there]
    header[:, 3] = np.rint(header[:, 3] * HEADER * 0.96)
    painter.setBrush(QBrush(theme.rack_header))
    draw_rects(painter, header[header[:, 3] >= 3])
    labels = _names(frame, racks, rects) if frame.sharp else []
    if frame.level != "hall":
        labels += _paint_rails(painter, frame, racks)
    return labels


def _present(frame: Frame, racks: IntArray) -> BoolArray:
    """Tell which racks are there; an absent one leaves its outline."""
    marked = frame.scene.fabric.design.exceptions
    absent = {address for address, one in marked.items() if one.state == "absent"}
    if not absent:
        return np.ones(len(racks), dtype=bool)
    labels = (frame.scene.layout.racks[rack].label for rack in racks.tolist())
    return np.array([label not in absent for label in labels], dtype=bool)


def _names(frame: Frame, racks: IntArray, rects: FloatArray) -> list[Label]:
    """Name the racks, each by itself or, where they stand too close for that, row by row."""
    layout = frame.scene.layout
    if frame.level == "hall":
        longest = max(len(layout.racks[rack].label) for rack in racks.tolist())
        if longest * _SIGN_PX > float(np.median(rects[:, 2])):
            return row_labels(frame, racks, rects)
    wide = np.flatnonzero(rects[:, 2] >= _NAMED_PX)
    return [one for n in wide for one in _rack_labels(frame, int(racks[n]), rects[n])]


def _rack_labels(frame: Frame, rack: int, rect: FloatArray) -> list[Label]:
    left, top, width, height = (float(v) for v in rect)
    instance = frame.scene.layout.racks[rack]
    header = height * HEADER
    theme, text = frame.theme, instance.label
    if frame.level == "hall":
        inside = header >= SMALLEST_PX + 1
        size = max(SMALLEST_PX, min(14, int(min(header * 0.85, width * 0.36))))
        middle = top + (header / 2 if inside else height / 2)
        plate = None if inside else _translucent(theme.rack_header)
        return [
            Label(
                text,
                left + width / 2,
                middle,
                size,
                theme.text,
                10,
                bold=True,
                room=width - 2,
                plate=plate,
                least=1.0,
            )
        ]
    size = max(SMALLEST_PX, min(int(header * 0.3), _LARGEST_TITLE_PX))
    small = max(SMALLEST_PX, size - 4)
    start, room = left + width * 0.02 + 4, width * 0.8
    is_roomy = header > 1.45 * (size + small)
    middle = top + header / 2 - (small * 0.7 if is_roomy else 0.0)
    title = Label(text, start, middle, size, theme.text, 10, "left", bold=True)
    feeds = " + ".join(frame.scene.fabric.design.racks[instance.rack].feeds)
    end = left + width * RIGHT
    labels = [title, Label(feeds, end, middle, small, theme.text_soft, 8, "right")]
    if is_roomy:
        name, line = frame.part_names[instance.part], middle + (size + small) * 0.7
        labels.append(Label(name, start, line, small, theme.text_soft, 9, "left", room=room))
    return labels


def _translucent(color: QColor) -> QColor:
    shown = QColor(color)
    shown.setAlpha(225)
    return shown


def _paint_rails(painter: QPainter, frame: Frame, racks: IntArray) -> list[Label]:
    """Draw the rails with a mark per rack unit; return their numbers."""
    scene = frame.scene
    units = rack_units(scene.layout)
    labels: list[Label] = []
    for rack in racks.tolist():
        x, y, width, height = frame.screen_rects(scene.racks[rack : rack + 1])[0].tolist()
        count = int(units[rack])
        unit = height * (FOOTER - HEADER) / count
        rail = x + width * (LEFT - 0.008)
        numbers = np.arange(count + 1)
        marks = y + height * FOOTER - numbers * unit
        seen = (marks > -unit) & (marks < frame.viewport.height + unit)
        if unit >= _MARK_PX:
            painter.setPen(QPen(frame.theme.housing_line, 0))
            start = rail - np.where(numbers % 5 == 0, 0.025, 0.012) * width
            lines = np.stack((start, marks, np.full(count + 1, rail), marks), axis=1)
            draw_lines(painter, np.rint(lines[seen]))
        if frame.sharp:
            middles = marks[seen] + unit / 2
            end = rail - 0.03 * width
            labels += _unit_labels(frame, numbers[seen], middles, end, end - x, unit)
    return labels


def _unit_labels(
    frame: Frame, numbers: IntArray, middles: FloatArray, end: float, room: float, unit: float
) -> list[Label]:
    """Return the numbers of rack units, each or every fifth as there is room.

    Parameters
    ----------
    end, room : where the numbers end, and how far that is from the edge of the rack, in pixels.
    """
    every = 1 if unit >= 13 else 5
    size = min(12, int(unit * 0.7 * (1 if every == 1 else 3)), int(room / _TWO_DIGITS))
    if unit * every < 11 or size < SMALLEST_PX:
        return []
    color = frame.theme.text_soft
    return [
        Label(str(number), end, middle, size, color, -5, "right", room=room)
        for number, middle in zip(numbers.tolist(), middles.tolist(), strict=True)
        if number == 1 or (number and number % every == 0)
    ]


def paint_housings(painter: QPainter, frame: Frame, housings: IntArray) -> list[Label]:
    """Draw the boxes in their racks and return their labels."""
    scene, theme = frame.scene, frame.theme
    if not len(housings):
        return []
    rects = frame.screen_rects(scene.housing_rects(housings))
    boxes = crisp(rects)
    colors, group = _housing_colors(frame, housings, rects)
    outlined = float(np.median(boxes[:, 3])) >= 3
    draw_by_group(painter, boxes, group, colors, theme.housing_line if outlined else None)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return _housing_labels(frame, housings, rects) if frame.sharp else []


def _housing_colors(
    frame: Frame, housings: IntArray, rects: FloatArray
) -> tuple[list[QColor], IntArray]:
    scene, theme = frame.scene, frame.theme
    if frame.overlay is not None and frame.overlay.components is not None:
        layout = scene.layout
        shares = maps.grouped(
            frame.overlay.components, layout.housing, len(layout.housings), highest=False
        )[housings]
        colors = [QColor(*maps.rgb(number)) for number in range(maps.BINS)] + [theme.housing]
        group = maps.bins(shares)
        # Where the components themselves show their values, the box stays in the background.
        plain = (group < 0) | (rects[:, 3] >= _CHIPS_PX)
        return colors, np.where(plain, maps.BINS, group)
    kinds = _housing_kinds(frame.scene.layout, housings)
    names = sorted(set(kinds))
    colors = [mixed(theme.kind(name), theme.housing, 0.3) for name in names]
    places = {name: place for place, name in enumerate(names)}
    return colors, np.array([places[kind] for kind in kinds], dtype=np.int64)


def _housing_kinds(layout: Layout, housings: IntArray) -> list[str]:
    """Return what each box is coloured as; a hall has many boxes and few templates."""
    known: dict[int, str] = {}
    kinds = []
    for number in housings.tolist():
        template = layout.housings[number].template
        kind = known.get(id(template))
        if kind is None:
            held = {layout.parts[part].kind for part in set(np.asarray(template.parts).tolist())}
            kind = known[id(template)] = next((one for one in _KIND_ORDER if one in held), "")
        kinds.append(kind)
    return kinds


def _housing_labels(frame: Frame, housings: IntArray, rects: FloatArray) -> list[Label]:
    layout, theme = frame.scene.layout, frame.theme
    assemblies = frame.scene.fabric.design.assemblies
    view = frame.viewport
    labels = []
    for number, (x, y, width, height) in zip(housings.tolist(), rects.tolist(), strict=True):
        if height < SMALLEST_PX + 1 or width < 30:
            continue
        housing = layout.housings[number]
        size = max(SMALLEST_PX, min(15, int(min(height * 0.7, width * 0.05 + 4))))
        left, room = x + max(3.0, width * 0.012), width * 0.185
        if width < 160:
            room = width * LABEL_END - 4 if height >= _CHIPS_PX else width - 6
            labels.append(
                Label(
                    housing.label,
                    left,
                    y + height / 2,
                    size,
                    theme.text,
                    5,
                    "left",
                    room=room,
                    least=1.0,
                )
            )
            continue
        shown_top, shown_bottom = max(y, 0.0), min(y + height, float(view.height))
        middle = (shown_top + shown_bottom) / 2
        lines = [(housing.label, True, theme.text)]
        small = max(SMALLEST_PX, size - 3)
        if height > 3.2 * size:
            name = named(assemblies[housing.template.assembly], frame.language)
            lines.append((name, False, theme.text_soft))
        top = middle - (len(lines) - 1) * size * 0.75
        for line, (text, bold, color) in enumerate(lines):
            labels.append(
                Label(
                    text,
                    left,
                    top + line * size * 1.4,
                    size if bold else small,
                    color,
                    6 - line,
                    "left",
                    bold,
                    room,
                )
            )
    return labels
