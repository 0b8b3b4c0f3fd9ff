"""Files that can't be written, and names at the edge of what a disk takes."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from studio.errors import FileProblem
from studio.storage import atomic
from studio.storage.atomic import write_atomic


def test_a_disk_that_takes_nothing_is_told_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(atomic, "_created", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(FileProblem, match="Read-only file system. Save to another place"):
        write_atomic(tmp_path / "mine.supernode", b"design")


@pytest.mark.parametrize("name", ["n" * 255, "超" * 85])
def test_the_longest_name_a_disk_takes_is_written(tmp_path: Path, name: str) -> None:
    write_atomic(tmp_path / name, b"design")
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_name_that_no_disk_takes_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="was not written: File name too long"):
        write_atomic(tmp_path / ("n" * 256), b"design")
