"""The theme of the desktop is followed while the window is open, down to the pixels."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.canvas import theme as canvas_theme
from studio.gui.canvas.overlay import BINS, rgb
from studio.gui.canvas.painting.differences import SIGNS
from studio.gui.canvas.theme import CanvasTheme
from studio.gui.main_window import MainWindow
from studio.gui.panels.layers import LayersPanel
from studio.gui.theme import CATEGORICAL, DARK, LIGHT, Theme, apply_theme
from studio.gui.views.layer_rows import PlaneRow
from tests.gui.conftest import PATIENCE_MS

DARKER, LIGHTER = 90, 160
LEAST_CONTRAST = 50
"""In lightness, 0 to 255."""


def lightness(widget: QWidget) -> float:
    """Return the mean lightness of a widget as it is painted, 0 to 255."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return float(rows[:, : image.width()].mean())


def parts_of(window: MainWindow) -> Mapping[str, QWidget]:
    return {
        "canvas": window.canvas,
        "plots": window.plots,
        "inspector": window.inspector,
        "library": window.library,
        "figures": window.strip,
        "tools": window.toolbar,
        "menus": window.menuBar(),
    }


def turn(window: MainWindow, scheme: Qt.ColorScheme) -> None:
    QApplication.styleHints().colorSchemeChanged.emit(scheme)
    QApplication.processEvents()


def test_the_window_follows_the_desktop(qtbot: QtBot, window: MainWindow) -> None:
    window.settings.set("theme", "system")
    window.show_dock("plots")
    for scheme, theme in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        turn(window, scheme)
        assert window.theme is theme
        qtbot.waitUntil(lambda: window.canvas.is_sharp, timeout=PATIENCE_MS)
        for name, part in parts_of(window).items():
            found = lightness(part)
            assert found < DARKER if theme.is_dark else found > LIGHTER, (name, found)


def test_a_theme_that_was_chosen_stays(window: MainWindow) -> None:
    window.settings.set("theme", "light")
    turn(window, Qt.ColorScheme.Dark)
    assert window.theme is LIGHT


def luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour, WCAG 2.1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_texts_keep_the_contrast_of_wcag_aa(theme: Theme) -> None:
    for colour in (theme.text, theme.quiet, theme.good, theme.bad, theme.warning):
        for ground in (theme.panel, theme.raised, theme.field):
            assert contrast(colour, ground) >= 4.5, (colour, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    for colour in (*theme.bounds.values(), theme.stale, *CATEGORICAL):
        assert contrast(colour, theme.panel) >= 2.0, colour


def test_the_map_of_overlays_is_even_in_lightness() -> None:
    steps = [luminance("#{:02x}{:02x}{:02x}".format(*rgb(number))) for number in range(BINS)]
    assert all(before < after for before, after in itertools.pairwise(steps))
    assert contrast("#{:02x}{:02x}{:02x}".format(*rgb(0)), "#fee838") > 10


_VISIONS = {
    "usual": np.eye(3),
    "red-blind": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "green-blind": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "blue-blind": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""What is left of linear sRGB; Machado, Oliveira and Fernandes 2009, severity 1."""
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, vision: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a colour in CIELAB as an eye sees it."""
    parts = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(_VISIONS[vision] @ linear, 0, 1)
    share = _TO_XYZ @ seen / _WHITE
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


COMPUTING = ("npu", "cpu", "switch", "nic")
"""Kinds that stand side by side on a node; fills of all others are quieter."""


def _fills(theme: CanvasTheme, *kinds: str) -> tuple[str, ...]:
    return tuple(theme.kind(kind).name() for kind in kinds)


@pytest.mark.parametrize("vision", _VISIONS)
@pytest.mark.parametrize(
    ("colours", "least"),
    [
        (CATEGORICAL[:7], 20.0),
        (CATEGORICAL, 14.0),
        (tuple(LIGHT.bounds.values()), 19.0),
        (tuple(DARK.bounds.values()), 19.0),
        (tuple(one.name() for one in canvas_theme.LIGHT.planes), 19.0),
        (tuple(one.name() for one in canvas_theme.DARK.planes), 19.0),
        (_fills(canvas_theme.LIGHT, *COMPUTING), 14.0),
        (_fills(canvas_theme.DARK, *COMPUTING), 14.0),
        (_fills(canvas_theme.LIGHT, *canvas_theme.LIGHT.kinds), 7.0),
        (_fills(canvas_theme.DARK, *canvas_theme.DARK.kinds), 7.0),
        ((LIGHT.good, LIGHT.bad, LIGHT.warning), 15.0),
        ((DARK.good, DARK.bad, DARK.warning), 15.0),
        (tuple(sign.color for sign in SIGNS.values()), 16.0),
        ((canvas_theme.LIGHT.failed.name(), canvas_theme.LIGHT.degraded.name()), 25.0),
        ((canvas_theme.DARK.failed.name(), canvas_theme.DARK.degraded.name()), 25.0),
    ],
)
def test_colours_differ_in_every_eye(colours: tuple[str, ...], least: float, vision: str) -> None:
    """A just visible difference is about 2.3 in CIELAB; neighbours in a bar should be plain."""
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) >= least, (one, other)


@pytest.mark.parametrize("theme", [canvas_theme.LIGHT, canvas_theme.DARK])
def test_names_on_components_keep_the_contrast_of_wcag_aa(theme: CanvasTheme) -> None:
    for kind in theme.kinds:
        assert contrast(theme.chip_text.name(), theme.kind(kind).name()) >= 4.5, kind


def test_the_list_of_planes_has_the_colours_of_the_drawing(qtbot: QtBot) -> None:
    panel = LayersPanel(canvas_theme.LIGHT)
    qtbot.addWidget(panel)
    panel.show_rows(tuple(PlaneRow(f"p{n}", f"Plane {n}", "", 8, ()) for n in range(7)))
    for colours in (canvas_theme.LIGHT, canvas_theme.DARK):
        panel.set_colours(colours)
        tree = panel.findChild(QTreeWidget)
        assert tree is not None
        icons = [tree.topLevelItem(n).icon(0) for n in range(7)]
        shown = [icon.pixmap(12, 12).toImage().pixelColor(5, 5) for icon in icons]
        assert shown == list(colours.planes)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("is_checked", [False, True])
def test_check_boxes_have_a_frame_in_both_themes(
    qtbot: QtBot, qapp: QApplication, theme: Theme, is_checked: bool
) -> None:
    before = qapp.styleSheet(), qapp.palette()
    apply_theme(qapp, theme)
    try:
        dialog = QDialog()
        qtbot.addWidget(dialog)
        box = QCheckBox("snap", dialog)
        box.setChecked(is_checked)
        dialog.show()
        image = box.grab().toImage()
    finally:
        qapp.setStyleSheet(before[0])
        qapp.setPalette(before[1])
    around = QColor(theme.window)
    row = [image.pixelColor(x, image.height() // 2) for x in range(20)]
    frame = max(abs(pixel.lightness() - around.lightness()) for pixel in row[:3])
    assert frame > LEAST_CONTRAST
