"""`supernode-studio validate`: the simulator against tables of published measurements."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_json
from studio.cli.output import print_json, print_table
from studio.errors import FileProblem
from studio.exploration.validation.case_table import MAX_TEXT
from studio.exploration.validation.runner import validate
from studio.exploration.validation.score import ScoredRow, SetScore
from studio.files import read_file
from studio.messages import entry, say

_TITLES = (
    say("set"),
    say("rows"),
    say("scored"),
    say("modelled"),
    say("median"),
    say("mean"),
    say("within 20 %"),
    say("30 %"),
    say("bias"),
)

_ROW_TITLES = (
    say("set"),
    say("row"),
    say("use"),
    say("predicted"),
    say("measured"),
    say("off by"),
    say("how, or why not"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "cases", metavar="CASES.csv", nargs="+", type=Path, help="published measurements"
    )
    add_json(parser)
    parser.add_argument(
        "--rows",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="print every row before the sets, or the sets alone",
    )
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Predict, score and print."""
    report = validate({str(path): _read(path) for path in arguments.cases})
    if arguments.json:
        print_json(report.as_json())
        return 0
    said = said_in(arguments)
    if arguments.rows:
        cells = (_row_cells(row, said) for row in report.rows)
        print_table([[said(title) for title in _ROW_TITLES], *cells], right_from=3, left_from=6)
    scores = []
    for name, score in report.sets.items():
        apart = report.quantities(name).items()
        scores += [(said(entry(name)), score)]
        scores += [(f"{said(entry(name))}, {column}", own) for column, own in apart]
    print_table(
        [[said(title) for title in _TITLES]]
        + [[name, *_set_cells(score)] for name, score in scores]
    )
    return 0


def _read(path: Path) -> str:
    try:
        return read_file(path, MAX_TEXT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileProblem(
            "{path}: not UTF-8 text at byte {place}", path=str(path), place=error.start
        ) from error


def _row_cells(row: ScoredRow, said: Said) -> list[str]:
    error = "" if row.error is None else f"{row.error:+.1%}"
    numbers = ("" if v is None else f"{v:.5g}" for v in (row.predicted, row.measured))
    return [said(entry(row.set_name)), row.id, row.use, *numbers, error, said(row.reason)]


def _set_cells(score: SetScore) -> list[str]:
    shares = (
        score.modelled,
        score.median_abs_error,
        score.mean_abs_error,
        score.share_within_20,
        score.share_within_30,
    )
    cells = [str(score.rows), str(score.scored)]
    cells += ["–" if share is None else f"{share:.1%}" for share in shares]
    return [*cells, "–" if score.bias is None else f"{score.bias:+.1%}"]
