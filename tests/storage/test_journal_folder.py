from __future__ import annotations

from pathlib import Path

from studio.design.model import Design
from studio.storage.journal_folder import JournalFolder


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    nowhere = JournalFolder(None)
    assert nowhere.begin(Design(id="one", name="One"), tmp_path / "one", None) is None
    assert nowhere.unsaved() is None
    assert nowhere.history_of(tmp_path / "one", Design(id="one", name="One")) is None


def test_work_of_a_process_that_runs_is_not_unsaved(tmp_path: Path) -> None:
    folder = JournalFolder(tmp_path)
    journal = folder.begin(Design(id="one", name="One"), None, None)
    assert journal is not None
    assert list(tmp_path.iterdir())
    assert folder.unsaved() is None
