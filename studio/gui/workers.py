"""Work on snapshots beside the window's thread; the newest asked for is the only one shown.

Runs are coalesced by `LivePolicy`; numpy leaves the interpreter often enough for the window to
stay at 60 frames/s while one runs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.session.live import LivePolicy, Request

Work = Callable[[Any], Any]


@dataclass(frozen=True)
class Outcome:
    """What came of one revision, or the bug that prevented it."""

    revision: int
    value: Any
    error: BaseException | None = None


class LiveWorker(QObject):
    """One worker thread behind a queue of length one."""

    finished = Signal(object)
    """Outcome of the newest revision."""
    overtaken = Signal(object)
    """Outcome of a revision that a newer one has been asked for since."""
    _done = Signal(object)

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="evaluate")
        self._policy: LivePolicy[Any] = LivePolicy(self._start)
        self._is_closed = False
        self._done.connect(self._receive)

    @property
    def is_busy(self) -> bool:
        """Tell whether a run is under way."""
        return self._policy.is_busy

    def ask(self, revision: int, job: Any) -> None:
        """Work on a job; returns at once."""
        if not self._is_closed:
            self._policy.ask(revision, job)

    def close(self) -> None:
        """Wait for the run under way and take no more."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self, request: Request[Any]) -> None:
        if self._is_closed:
            return
        future = self._pool.submit(self._work, request.job)
        future.add_done_callback(lambda done: self._report(request.revision, done))

    def _report(self, revision: int, done: Future[Any]) -> None:
        """Runs in the worker; the signal carries the outcome over to the window's thread."""
        if done.cancelled() or self._is_closed:
            return
        error = done.exception()
        self._done.emit(Outcome(revision, None if error else done.result(), error))

    def _receive(self, outcome: Outcome) -> None:
        if self._is_closed:
            return
        is_newest = self._policy.finished(outcome.revision)
        (self.finished if is_newest else self.overtaken).emit(outcome)
