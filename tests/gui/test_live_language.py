"""A window switched to another language shows what one started in it shows, word for word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.gui.app import make_window, wait_until_drawn
from studio.gui.main_window import MainWindow
from studio.gui.settings import Settings
from studio.session.library import find_design
from tests.gui.visible_texts import texts_of

MOVES = ("RunPanel", "StreamPlot")
"""Their figures are of the moment."""


@contextmanager
def at_work(
    app: QApplication, folder: Path, catalog: Catalog, language: str
) -> Iterator[MainWindow]:
    """A window with a design, a pinned baseline, a step of history and a selection."""
    folder.mkdir()
    settings = Settings(folder / "settings.json")
    settings.set("language", language)
    window = make_window(app, settings, catalog, language, "light")
    window.files.asks = False
    window.resize(1600, 1000)
    window.reset_layout()
    window.show()
    window.open_path(find_design("gb200-nvl72"))
    wait_until_drawn(app, window)
    window.workspace.pin_baseline()
    window.workspace.select(frozenset({"R01"}))
    window.inspector.editor("array.count").entered.emit(2)
    wait_until_drawn(app, window)
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def shown(qtbot: QtBot, app: QApplication, window: MainWindow) -> Counter[str]:
    """Return every text of every panel and page, each looked at in turn."""
    texts: Counter[str] = Counter()

    def read(*parts: QWidget) -> None:
        qtbot.waitUntil(lambda: window.document_pages.candidates.is_idle, timeout=30_000)
        wait_until_drawn(app, window)
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        for part in parts:
            found = texts_of(part)
            texts.update(
                text for place, text in found.items() if not any(one in place for one in MOVES)
            )

    for name, dock in window.docks.items():
        window.show_dock(name)
        read(dock)
    read(window.menuBar(), window.toolbar, window.scenario_bar, window.strip)
    read(window.statusBar(), window.canvas)
    for page in (window.welcome, window.compare):
        window.show_page("welcome" if page is window.welcome else "compare")
        read(page)
    window.show_page("canvas")
    return texts


def test_everything_follows_a_switch_of_the_language(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, shipped_catalog: Catalog
) -> None:
    started, switched = {}, {}
    for first, then in (("en", "zh"), ("zh", "en")):
        with at_work(qapp, tmp_path / first, shipped_catalog, first) as window:
            started[first] = shown(qtbot, qapp, window)
            window.settings.set("language", then)
            qapp.processEvents()
            switched[then] = shown(qtbot, qapp, window)
    for language, texts in started.items():
        assert sorted(set(switched[language]) - set(texts)) == []
        assert sorted(set(texts) - set(switched[language])) == []


def test_trees_stay_unfolded_and_selected(window: MainWindow) -> None:
    tree = window.library.tree
    groups = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    for place, group in enumerate(groups):
        assert group is not None
        group.setExpanded(place % 3 == 0)
    first = groups[3]
    assert first is not None
    tree.setCurrentItem(first.child(1))
    planes = window.layers._tree
    plane = planes.topLevelItem(1)
    assert plane is not None
    plane.setExpanded(True)
    planes.setCurrentItem(plane.child(0))
    rule = plane.child(0).text(0)
    window.look.use_language("zh")
    window.workspace.apply(
        "Fewer", lambda d: set_field(d, ("racks", "compute-west", "array", "count"), 5)
    )
    window.look.use_language("en")
    opened = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    assert [place for place, one in enumerate(opened) if one is not None and one.isExpanded()] == [
        place for place in range(len(groups)) if place % 3 == 0
    ]
    current = tree.currentItem()
    assert current is not None
    assert current.parent() is opened[3]
    plane = planes.topLevelItem(1)
    assert plane is not None
    assert plane.isExpanded()
    assert planes.currentItem().text(0).split()[0] == rule.split()[0]
