"""`supernode-studio diff` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from studio.cli.__main__ import EXIT_FILE, EXIT_FINDINGS, EXIT_FINE, main
from studio.cli.diff_command import _KINDS
from studio.design.diff import ChangeKind
from studio.design.edits import set_field
from studio.session.library import find_design
from studio.storage.project_file import read_design, write_design


@pytest.fixture
def fewer(tmp_path: Path) -> Path:
    design = read_design(find_design("cloudmatrix-384")).design
    path = tmp_path / "fewer.supernode"
    write_design(path, set_field(design, ("racks", "compute-west", "array", "count"), 5))
    return path


def test_no_differences_are_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "cloudmatrix-384", "cloudmatrix-384"]) == EXIT_FINE
    assert capsys.readouterr().out == "no differences\n"


def test_changes_and_their_effect_are_told(fewer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "cloudmatrix-384", str(fewer)]) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "changed  racks.compute-west\n           array.count: 6 -> 5\n" in told
    assert [line.split() for line in told.splitlines() if line.startswith("NPUs ")] == [
        ["NPUs", "384", "352"]
    ]


def test_the_same_as_json(fewer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "cloudmatrix-384", str(fewer), "--json"]) == EXIT_FINDINGS
    told = json.loads(capsys.readouterr().out)
    (change,) = told["changes"]
    assert change["fields"] == [{"path": "array.count", "before": 6, "after": 5}]
    npus = next(row for row in told["figures"] if row["name"] == "npu_count")
    assert (npus["before"], npus["after"]) == (384, 352)
    assert told["links_added"] == 0


def test_a_missing_file_is_a_file_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "cloudmatrix-384", "nowhere.supernode"]) == EXIT_FILE
    assert "nowhere.supernode" in capsys.readouterr().err


def test_every_kind_of_change_has_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(_KINDS) == set(get_args(ChangeKind))
    assert main(["diff", "gb200-nvl72", "dgx-h100-su32"]) == EXIT_FINDINGS
    assert "recabled links." in capsys.readouterr().out


def test_a_design_is_put_beside_itself_with_a_change(
    fewer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = "cloudmatrix-384+racks.compute-west.array.count=5"
    assert main(["diff", "cloudmatrix-384", changed, "--json"]) == EXIT_FINDINGS
    told = json.loads(capsys.readouterr().out)
    assert main(["diff", "cloudmatrix-384", str(fewer), "--json"]) == EXIT_FINDINGS
    assert told == json.loads(capsys.readouterr().out)
