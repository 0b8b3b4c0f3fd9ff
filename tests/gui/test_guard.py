"""An exception in a method that Qt calls is reported, and the window lives on."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

import studio.gui
from studio.gui.guard import guarded, is_guarded, overrides

NESTED = """
import sys
import numpy as np
from PySide6.QtWidgets import QApplication, QWidget
from studio.gui.guard import guarded

@guarded
class Broken(QWidget):
    def event(self, event):
        return super().event(event)

    def paintEvent(self, event):
        np.zeros(1)[np.array([3])]

app = QApplication([])
seen = []
sys.excepthook = lambda kind, error, trace: seen.append(kind)
widget = Broken()
widget.grab()
print(seen)
"""


def test_an_exception_of_a_c_extension_while_painting_is_survived() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NESTED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "IndexError" in done.stdout


def test_qt_answers_where_an_override_fails(qtbot: QtBot) -> None:
    @guarded
    class Broken(QWidget):
        def sizeHint(self) -> QSize:
            raise ValueError("broken")

    broken = Broken()
    qtbot.addWidget(broken)
    with capture_exceptions() as seen:
        assert broken.sizeHint() == QWidget().sizeHint()
    assert [kind for kind, _, _ in seen] == [ValueError]


def qt_classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(studio.gui.__path__, "studio.gui."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if cls.__module__ == module.name and issubclass(cls, QObject):
                yield cls


def test_every_override_in_the_window_is_guarded() -> None:
    classes = list(qt_classes())
    assert len(classes) > 30
    open_ = [
        f"{cls.__module__}.{cls.__name__}.{name}"
        for cls in classes
        for name, method in overrides(cls)
        if not is_guarded(method)
    ]
    assert open_ == []
