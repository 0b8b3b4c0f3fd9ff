"""The comparison of two designs, worked out beside the window and marked on the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog

from studio.catalog.catalog import Catalog
from studio.design.model import Design
from studio.errors import StudioError
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.i18n import tr
from studio.gui.views.difference_rows import difference_rows, figure_rows
from studio.gui.views.history_rows import history_rows
from studio.gui.workers import LiveWorker, Outcome
from studio.session.document import Document
from studio.storage.project_file import SUFFIX, read_design

if TYPE_CHECKING:
    from studio.gui.desk import Desk
    from studio.gui.panels.differences import Side
    from studio.session.difference import DesignDifference
    from studio.session.evaluation import Evaluation


@dataclass(frozen=True)
class Job:
    """Two designs to compare, with what is already known of them."""

    sides: tuple[Design, Design]
    catalog: Catalog
    fabric: Fabric
    known: tuple[Evaluation, ...]


@dataclass(frozen=True)
class Answer:
    """The difference, or why there is none."""

    found: DesignDifference | None
    problem: str = ""


class LiveDifferences:
    """Follows the drawing while the panel is on top."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked = 0
        self._is_seen = False
        self._found: DesignDifference | None = None
        self._document: Document | None = None
        """Whose steps `_found` is about."""
        self._files: dict[Path, Design] = {}
        self._worker = LiveWorker(compare_job, desk)
        self._worker.finished.connect(self._receive)

    @property
    def found(self) -> DesignDifference | None:
        """Return the newest comparison."""
        return self._found

    def close(self) -> None:
        """Stop the worker."""
        self._worker.close()

    def set_seen(self, is_seen: bool) -> None:
        """Tell whether the panel is on top of its tabs."""
        self._is_seen = is_seen
        self.refresh()

    def refresh(self) -> None:
        """Compare anew, where anybody looks."""
        desk = self._desk
        document = desk.workspace.document
        # Every edit comes by here, and the lists of steps grow with each: only while seen.
        if not self._is_seen and not self._marks_are_on:
            return
        panel = desk.differences
        panel.show_steps(history_rows(document.history if document else None))
        if document is not self._document:
            self._document, self._found = document, None
        if document is None:
            panel.show_rows((), (), tr("Open a design to compare its steps."))
            desk.canvas.set_differences(None)
            return
        current = desk.workspace.evaluation
        if current is None:
            # Its coming is told here too; worked out meanwhile, the design would be so twice.
            panel.show_rows((), (), tr("Comparing…"))
            return
        try:
            before, after = (self._design(document, side) for side in panel.sides)
        except StudioError as error:
            panel.show_rows((), (), tr(error.message))
            return
        known = (self._found.before, self._found.after, current) if self._found else (current,)
        if self._found is None:
            panel.show_rows((), (), tr("Comparing…"))
        self._asked += 1
        self._worker.ask(
            self._asked, Job((before, after), document.catalog, document.fabric, known)
        )

    def show_marks(self) -> None:
        """Mark the differences on the canvas while that is asked for."""
        desk = self._desk
        is_on = self._marks_are_on and self._found is not None
        desk.canvas.set_differences(
            self._found.fabric if is_on and self._found else None,
            follows=desk.differences.sides[1].kind == "now",
        )

    @property
    def _marks_are_on(self) -> bool:
        panel = self._desk.late.made.get("differences")
        return panel is not None and bool(panel.marks.isChecked())

    def switch_marks(self) -> None:
        """Answer the check box."""
        self.refresh()
        self.show_marks()

    def browse(self, combo: QComboBox) -> None:
        """Ask for a file to compare with."""
        desk = self._desk
        kinds = f"{tr('Supernode designs')} (*{SUFFIX})"
        folder = str(desk.start_folder())
        name, _ = QFileDialog.getOpenFileName(desk, tr("Compare with a file"), folder, kinds)
        desk.differences.add_file(combo, Path(name) if name else None)

    def retranslate(self) -> None:
        """Show what was found in the language chosen."""
        if self._found is not None:
            self._show(self._found)

    def _design(self, document: Document, side: Side) -> Design:
        history = document.history
        if side.kind == "file" and side.path is not None:
            if side.path not in self._files:
                self._files[side.path] = read_design(side.path).design
            return self._files[side.path]
        if side.kind == "step":
            return history.steps[side.place - 1].after if side.place else history.first
        return history.clean if side.kind == "saved" else history.current

    def _receive(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            raise outcome.error
        answer: Answer = outcome.value
        self._found = answer.found
        if answer.found is None:
            self._desk.differences.show_rows((), (), tr(answer.problem))
        else:
            self._show(answer.found)
        self.show_marks()

    def _show(self, found: DesignDifference) -> None:
        desk = self._desk
        rows, figures = difference_rows(found, tr), figure_rows(found, desk.language)
        desk.differences.show_rows(rows, figures)


def compare_job(job: Job) -> Answer:
    """Evaluate what is not known yet and compare."""
    from studio.session.difference import DesignDifference

    try:
        before, after = (_evaluated(job, design) for design in job.sides)
    except StudioError as error:
        return Answer(None, error.message)
    return Answer(DesignDifference(before, after))


def _evaluated(job: Job, design: Design) -> Evaluation:
    for known in job.known:
        if known.fabric.design is design:
            return known
    from studio.session.evaluation import evaluate

    if job.fabric.design is design:
        return evaluate(job.fabric)
    return evaluate(compile_design(design, job.catalog))
