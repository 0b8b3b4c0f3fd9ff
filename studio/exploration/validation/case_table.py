"""Read the CSV text of a stranger as rows by column; knows no set of measurements."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from studio.errors import FileProblem
from studio.messages import Listed
from studio.units import MEBI

MAX_TEXT = 64 * MEBI
MAX_FIELD = MEBI
"""Characters of a table and of one of its fields that are read."""
MAX_ROWS = 200_000
_OTHER_SEPARATORS = (";", "\t", "|")
_ENDS_QUOTED = "unexpected end of data"
"""What the standard reader says, when strict, of a text that ends inside quotation marks."""


def read_csv(path: str, text: str) -> tuple[list[str], Iterator[dict[str, str]]]:
    """Return the names of the columns, and every row by them as it is read, blanks around cut off.

    Parameters
    ----------
    path : name of the table for messages.

    Raises
    ------
    FileProblem : too large, without a header, not separated by commas, a column named twice, or,
        while rows are read, a quotation mark that is never closed and would swallow the rows after
        it.
    """
    if len(text) > MAX_TEXT:
        raise FileProblem(
            "{path}: more than {limit} MiB of text is not read", path=path, limit=MAX_TEXT // MEBI
        )
    csv.field_size_limit(MAX_FIELD)
    text = text.lstrip("\ufeff")
    reader = csv.DictReader(_lines(text))
    try:
        columns = [column.strip() for column in reader.fieldnames or ()]
    except csv.Error as problem:
        raise _told(path, reader.line_num, problem) from problem
    _refuse_bad_header(path, columns)
    return columns, _rows(path, text, reader)


def _lines(text: str) -> io.StringIO:
    """Return a text to read line by line, however its lines end."""
    return io.StringIO(text, newline=None)


def _rows(path: str, text: str, reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    _refuse_open_quotes(path, text)
    try:
        for number, row in enumerate(reader):
            if number == MAX_ROWS:
                raise FileProblem(
                    "{path}: more than {limit} rows; divide the table", path=path, limit=MAX_ROWS
                )
            yield {
                (key or "").strip(): value.strip()
                for key, value in row.items()
                if isinstance(value, str) and key is not None
            }
    except csv.Error as problem:
        raise _told(path, reader.line_num, problem) from problem


def _told(path: str, lines_read: int, problem: csv.Error) -> FileProblem:
    return FileProblem(
        "{path}, line {line}: {problem}", path=path, line=lines_read + 1, problem=problem
    )


def _refuse_bad_header(path: str, columns: list[str]) -> None:
    if not any(columns):
        raise FileProblem("{path}: the first line names no columns", path=path)
    only = columns[0]
    separator = max(_OTHER_SEPARATORS, key=only.count)
    if len(columns) == 1 and separator in only:
        raise FileProblem(
            "{path}: the columns are separated by {separator}; separate them by commas",
            path=path,
            separator=repr(separator),
        )
    twice = [name for name, times in Counter(columns).items() if name and times > 1]
    if twice:
        raise FileProblem("{path}: more than one column is called {names}", path=path,
                          names=Listed(twice[:5]))  # fmt: skip


def _refuse_open_quotes(path: str, text: str) -> None:
    strict = csv.reader(_lines(text), strict=True)
    begun = 1
    try:
        for _ in strict:
            begun = strict.line_num + 1
    except csv.Error as problem:
        # Other faults are read over, as spreadsheets do, or told with their line while reading.
        if str(problem) == _ENDS_QUOTED:
            raise FileProblem(
                "{path}, line {line}: a quotation mark is opened and never closed",
                path=path,
                line=begun,
            ) from problem
