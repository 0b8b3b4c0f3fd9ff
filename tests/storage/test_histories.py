"""Undo goes on where a file was saved and closed, in another run of the studio too."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.design import edits
from studio.errors import StudioError
from studio.ids import PartId, RackId
from studio.session.document import Document
from studio.storage import histories
from studio.storage.histories import history_file, keep_history, kept_history
from studio.storage.journal import Journal, read_journal
from studio.storage.project_file import read_design, write_design
from tests.builders import small_catalog, two_racks

ROW = RackId("row")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.supernode"
    write_design(path, two_racks())
    return path


def opened(file: Path, journals: Path) -> Document:
    """Open a file as the window does."""
    read = read_design(file)
    kept = kept_history(journals, file, read.design)
    journal = Journal(journals, read.design, file, kept.journal if kept else None)
    document = Document(read.design, small_catalog(), file, read, journal)
    if kept is not None:
        document.take_history(kept)
    return document


def move(document: Document, label: str = "Move racks") -> None:
    document.apply(label, lambda design: edits.move_racks(design, [ROW], 0.5, 0.0))


def test_undo_goes_on_after_saving_and_closing(file: Path, tmp_path: Path) -> None:
    before = opened(file, tmp_path)
    move(before, "First")
    move(before, "Second")
    before.save()
    before.close(tmp_path)
    content = file.read_bytes()
    again = opened(file, tmp_path)
    assert [step.label for step in again.history.steps] == ["First", "Second"]
    assert not again.is_modified
    assert again.fabric.design is again.design
    again.save()
    assert file.read_bytes() == content
    again.undo()
    again.undo()
    assert again.design == two_racks()
    assert again.is_modified
    again.redo()
    again.save()
    again.close(tmp_path)
    third = opened(file, tmp_path)
    assert (third.history.place, len(third.history.steps)) == (1, 2)
    third.redo()
    assert third.design == before.design


def test_what_was_not_saved_can_be_repeated_but_is_not_done(file: Path, tmp_path: Path) -> None:
    document = opened(file, tmp_path)
    move(document)
    document.save()
    move(document, "Given up")
    document.close(tmp_path)
    again = opened(file, tmp_path)
    assert again.design == read_design(file).design
    assert again.history.redo_label == "Given up"
    assert not read_journal(next(tmp_path.glob("*.journal"))).has_unsaved


@pytest.mark.parametrize("is_changed", [True, False])
def test_a_history_counts_only_for_the_file_it_led_to(
    file: Path, tmp_path: Path, is_changed: bool
) -> None:
    document = opened(file, tmp_path)
    move(document)
    document.save()
    document.close(tmp_path)
    if is_changed:
        write_design(file, edits.set_field(two_racks(), ("name",), "By somebody else"))
    assert len(opened(file, tmp_path).history.steps) == (0 if is_changed else 1)


def test_a_file_that_was_only_tried_out_leaves_no_history(file: Path, tmp_path: Path) -> None:
    document = opened(file, tmp_path)
    move(document)
    document.close(tmp_path)
    assert not history_file(tmp_path, file).exists()
    assert not list(tmp_path.glob("*.journal"))


def test_few_histories_are_kept_and_none_that_is_long(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "MOST_KEPT", 2)
    for number in range(4):
        journal = tmp_path / f"{number}.journal"
        journal.write_text("{}")
        keep_history(tmp_path, journal, tmp_path / f"{number}.supernode")
    assert len(list((tmp_path / histories.FOLDER).iterdir())) == 2
    monkeypatch.setattr(histories, "LARGEST_KEPT_BYTES", 1)
    journal.write_text("{}")
    keep_history(tmp_path, journal, file)
    assert not history_file(tmp_path, file).exists()
    assert not journal.exists()


def test_a_damaged_history_is_as_good_as_none(file: Path, tmp_path: Path) -> None:
    target = history_file(tmp_path, file)
    target.parent.mkdir()
    target.write_bytes(b"\x00 no journal")
    assert kept_history(tmp_path, file, two_racks()) is None


def test_a_step_that_cannot_be_built_any_more_is_not_gone_to(tmp_path: Path) -> None:
    broken = edits.set_field(two_racks(), ("racks", "row", "part"), "gone")
    document = Document(two_racks(), small_catalog())
    move(document)
    document.history.push("Broken", broken)
    document.history.jump(1)
    fabric, revision = document.fabric, document.revision
    with pytest.raises(StudioError):
        document.redo()
    assert (document.fabric, document.revision, document.history.place) == (fabric, revision, 1)
    assert PartId("gone") not in {part.id for part in document.fabric.parts}
