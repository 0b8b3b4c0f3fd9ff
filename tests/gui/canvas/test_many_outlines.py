"""Outlines of thousands of things look as those of a few do, and cost nothing out of sight."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from studio.gui.canvas.painting import marks
from studio.gui.canvas.painting.buffers import draw_rects

COLOR = QColor("#0b63e5")
RECTS = np.array([[5.0, 5.0, 20.0, 12.0], [40.0, 8.0, 3.0, 30.0], [60.0, 40.0, 1.0, 1.0]])


def blank() -> QImage:
    image = QImage(80, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def test_filled_outlines_are_those_of_a_pen(qapp: QApplication) -> None:
    fill = QColor(COLOR)
    fill.setAlpha(0)
    filled, drawn = blank(), blank()
    painter = QPainter(filled)
    marks._fill_outlines(painter, RECTS, COLOR, fill)
    painter.end()
    painter = QPainter(drawn)
    pen = QPen(COLOR, 2)
    pen.setJoinStyle(pen.joinStyle().MiterJoin)
    painter.setPen(pen)
    draw_rects(painter, RECTS)
    painter.end()
    assert filled == drawn
    assert filled != blank()
