"""A window over the small test designs, and the check that no test leaves widgets or threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.gui import fonts
from studio.gui.app import make_application, make_window
from studio.gui.i18n import Languages, current_language
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.session.document import Document
from studio.session.library import find_design

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return make_application()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture(autouse=True)
def _texts_count_not_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the window turn Chinese on a machine whose fonts would show boxes."""
    monkeypatch.setattr(fonts, "has_chinese_glyphs", lambda: True)


@pytest.fixture(autouse=True)
def _in_english(qapp: QApplication) -> Iterator[None]:
    """The language belongs to the application: a test after this one begins in English again."""
    yield
    if current_language() != "en":
        Languages(qapp).use("en")


@pytest.fixture
def empty_window(
    qtbot: QtBot, qapp: QApplication, settings: Settings, shipped_catalog: Catalog
) -> Iterator[MainWindow]:
    window = make_window(qapp, settings, shipped_catalog, "en", "light")
    window.files.asks = False
    window.resize(1280, 800)
    window.reset_layout()
    window.show()
    yield window
    window.close()
    window.deleteLater()
    qapp.processEvents()
    qapp.sendPostedEvents(None, 52)  # DeferredDelete
    left = [thread.name for thread in threading.enumerate() if "evaluate" in thread.name]
    assert not left, f"threads left: {left}"


@pytest.fixture
def window(qtbot: QtBot, empty_window: MainWindow) -> MainWindow:
    """The window on CloudMatrix 384 with its figures shown."""
    assert empty_window.open_path(find_design("cloudmatrix-384"))
    empty_window.build_plots()
    wait_for_result(qtbot, empty_window)
    return empty_window


@pytest.fixture
def document(window: MainWindow) -> Document:
    assert window.workspace.document is not None
    return window.workspace.document


def wait_for_result(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the figures belong to the present design."""
    workspace = window.workspace
    qtbot.waitUntil(
        lambda: workspace.evaluation is not None and not workspace.is_stale, timeout=PATIENCE_MS
    )


@pytest.fixture
def broken_window(qtbot: QtBot, window: MainWindow, broken: Path) -> MainWindow:
    """The window on a CloudMatrix 384 that breaks several design rules, its problems listed."""
    with qtbot.waitSignal(window.workspace.evaluated, timeout=PATIENCE_MS):
        window.open_path(broken)
    return window
