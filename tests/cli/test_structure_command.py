"""`supernode-studio structure` on reference designs."""

from __future__ import annotations

import json

import pytest

from studio.cli.__main__ import main


def test_the_cut_between_two_racks_is_that_of_their_uplinks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four nodes, seven chips each, sixteen uplinks of 28 GB/s a chip; seven planes of 16 L2."""
    assert main(("structure", "cloudmatrix-384", "--between", "R01", "R02", "--json")) == 0
    cut = json.loads(capsys.readouterr().out)
    assert cut["bandwidth_byte_per_s"] == pytest.approx(4 * 7 * 16 * 28e9)
    assert cut["link_disjoint_paths"] == len(cut["links"]) == 4 * 7 * 16
    assert len(cut["parts"]) == 7 * 16
    assert main(("structure", "cloudmatrix-384", "--between", "R01", "R02")) == 0
    assert "12.54 TB/s" in capsys.readouterr().out


def test_a_cut_with_a_failed_chip_has_its_uplinks_less(capsys: pytest.CaptureFixture[str]) -> None:
    question = ("--between", "R01", "R02", "--fail", "R01/N1/l1[0]", "--json")
    assert main(("structure", "cloudmatrix-384", *question)) == 0
    assert json.loads(capsys.readouterr().out)["link_disjoint_paths"] == (4 * 7 - 1) * 16


def test_a_plane_on_which_no_npus_meet_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("structure", "gb200-nvl72")) == 0
    host = capsys.readouterr().out.partition("host:")[2]
    assert "none joins two NPUs" in host
    assert "0 hops" not in host


def test_a_selection_without_anything_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("structure", "cloudmatrix-384", "--between", "R01", "R99")) != 0
    assert "R99" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--plane", "ub"), "--plane says where --between cuts"),
        (("--between", "R01", "R02", "--plane", "zz"), "the design has no plane 'zz'"),
        (("--between", "R01", "R99"), "nothing is at 'R99'"),
        (("--fail", "R99"), "R99"),
        (("--between", "R01", "R01"), "both sides"),
    ],
)
def test_an_impossible_question_is_a_usage_error(
    arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["structure", "cloudmatrix-384", *arguments]) in (2, 3)
    assert text in capsys.readouterr().err


def test_an_address_of_the_command_line_that_is_not_there_is_a_question_of_usage() -> None:
    assert main(("structure", "dgx-h100-su32", "--between", "R01", "nowhere")) == 2
