"""Chinese is never shown as boxes: where no font has it, the window says so and stays English."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.catalog.catalog import Catalog
from studio.gui import fonts
from studio.gui.app import make_window
from studio.gui.fonts import has_chinese_glyphs
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "has_chinese_glyphs", lambda: False)


@pytest.mark.usefixtures("no_chinese_font")
def test_a_switch_to_chinese_without_a_font_says_what_to_install(
    empty_window: MainWindow,
) -> None:
    empty_window.settings.set("language", "zh")
    assert empty_window.language == "en"
    assert "sudo apt-get install -y fonts-noto-cjk" in empty_window.notices.text
    empty_window.settings.set("language", "en")


@pytest.mark.usefixtures("no_chinese_font")
def test_a_start_in_chinese_without_a_font_says_so_too(
    qapp: QApplication, settings: Settings, shipped_catalog: Catalog
) -> None:
    window = make_window(qapp, settings, shipped_catalog, "zh", "light")
    window.show()
    assert window.language == "en"
    assert "fonts-noto-cjk" in window.notices.text
    window.close()
    window.deleteLater()


def test_this_machine_shows_chinese(
    empty_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_chinese_glyphs():
        pytest.skip("no font with Chinese here")
    monkeypatch.setattr(fonts, "has_chinese_glyphs", has_chinese_glyphs)
    empty_window.settings.set("language", "zh")
    assert empty_window.language == "zh"
    assert not empty_window.notices.text
    empty_window.settings.set("language", "en")


def test_windows_finds_its_fonts_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    # Set first, so that both are as before when the test ends.
    monkeypatch.setenv("QT_QPA_FONTDIR", "")
    monkeypatch.delenv("QT_QPA_FONTDIR")
    monkeypatch.setenv("SYSTEMROOT", "W:")
    monkeypatch.setattr(sys, "platform", "linux")
    fonts.find_fonts_without_display()
    assert "QT_QPA_FONTDIR" not in os.environ
    monkeypatch.setattr(sys, "platform", "win32")
    fonts.find_fonts_without_display()
    assert Path(os.environ["QT_QPA_FONTDIR"]) == Path("W:") / "Fonts"
