"""How the command line prints: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from studio.messages import plain


class _Plain:
    """A stream to a terminal that no name in a file can drive: control characters are spelled."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(plain(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def plain_output() -> Iterator[None]:
    """Let everything printed inside reach output and errors as plain text."""
    with redirect_stdout(_plainly(sys.stdout)), redirect_stderr(_plainly(sys.stderr)):
        yield


def _plainly(stream: TextIO | None) -> TextIO | None:
    # A program started without a terminal, or with its output closed, has no streams.
    return None if stream is None else cast("TextIO", _Plain(stream))


def print_json(value: Any) -> None:
    """Print a value as JSON with a stable order."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(
    rows: Sequence[Sequence[str]],
    *,
    right_from: int = 1,
    left_from: int = sys.maxsize,
    indent: int = 0,
    said: Callable[[str], str] = str,
) -> None:
    """Print rows in columns, the first one to the left, numbers to the right.

    Parameters
    ----------
    right_from, left_from : first of the columns of numbers, and first of the words after them.
    indent : columns left empty before every row.
    said : puts every text into the language of the reader.
    """
    if not rows:
        return
    rows = [[said(cell) for cell in row] for row in rows]
    columns = max(len(row) for row in rows)
    widths = [max(_width(row[n]) for row in rows if n < len(row)) for n in range(columns)]
    for row in rows:
        cells = [
            _pad(cell, widths[place], to_right=right_from <= place < left_from)
            for place, cell in enumerate(row)
        ]
        print((" " * indent + "  ".join(cells)).rstrip())


def _width(text: str) -> int:
    """Chinese characters take two columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _pad(text: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space
