"""`--lang zh`: every command that prints text speaks Chinese, and its JSON stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from studio.cli.__main__ import EXIT_FILE, main
from studio.languages import locale_language

CM = "cloudmatrix-384"
REFERENCE = Path(__file__).parents[1] / "reference"
CHINESE = re.compile("[\u4e00-\u9fff]")
COMMANDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("totals", CM, "--explain", "npu_count"), "NPUs|Racks|Price|counted|assumed"),
    (("simulate", CM), "Time |Tokens/s|Facility|Memory of|Attention|note|rests on|Decode"),
    (("simulate", CM, "--scenario", "train-dense"), "Step time|Effective|Training step|Best "),
    (("simulate", CM, "--explain", "phase.decode"), "Decode:|Attention:|vendor,|inferred,"),
    (("sensitivity", CM), "each number|Compute|Memory|bandwidth|Price|Lifetime"),
    (
        ("search", CM, "--fix", "tp=1", "--fix", "ep=64", "--most", "2"),
        "Mapping|combinations|Pareto|Tokens|best ",
    ),
    (("structure", CM, "--losses"), "Diameter|hops|Mean|Bisection|exact|Tier|oversub|Loss|cut off"),
    (("structure", CM, "--between", "R01", "R02"), "smallest|Bandwidth|Links|Link-dis|Parts|more"),
    (("flow", CM, "--group", "R01/*/npu"), "Plane|Algo|Routing|spray|Time|wire|Tier|exact| to "),
    (("flow", CM, "--routing", "hashed", "--group", "R01/*/npu"), "seed|subflows|hashed|links"),
    (("flow", CM, "--routing", "adaptive", "--group", "R01/*/npu"), "Guarantee|busiest|adaptive"),
    (("models",), "AI model|Parameters|Active|Your own"),
    (("parts",), "  cable  |  switch  |power_supply|Your own"),
    (("parts", "ascend-910c"), "compute_bf16|quoted|port |vendor,"),
    (("compare", CM, "gb200-nvl72"), "Job|Tokens/s|NPUs|Step time"),
    (("diff", CM, "gb200-nvl72"), "removed|changed|added|Before|After"),
    (("check", CM), "no findings|warning:|error:|info:"),
)
"""A command and the labels it has in English, none of which may be left in Chinese."""


@pytest.mark.parametrize(("arguments", "labels"), COMMANDS, ids=lambda one: str(one[0])[:12])
def test_a_command_speaks_chinese(
    arguments: tuple[str, ...], labels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)
    english = capsys.readouterr().out
    assert re.search(labels, english)
    assert main((*arguments, "--lang", "zh")) == code
    chinese = capsys.readouterr().out
    assert re.search("[\u4e00-\u9fff]", chinese)
    left = [line for line in chinese.splitlines() if re.search(labels, line)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", ["training", "inference", "memory", "network", "power"])
def test_what_is_said_of_a_measurement_is_chinese(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    cases = tmp_path / "cases.csv"
    cases.write_text("".join([lines[0], *lines[1::9]]), encoding="utf-8")
    told = []
    for language in ("en", "zh"):
        assert main(["validate", str(cases), "--rows", "--lang", language]) == 0
        told.append(capsys.readouterr().out.splitlines())
    sentences = [
        (english, chinese)
        for english, chinese in zip(*told, strict=True)
        if re.search(r"[a-z]{3,} [a-z]{2,}", english.split("  ")[-1])
    ]
    assert sentences
    left = [chinese for _, chinese in sentences if not CHINESE.search(chinese.split("  ")[-1])]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("command", ["simulate", "structure", "sensitivity"])
def test_json_has_one_form(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main((command, CM, "--json")) == 0
    english = json.loads(capsys.readouterr().out)
    assert main((command, CM, "--json", "--lang", "zh")) == 0
    assert json.loads(capsys.readouterr().out) == english


ERRORS: tuple[tuple[str, ...], ...] = (
    ("totals", "nowhere"),
    ("totals", CM, "--explain", "cake"),
    ("totals", CM, "--edit", "name"),
    ("totals", CM, "--edit", "racks.compute-west.array.count=-1"),
    ("totals", CM, "--variant", "ascend-910c=cake"),
    ("check", "."),
    ("compare", CM, "--rows", "cake"),
    ("simulate", CM, "--scenario", "cake"),
    ("simulate", CM, "--set", "cake=1"),
    ("simulate", CM, "--set", "batch_per_npu=-1"),
    ("search", CM, "--limit", "cake=1"),
    ("search", CM, "--slo-tpot", "0s"),
    ("search", CM, "--fix", "tp=x"),
    ("search", CM, "--fix", "tp=nan"),
    ("search", CM, "--allow", "ep=1,inf"),
    ("search", CM, "--most", "0"),
    ("totals", CM, "--explain", "cake", "--json"),
    ("structure", CM, "--between", "R01", "nowhere"),
    ("sensitivity", CM, "--goal", "cake"),
    ("structure", CM, "--plane", "ub"),
    ("flow", CM, "--popularity", "1,x"),
    ("flow", CM, "--collective", "cake"),
    ("diff", CM, "nowhere"),
    ("parts", "cake"),
    ("validate", "nowhere.csv"),
    ("upgrade", "nowhere.supernode"),
    ("new", "nowhere/x.supernode"),
    ("export", CM, "totals", "x.pdf"),
    ("export", CM, "picture", "x.pdf"),
    ("export", CM, "picture", "x.png", "--width", "1"),
    ("open", "nowhere", "--headless"),
)


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_an_error_speaks_chinese_too(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)
    assert code in (2, 3)
    english = capsys.readouterr().err
    assert not re.search("[\u4e00-\u9fff]", english)
    assert main((*arguments, "--lang", "zh")) == code
    chinese = capsys.readouterr().err
    assert re.search("[\u4e00-\u9fff]", chinese), chinese


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_locale_says_the_language(locale: dict[str, str], language: str) -> None:
    assert locale_language(locale) == language


def test_a_command_follows_the_locale_until_it_is_told_otherwise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["check", CM]) == 0
    assert CHINESE.search(capsys.readouterr().out)
    assert main(["check", "nosuch"]) == EXIT_FILE
    assert CHINESE.search(capsys.readouterr().err)
    assert main(["check", CM, "--lang", "en"]) == 0
    assert not CHINESE.search(capsys.readouterr().out)
