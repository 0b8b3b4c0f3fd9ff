"""Run a study beside the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.gui.i18n import tr


class StudyRunner(QObject):
    """One study at a time; a new one waits for the one under way."""

    finished = Signal(object)
    refused = Signal(str)
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: ThreadPoolExecutor | None = None
        self._is_closed = False
        self._done.connect(self._receive)

    def run(self, study: Callable[[], Any]) -> None:
        """Start a study; `finished` brings its answer, `refused` why there is none."""
        if self._is_closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="study")
        self._pool.submit(study).add_done_callback(self._report)

    def close(self) -> None:
        """Wait for the study under way and take no more."""
        self._is_closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _report(self, done: Future[Any]) -> None:
        if not done.cancelled() and not self._is_closed:
            self._done.emit(done)

    def _receive(self, done: Future[Any]) -> None:
        if self._is_closed:
            return
        error = done.exception()
        if error is None:
            self.finished.emit(done.result())
        elif isinstance(error, StudioError):
            self.refused.emit(tr(error.message))
        else:
            raise error
