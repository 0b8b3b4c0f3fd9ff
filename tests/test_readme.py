"""The README's commands and notebook lines run and print what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from studio.cli.__main__ import COMMANDS, main

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ (.*?)\n(.*?)```", README, flags=re.DOTALL)
NOTEBOOK = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[c[0][:40] for c in CONSOLE])
def test_readme_command_prints_what_the_readme_says(
    command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    assert words[0] == "supernode-studio"
    main(words[1:])
    assert capsys.readouterr().out.strip() == output.strip()


def test_readme_notebook_gives_the_numbers_of_the_smaller_design(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = NOTEBOOK
    assert sum(bool(line) for line in code.splitlines()) == 5
    exec(compile(code, "README.md", "exec"), {})
    first, second = capsys.readouterr().out.strip().splitlines()
    # 11 compute cabinets of 32 NPUs; 11 x 4 nodes x 56 UB cables, 352 + 352 RDMA cables, two ends.
    assert first.startswith(f"352.0 {2 * (44 * 56 + 352 + 11 * 8 * 4)}.0 ")
    assert float(second) == pytest.approx(3.56, abs=0.01)


def test_readme_names_every_command() -> None:
    for command in COMMANDS:
        assert f"`{command}`" in README or f"supernode-studio {command}" in README, command


def test_readme_links_lead_to_files_of_the_repository() -> None:
    root = Path(__file__).parent.parent
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (root / target).exists(), target


def test_places_the_readme_names_are_there() -> None:
    root = Path(__file__).parent.parent
    named = re.findall(r"`((?:studio|models|tests|resources|packaging)/[\w./*-]+)`", README)
    assert len(named) > 20
    for place in named:
        assert any(root.glob(place.rstrip("/"))), place
