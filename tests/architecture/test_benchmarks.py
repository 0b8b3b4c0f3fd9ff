"""`make bench` prints what can be tracked: JSON lines, whatever one of the benchmarks does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmarks import __main__ as runner

MODULES = {
    "answers": "def benchmarks():\n"
    "    yield {'name': 'first', 'value': 1.5, 'unit': 's', 'peer': 3, 'ratio': 2}\n"
    "    yield {'name': 'second', 'value': 2, 'unit': 'ms', 'peer': None}\n",
    "breaks": "def benchmarks():\n    yield {'name': 'x', 'value': 1, 'unit': 's'}\n    1 / 0\n",
    "forgets": "def benchmarks():\n    yield {'name': 'y', 'value': 1}\n",
    "helper": "",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "some_benchmarks"
    package = tmp_path / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    for module, text in MODULES.items():
        (package / f"{module}.py").write_text(text)
    made = ModuleType(name)
    made.__path__ = [str(package)]
    for module in ["", *(f".{module}" for module in MODULES)]:
        monkeypatch.delitem(sys.modules, name + module, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(runner, "folder", made)


@pytest.mark.usefixtures("folder")
def test_one_failure_does_not_cost_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([]) == 1
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"name": "first", "value": 1.5, "unit": "s", "peer": 3, "ratio": 2},
        {"name": "second", "value": 2, "unit": "ms"},
        {"name": "x", "value": 1, "unit": "s"},
    ]
    assert "breaks failed" in said.err
    assert "forgets failed" in said.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("word", ["answers", "swer"])
def test_a_word_chooses_by_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([word]) == 0
    out = capsys.readouterr().out
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["first", "second"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("nothing-like-it", 2)])
def test_help_and_a_wrong_name_run_nothing_and_name_all(
    word: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        runner.main([word])
    assert left.value.code == code
    said = capsys.readouterr()
    assert all(name in said.out + said.err for name in MODULES)
    assert '"value"' not in said.out
