"""Who may read a saved file: as before where it was there, as the umask says where it is new."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio.errors import FileProblem
from studio.storage.atomic import write_atomic

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_a_new_file_follows_the_umask(tmp_path: Path, mask: int, mode: int) -> None:
    path = tmp_path / "new.supernode"
    with _umask(mask):
        write_atomic(path, b"1")
    assert _mode(path) == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o400])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "old.supernode"
    path.write_bytes(b"1")
    path.chmod(mode)
    with _umask(0o022):
        write_atomic(path, b"2")
    assert (_mode(path), path.read_bytes()) == (mode, b"2")


def test_a_private_file_is_never_readable_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.supernode"
    path.write_bytes(b"1")
    path.chmod(0o600)
    seen: list[int] = []
    monkeypatch.setattr(
        os, "fsync", lambda _: seen.extend(_mode(one) for one in tmp_path.iterdir())
    )
    with _umask(0o000):
        write_atomic(path, b"2")
    assert seen == [0o600, 0o600]


def test_nothing_is_left_behind_where_the_disk_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileProblem, match="No space left"):
        write_atomic(tmp_path / "new.supernode", b"1")
    assert list(tmp_path.iterdir()) == []
