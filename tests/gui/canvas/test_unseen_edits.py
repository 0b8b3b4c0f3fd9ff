"""Edits that the drawing does not show leave it as it is; a new name of the design is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from studio.design.edits import set_field
from studio.design.model import Design
from studio.gui.canvas.requests import EditRequest
from tests.gui.canvas.conftest import Editor


@pytest.fixture
def asked(qtbot: QtBot, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Return what grows with every time the drawing asks to be painted."""
    qtbot.waitUntil(lambda: editor.view.is_sharp)
    times: list[None] = []
    monkeypatch.setattr(editor.view, "update", lambda: times.append(None))
    return times


def _apply(editor: Editor, edit: Callable[[Design], Design]) -> None:
    editor.apply(EditRequest("Edit", edit))


def test_an_author_is_not_painted(editor: Editor, asked: list[None]) -> None:
    _apply(editor, lambda design: set_field(design, ("author",), "Ada"))
    assert not asked


def test_the_way_back_up_follows_the_name(editor: Editor, asked: list[None]) -> None:
    _apply(editor, lambda design: set_field(design, ("name",), "Another"))
    assert asked
    assert editor.view.breadcrumb.startswith("Another")


def test_a_rack_that_moves_is_painted(editor: Editor, asked: list[None]) -> None:
    rack = next(iter(editor.design.racks))
    _apply(editor, lambda design: set_field(design, ("racks", rack, "x_m"), 3.5))
    assert asked


def test_a_step_after_an_unseen_one_finds_its_picture_again(qtbot: QtBot, editor: Editor) -> None:
    view, rack = editor.view, next(iter(editor.design.racks))
    qtbot.waitUntil(lambda: view.is_sharp)
    _apply(editor, lambda design: set_field(design, ("author",), "Ada"))
    unseen = editor.design
    _apply(editor, lambda design: set_field(design, ("racks", rack, "x_m"), 3.5))
    view.repaint()
    painted = view.pictures_painted
    _apply(editor, lambda _: unseen)
    view.repaint()
    assert view.is_sharp
    assert view.pictures_painted == painted
