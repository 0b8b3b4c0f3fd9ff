"""Work that takes seconds, beside a window that stays alive: a sign of progress, and Cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QProgressDialog, QWidget

from studio.errors import GivenUp
from studio.gui.i18n import tr

_LOOK_MS, _SHOW_MS = 20, 400
GoOn = Callable[[], None]
"""Returns while the work is wanted, raises `GivenUp` when it is not any more."""
_Made = TypeVar("_Made")


def run_beside(parent: QWidget, text: str, work: Callable[[GoOn], _Made]) -> _Made | None:
    """Return what the work returns, None where the user gave it up; errors are raised here.

    The work is handed a function to call now and then, which raises `GivenUp` after Cancel: nothing
    waits for work given up, and nothing takes its result.
    """
    made: list[_Made] = []
    failed: list[BaseException] = []
    stop = threading.Event()

    def go_on() -> None:
        if stop.is_set():
            raise GivenUp

    def run() -> None:
        try:
            made.append(work(go_on))
        except GivenUp:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            failed.append(error)

    worker = threading.Thread(target=run, name="slow work", daemon=True)
    dialog = QProgressDialog(text, tr("Cancel"), 0, 0, parent)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.setMinimumDuration(_SHOW_MS)
    dialog.setAutoClose(False)
    loop = QEventLoop()
    look = QTimer(loop)
    look.setInterval(_LOOK_MS)
    look.timeout.connect(lambda: None if worker.is_alive() else loop.quit())
    dialog.canceled.connect(loop.quit)
    worker.start()
    look.start()
    dialog.setValue(0)
    loop.exec()
    look.stop()
    given_up = dialog.wasCanceled()
    dialog.deleteLater()
    if given_up:
        stop.set()
        return None
    if failed:
        raise failed[0]
    return made[0]
