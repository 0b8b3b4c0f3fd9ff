"""The theme of the desktop is followed while the window is open, down to the pixels."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.canvas.overlay import BINS, rgb
from studio.gui.main_window import MainWindow
from studio.gui.theme import CATEGORICAL, DARK, LIGHT, Theme
from tests.gui.conftest import PATIENCE_MS

DARKER, LIGHTER = 90, 160


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
        "tools": window.menus.toolbar,
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
