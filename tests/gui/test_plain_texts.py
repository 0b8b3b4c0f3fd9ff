"""A name out of a file is shown as it is: Qt would take `<img src=…>` for a picture to load."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as Texts
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import studio.gui
from studio.design import edits
from studio.gui.main_window import MainWindow
from studio.gui.widgets.labels import plain_tip
from tests.gui.conftest import wait_for_result

GUI = Path(studio.gui.__file__).parent
WRITTEN_BY_US = {"widgets/labels.py", "panels/rests.py", "panels/welcome.py"}
"""Where tags are the studio's own, and what they hold is escaped."""
ENDLESS = "<img src='/dev/zero'>&lt;b"


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    """Return every call of the window's code, and the module it is in."""
    return tuple(
        (path.relative_to(GUI).as_posix(), node)
        for path in sorted(GUI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )


def is_ours(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return is_ours(node.body) and is_ours(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("tr", "plain_tip")
    return isinstance(node, ast.Constant)


def test_labels_are_plain() -> None:
    made = {
        place
        for place, call in calls()
        if isinstance(call.func, ast.Name) and call.func.id == "QLabel"
    }
    assert made <= WRITTEN_BY_US


def test_tips_are_the_studios_words_or_made_plain() -> None:
    foreign = [
        f"{place}:{call.lineno}"
        for place, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("setToolTip", "showText")
        and not is_ours(call.args[1 if len(call.args) > 1 else 0])
    ]
    assert not foreign


def test_message_boxes_are_plain() -> None:
    texts = [path.read_text(encoding="utf-8") for path in GUI.rglob("*.py")]
    boxes = sum(text.count("QMessageBox(") for text in texts)
    assert boxes
    assert boxes == sum(text.count("box.setTextFormat(Qt.TextFormat.PlainText)") for text in texts)


@pytest.mark.parametrize(
    "text", ["R01", "a < b", ENDLESS, "&lt;<b>", "<b>bold</b>", "<?xml?>", "R01\n<b>"]
)
def test_a_tip_is_never_taken_for_tags(text: str) -> None:
    shown = plain_tip(text)
    assert not Texts.mightBeRichText(shown)
    assert shown.replace("\u200b", "") == text


def test_a_hostile_name_is_shown_everywhere_and_loads_nothing(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window.workspace
    assert workspace.document is not None
    rack = next(iter(workspace.document.design.racks))
    for place in (("racks", rack, "label"), ("name",)):
        workspace.apply("rename", lambda design, at=place: edits.set_field(design, at, ENDLESS))
    wait_for_result(qtbot, window)
    workspace.notice(ENDLESS, "error")
    workspace.select(frozenset({rack}))
    window.grab()
    shown = [label for label in window.findChildren(QLabel) if ENDLESS in label.text()]
    assert shown
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
