"""One open document: the design, its history, file, selection and pinned baseline.

The only mutable object of the model; everything it hands out is immutable. Knows no window.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.catalog.catalog import Catalog
from studio.design.edits import Edit
from studio.design.model import FORMAT_VERSION, Design
from studio.errors import FileProblem, StudioError
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.files import is_same_file
from studio.session.history import History
from studio.session.snapshots import Snapshots
from studio.storage.histories import keep_history
from studio.storage.journal import Journal, Recovered
from studio.storage.project_file import OpenedFile, read_design, write_design

Listener = Callable[["Document"], None]


class Document:
    """A design being edited."""

    def __init__(
        self,
        design: Design,
        catalog: Catalog,
        path: Path | None = None,
        opened: OpenedFile | None = None,
        journal: Journal | None = None,
        fabric: Fabric | None = None,
    ) -> None:
        self._catalog = catalog
        self._path = path
        self._opened = opened
        self._history = History(design)
        self._revision = 0
        # Built already where that took so long that it was done beside the window.
        self._fabric = fabric or compile_design(design, catalog)
        self._snapshots = Snapshots(self._fabric)
        self._selection: frozenset[str] = frozenset()
        self._selected_at: dict[int, frozenset[str]] = {}
        """What was selected when a place of the history was left last."""
        self._listeners: list[Listener] = []
        self._journal = journal
        self._is_saved = False
        """Whether the file holds a step of this history: then it is worth keeping with it."""

    @classmethod
    def open(cls, path: Path, catalog: Catalog) -> Document:
        """Open a file.

        Raises
        ------
        FileProblem, InvalidDesign : the file can't be read, or what it says can't be built.
        """
        opened = read_design(path)
        return cls(opened.design, catalog, path, opened)

    @classmethod
    def recover(
        cls, recovered: Recovered, catalog: Catalog, journal: Journal | None = None
    ) -> Document:
        """Bring back a document with all its steps, as its journal has it.

        Raises
        ------
        InvalidDesign : the design can't be built any more, as with another catalogue.
        """
        document = cls(recovered.first, catalog, recovered.path, journal=journal)
        for step in recovered.steps:
            before = document.design
            document._history.push(step.label, step.design)
            if journal:
                journal.step(step.label, before, step.design, document._history.place, merge=False)
            if document._history.place == recovered.saved_place:
                document._history.mark_clean()
        document.jump(recovered.place)
        if recovered.path and recovered.saved_place:
            document._is_saved = True
            if journal:
                journal.saved(recovered.saved_place, recovered.path)
        return document

    def take_history(self, kept: Recovered) -> None:
        """Go on with the history that the document's file had when it was closed.

        Parameters
        ----------
        kept : leads to the design as it is now, with nothing done since.
        """
        designs = [step.design for step in kept.steps]
        first = kept.first
        # The design that was opened is the same object here, as the fabric was built from it.
        if kept.saved_place:
            designs[kept.saved_place - 1] = self.design
        else:
            first = self.design
        labels = (step.label for step in kept.steps)
        self._history = History.of(first, zip(labels, designs, strict=True), kept.saved_place)
        self._is_saved = True
        if self._journal:
            self._journal.moved(kept.saved_place)

    @property
    def design(self) -> Design:
        """Return the current snapshot."""
        return self._history.current

    @property
    def fabric(self) -> Fabric:
        """Return the current snapshot compiled."""
        return self._fabric

    @property
    def catalog(self) -> Catalog:
        """Return the catalogue the document is built with."""
        return self._catalog

    @property
    def history(self) -> History:
        """Return the history, to be read; edits go through `apply`."""
        return self._history

    @property
    def revision(self) -> int:
        """Return a number that grows with every change, undo and redo included."""
        return self._revision

    @property
    def path(self) -> Path | None:
        """Return the file, None before the first save."""
        return self._path

    @property
    def is_read_only(self) -> bool:
        """Tell whether the file is of a newer format and must be saved elsewhere."""
        return self._opened is not None and self._opened.is_read_only

    @property
    def is_modified(self) -> bool:
        """Tell whether saving would change the file."""
        return not self._history.is_clean

    @property
    def selection(self) -> frozenset[str]:
        """Return the addresses selected."""
        return self._selection

    def listen(self, listener: Listener) -> None:
        """Call `listener` after every change of design or selection."""
        self._listeners.append(listener)

    def apply(self, label: str, edit: Edit, merge_key: str | None = None) -> None:
        """Apply an edit; where it can't be built nothing happens.

        Raises
        ------
        StudioError : the edit is impossible; the design is as it was.
        """
        after = edit(self.design)
        if after is self.design:
            return
        fabric = self._snapshots.of(after, self._catalog)
        before, steps = self.design, self._history.place
        self._history.push(label, after, merge_key)
        if self._history.place != steps:
            # Places behind this one were of steps that are given up.
            kept = {place: one for place, one in self._selected_at.items() if place < steps}
            self._selected_at = {**kept, steps: self._selection}
        if self._journal:
            place = self._history.place
            self._journal.step(label, before, after, place, merge=place == steps)
        self._changed(fabric)

    def undo(self) -> None:
        """Take back the last step."""
        if self._history.place:
            self.jump(self._history.place - 1)

    def redo(self) -> None:
        """Repeat the step undone last."""
        if self._history.place < len(self._history.steps):
            self.jump(self._history.place + 1)

    def jump(self, place: int) -> None:
        """Go to any step of the history, with what was selected when it was left.

        An address may be of another rack there, or of none: racks are numbered anew as arrays grow.

        Raises
        ------
        InvalidInput : there is no such step.
        InvalidDesign : it can't be built any more, as with another catalogue; nothing has changed.
        """
        before = self._history.place
        self._history.jump(place)
        try:
            fabric = self._snapshots.of(self.design, self._catalog)
        except StudioError:
            self._history.jump(before)
            raise
        self._selected_at[before] = self._selection
        self._selection = self._selected_at.get(place, frozenset())
        if self._journal:
            self._journal.moved(self._history.place)
        self._changed(fabric)

    def end_merge(self) -> None:
        """Make the next edit a step of its own, as at the end of a drag."""
        self._history.end_merge()

    def select(self, addresses: frozenset[str]) -> None:
        """Select objects by address."""
        if addresses != self._selection:
            self._selection = addresses
            self._notify()

    def save(self, path: Path | None = None) -> Path:
        """Write the design to its file, or to another one.

        Raises
        ------
        FileProblem : no path yet, the file is of a newer format, or the disk refuses.
        """
        target = path or self._path
        if target is None:
            raise FileProblem("the design has no file yet; choose one with 'Save as'")
        if self.is_read_only and self._path and is_same_file(target, self._path):
            raise FileProblem(
                "{target} is of a newer format; saving would lose what this studio does not "
                "know. Save under another name",
                target=target.name,
            )
        content = write_design(target, self.design, self._opened)
        # A copy of an unedited newer file keeps what this studio does not know, so it stays closed.
        if self._opened is None or content is not self._opened.content:
            self._opened = OpenedFile(self.design, content, FORMAT_VERSION, is_read_only=False)
        self._path = target
        self._is_saved = True
        self._history.mark_clean()
        if self._journal:
            self._journal.saved(self._history.place, target)
        self._notify()
        return target

    def close(self, histories: Path | None = None) -> None:
        """End the journal; what was not saved is given up.

        Parameters
        ----------
        histories : keep the history here, for the next time the file is opened.
        """
        if self._journal is None:
            return
        keeps = histories is not None and self._is_saved and bool(self._history.steps)
        self._journal.close(keep=keeps)
        if keeps and histories is not None and self._path is not None:
            keep_history(histories, self._journal.file, self._path)
        self._journal = None

    def use_catalog(self, catalog: Catalog) -> None:
        """Rebuild with another catalogue, as after a part file was edited."""
        self._fabric = compile_design(self.design, catalog)
        self._snapshots = Snapshots(self._fabric)
        self._catalog = catalog
        self._revision += 1
        self._notify()

    def _changed(self, fabric: Fabric) -> None:
        self._fabric = fabric
        self._revision += 1
        self._notify()

    def _notify(self) -> None:
        for listener in tuple(self._listeners):
            listener(self)
