"""The image between paints, at the scalings of desktops: what is moved is what would be painted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from studio.gui.canvas.backing import Backing
from studio.gui.canvas.viewport import Rect, Viewport

RATIOS = (1.0, 1.25, 1.5, 2.0)
_SIZE = QSize(400, 300)


class Stripes:
    """Paints the hall as stripes half a metre wide; counts pixels and the times it was asked."""

    def __init__(self) -> None:
        self.windows: list[Rect | None] = []

    def __call__(self, painter: QPainter, view: Viewport, window: Rect | None, sharp: bool) -> None:
        self.windows.append(window)
        painter.fillRect(QRectF(0, 0, view.width, view.height), QColor("#ffffff"))
        x, _, width, _ = view.world
        for number in np.arange(np.floor(x), np.ceil(x + width) + 1).tolist():
            left, _ = view.to_screen(number, 0.0)
            stripe = QRectF(left, 0, 0.5 * view.scale, view.height)
            painter.fillRect(stripe, QColor("#204060" if sharp else "#305070"))


def _shown(
    backing: Backing, view: Viewport, ratio: float, paint: Stripes, *, sharp: bool
) -> QImage:
    image = QImage(_SIZE * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    backing.show(painter, view, ratio, paint, sharp=sharp)
    painter.end()
    return image


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_pan_there_and_back_leaves_no_seams(qtbot: QtBot, ratio: float) -> None:
    backing, paint = Backing(), Stripes()
    view = Viewport(0.0, 0.0, 40.0, _SIZE.width(), _SIZE.height())
    first = _shown(backing, view, ratio, paint, sharp=False)
    for step in (*range(1, 40), *range(40, -1, -1)):
        _shown(backing, view.panned(9 * step, 4 * step), ratio, paint, sharp=False)
    assert _shown(backing, view, ratio, paint, sharp=False) == first
    assert None not in paint.windows[1:], "a pan paints strips, never the whole view"


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_slow_pan_paints_ahead_and_then_only_copies(qtbot: QtBot, ratio: float) -> None:
    backing, paint = Backing(), Stripes()
    view = Viewport(0.0, 0.0, 40.0, _SIZE.width(), _SIZE.height())
    frames = 120
    for step in range(frames):
        _shown(backing, view.panned(7 * step, 4 * step), ratio, paint, sharp=False)
    # 840 pixels sideways and 480 down, more than a hundred ahead each time, and two strips then.
    assert len(paint.windows) < frames / 4


@pytest.mark.parametrize("factor", [1.1, 1 / 1.1])
def test_a_zoom_is_painted_in_bands_never_at_once(qtbot: QtBot, factor: float) -> None:
    backing, paint = Backing(), Stripes()
    view = Viewport(-50.0, -30.0, 4.0 if factor > 1 else 400.0, _SIZE.width(), _SIZE.height())
    _shown(backing, view, 1.0, paint, sharp=True)
    for _ in range(40):
        view = view.zoomed(factor, 200, 150)
        _shown(backing, view, 1.0, paint, sharp=False)
    assert len(paint.windows) > 5
    assert None not in paint.windows[1:]


def test_a_leap_is_painted_at_once(qtbot: QtBot) -> None:
    backing, paint = Backing(), Stripes()
    view = Viewport(0.0, 0.0, 4.0, _SIZE.width(), _SIZE.height())
    _shown(backing, view, 1.0, paint, sharp=True)
    _shown(backing, view.zoomed(9.0, 0, 0), 1.0, paint, sharp=False)
    assert paint.windows == [None, None]


def test_rest_after_a_zoom_is_sharp(qtbot: QtBot) -> None:
    backing, paint = Backing(), Stripes()
    view = Viewport(0.0, 0.0, 40.0, _SIZE.width(), _SIZE.height())
    _shown(backing, view, 1.0, paint, sharp=True)
    for _ in range(9):
        view = view.zoomed(1.1, 200, 150)
        _shown(backing, view, 1.0, paint, sharp=False)
    fresh = _shown(Backing(), view, 1.0, Stripes(), sharp=True)
    assert _shown(backing, view, 1.0, paint, sharp=True) == fresh
    assert backing.is_sharp(view)
