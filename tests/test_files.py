"""Files of strangers: what is no plain file of a sensible size is refused, and at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.errors import FileProblem
from studio.files import read_file

needs_devices = pytest.mark.skipif(os.name != "posix", reason="devices are files on Unix only")


def said(path: Path, most_bytes: int = 2**20) -> str:
    with pytest.raises(FileProblem) as caught:
        read_file(path, most_bytes)
    return str(caught.value)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "a b 超节点.txt"
    file.write_bytes(b"x" * 2**20)
    assert len(read_file(file, 2**20)) == 2**20
    file.write_bytes(b"x" * (2**20 + 1))
    assert said(file) == f"{file.name}: 2 MiB; at most 1 MiB are read"


@needs_devices
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_read(device: str) -> None:
    assert said(Path(device)) == f"{device}: is no plain file"


@needs_devices
def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert said(pipe).endswith("is no plain file")


@needs_devices
def test_links_are_followed_to_what_they_name(tmp_path: Path) -> None:
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    (tmp_path / "good").symlink_to(__file__)
    assert "is no plain file" in said(tmp_path / "endless")
    for name in ("ring", "lost"):
        assert "is a link that leads nowhere" in said(tmp_path / name)
    assert read_file(tmp_path / "good", 2**20) == Path(__file__).read_bytes()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_a_file_that_says_it_is_empty_is_bounded_all_the_same() -> None:
    assert Path("/proc/self/maps").stat().st_size == 0
    assert "at most 0 MiB are read" in said(Path("/proc/self/maps"), 100)


def test_a_folder_and_names_no_system_takes_are_said(tmp_path: Path) -> None:
    assert said(tmp_path).endswith("is a folder")
    assert said(tmp_path / "none").endswith("there is no such file")
    assert "\\x00" in said(tmp_path / "a\0b")
    assert len(said(Path("x" * 5000))) < 1000
