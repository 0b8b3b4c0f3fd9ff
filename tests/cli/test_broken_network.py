"""Drawings with a broken network, asked by command line: the object is named, nothing is zero."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.cli.__main__ import main
from studio.paths import designs_dir

Tree = dict[str, Any]


def rule(**fields: object) -> Callable[[Tree], None]:
    return lambda design: design["links"]["nvlink"].update(fields)


def onto_itself(**scheme: object) -> Callable[[Tree], None]:
    return rule(b="R*/T*/gpu", scheme=scheme)


def plane(name: str, **fields: object) -> Callable[[Tree], None]:
    return lambda design: design["planes"][name].update(fields)


def broken(folder: Path, change: Callable[[Tree], None]) -> str:
    """Return a file with GB200 NVL72, changed."""
    tree = json.loads((designs_dir() / "gb200-nvl72.supernode").read_text("utf-8"))
    change(tree["design"])
    path = folder / "broken.supernode"
    path.write_text(json.dumps(tree), "utf-8")
    return str(path)


def same_label(design: Tree) -> None:
    design["racks"]["network"]["label"] = "R01"


CASES: dict[str, tuple[Callable[[Tree], None], int, str]] = {
    "negative bandwidth": (rule(bandwidth_byte_per_s=-5.0), 3, "link rule 'nvlink': -5.0 byte/s"),
    "no bandwidth to speak of": (
        rule(bandwidth_byte_per_s=1e-300),
        3,
        "link rule 'nvlink': 1e-300 byte/s; set a bandwidth of 1 B/s or more",
    ),
    "length below nothing": (rule(length_m=-5.0), 3, "link rule 'nvlink': links of -5 m"),
    "length beyond any hall": (rule(length_m=1e300), 3, "link rule 'nvlink': links of 1e+300 m"),
    "self-loops": (onto_itself(type="one-to-one"), 3, "joins R01/T1/gpu[0] with itself"),
    "two racks with one address": (same_label, 3, "both have a rack labelled 'R01'"),
    "oversubscription below nothing": (
        plane("scale-out", oversubscription=-2.0),
        3,
        "plane 'scale-out': oversubscription -2.0",
    ),
    "no sub-plane": (plane("nvlink", sub_planes=0), 3, "plane 'nvlink': 0 sub-planes"),
    "a torus of NPUs that don't forward": (
        onto_itself(type="torus", dims=[8, 9]),
        2,
        "only endpoints that don't forward join them",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_flow_names_what_is_broken(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, code, text = CASES[case]
    assert main(["flow", broken(tmp_path, change), "--plane", "nvlink"]) == code
    printed = capsys.readouterr()
    assert text in printed.err
    assert not printed.out


def test_links_of_no_capacity_are_dead_and_the_way_round_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def powerless(design: Tree) -> None:
        design["exceptions"] = {"rule:nvlink": {"state": "degraded", "factor": 0.0}}

    path = broken(tmp_path, powerless)
    assert main(["flow", path, "--plane", "nvlink"]) == 2
    assert "no working path from R01/T" in capsys.readouterr().err
    assert main(["flow", path, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["plane"] == "nvlink+scale-out"
    assert answer["time_s"] > 0
    assert main(["check", path]) == 1
    assert "no NPU has a link on scale-up plane" in capsys.readouterr().out


def test_a_torus_that_nothing_forwards_on_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = broken(tmp_path, onto_itself(type="torus", dims=[8, 9]))
    assert main(["check", path]) == 1
    assert "only through NPUs that don't forward [no-forwarding]" in capsys.readouterr().out
