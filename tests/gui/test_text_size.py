"""The size of all texts follows its setting at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from studio.gui.main_window import MainWindow
from tests.gui.conftest import PATIENCE_MS


@pytest.fixture
def sized(window: MainWindow) -> Iterator[MainWindow]:
    """A window whose text size is the usual one again afterwards."""
    yield window
    window.settings.set("font_scale", 100)


def test_texts_grow_while_the_window_is_open(qtbot: QtBot, sized: MainWindow) -> None:
    controls = [one for kind in (QLabel, QLineEdit) for one in sized.findChildren(kind)]
    controls = [one for one in controls if one.isVisible()]
    before = {one: one.fontInfo().pointSizeF() for one in controls}
    sized.settings.set("font_scale", 200)

    def have_grown() -> bool:
        return all(one.fontInfo().pointSizeF() > 1.5 * size for one, size in before.items())

    qtbot.waitUntil(have_grown, timeout=PATIENCE_MS)
