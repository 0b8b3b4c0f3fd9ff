"""Evaluate designs for the comparison, beside the window's thread."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.catalog.catalog import Catalog
from studio.errors import StudioError
from studio.fabric.compiling import compile_design
from studio.gui.i18n import tr
from studio.gui.views.compare_rows import ComparedDesign
from studio.storage.project_file import read_design


class CandidateLoader(QObject):
    """Reads, builds and evaluates one design after another."""

    loaded = Signal(object, object)
    """Path and `ComparedDesign`."""
    refused = Signal(str)
    _done = Signal(object, object)

    def __init__(self, catalog: Catalog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self._pool: ThreadPoolExecutor | None = None
        self._asked: set[Path] = set()
        self._under_way: set[Path] = set()
        self._is_closed = False
        self._done.connect(self._receive)

    @property
    def is_idle(self) -> bool:
        """Tell whether every design that was asked for has been answered."""
        return not self._under_way

    def load(self, path: Path) -> None:
        """Ask for a design's figures; asked twice it is read once."""
        if path in self._asked or self._is_closed:
            return
        self._asked.add(path)
        self._under_way.add(path)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="compare")
        future = self._pool.submit(self._candidate, path)
        future.add_done_callback(lambda done: self._report(path, done))

    def close(self) -> None:
        """Wait for the design under way and take no more."""
        self._is_closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _candidate(self, path: Path) -> ComparedDesign:
        from studio.exploration.compare import candidate_of
        from studio.session.evaluation import evaluate

        design = read_design(path).design
        evaluation = evaluate(compile_design(design, self._catalog))
        candidate = candidate_of(design, evaluation.totals, evaluation.result)
        return ComparedDesign(candidate, evaluation)

    def _report(self, path: Path, done: Future[ComparedDesign]) -> None:
        if not done.cancelled() and not self._is_closed:
            self._done.emit(path, done)

    def _receive(self, path: Path, done: Future[ComparedDesign]) -> None:
        if self._is_closed:
            return
        self._under_way.discard(path)
        error = done.exception()
        if error is None:
            self.loaded.emit(path, done.result())
        elif isinstance(error, StudioError):
            self._asked.discard(path)
            self.refused.emit(f"{path.name}: {tr(error.message)}")
        else:
            raise error
