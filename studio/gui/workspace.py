"""What the window works on: one document, its newest evaluation and the pinned baseline.

Turns edits that are impossible into notices, so that no panel ever handles an error itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from studio.catalog.catalog import Catalog
from studio.design.edits import Edit
from studio.design.model import Design
from studio.errors import StudioError
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.fabric.size import component_estimate
from studio.gui.i18n import tr
from studio.gui.slow_work import GoOn
from studio.gui.workers import LiveWorker, Outcome
from studio.session.document import Document
from studio.session.evaluator import Evaluator
from studio.storage.journal import Journal, Recovered
from studio.storage.journal_folder import JournalFolder
from studio.storage.project_file import read_design

if TYPE_CHECKING:
    from studio.session.evaluation import Evaluation

MOST_AT_ONCE = 200_000
"""Designs of more components are built beside the window."""
RunBeside = Callable[[str, Callable[[GoOn], Fabric]], Fabric | None]


@dataclass(frozen=True)
class Notice:
    """Something to tell the user without stopping her."""

    text: str
    severity: Literal["info", "warning", "error"] = "info"


class Workspace(QObject):
    """The state behind the window."""

    opened = Signal(object)
    """Document, or None: another one is shown now."""
    changed = Signal(object)
    """Document: its design or file changed."""
    selected = Signal(object)
    """Addresses selected, a frozenset."""
    evaluated = Signal(object)
    """Evaluation of the current design."""
    stale = Signal(bool)
    """Whether figures on screen belong to an earlier design."""
    baseline_changed = Signal(object)
    noticed = Signal(object)
    failed = Signal(object)
    """A bug in the evaluation: the exception."""

    def __init__(
        self,
        catalog: Catalog,
        evaluator: Evaluator,
        parent: QObject | None = None,
        journals: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._journals = JournalFolder(journals)
        self._catalog = catalog
        self._document: Document | None = None
        self._evaluation: Evaluation | None = None
        self._baseline: Evaluation | None = None
        self._seen_revision = -1
        self._asked = 0
        self._given_up = 0
        self._seen_selection: frozenset[str] = frozenset()
        self._pins_next = False
        self.is_live = True
        self.run_beside: RunBeside = _run_here
        """How what takes seconds is run; the window puts a sign of progress there."""
        self.prepare: Callable[[Fabric, GoOn], None] = _prepare_nothing
        """What the window works out of a large fabric before it is shown, beside the window too."""
        self._evaluator = evaluator
        self._worker = LiveWorker(evaluator, self)
        self._worker.finished.connect(self._receive)
        # While somebody drags, each result is overtaken; shown they are, or nothing would move.
        self._worker.overtaken.connect(self._receive)

    @property
    def catalog(self) -> Catalog:
        """Return the catalogue new documents are built with."""
        return self._catalog

    @property
    def document(self) -> Document | None:
        """Return the open document."""
        return self._document

    @property
    def evaluation(self) -> Evaluation | None:
        """Return the newest evaluation; it may belong to an earlier design while one runs."""
        return self._evaluation

    @property
    def baseline(self) -> Evaluation | None:
        """Return the evaluation that differences are counted from."""
        return self._baseline

    @property
    def is_stale(self) -> bool:
        """Tell whether the evaluation belongs to an earlier design."""
        if self._document is None or self._evaluation is None:
            return False
        return self._evaluation.fabric is not self._document.fabric

    def open(self, path: Path, pin: bool = True) -> bool:
        """Open a file; on failure the document before stays open. Tells whether it worked."""
        try:
            opened = read_design(path)
            fabric = self._built(opened.design)
            if fabric is None:
                return False
            kept = self._kept_history(path, opened.design)
            journal = self._journal(opened.design, path, kept)
            document = Document(opened.design, self._catalog, path, opened, journal, fabric)
            if kept is not None:
                document.take_history(kept)
        except StudioError as error:
            self.noticed.emit(Notice(tr(error.message), "error"))
            return False
        self.use(document, pin)
        if document.is_read_only:
            self.noticed.emit(Notice(_newer(path), "warning"))
        return True

    def _built(self, design: Design) -> Fabric | None:
        """Return a design compiled; a large one beside the window, None where that is given up."""
        size = component_estimate(design)
        if size < MOST_AT_ONCE:
            return compile_design(design, self._catalog)
        text = tr("Building {n} components…").format(n=f"{size:,}")

        def build(go_on: GoOn) -> Fabric:
            fabric = compile_design(design, self._catalog, go_on=go_on)
            self.prepare(fabric, go_on)
            return fabric

        return self.run_beside(text, build)

    def use(self, document: Document | None, pin: bool = True) -> None:
        """Show a document; the one before is given up, its journal with it."""
        if self._document is not None and self._document is not document:
            self._document.close(self._journals.folder)
            self._evaluator.forget()
        self._document = document
        self._given_up = self._asked
        self._evaluation = None
        self._baseline = None
        self._seen_revision = -1
        self._seen_selection = frozenset()
        self._pins_next = pin
        if document is not None:
            document.listen(self._hear)
        self.opened.emit(document)
        if document is not None:
            self._hear(document)

    def new(self, design: Design) -> None:
        """Show a design that has no file yet."""
        journal = self._journal(design, None)
        self.use(Document(design, self._catalog, journal=journal), pin=False)

    def unsaved_before(self) -> Recovered | None:
        """Return the newest work that a process which ended badly left unsaved."""
        return self._journals.unsaved()

    def recover(self, recovered: Recovered) -> bool:
        """Bring back a document with all its steps; tells whether it could be built."""
        try:
            journal = self._journal(recovered.first, recovered.path)
            self.use(Document.recover(recovered, self._catalog, journal))
        except StudioError as error:
            self.noticed.emit(Notice(tr(error.message), "error"))
            return False
        # The new journal holds every step by now.
        recovered.journal.unlink(missing_ok=True)
        return True

    def _kept_history(self, path: Path, design: Design) -> Recovered | None:
        # The same file opened once more: its history is being written still.
        if self._document is not None and self._document.path == path:
            self._document.close(self._journals.folder)
        return self._journals.history_of(path, design)

    def _journal(
        self, design: Design, path: Path | None, kept: Recovered | None = None
    ) -> Journal | None:
        """Begin a journal, or go on with one; without it work goes on, and the user is told."""
        # A journal is named after its design: opened once more, the one before ends first.
        if self._document is not None and self._document.design.id == design.id:
            self._document.close(self._journals.folder)
        try:
            return self._journals.begin(design, path, kept)
        except StudioError as error:
            self.noticed.emit(Notice(tr(error.message), "warning"))
            return None

    def apply(self, label: str, edit: Edit, merge_key: str | None = None) -> bool:
        """Apply an edit; tells whether it was possible."""
        return self._attempt(lambda document: document.apply(label, edit, merge_key))

    def undo(self) -> None:
        """Take back the last step."""
        self._attempt(lambda document: document.undo())

    def redo(self) -> None:
        """Repeat the step undone last."""
        self._attempt(lambda document: document.redo())

    def jump(self, place: int) -> None:
        """Go to any step of the history."""
        self._attempt(lambda document: document.jump(place))

    def end_merge(self) -> None:
        """Close the step a drag was part of."""
        if self._document is not None:
            self._document.end_merge()

    def select(self, addresses: frozenset[str]) -> None:
        """Select objects by address."""
        self._attempt(lambda document: document.select(addresses))

    def save(self, path: Path | None = None) -> bool:
        """Save the document; tells whether it worked."""
        return self._attempt(lambda document: document.save(path))

    def pin_baseline(self) -> None:
        """Count differences from the current figures on."""
        self._set_baseline(self._evaluation)

    def clear_baseline(self) -> None:
        """Show no differences."""
        self._set_baseline(None)

    def simulate(self) -> None:
        """Evaluate the current design, live or not."""
        if self._document is not None:
            self._asked += 1
            # The drawing is painted first; beside the evaluation it would take twice as long.
            QTimer.singleShot(0, partial(self._start, self._asked, self._document.fabric))
            self.stale.emit(self.is_stale)

    def _start(self, asked: int, fabric: Fabric) -> None:
        if asked == self._asked:
            self._worker.ask(asked, fabric)

    def notice(self, text: str, severity: Literal["info", "warning", "error"] = "info") -> None:
        """Tell the user something."""
        self.noticed.emit(Notice(text, severity))

    def close(self) -> None:
        """Stop the worker and end the journal."""
        if self._document is not None:
            self._document.close(self._journals.folder)
        self._worker.close()

    def _attempt(self, change: Callable[[Document], object]) -> bool:
        if self._document is None:
            return False
        try:
            change(self._document)
        except StudioError as error:
            self.noticed.emit(Notice(tr(error.message), "error"))
            return False
        return True

    def _hear(self, document: Document) -> None:
        # A document replaced meanwhile may still have a listener call under way.
        if document is not self._document:
            return
        if document.selection != self._seen_selection:
            self._seen_selection = document.selection
            self.selected.emit(document.selection)
        if document.revision != self._seen_revision:
            self._seen_revision = document.revision
            if self.is_live or self._evaluation is None:
                self.simulate()
            else:
                self.stale.emit(True)
        self.changed.emit(document)

    def _receive(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.failed.emit(outcome.error)
            return
        if outcome.revision <= self._given_up or outcome.value is None:
            return
        self._evaluation = outcome.value
        if self._pins_next:
            self._pins_next = False
            self._set_baseline(outcome.value)
        self.stale.emit(self.is_stale)
        self.evaluated.emit(outcome.value)

    def _set_baseline(self, evaluation: Evaluation | None) -> None:
        self._baseline = evaluation
        self.baseline_changed.emit(evaluation)


def _run_here(text: str, work: Callable[[GoOn], Fabric]) -> Fabric | None:
    del text
    return work(lambda: None)


def _prepare_nothing(fabric: Fabric, go_on: GoOn) -> None:
    del fabric, go_on


def _newer(path: Path) -> str:
    text = tr("{file} is of a newer format: it can be looked at and saved under another name")
    return text.format(file=path.name)
