"""`supernode-studio flow` with the routings of the fabric."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.cli.__main__ import main


def flow(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(("flow", "cloudmatrix-384", "--json", *arguments)) == 0
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return tree


def test_routing_is_chosen_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    group = ("--collective", "all-reduce", "--algorithm", "ring")
    spray = flow(capsys, *group)
    hashed = flow(capsys, *group, "--routing", "hashed", "--seed", "5", "--subflows", "7")
    assert spray["routing"] == {"mode": "spray", "seed": 0, "subflows": 1}
    assert hashed["routing"] == {"mode": "hashed", "seed": 5, "subflows": 7}
    assert hashed["time_s"] >= spray["time_s"]
    assert flow(capsys, *group, "--routing", "weighted")["time_s"] <= spray["time_s"] * 1.000001


def test_adaptive_routing_makes_up_for_a_lost_uplink(capsys: pytest.CaptureFixture[str]) -> None:
    lost = ("--bytes", "384MiB", "--fail", "rule:ub-uplinks[3]")
    spray = flow(capsys, *lost)
    adaptive = flow(capsys, *lost, "--routing", "adaptive")
    assert adaptive["terms"]["wire_s"] < spray["terms"]["wire_s"] / 1.04
    assert adaptive["exactness"] == "upper bound"
    assert 0 < adaptive["gap"] <= 0.0011


def test_popular_experts_make_their_ports_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """One NPU in four receives four parts of seven, 16/7 of the mean."""
    even = flow(capsys, "--collective", "dispatch")
    uneven = flow(capsys, "--collective", "dispatch", "--popularity", "4,1,1,1")
    ratio = uneven["terms"]["wire_s"] / even["terms"]["wire_s"]
    assert ratio == pytest.approx(16 / 7, rel=1e-3)
    assert main(("flow", "cloudmatrix-384", "--popularity", "many")) != 0
    assert "many is no list of numbers" in capsys.readouterr().err


def test_too_many_hashed_flows_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    paths = ("--routing", "hashed", "--subflows", "9", "--algorithm", "direct")
    code = main(("flow", "cloudmatrix-384", *paths))
    assert code != 0
    assert "147,072 flows x 9 subflows, more than 1,200,000" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--bytes", "-1"), "a payload of -1 bytes can't be sent; give 1 B to 1 EB"),
        (("--bytes", "1 YB"), "'YB' is no unit of data"),
        (("--bytes", "1e400 B"), "too large"),
        (("--group", "**/zz"), "nothing is at '**/zz'"),
        (("--group", "R01/N1/npu[0]"), "a collective needs two"),
        (("--plane", "zz"), "the design has no plane 'zz'; it has ub, rdma, vpc"),
        (("--collective", "zz"), "'zz' is no collective"),
        (("--algorithm", "zz"), "'zz' is no algorithm"),
        (("--fail", "R99"), "nothing is at 'R99'"),
        (("--fail", "rule:zz"), "no link rule is called 'zz'"),
        (("--fail", "plane:zz"), "the design has no plane 'zz'; it has ub, rdma, vpc"),
        (("--fail", "plane:ub", "--plane", "ub"), "no working path from R01/N"),
        (("--fail", "plane:ub", "--fail", "plane:rdma"), "no working path from R01/N"),
        (("--group", "**/cpu"), "group '**/cpu' has 0 on plane 'ub'"),
        (("--bytes", "0"), "a payload of 0 bytes can't be sent"),
        (("--bytes", "0.001"), "a payload of 0.001 bytes can't be sent"),
        (("--bytes", "1e300"), "a payload of 1e+300 bytes can't be sent"),
        (("--bytes", "nan"), "'nan' is not a number with a unit"),
        (("--popularity", "1,nan"), "popularity needs one positive number per rank"),
        (("--fail", "rule:ub-uplinks[9999999]"), "has links 0 to 5375"),
        (("--routing", "hashed", "--seed", str(2**64)), "is too large"),
        (("--routing", "hashed", "--subflows", "0"), "0 subflows carry nothing"),
    ],
)
def test_an_impossible_question_is_a_usage_error(
    arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flow", "cloudmatrix-384", *arguments]) == 2
    assert text in capsys.readouterr().err


def test_what_the_library_leaves_aside_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("flow", "gb200-nvl72", "--collective", "reduce-scatter", "--bytes", "4KiB")
    assert main((*asked, "--json")) == 0
    tree = json.loads(capsys.readouterr().out)
    assert (tree["algorithm"], tree["is_in_library"]) == ("ring", True)
    assert tree["faster_elsewhere"]["time_s"] < tree["time_s"]
    assert main((*asked, "--algorithm", tree["faster_elsewhere"]["algorithm"])) == 0
    assert "which would not choose this here" in capsys.readouterr().out


def test_an_npu_without_its_adapter_is_helped_by_its_neighbours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ("flow", "dgx-h100-su32", "--collective", "all-to-all", "--bytes", "1GiB", "--json")
    assert main(asked) == 0
    intact = json.loads(capsys.readouterr().out)
    assert main((*asked, "--fail", "R01/N1/nic[0]")) == 0
    hurt = json.loads(capsys.readouterr().out)
    wire = hurt["terms"]["wire_s"] / intact["terms"]["wire_s"]
    assert wire == pytest.approx(8 / 7, rel=0.01)


def test_the_time_opens_into_phases_links_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    ring = ("--collective", "all-reduce", "--algorithm", "ring", "--explain")
    tree = flow(capsys, *ring)
    terms = {line["label"]: line for line in tree["explanation"]["sum_of"]}
    assert tree["explanation"]["value"] == tree["time_s"]
    assert terms["Bytes on the links"]["value"] == pytest.approx(tree["terms"]["wire_s"])
    (phase,) = terms["Bytes on the links"]["sum_of"]
    assert tree["bottleneck"].split(" to ")[0] in phase["note"]
    assert main(("flow", "cloudmatrix-384", *ring)) == 0
    printed = capsys.readouterr().out
    assert "Dependent steps" in printed
    assert "software part of one step" in printed
