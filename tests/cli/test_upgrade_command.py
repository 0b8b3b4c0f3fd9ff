"""`supernode-studio upgrade`, with a step of the format that is yet to come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.cli import upgrade_command
from studio.cli.__main__ import main
from studio.session.library import find_design
from studio.storage import project_file


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file one version behind: the format to come calls its author so, and not `writer`."""
    tree = json.loads(find_design("dgx-h100-su32").read_text(encoding="utf-8"))
    tree["design"]["writer"] = tree["design"].pop("author")
    path = tmp_path / "older.supernode"
    path.write_text(json.dumps(tree), encoding="utf-8")
    for module in (project_file, upgrade_command):
        monkeypatch.setattr(module, "FORMAT_VERSION", 2)
    steps = {1: lambda old: {k if k != "writer" else "author": v for k, v in old.items()}}
    monkeypatch.setattr(project_file, "UPGRADES", steps)
    return path


def test_an_older_file_is_rewritten_once(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = older.read_bytes()
    assert main(["upgrade", str(older), "--dry-run"]) == 0
    assert older.read_bytes() == before
    assert main(["upgrade", str(older)]) == 0
    assert main(["upgrade", str(older)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{older}: format 1 -> 2, would be written",
        f"{older}: format 1 -> 2, written",
        f"{older}: format 2, nothing to do",
    ]
    tree = json.loads(older.read_text(encoding="utf-8"))
    assert tree["format_version"] == 2
    assert tree["design"]["author"] == "Supernode Studio"


def test_an_older_file_serves_every_command_as_it_is(older: Path) -> None:
    before = older.read_bytes()
    assert main(["totals", str(older)]) == 0
    assert older.read_bytes() == before
