"""A second start goes to the window that is open, and nothing else that speaks to it counts."""

from __future__ import annotations

import os
import socket as sockets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui import app
from studio.gui.file_open_events import FileOpenEvents
from studio.gui.main_window import MainWindow
from studio.gui.single_instance import (
    MOST_BYTES,
    MOST_FILES,
    Listener,
    files_of,
    hand_over,
    message_of,
    server_name,
)
from studio.session.library import find_design

PATIENCE_MS = 20_000
FILES = (find_design("gb200-nvl72").absolute(), Path("/tmp/名 前.supernode"))
HAND_OVER = """
import sys
from pathlib import Path
from studio.gui.single_instance import hand_over
sys.exit(0 if hand_over([Path(one) for one in sys.argv[2:]], Path(sys.argv[1])) else 1)
"""
posix_only = pytest.mark.skipif(os.name == "nt", reason="pipes of Windows leave no file behind")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: names of local sockets end at about a hundred bytes."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


class Ear:
    """A listener and what it heard."""

    def __init__(self, folder: Path) -> None:
        self.is_busy = False
        self.heard: list[tuple[Path, ...]] = []
        self.parent = QObject()
        self.listener = Listener(folder, lambda: self.is_busy, self.parent)
        self.listener.files_given.connect(self.heard.append)


@pytest.fixture
def ear(qtbot: QtBot, folder: Path) -> Iterator[Ear]:
    made = Ear(folder)
    assert made.listener.start()
    yield made
    made.listener.close()


def second_start(folder: Path, *files: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", HAND_OVER, str(folder), *map(str, files)])


def ends(qtbot: QtBot, process: subprocess.Popen[bytes]) -> int:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=PATIENCE_MS)
    return process.returncode


def test_files_of_a_second_process_arrive(qtbot: QtBot, ear: Ear, folder: Path) -> None:
    assert ends(qtbot, second_start(folder, *FILES)) == 0
    assert ear.heard == [FILES]


def test_busy_window_takes_nothing(qtbot: QtBot, ear: Ear, folder: Path) -> None:
    ear.is_busy = True
    assert ends(qtbot, second_start(folder, *FILES)) == 1
    assert not ear.heard


def test_second_window_does_not_listen(ear: Ear, folder: Path) -> None:
    assert not Ear(folder).listener.start()


def test_without_a_window_nobody_takes_the_files(folder: Path) -> None:
    assert not hand_over(FILES, folder)


def test_closed_window_leaves_nothing(ear: Ear, folder: Path) -> None:
    ear.listener.close()
    assert not list(folder.iterdir())
    assert not hand_over(FILES, folder)


@posix_only
def test_socket_of_a_killed_window_is_taken_over(qtbot: QtBot, folder: Path) -> None:
    dead = sockets.socket(sockets.AF_UNIX)
    dead.bind(server_name(folder))
    dead.close()
    assert not hand_over(FILES, folder)
    ear = Ear(folder)
    assert ear.listener.start()
    assert ends(qtbot, second_start(folder, *FILES)) == 0
    assert ear.heard == [FILES]
    ear.listener.close()


@posix_only
def test_only_the_user_may_speak(ear: Ear, folder: Path) -> None:
    assert Path(server_name(folder)).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\x00garbage\n",
        b"[" * 60_000 + b"\n",
        b'{"open": "/etc/passwd"}\n',
        b'{"open": ["relative.supernode"]}\n',
        b"x" * (2 * MOST_BYTES),
    ],
)
def test_garbage_is_dropped_and_the_next_one_is_served(
    qtbot: QtBot, ear: Ear, folder: Path, message: bytes
) -> None:
    client = QLocalSocket()
    client.connectToServer(server_name(folder))
    with qtbot.waitSignal(client.disconnected, timeout=PATIENCE_MS):
        client.write(message)
    assert not client.readAll().data()
    assert ends(qtbot, second_start(folder, *FILES)) == 0
    assert ear.heard == [FILES]


def test_one_that_says_nothing_is_let_go(qtbot: QtBot, ear: Ear, folder: Path) -> None:
    client = QLocalSocket()
    with qtbot.waitSignal(client.disconnected, timeout=PATIENCE_MS):
        client.connectToServer(server_name(folder))


def test_one_that_stopped_waiting_is_not_served_twice(qtbot: QtBot, ear: Ear, folder: Path) -> None:
    """It opens a window of its own, so this one must not open its files as well."""
    client = QLocalSocket()
    client.connectToServer(server_name(folder))
    assert client.waitForConnected(PATIENCE_MS)
    client.write(message_of(FILES))
    assert client.waitForBytesWritten(PATIENCE_MS)
    client.abort()
    other = Path("/tmp/other.supernode")
    assert ends(qtbot, second_start(folder, other)) == 0
    assert ear.heard == [(other,)]


@given(st.lists(st.text(st.characters(exclude_characters="\0")), max_size=MOST_FILES))
def test_any_file_name_survives_the_message(names: list[str]) -> None:
    files = tuple(Path("/", name) for name in names)
    assert files_of(message_of(files)) == files


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(repr).map(str.encode))
def test_nothing_but_a_message_names_files(message: bytes) -> None:
    assert files_of(message) == ()


def test_too_many_files_are_no_message() -> None:
    assert files_of(message_of([Path("/a")] * (MOST_FILES + 1))) == ()


def test_window_opens_what_it_is_given(qtbot: QtBot, window: MainWindow) -> None:
    window.showMinimized()
    app._open_given(window, [find_design("gb200-nvl72")])
    document = window.workspace.document
    assert document is not None
    assert document.path == find_design("gb200-nvl72")
    assert not window.isMinimized()


def test_a_file_handed_over_by_the_desktop_is_opened(
    qapp: QApplication, empty_window: MainWindow
) -> None:
    events = FileOpenEvents(qapp)
    events.files_given.connect(lambda files: empty_window.open_path(files[0]))
    QApplication.sendEvent(qapp, QFileOpenEvent(str(find_design("gb200-nvl72"))))
    qapp.removeEventFilter(events)
    document = empty_window.workspace.document
    assert document is not None
    assert document.design.name == "GB200 NVL72"
