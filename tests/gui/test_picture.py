"""Pictures of a window that can't be written leave nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.cli.headless import run
from studio.errors import FileProblem
from studio.gui import app as gui_app
from studio.session.library import find_design


def test_a_full_disk_is_told_and_leaves_no_half_picture(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qapp

    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(FileProblem, match="No space left"):
        run([find_design("gb200-nvl72")], tmp_path, gui_app)
    assert list(tmp_path.iterdir()) == []
