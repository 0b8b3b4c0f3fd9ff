"""When to simulate while somebody edits: start, queue or drop. Knows neither threads nor Qt.

One run at a time; edits that arrive meanwhile replace each other, so that the newest always runs
next, and no more than one ever waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")


@dataclass(frozen=True)
class Request(Generic[Job]):
    """What to compute, and the revision the answer belongs to."""

    revision: int
    job: Job


class LivePolicy(Generic[Job]):
    """Decides which of many requests run; `start` hands one to a worker and returns at once."""

    def __init__(self, start: Callable[[Request[Job]], None]) -> None:
        self._start = start
        self._running: Request[Job] | None = None
        self._waiting: Request[Job] | None = None
        self._newest = -1

    @property
    def is_busy(self) -> bool:
        """Tell whether a run is under way."""
        return self._running is not None

    def ask(self, revision: int, job: Job) -> None:
        """Ask for a run; an older one that still waits is dropped."""
        request = Request(revision, job)
        self._newest = max(self._newest, revision)
        if self._running is None:
            self._run(request)
        else:
            self._waiting = request

    def finished(self, revision: int) -> bool:
        """Take note of a finished or failed run; tell whether it was the newest asked for.

        The request that waits is started.
        """
        self._running = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._run(waiting)
        return revision == self._newest

    def _run(self, request: Request[Job]) -> None:
        self._running = request
        self._start(request)
