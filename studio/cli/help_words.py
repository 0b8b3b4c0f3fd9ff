"""Help and usage of the command line in the language asked for by `--lang`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from studio.languages import read_entries

FILE = "cli.zh_CN.json"
Said = Callable[[str], str]


def language_in(arguments: Sequence[str]) -> str:
    """Return the language a command line asks for, before it is parsed; empty where it says none.

    What is wrong with a command line is told in that language too.
    """
    for place, text in enumerate(arguments):
        flag, equals, value = text.partition("=")
        if flag == "--lang":
            return value if equals else next(iter(arguments[place + 1 :]), "")
    return ""


@contextmanager
def helped_in(language: str) -> Iterator[Said]:
    """Let parsers that are made and used inside speak a language; gives what translates a text.

    The words of `argparse` itself go through a name of its module, meant for `gettext`; there is
    no other way to them.
    """
    entries = read_entries(FILE) if language == "zh" else {}
    names = vars(argparse)
    before: Said = names.get("_", str)
    names["_"] = lambda text: entries.get(text) or before(text)
    try:
        yield lambda text: entries.get(text, text)
    finally:
        names["_"] = before


def translate_help(parser: argparse.ArgumentParser, said: Said) -> None:
    """Put the help of every argument into a language."""
    for action in parser._actions:  # noqa: SLF001 - argparse lists them nowhere else
        if action.help and action.help != argparse.SUPPRESS:
            action.help = said(action.help)
