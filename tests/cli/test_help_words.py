"""Help and usage speak Chinese where `--lang zh` asks for it, and English everywhere else."""

from __future__ import annotations

import argparse
import importlib
import re

import pytest

from studio.cli.__main__ import COMMANDS, MORE, main
from studio.cli.help_words import FILE, helped_in, language_in
from studio.languages import read_entries

CHINESE = re.compile("[\u4e00-\u9fff]")
OF_ARGPARSE = re.compile(r"%|^usage: $|arguments$|^options$|^expected |^show ")
"""Texts of Python itself, some of which only newer versions say."""


def texts_of_commands() -> set[str]:
    texts = {*COMMANDS.values(), MORE, "commands", ".",
             "Draw an AI supernode and see what it delivers."}  # fmt: skip
    for name in COMMANDS:
        parser = argparse.ArgumentParser()
        importlib.import_module(f"studio.cli.{name}_command").configure(parser)
        texts |= {action.help for action in parser._actions if action.help}
    return texts


def test_every_help_text_has_a_chinese_entry_and_none_is_left_over() -> None:
    texts, known = texts_of_commands(), read_entries(FILE)
    assert sorted(texts - set(known)) == [], f"add them to resources/translations/{FILE}"
    assert [text for text in set(known) - texts if not OF_ARGPARSE.search(text)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_speaks_chinese(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help", "--lang", "zh"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(f"用法：supernode-studio {name}")
    assert not re.search(r"^(usage|options|positional)", told, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("totals",),
        ("totals", "x", "--nope"),
        ("export", "cloudmatrix-384", "cake", "x.csv"),
        ("flow", "cloudmatrix-384", "--seed", "x"),
        ("simulate", "cloudmatrix-384", "--explain"),
        ("compare", "cloudmatrix-384", "--csv", "--json"),
        ("cake",),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_told_in_the_language_it_asks_for(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for more, is_chinese in ((("--lang=zh",), True), ((), False)):
        with pytest.raises(SystemExit) as ended:
            main((*arguments[:1], *more, *arguments[1:]))
        assert ended.value.code == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert bool(CHINESE.search(last)) is is_chinese
        assert ("error: " in last) is not is_chinese


def test_the_language_is_found_before_parsing() -> None:
    assert language_in(["totals", "--lang", "zh"]) == "zh"
    assert language_in(["--lang=zh", "totals"]) == "zh"
    assert language_in(["totals", "--lang"]) == ""
    assert language_in(["totals"]) == ""


def test_argparse_has_its_own_words_back_afterwards() -> None:
    with helped_in("zh"):
        assert argparse.ArgumentParser().format_usage().startswith("用法：")
    assert argparse.ArgumentParser().format_usage().startswith("usage: ")
