"""Windows refuses to replace a file that a scanner has open: saving waits, and not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import FileProblem
from studio.storage import atomic
from studio.storage.atomic import write_atomic


def refuse(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Path]:
    """Let renaming fail so many times, as on Windows; returns what was tried."""
    tried: list[Path] = []
    replace = Path.replace

    def held(path: Path, target: Path) -> Path:
        tried.append(path)
        if len(tried) <= times:
            raise PermissionError(13, "The process cannot access the file")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(atomic, "_IS_WINDOWS", True)
    monkeypatch.setattr(atomic, "_PAUSES_S", (0.0, 0.0, 0.0))
    return tried


def test_a_file_held_for_a_moment_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.supernode"
    file.write_bytes(b"old")
    tried = refuse(monkeypatch, 2)
    write_atomic(file, b"new")
    assert len(tried) == 3
    assert file.read_bytes() == b"new"


def test_a_file_held_for_good_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.supernode"
    file.write_bytes(b"old")
    refuse(monkeypatch, 99)
    with pytest.raises(FileProblem, match="was not written"):
        write_atomic(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_that_windows_refuses_is_an_error_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(22, "Invalid argument", "a?.supernode")

    monkeypatch.setattr(atomic, "_created", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(FileProblem, match="Invalid argument"):
        write_atomic(tmp_path / "a?.supernode", b"new")
