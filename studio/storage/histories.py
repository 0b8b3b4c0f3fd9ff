"""Histories of files that were closed: their journals, kept so that undo goes on next time.

One file for each design file in a folder beside the journals, found by its path. A history counts
only while the design file still holds what was saved with it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from studio.design.model import Design
from studio.errors import StudioError
from studio.storage.journal import Recovered, read_journal

FOLDER, SUFFIX = "histories", ".history"
MOST_KEPT = 50
LARGEST_KEPT_BYTES = 32 * 2**20
"""A longer history would be felt when its file is opened."""


def history_file(journals: Path, path: Path) -> Path:
    """Return where the history of a design file is kept."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]
    return journals / FOLDER / f"{name}{SUFFIX}"


def keep_history(journals: Path, journal: Path, path: Path) -> None:
    """Keep an ended journal as the history of a design file; the oldest beyond a number go.

    Where the disk refuses, the history is lost and the work is not.
    """
    target = history_file(journals, path)
    try:
        if journal.stat().st_size > LARGEST_KEPT_BYTES:
            journal.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        journal.replace(target)
        kept = sorted(target.parent.glob(f"*{SUFFIX}"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        journal.unlink(missing_ok=True)


def kept_history(journals: Path, path: Path, design: Design) -> Recovered | None:
    """Return the history of a design file, None where there is none that leads to `design`."""
    file = history_file(journals, path)
    if not file.exists():
        return None
    try:
        found = read_journal(file)
    except StudioError:
        return None
    return found if found.steps and found.saved == design else None
