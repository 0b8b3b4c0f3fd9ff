"""Work beside the window: the window goes on, errors come back, and it can be given up."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProgressDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.design.edits import set_field
from studio.errors import InvalidInput
from studio.fabric.fabric import Fabric
from studio.gui import workspace
from studio.gui.canvas import showing
from studio.gui.canvas.scene import Scene, build_scene
from studio.gui.main_window import MainWindow
from studio.gui.slow_work import GoOn, run_beside
from studio.session.library import find_design, reference_design
from studio.storage.project_file import write_design


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_window_is_alive_until_the_work_is_done(parent: QWidget) -> None:
    seen, done = [], threading.Event()

    def look() -> None:
        seen.append(threading.current_thread() is threading.main_thread())
        done.set()

    QTimer.singleShot(0, look)
    assert run_beside(parent, "Building", lambda _: bool(done.wait(20))) is True
    assert seen == [True]


def test_an_error_of_the_work_is_raised_here(parent: QWidget) -> None:
    def work(go_on: GoOn) -> int:
        go_on()
        raise InvalidInput("{n} is too many", n=3)

    with pytest.raises(InvalidInput, match="3 is too many"):
        run_beside(parent, "Building", work)


def cancel() -> None:
    dialog = next(d for d in QApplication.topLevelWidgets() if isinstance(d, QProgressDialog))
    dialog.show()
    button = dialog.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_work_given_up_returns_nothing(parent: QWidget) -> None:
    release = threading.Event()
    QTimer.singleShot(0, cancel)
    assert run_beside(parent, "Building", lambda _: release.wait(20)) is None
    release.set()


def test_work_given_up_ends_when_it_next_asks(parent: QWidget) -> None:
    ended, workers = threading.Event(), []

    def work(go_on: GoOn) -> None:
        workers.append(threading.current_thread())
        try:
            while True:
                go_on()
                time.sleep(0.001)
        finally:
            ended.set()

    QTimer.singleShot(0, cancel)
    assert run_beside(parent, "Building", work) is None
    assert ended.wait(20)
    workers[0].join(20)
    assert not workers[0].is_alive()


def test_a_large_design_is_drawn_from_what_was_worked_out_beside(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "MOST_AT_ONCE", 10)
    built_in = []

    def seen(fabric: Fabric, previous: Scene | None = None) -> Scene:
        built_in.append(threading.current_thread() is threading.main_thread())
        return build_scene(fabric, previous)

    monkeypatch.setattr(showing, "build_scene", seen)
    assert window.open_path(find_design("gb200-nvl72"))
    assert built_in == [False]
    document = window.workspace.document
    assert document is not None
    assert window.canvas.scene is not None
    assert window.canvas.scene.fabric is document.fabric


def test_a_large_design_given_up_leaves_the_one_before(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.workspace.document
    monkeypatch.setattr(workspace, "MOST_AT_ONCE", 10)
    QTimer.singleShot(0, cancel)
    assert not window.open_path(find_design("gb200-nvl72"))
    assert window.workspace.document is before
    assert window.open_path(find_design("gb200-nvl72"))
    assert window.workspace.document is not before


def test_a_large_design_that_can_not_be_built_is_told(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(workspace, "MOST_AT_ONCE", 10)
    wrong = set_field(reference_design("gb200-nvl72"), ("site", "routing", "slack_m"), -1.0)
    path = tmp_path / "wrong.supernode"  # type: ignore[operator]
    write_design(path, wrong)
    assert not window.open_path(path)
    assert "slack" in window.notices.text
