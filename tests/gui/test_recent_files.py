"""Recent files that can't be looked at, or whose names mean something else to a menu or a page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel

from studio.gui.main_window import MainWindow
from studio.paths import home_dir
from studio.session.library import find_design


def test_a_recent_file_that_cannot_be_asked_for_is_greyed(empty_window: MainWindow) -> None:
    unaskable = Path("/" + "x" * 300)
    empty_window.settings.add_recent(unaskable)
    empty_window.menus.fill_recent()
    action = empty_window.menus._recent.actions()[0]
    assert action.text().startswith(unaskable.name)
    assert not action.isEnabled()


def test_names_of_files_are_shown_as_they_are(empty_window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "A&B <b>bold.supernode"
    path.touch()
    empty_window.settings.add_recent(path)
    empty_window.menus.fill_recent()
    action = empty_window.menus._recent.actions()[0]
    assert action.text().startswith("A&&B <b>bold")
    empty_window.welcome.show_designs((), empty_window.settings.recent)
    words = [label.text() for label in empty_window.welcome.findChildren(QLabel)]
    assert any("A&amp;B &lt;b&gt;bold" in text for text in words)


def test_dialogs_start_where_the_user_works_and_not_among_the_shipped_designs(
    empty_window: MainWindow, tmp_path: Path
) -> None:
    assert empty_window.open_path(find_design("cloudmatrix-384"))
    assert empty_window.start_folder() == home_dir()
    empty_window.settings.add_recent(tmp_path / "own.supernode")
    assert empty_window.open_path(find_design("gb200-nvl72"))
    assert empty_window.start_folder() == tmp_path
