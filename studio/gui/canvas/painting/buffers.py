"""Arrays handed to Qt's painter without a Python loop."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from shiboken6 import wrapInstance

from studio.fabric.arrays import FloatArray, IntArray

_CHUNK = 5000
"""Qt holds the interpreter while it draws; this many primitives take about 2 ms."""


def draw_rects(painter: QPainter, rects: FloatArray) -> None:
    """Draw rectangles with the painter's pen and brush; shape (n, 4) in pixels."""
    rects = np.ascontiguousarray(rects, dtype=np.float64)
    for first in range(0, len(rects), _CHUNK):
        part = rects[first : first + _CHUNK]
        painter.drawRects(wrapInstance(part.ctypes.data, QRectF), len(part))  # type: ignore[call-overload]


def draw_lines(painter: QPainter, lines: FloatArray) -> None:
    """Draw lines with the painter's pen; shape (n, 4) in pixels: x1, y1, x2, y2."""
    lines = np.ascontiguousarray(lines, dtype=np.float64)
    for first in range(0, len(lines), _CHUNK):
        part = lines[first : first + _CHUNK]
        painter.drawLines(wrapInstance(part.ctypes.data, QLineF), len(part))  # type: ignore[call-overload]


def crisp(rects: FloatArray) -> FloatArray:
    """Return rectangles on whole pixels, at least one wide and high."""
    left_top = np.rint(rects[:, :2])
    right_bottom = np.rint(rects[:, :2] + rects[:, 2:])
    return np.concatenate((left_top, np.maximum(right_bottom - left_top, 1.0)), axis=1)


def mixed(color: QColor, base: QColor, share: float) -> QColor:
    """Return an opaque colour that looks like `color` at `share` over `base`."""
    rest = 1 - share
    return QColor(
        round(color.red() * share + base.red() * rest),
        round(color.green() * share + base.green() * rest),
        round(color.blue() * share + base.blue() * rest),
    )


def draw_strokes(
    painter: QPainter, lines: FloatArray, group: IntArray, width: IntArray, colors: list[QColor]
) -> None:
    """Draw lines, each in the colour of its group, the first group uppermost.

    Parameters
    ----------
    lines : shape (n, 4). In pixels.
    group : shape (n,). Number of the colour of each line.
    width : shape (n,). In pixels, at most 15.
    """
    key = group * 16 + width
    if not len(key):
        return
    order = np.argsort(-key, kind="stable")
    lines, key = lines[order], key[order]
    ends = [*(np.flatnonzero(np.diff(key)) + 1).tolist(), len(key)]
    first = 0
    for end in ends:
        color, thick = divmod(int(key[first]), 16)
        painter.setPen(QPen(colors[color], 0 if thick <= 1 else thick))
        draw_lines(painter, lines[first:end])
        first = end


def draw_by_group(
    painter: QPainter, rects: FloatArray, group: IntArray, colors: list[QColor], line: QColor | None
) -> None:
    """Fill rectangles, each with the colour of its group, one call per group."""
    painter.setPen(QPen(line, 0) if line is not None else QPen(QColor(0, 0, 0, 0), 0))
    for number in np.unique(group):
        painter.setBrush(QBrush(colors[int(number)]))
        draw_rects(painter, rects[group == number])
