"""Files dropped on the window: a design is opened, anything else is said and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QListWidget

from studio.gui.main_window import MainWindow
from studio.gui.workspace import Notice
from studio.session.library import find_design
from studio.storage.project_file import LARGEST_FILE_BYTES


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def drop(window: MainWindow, *urls: str) -> bool:
    """Drag addresses over the window and let go; tells whether the window would take them."""
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    keys = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    entering = QDragEnterEvent(QPoint(600, 400), *keys)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(600, 400), *keys))
    return entering.isAccepted()


def address(path: Path) -> str:
    return QUrl.fromLocalFile(str(path)).toString()


def test_a_design_is_opened_and_further_ones_are_compared(empty_window: MainWindow) -> None:
    designs = [find_design(name) for name in ("gb200-nvl72", "dgx-h100-su32")]
    assert drop(empty_window, *map(address, designs))
    assert empty_window.workspace.document is not None
    assert empty_window.workspace.document.path == designs[0]
    listed = empty_window.compare.findChild(QListWidget)
    assert isinstance(listed, QListWidget)
    items = [listed.item(row) for row in range(listed.count())]
    ticked = [one.data(Qt.ItemDataRole.UserRole) for one in items
              if one.checkState() is Qt.CheckState.Checked]  # fmt: skip
    assert str(designs[1]) in ticked


def make_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)  # sparse: the disk holds none of it


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "is a folder"),
    "huge": (make_huge, "at most 256 MiB are read"),
    "picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" * 9), "no UTF-8 text"),
    "lost": (Path.exists, "there is no such file"),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_design_leaves_the_open_one(
    kind: str, window: MainWindow, tmp_path: Path
) -> None:
    make, words = FILES[kind]
    make(tmp_path / kind)
    before = window.workspace.document
    told: list[Notice] = []
    window.workspace.noticed.connect(told.append)
    assert drop(window, address(tmp_path / kind))
    assert window.workspace.document is before
    assert [words in one.text for one in told] == [True]


@pytest.mark.parametrize("url", ["https://example.org/a.supernode", "data:text/plain,x", ""])
def test_an_address_that_is_no_file_is_not_taken(url: str, empty_window: MainWindow) -> None:
    assert not drop(empty_window, url)
    assert empty_window.workspace.document is None
