"""The journal brings back every finished step, whatever happened to the process."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.design import edits
from studio.errors import FileProblem
from studio.languages import translator
from studio.messages import Listed, entry, say
from studio.session.document import Document
from studio.session.library import catalog, find_design
from studio.storage.journal import Journal, orphaned_journals, read_journal
from studio.storage.project_file import encode_design, read_design


@pytest.fixture
def document(tmp_path: Path) -> Document:
    design = read_design(find_design("gb200-nvl72")).design
    return Document(design, catalog(), journal=Journal(tmp_path, design, None))


def _journal_file(folder: Path) -> Path:
    (file,) = folder.glob("*.journal")
    return file


def _edit(document: Document) -> None:
    rack = next(iter(document.design.racks))
    for number in range(3):
        document.apply(f"Move {number}", lambda d: edits.move_racks(d, [rack], 0.5, 0))
    for number in range(4):
        step = 0.1 * (number + 1)
        document.apply("Drag", lambda d, by=step: edits.move_racks(d, [rack], by, 0), "drag")
    document.apply("Rename", lambda d: edits.set_field(d, ("name",), "changed"))


def test_recovered_document_has_the_same_steps_place_and_designs(
    document: Document, tmp_path: Path
) -> None:
    _edit(document)
    document.undo()
    recovered = read_journal(_journal_file(tmp_path))
    assert [step.label for step in recovered.steps] == [s.label for s in document.history.steps]
    assert [step.design for step in recovered.steps] == [s.after for s in document.history.steps]
    assert recovered.place == document.history.place
    assert recovered.has_unsaved
    again = Document.recover(recovered, catalog())
    assert encode_design(again.design) == encode_design(document.design)
    while again.history.place:
        again.undo()
        document.undo()
        assert again.design == document.design


def test_recovering_into_a_new_journal_can_be_recovered_again(
    document: Document, tmp_path: Path
) -> None:
    _edit(document)
    recovered = read_journal(_journal_file(tmp_path))
    second = tmp_path / "second"
    Document.recover(recovered, catalog(), Journal(second, recovered.first, None))
    again = read_journal(_journal_file(second))
    assert [step.design for step in again.steps] == [step.design for step in recovered.steps]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.97])
def test_torn_journal_gives_a_prefix_of_the_steps(
    document: Document, tmp_path: Path, share: float
) -> None:
    _edit(document)
    whole = read_journal(_journal_file(tmp_path))
    content = _journal_file(tmp_path).read_bytes()
    begin = content.index(b"\n") + 1
    torn = tmp_path / "torn.journal"
    torn.write_bytes(content[: begin + int((len(content) - begin) * share)])
    recovered = read_journal(torn)
    designs = [step.design for step in recovered.steps]
    # A drag in progress is a prefix too: its last finished movement.
    assert len(designs) <= len(whole.steps)
    assert designs[:-1] == [step.design for step in whole.steps][: len(designs) - 1]


def test_saved_document_loses_nothing_without_recovery(document: Document, tmp_path: Path) -> None:
    _edit(document)
    document.save(tmp_path / "saved.supernode")
    recovered = read_journal(_journal_file(tmp_path))
    assert not recovered.has_unsaved
    assert recovered.path == tmp_path / "saved.supernode"


def test_closing_a_document_removes_its_journal(document: Document, tmp_path: Path) -> None:
    document.close()
    assert not list(tmp_path.glob("*.journal"))


def test_journal_of_a_running_process_is_no_orphan(document: Document, tmp_path: Path) -> None:
    assert orphaned_journals(tmp_path) == ()
    dead = tmp_path / "design-999999999.journal"
    dead.write_bytes(_journal_file(tmp_path).read_bytes())
    assert orphaned_journals(tmp_path) == (dead,)


def test_a_process_that_began_after_the_last_write_has_only_inherited_the_number(
    document: Document, tmp_path: Path
) -> None:
    mine = _journal_file(tmp_path)
    assert mine.stem.endswith(f"-{os.getpid()}")
    before_my_time = psutil.Process().create_time() - 60
    os.utime(mine, (before_my_time, before_my_time))
    assert orphaned_journals(tmp_path) == (mine,)


def test_looking_for_orphans_signals_nobody(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On Windows, signal 0 to a process is Ctrl+C to everybody on its console.
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    assert orphaned_journals(tmp_path) == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff", b'{"begin": 3}\n', b"[" * 10_000])
def test_hostile_journal_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.journal"
    file.write_bytes(content)
    with pytest.raises(FileProblem, match=r"bad\.journal"):
        read_journal(file)


def test_full_disk_does_not_stop_an_edit(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, _content: bytes) -> int:
            raise OSError(28, "No space left on device")

        def flush(self) -> None: ...

    monkeypatch.setattr(document._journal, "_out", Full())
    document.apply("Rename", lambda d: msgspec.structs.replace(d, name="x"))
    assert document.design.name == "x"


def test_names_of_steps_are_read_back_in_any_language(document: Document, tmp_path: Path) -> None:
    fields = Listed((entry("Count"), entry("Pitch")))
    rack = next(iter(document.design.racks))
    for label in (say("Change {field}", field=fields), "Move {racks"):
        document.apply(label, lambda d: edits.move_racks(d, [rack], 0.5, 0))
    labels = [step.label for step in read_journal(_journal_file(tmp_path)).steps]
    assert labels == ["Change Count, Pitch", "Move {racks"]
    assert [translator("zh")(label) for label in labels] == ["修改数量、间距", "Move {racks"]


def values_of(tree: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = tree.items() if isinstance(tree, dict) else ()
    return [path, *(one for key, value in inner for one in values_of(value, (*path, key)))]


DAMAGE = st.sampled_from(
    [0, -5, 2**70, None, "{0}", "{rack.__class__}", "{rack!r:>99}", "\0", [], {}, {"name": 3}, True]
)


@given(st.integers(1, 3), st.data())
def test_a_damaged_journal_gives_what_was_before_or_is_refused(
    line: int, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        design = read_design(find_design("gb200-nvl72")).design
        journal = Journal(Path(folder), design, None)
        label = say("Move {rack}", rack="R01")
        for place in (1, 2, 3):
            after = edits.set_field(design, ("name",), f"n{place}")
            journal.step(label, design, after, place, merge=False)
            design = after
        file = _journal_file(Path(folder))
        lines = [json.loads(text) for text in file.read_bytes().splitlines()]
        path = data.draw(st.sampled_from([one for one in values_of(lines[line]) if one]))
        owner = lines[line]
        for step in path[:-1]:
            owner = owner[step]
        owner[path[-1]] = data.draw(DAMAGE)
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        recovered = read_journal(file)
        journal.close()
    assert len(recovered.steps) <= 3
    for step in recovered.steps:
        assert translator("zh")(step.label)
