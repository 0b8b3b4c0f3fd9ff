"""Where files are written: endings, names that stand for something else, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox

from studio.gui.dialogs.save_dialog import ask_where, with_ending
from studio.gui.main_window import MainWindow
from studio.session.document import Document
from studio.storage.project_file import SUFFIX, read_design


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("my.design", "my.design.supernode"),
        ("plain", "plain.supernode"),
        ("mine.supernode", "mine.supernode"),
        ("MINE.SUPERNODE", "MINE.SUPERNODE"),
        ("-rf", "-rf.supernode"),
        ("超节点 1.2", "超节点 1.2.supernode"),
        ('it\'s "new"', 'it\'s "new".supernode'),
        (".hidden", ".hidden.supernode"),
    ],
)
def test_a_name_gets_its_ending_whatever_dots_it_holds(typed: str, written: str) -> None:
    assert with_ending(Path("/x") / typed, (SUFFIX,), SUFFIX) == Path("/x") / written


def test_a_design_is_saved_under_a_name_with_a_dot(
    window: MainWindow, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, tmp_path / "my.design")
    assert window.files.save_as()
    assert document.path == tmp_path / "my.design.supernode"
    assert read_design(document.path).design == document.design


def test_a_file_is_replaced_only_on_demand(
    window: MainWindow, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "mine.supernode"
    there.write_text("somebody's work")
    answer(monkeypatch, tmp_path / "mine", Path())
    pressed: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: pressed.append(box.text()))
    assert not window.files.save_as()
    assert "mine.supernode exists already" in pressed[0]
    assert there.read_text() == "somebody's work"
    answer(monkeypatch, tmp_path / "mine")
    monkeypatch.setattr(QMessageBox, "clickedButton", replace_button)
    assert ask_where(window, "Save", "mine", (SUFFIX,)) == there


def test_a_name_is_suggested_that_a_file_can_have(
    window: MainWindow, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_: object, __: str, start: str, ___: str, **____: object) -> tuple[str, str]:
        asked.append(start)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert ask_where(window, "Save", "a/b: c?", (".csv",)) is None
    assert Path(asked[0]).name == "a-b- c-.csv"


def answer(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Let the file dialog answer one path after the other; an empty one cancels."""
    left = list(paths)

    def ask(*_: object, **__: object) -> tuple[str, str]:
        path = left.pop(0)
        return ("" if path == Path() else str(path)), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)


def replace_button(box: QMessageBox) -> QAbstractButton:
    return next(one for one in box.buttons() if one.text() == "Replace")
