"""What can be written to a file besides the drawing: tables, results and the report."""

from __future__ import annotations

import json
from pathlib import Path

from studio.errors import FileProblem
from studio.exchange.graph import graphml
from studio.exchange.report import report_html
from studio.exchange.result_json import result_json
from studio.exchange.table import Table, to_csv
from studio.exchange.tables import FABRIC_TABLES, TOTALS_TABLES, result_table
from studio.exchange.totals_json import totals_json
from studio.gui.i18n import mark
from studio.session.evaluation import Evaluation
from studio.session.report_content import report_content

TITLES: dict[str, str] = {
    "totals": mark("Totals"),
    "terms": mark("Terms of every figure"),
    "parts": mark("Bill of materials"),
    "links": mark("Links"),
    "cables": mark("Cable schedule"),
    "ports": mark("Port map"),
    "graph": mark("Components and links as a graph"),
    "result": mark("Result of the simulation"),
    "report": mark("Report with everything"),
}

_OWN_ENDING: dict[str, tuple[str, ...]] = {"report": (".html",), "graph": (".graphml",)}


def endings(kind: str) -> tuple[str, ...]:
    """Return the file endings a kind can be written with."""
    return _OWN_ENDING.get(kind, (".csv", ".json"))


def content(kind: str, ending: str, evaluation: Evaluation, picture: bytes, language: str) -> bytes:
    """Return what the file holds.

    Raises
    ------
    FileProblem : there is no result to write.
    """
    if kind == "report":
        report = report_content(evaluation, picture)
        return report_html(report, "zh" if language == "zh" else "en").encode()
    if kind == "graph":
        return graphml(evaluation.fabric)
    if kind == "totals" and ending == ".json":
        return json_bytes(totals_json(evaluation.fabric, evaluation.totals))
    if kind == "result" and ending == ".json" and evaluation.result is not None:
        return json_bytes(result_json(evaluation.result))
    table = _table(kind, evaluation)
    if ending == ".json":
        return json_bytes([dict(zip(table.header, row, strict=True)) for row in table.rows])
    return to_csv(table).encode()


def _table(kind: str, evaluation: Evaluation) -> Table:
    if kind == "result":
        if evaluation.result is None:
            raise FileProblem(
                "there is no result to write: {reason}",
                reason=evaluation.problem,
            )
        return result_table(evaluation.result)
    if kind in TOTALS_TABLES:
        return TOTALS_TABLES[kind](evaluation.totals)
    return FABRIC_TABLES[kind](evaluation.fabric)


def json_bytes(value: object) -> bytes:
    """Return what a JSON file of plain data holds."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def file_name(stem: str, kind: str, ending: str) -> Path:
    """Return the name proposed for a file."""
    return Path(f"{stem}-{kind}{ending}")
