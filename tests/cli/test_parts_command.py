"""`parts`: the catalogue as a list, one part with its sources, and what is not there."""

from __future__ import annotations

import json

import pytest

from studio.cli.__main__ import main
from studio.session.library import catalog


def test_every_part_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts"]) == 0
    out = capsys.readouterr().out
    assert all(part_id in out for part_id in catalog().parts)


def test_one_part_has_its_values_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts", "mpo12-sm"]) == 0
    out = capsys.readouterr().out
    assert "0.4 dB/km" in out
    assert "ITU-T G.652" in out


def test_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts", "ascend-910c", "--json"]) == 0
    part = json.loads(capsys.readouterr().out)
    assert part["id"] == "ascend-910c"
    named = {value["source"] for value in part["values"].values()}
    assert named <= set(part["sources"])
    assert all(source["title"] for source in part["sources"].values())


def test_a_part_that_is_not_there_has_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts", "ascend-910d"]) == 2
    assert "did you mean ascend-910" in capsys.readouterr().err
