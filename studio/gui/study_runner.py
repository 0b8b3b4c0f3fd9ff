"""Run a study beside the window's thread, with its progress and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.gui.i18n import tr

Study = Callable[[Callable[[float], None], Callable[[], bool]], Any]
"""Takes what to tell its progress, 0..1, and what tells whether to stop."""


class StudyRunner(QObject):
    """One study at a time: a new one stops the one under way, whose answer is dropped."""

    finished = Signal(object)
    refused = Signal(str)
    progressed = Signal(float)
    stopped = Signal()
    _done = Signal(object, object)
    _moved = Signal(object, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: ThreadPoolExecutor | None = None
        self._is_closed = False
        self._stop: Event | None = None
        """Of the study under way."""
        self._done.connect(self._receive)
        self._moved.connect(self._progress)

    @property
    def is_running(self) -> bool:
        """Tell whether a study is under way."""
        return self._stop is not None

    def run(self, study: Study) -> None:
        """Start a study; `finished` brings its answer, `refused` why there is none."""
        if self._is_closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="study")
        self._forget()
        stop = self._stop = Event()
        made = self._pool.submit(
            lambda: study(lambda share: self._moved.emit(stop, share), stop.is_set)
        )
        made.add_done_callback(lambda done: self._report(stop, done))

    def cancel(self) -> None:
        """Stop the study under way; nothing comes of it."""
        if self._stop is not None:
            self._forget()
            self.stopped.emit()

    def close(self) -> None:
        """Stop the study under way and take no more."""
        self._is_closed = True
        self._forget()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _report(self, stop: Event, done: Future[Any]) -> None:
        if not done.cancelled() and not self._is_closed:
            self._done.emit(stop, done)

    def _progress(self, stop: Event, share: float) -> None:
        if stop is self._stop:
            self.progressed.emit(share)

    def _receive(self, stop: Event, done: Future[Any]) -> None:
        from studio.exploration.search.mappings import SearchCancelled

        error = done.exception()
        if error is not None and not isinstance(error, StudioError):
            raise error
        if self._is_closed or stop is not self._stop:
            return
        self._stop = None
        if error is None:
            self.finished.emit(done.result())
        elif not isinstance(error, SearchCancelled):
            self.refused.emit(tr(error.message))
