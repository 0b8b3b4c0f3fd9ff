"""`supernode-studio export`: tables, results and pictures of a design as files."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import tempfile
from pathlib import Path

from studio.cli.language import add_language, said_in
from studio.cli.loading import Loaded, add_designs, load
from studio.errors import FileProblem, InvalidInput, StudioError
from studio.exchange.graph import graphml
from studio.exchange.report import report_html
from studio.exchange.result_json import result_json
from studio.exchange.table import Table, to_csv
from studio.exchange.tables import FABRIC_TABLES, TOTALS_TABLES, result_table
from studio.exchange.totals_json import totals_json
from studio.messages import say
from studio.session.evaluation import evaluate
from studio.session.report_content import report_content
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import roll_up
from studio.storage.atomic import write_atomic

PICTURES = (".svg", ".png")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, one=True)
    parser.add_argument(
        "what",
        choices=(*TOTALS_TABLES, *FABRIC_TABLES, "graph", "result", "picture", "report"),
        help="a table or result as .csv or .json, the drawn links as .graphml, "
        "a picture as .svg or .png, or a report with everything as .html",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="its ending chooses the format")
    parser.add_argument("--width", type=int, default=2560, help="of a PNG picture, in pixels")
    parser.add_argument("--height", type=int, default=1440, help="of a PNG picture, in pixels")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the file."""
    loaded = load(arguments.design, arguments)
    if arguments.what == "picture":
        _draw(loaded, arguments)
    elif arguments.what == "report":
        write_atomic(arguments.file, _report(loaded, arguments))
    else:
        write_atomic(arguments.file, _content(loaded, arguments.what, arguments.file))
    written = say(
        "{path}: {what} of {design}",
        path=str(arguments.file),
        what=arguments.what,
        design=loaded.title,
    )
    print(said_in(arguments)(written))
    return 0


def _content(loaded: Loaded, what: str, file: Path) -> bytes:
    if what == "graph":
        if file.suffix != ".graphml":
            raise FileProblem("{file}: a graph is written as .graphml", file=file)
        return graphml(loaded.fabric)
    if file.suffix not in (".csv", ".json"):
        raise FileProblem("{path}: {what} is written as .csv or .json", path=str(file), what=what)
    if what == "result":
        result = _result(loaded)
        if file.suffix == ".json":
            return _json(result_json(result))
        return to_csv(result_table(result)).encode()
    if what == "totals" and file.suffix == ".json":
        return _json(totals_json(loaded.fabric, roll_up(loaded.fabric)))
    table = (
        TOTALS_TABLES[what](roll_up(loaded.fabric))
        if what in TOTALS_TABLES
        else FABRIC_TABLES[what](loaded.fabric)
    )
    return _json(_records(table)) if file.suffix == ".json" else to_csv(table).encode()


def _records(table: Table) -> list[dict[str, object]]:
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _result(loaded: Loaded) -> SimResult:
    evaluation = evaluate(loaded.fabric)
    if evaluation.result is None:
        raise InvalidInput(evaluation.problem)
    return evaluation.result


def _report(loaded: Loaded, arguments: argparse.Namespace) -> bytes:
    if arguments.file.suffix != ".html":
        raise FileProblem("{path}: a report is written as .html", path=str(arguments.file))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "drawing.png"
        _draw(loaded, argparse.Namespace(**{**vars(arguments), "file": picture}))
        content = report_content(evaluate(loaded.fabric), picture.read_bytes())
    return report_html(content, arguments.lang).encode()


def _draw(loaded: Loaded, arguments: argparse.Namespace) -> None:
    if arguments.file.suffix not in PICTURES:
        raise FileProblem("{path}: a picture is written as .svg or .png", path=str(arguments.file))
    if not (16 <= arguments.width <= 16384 and 16 <= arguments.height <= 16384):
        raise InvalidInput(
            "{width} x {height} pixels; 16 to 16384 are possible",
            width=arguments.width,
            height=arguments.height,
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        pictures = importlib.import_module("studio.gui.picture")
    except ImportError as error:
        raise StudioError(
            "pictures need Qt, which can't be loaded: {error}", error=error
        ) from error
    pictures.draw(
        loaded.fabric,
        arguments.file,
        size=(arguments.width, arguments.height),
        theme=arguments.theme,
        language=arguments.lang,
    )
