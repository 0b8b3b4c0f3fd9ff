"""The Differences panel: any two states, as rows and on the canvas."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.design.edits import move_racks, set_field
from studio.fabric.comparison import MOVED
from studio.gui.canvas.painting.differences import SIGNS, counts
from studio.gui.main_window import MainWindow
from studio.gui.panels.differences import DifferencesPanel, Side
from studio.session.document import Document
from studio.session.library import find_design
from tests.gui.conftest import PATIENCE_MS, wait_for_result


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow) -> DifferencesPanel:
    window.actions_made["view.differences"].trigger()
    qtbot.waitUntil(lambda: window.compared.found is not None, timeout=PATIENCE_MS)
    return window.differences


def texts(panel: DifferencesPanel) -> list[tuple[str, ...]]:
    items = [panel.changes.topLevelItem(n) for n in range(panel.changes.topLevelItemCount())]
    return [tuple(item.text(column) for column in range(5)) for item in items if item is not None]


def choose(panel: DifferencesPanel, side: Side, *, is_after: bool = False) -> None:
    combo = panel.after if is_after else panel.before
    places = range(combo.count())
    combo.setCurrentIndex(next(place for place in places if combo.itemData(place) == side))
    combo.activated.emit(combo.currentIndex())


def edit_twice(qtbot: QtBot, window: MainWindow) -> None:
    window.workspace.apply("Move", lambda d: move_racks(d, ["compute-east"], 1.0, 0.0))  # type: ignore[list-item]
    window.workspace.apply(
        "Fewer", lambda d: set_field(d, ("racks", "compute-west", "array", "count"), 5)
    )
    wait_for_result(qtbot, window)


def test_edits_since_the_last_save_are_listed_with_their_effect(
    qtbot: QtBot, window: MainWindow, panel: DifferencesPanel
) -> None:
    assert texts(panel) == []
    edit_twice(qtbot, window)
    qtbot.waitUntil(lambda: len(texts(panel)) == 2, timeout=PATIENCE_MS)
    assert texts(panel) == [
        ("≠  Changed", "Rack compute-west", "Racks in a row", "6", "5"),
        ("→  Moved", "Rack compute-east", "Position x", "8 m", "9 m"),
    ]
    figures = panel.figures
    found = {
        item.text(0): item.text(3)
        for place in range(figures.topLevelItemCount())
        if (item := figures.topLevelItem(place)) is not None
    }
    assert found["NPUs"] == "−8.3 %"


def test_panel_says_that_it_compares_until_the_answer_is_there(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(window.compared._worker, "ask", lambda *_: None)
        window.actions_made["view.differences"].trigger()
        assert window.differences._empty.text() == "Comparing…"
    window.compared.refresh()
    qtbot.waitUntil(lambda: window.compared.found is not None, timeout=PATIENCE_MS)
    assert window.differences._empty.text() == "The two designs say the same."


def test_another_document_starts_with_nothing_found(
    qtbot: QtBot, window: MainWindow, panel: DifferencesPanel
) -> None:
    before = window.compared.found
    assert window.open_path(find_design("gb200-nvl72"))
    assert window.compared.found is not before


def test_any_two_steps_are_compared(
    qtbot: QtBot, window: MainWindow, panel: DifferencesPanel
) -> None:
    edit_twice(qtbot, window)
    choose(panel, Side("step", 1))
    qtbot.waitUntil(lambda: [row[0] for row in texts(panel)] == ["≠  Changed"], timeout=PATIENCE_MS)
    choose(panel, Side("step", 0))
    choose(panel, Side("step", 1), is_after=True)
    qtbot.waitUntil(lambda: [row[0] for row in texts(panel)] == ["→  Moved"], timeout=PATIENCE_MS)


def test_another_file_is_compared(
    qtbot: QtBot, window: MainWindow, panel: DifferencesPanel, tmp_path: Path
) -> None:
    panel.add_file(panel.before, find_design("dgx-h100-su32"))
    qtbot.waitUntil(lambda: any("Removed" in row[0] for row in texts(panel)), timeout=PATIENCE_MS)
    broken = tmp_path / "broken.supernode"
    broken.write_text("{")
    panel.add_file(panel.after, broken)
    assert texts(panel) == []


def test_the_canvas_marks_what_differs(
    qtbot: QtBot, window: MainWindow, panel: DifferencesPanel, document: Document
) -> None:
    edit_twice(qtbot, window)
    qtbot.waitUntil(lambda: len(texts(panel)) == 2, timeout=PATIENCE_MS)
    assert window.compared.found is not None
    said = {sign.title: text for sign, text in counts(window.compared.found.fabric)}
    assert list(said) == ["Moved", "Removed", "Recabled"]
    assert (said["Moved"], said["Removed"]) == ("6 racks", "1 rack")
    assert said["Recabled"].endswith(" links gone")
    picture = window.canvas.grab().toImage()
    color = QColor(SIGNS[MOVED].color)
    marked = sum(
        picture.pixelColor(x, y) == color
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )
    assert marked > 20
    panel.marks.setChecked(False)
    picture = window.canvas.grab().toImage()
    assert not any(
        picture.pixelColor(x, y) == color
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )


def test_signs_differ_in_shape_and_lightness() -> None:
    assert len({sign.glyph for sign in SIGNS.values()}) == len(SIGNS)
    light = sorted(QColor(sign.color).lightnessF() for sign in SIGNS.values())
    assert len({round(value, 2) for value in light}) == len(SIGNS)
