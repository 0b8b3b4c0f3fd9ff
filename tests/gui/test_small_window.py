"""A maximised window on a full-HD screen at 200 %, 960 by 510 points, shows all it has."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.main_window import MainWindow
from tests.gui.conftest import wait_for_result


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


@pytest.mark.parametrize("language", ["en", "zh"])
def test_window_goes_on_a_full_hd_screen_at_200_percent(
    qtbot: QtBot, window: MainWindow, language: str
) -> None:
    window.settings.set("language", language)
    for _ in range(2):
        # The layout of a high window holds it at its height; that of a low one lets it go on.
        window.resize(960, 510)
        window.reset_layout()
        QApplication.processEvents()
    assert window.width() <= 960
    assert window.height() <= 510
    assert window.canvas.height() >= 120
    (first, *_, last) = window.strip.tiles
    assert window.strip.height() < 2 * first.height()
    # What is scrolled out of sight comes with the cursor.
    last.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(last, Qt.Key.Key_Backtab)
    seen = QApplication.focusWidget()
    assert seen in window.strip.tiles
    assert not seen.visibleRegion().isEmpty()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_never_cut_nor_names_without_a_change(
    qtbot: QtBot, window: MainWindow, language: str
) -> None:
    window.settings.set("language", language)
    window.resize(1280, 800)
    wait_for_result(qtbot, window)
    QApplication.processEvents()
    for tile in window.strip.tiles:
        assert tile.row is not None
        value, change = tile._value, tile._change
        assert value.width() >= value.sizeHint().width(), tile.row.label
        assert change.width() >= change.sizeHint().width(), tile.row.label
        if not tile.row.change:
            assert tile._label.width() >= tile._label_width() - 2, tile.row.label
