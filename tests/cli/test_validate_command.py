"""`validate` on the command line: every row and every set, or the sets alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.cli.__main__ import main

REFERENCE = Path(__file__).parent.parent / "reference"


def test_every_row_is_told_with_what_it_lacks_unless_the_sets_are_asked_for_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, first, second, *_ = (REFERENCE / "training.csv").read_text("utf-8").splitlines()
    odd = second.replace(second.split(",")[0], "ODD", 1).replace(",8,", ",-8,", 1)
    cases = tmp_path / "cases.csv"
    cases.write_text("\n".join([header, first, odd, ""]), encoding="utf-8")
    assert main(["validate", str(cases)]) == 0
    told = capsys.readouterr().out
    assert first.split(",")[0] in told
    assert "-8 is below zero" in told
    assert "within 20 %" in told
    assert main(["validate", str(cases), "--no-rows"]) == 0
    sets = capsys.readouterr().out
    assert told.endswith(sets)
    assert "ODD" not in sets
