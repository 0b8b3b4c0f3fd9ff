"""Without Qt's libraries, `open` says what this system lacks."""

from __future__ import annotations

import importlib
import sys

import pytest

from studio.cli import open_command
from studio.errors import StudioError


@pytest.mark.parametrize(
    ("system", "remedy"),
    [("linux", "apt-get install"), ("win32", "Visual C++"), ("darwin", "macOS")],
)
def test_a_window_that_cannot_be_loaded_names_the_remedy_of_its_system(
    monkeypatch: pytest.MonkeyPatch, system: str, remedy: str
) -> None:
    def missing(name: str) -> None:
        raise ImportError("DLL load failed while importing QtCore: not found.")

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(StudioError, match=remedy) as caught:
        open_command._gui()
    assert ".." not in str(caught.value)
