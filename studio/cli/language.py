"""The flag `--lang`: in which language a command prints its text; JSON has one form."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from studio.languages import LANGUAGES, locale_language, translator

Said = Callable[[str], str]
"""From a text of the studio to the same in the language asked for."""


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add the flag --lang."""
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=locale_language(os.environ),
        help="language of the texts; the locale's where nothing is said",
    )


def said_in(arguments: argparse.Namespace) -> Said:
    """Return what puts a text into the language of the command line."""
    return translator(arguments.lang)
