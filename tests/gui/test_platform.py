"""What Qt itself must not do to us, and starting in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from studio.session.library import find_design

START = """
import sys
from pathlib import Path
from studio.gui import app
heavy = [name for name in ("pyqtgraph", "networkx", "scipy") if name in sys.modules]
assert not heavy, heavy
sys.exit(app.run([Path(sys.argv[1])], leave_after_ms=1500))
"""

INTERRUPTED = """
import os, signal
from PySide6.QtCore import QTimer
from studio.gui import app
application = app.make_application()
QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGINT))
app.run([])
"""


def test_calls_into_qt_do_not_lose_references_to_none(qapp: QApplication) -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for number in range(2000):
        thing.setObjectName(f"{number}")
    assert sys.getrefcount(None) > before - 100


def test_window_starts_and_ends_in_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, str(find_design("cloudmatrix-384"))],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr, done.stderr[-2000:]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
def test_ctrl_c_in_the_terminal_ends_the_window() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == -signal.SIGINT, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
