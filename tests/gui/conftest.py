"""A window over the small test designs, and the check that no test leaves widgets or threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
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
from studio.gui.settings import SETTINGS, Settings
from studio.session.document import Document
from studio.session.library import find_design

PATIENCE_MS = 20_000
SHOWN = find_design("cloudmatrix-384")
_SHARED = {"language": "en", "theme": "light"}
"""Settings of a window that tests share; the others are the usual ones."""


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


def _shown_window(
    qapp: QApplication, settings: Settings, shipped_catalog: Catalog
) -> Iterator[MainWindow]:
    before = _evaluating()
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
    left = _evaluating() - before
    assert not left, f"threads left: {left}"


def _evaluating() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "evaluate" in thread.name}


@pytest.fixture
def empty_window(
    qtbot: QtBot, qapp: QApplication, settings: Settings, shipped_catalog: Catalog
) -> Iterator[MainWindow]:
    yield from _shown_window(qapp, settings, shipped_catalog)


@dataclass
class KeptWindow:
    """A window that the tests of a module share, and where its docks usually are."""

    window: MainWindow
    places: bytes = b""


@pytest.fixture(scope="module")
def kept_window(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, shipped_catalog: Catalog
) -> Iterator[KeptWindow]:
    settings = Settings(tmp_path_factory.mktemp("kept") / "settings.json")
    for key, value in _SHARED.items():
        settings.set(key, value)
    for window in _shown_window(qapp, settings, shipped_catalog):
        yield KeptWindow(window)


@pytest.fixture
def shared_window(qtbot: QtBot, kept_window: KeptWindow) -> MainWindow:
    """One `window` for the tests of a module, put back before each: making it is most of a test.

    Put back are the design with its history, figures, baseline and run, the selection, the page,
    the docks, the view and planes of the canvas, notices, settings and the clipboard. What panels
    remember beside these, such as unfolded rows, stays: who tests that takes a `window` of his own.
    """
    window, workspace = kept_window.window, kept_window.window.workspace
    for setting in SETTINGS:
        window.settings.set(setting.key, _SHARED.get(setting.key, setting.default))
    window.resize(1280, 800)
    document = workspace.document
    is_as_opened = (
        document is not None
        and document.path == SHOWN
        and not document.revision
        and not document.history.steps
        and workspace.baseline is workspace.evaluation
    )
    if not is_as_opened:
        assert window.open_path(SHOWN)
    window.build_plots()
    wait_for_result(qtbot, window)
    document = workspace.document
    assert document is not None
    workspace.select(frozenset())
    window.show_page("canvas")
    if bytes(window.saveState().data()) != kept_window.places:
        window.reset_layout()
        QApplication.processEvents()
        kept_window.places = bytes(window.saveState().data())
    window.canvas.set_visible_planes(frozenset(document.design.planes))
    window.canvas.zoom_to_fit()
    window.run_panel.set_playing(True)
    window.notices.hide()
    QApplication.clipboard().clear()
    return window


@pytest.fixture
def own_window(qtbot: QtBot, empty_window: MainWindow) -> MainWindow:
    """A window that no other test has touched, on CloudMatrix 384 with its figures shown."""
    assert empty_window.open_path(SHOWN)
    empty_window.build_plots()
    wait_for_result(qtbot, empty_window)
    return empty_window


@pytest.fixture
def window(own_window: MainWindow) -> MainWindow:
    """The window on CloudMatrix 384; modules whose tests share one say so."""
    return own_window


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
