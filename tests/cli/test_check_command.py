"""`check`: what it finds, why, and the fixes it offers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.cli.__main__ import main


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["check", *arguments, "--json"]) == 1
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_every_rule_that_is_broken_is_told(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {str(one["rule"]) for one in findings(capsys, str(broken))}
    assert told >= {
        "reach",
        "optical-budget",
        "transceiver-pair",
        "port-overuse",
        "rack-units",
        "tray-fill",
        "inlet-temperature",
        "oversubscription",
    }


def test_a_fix_of_the_json_is_what_edit_takes(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = next(f for f in findings(capsys, str(broken)) if f["rule"] == "tray-fill")
    assert isinstance(one["fix"], dict)
    assert one["fix"]["label"] == "Make the tray 400 cm²"
    change = [f"{path}={json.dumps(value)}" for path, value in one["fix"]["changes"].items()]
    left = findings(capsys, str(broken), "--edit", *change)
    assert "tray-fill" not in {f["rule"] for f in left}


def test_the_limit_of_a_rule_is_explained(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = next(f for f in findings(capsys, str(broken)) if f["rule"] == "optical-budget")
    assert "ITU-T G.652" in str(one["explanation"])


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("site.pue=-3", "PUE -3"),
        ("active_scenario=nothing", "active_scenario 'nothing'"),
        ("scenarios.decode-r1.tpot_objective_s=0.001", "misses the objective"),
    ],
)
def test_a_job_that_cannot_run_or_misses_its_objective_is_a_finding(
    edit: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = findings(capsys, "cloudmatrix-384", "--edit", edit)
    assert [one["rule"] for one in told] == ["scenario"]
    assert words in str(told[0]["message"])
    assert told[0]["explanation"]
