"""Panels behind others are made when first looked at, and show what they missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.gui.app import make_window, wait_until_drawn
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.session.library import find_design


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, shipped_catalog: Catalog
) -> Iterator[MainWindow]:
    made = make_window(qapp, Settings(tmp_path / "settings.json"), shipped_catalog, "en", "light")
    made.files.asks = False
    made.resize(1280, 800)
    made.reset_layout()
    made.show()
    made.open_path(find_design("gb200-nvl72"))
    wait_until_drawn(qapp, made)
    yield made
    made.close()
    made.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_window_opens_without_the_panels_behind(qtbot: QtBot, window: MainWindow) -> None:
    assert set(window.late.made) == set()
    window.reset_layout()
    qtbot.waitUntil(lambda: window.late.seen == frozenset())
    assert set(window.late.made) == set()


@pytest.mark.parametrize("name", ["network", "study", "table", "differences"])
def test_a_panel_is_made_as_its_tab_comes_to_the_front(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    window.show_dock(name)
    qtbot.waitUntil(lambda: name in window.late.made)
    assert set(window.late.made) == {name}
    assert window.docks[name].widget() is window.late.made[name]
    assert window.late.made[name].isVisible()


def test_a_table_made_late_shows_design_and_selection_of_now(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.workspace.apply("name", lambda design: set_field(design, ("name",), "Late"))
    window.workspace.select(frozenset({"R01"}))
    window.show_dock("table")
    qtbot.waitUntil(lambda: "table" in window.late.made)
    rows = window.table.view.selectionModel().selectedRows()
    assert [row.siblingAtColumn(0).data() for row in rows] == ["R01"]


def test_a_study_made_late_can_be_asked(qtbot: QtBot, window: MainWindow) -> None:
    window.show_dock("study")
    qtbot.waitUntil(lambda: "study" in window.late.made)
    assert window.study.question.isEnabled()
    assert window.study.question.question().goal


def test_the_comparison_is_made_as_its_page_is_shown(window: MainWindow) -> None:
    window.show_page("compare")
    assert set(window.late.made) == {"compare"}
    assert window.page == "compare"
    assert window.compare.isVisible()
    assert "GB200 NVL72" in window.compare.view.designs


def test_a_panel_made_late_speaks_the_language_and_has_names(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.settings.set("language", "zh")
    window.show_dock("differences")
    qtbot.waitUntil(lambda: "differences" in window.late.made)
    assert window.differences.marks.text() == "在画布上显示"
    assert window.differences.before.accessibleName()
    window.settings.set("language", "en")
    QApplication.processEvents()
    assert window.differences.marks.text() == "Show on the canvas"
