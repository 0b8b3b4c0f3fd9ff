"""`supernode-studio compare`: designs side by side, ratios to the last one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_changes, add_json, load, what_if
from studio.cli.output import print_json, print_table
from studio.errors import UnknownName
from studio.exchange.table import BYTE_ORDER_MARK, to_csv
from studio.exploration.compare import Comparison, candidate_of, compare, row_label
from studio.messages import Listed, say
from studio.session.comparison_files import comparison_json, comparison_table
from studio.session.evaluation import evaluate
from studio.units import display, display_ratio


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "designs",
        metavar="DESIGN",
        nargs="+",
        help="a .supernode file or the name of a reference design; ratios are to the last one. "
        "DESIGN+PATH=VALUE is the same design with a field changed: "
        "cloudmatrix-384+racks.compute-west.array.count=5",
    )
    add_changes(parser)
    forms = parser.add_mutually_exclusive_group()
    add_json(forms)
    forms.add_argument("--csv", action="store_true", help="print CSV")
    parser.add_argument(
        "--rows", default="", metavar="FIGURE,…", help="only these figures, such as power_w.typical"
    )
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print."""
    candidates = []
    for text in arguments.designs:
        name, *edits = what_if(text)
        loaded = load(name, arguments, edits)
        evaluation = evaluate(loaded.fabric)
        made = candidate_of(loaded.fabric.design, evaluation.totals, evaluation.result)
        changed = "".join(f" +{edit.rpartition('.')[2]}" for edit in edits)
        candidates.append(replace(made, name=made.name + changed))
    table = _only(compare(candidates), arguments.rows)
    if arguments.json:
        print_json(comparison_json(table))
    elif arguments.csv:
        sys.stdout.write(to_csv(comparison_table(table)).removeprefix(BYTE_ORDER_MARK))
    else:
        _print(table, arguments.lang, said_in(arguments))
    return 0


def _only(table: Comparison, names: str) -> Comparison:
    if not names:
        return table
    known = {row.name: row for row in table.rows}
    wanted = names.split(",")
    for name in wanted:
        if name not in known:
            raise UnknownName(
                "--rows: there is no figure {name!r}; there is {known}",
                name=name,
                known=Listed(known),
            )
    return replace(table, rows=tuple(known[name] for name in wanted))


def _print(table: Comparison, language: str, said: Said) -> None:
    jobs = [job or "–" for job in table.jobs]
    rows = [["", *_beside(table.designs, [say("ratio")] * len(table.designs), table.reference)]]
    if any(row.name.startswith("result.") for row in table.rows):
        rows.append([say("Job"), *_beside(jobs, [""] * len(jobs), table.reference)])
    for row in table.rows:
        values = ["–" if v is None else display(v, row.dimension) for v in row.values]
        ratios = ["–" if r is None else display_ratio(r) for r in row.ratios]
        rows.append([row_label(row.name, language), *_beside(values, ratios, table.reference)])
    print_table(rows, said=said)
    if len(table.designs) > 1:
        print(said(say("Ratios are to {design}.", design=table.designs[table.reference])))


def _beside(values: Sequence[str], ratios: Sequence[str], reference: int) -> list[str]:
    """Return the cells of a row: every value followed by its ratio, but for the reference."""
    return [
        cell
        for place, pair in enumerate(zip(values, ratios, strict=True))
        for cell in (pair[:1] if place == reference else pair)
    ]
