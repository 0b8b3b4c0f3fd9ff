"""Where the journals of open documents are, and what earlier processes left there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.design.model import Design
from studio.errors import StudioError
from studio.storage.histories import keep_history, kept_history
from studio.storage.journal import Journal, Recovered, orphaned_journals, read_journal


@dataclass(frozen=True)
class JournalFolder:
    """The journals in a folder; without one none are kept, and nothing can be brought back."""

    folder: Path | None

    def begin(self, design: Design, path: Path | None, kept: Recovered | None) -> Journal | None:
        """Begin the journal of a design, or go on with the one its history is kept in.

        Raises
        ------
        FileProblem : the disk refuses.
        """
        if self.folder is None:
            return None
        return Journal(self.folder, design, path, kept.journal if kept else None)

    def history_of(self, path: Path, design: Design) -> Recovered | None:
        """Return the steps that led to what a design file holds, where they are still known."""
        return kept_history(self.folder, path, design) if self.folder is not None else None

    def unsaved(self) -> Recovered | None:
        """Return the newest work that a process which ended badly left unsaved.

        What such a process had saved becomes the history of its file.
        """
        if self.folder is None:
            return None
        for file in orphaned_journals(self.folder):
            try:
                recovered = read_journal(file)
            except StudioError:
                continue
            if recovered.has_unsaved:
                return recovered
            if recovered.path is not None and recovered.steps:
                keep_history(self.folder, file, recovered.path)
            file.unlink(missing_ok=True)
        return None
