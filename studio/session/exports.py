"""What a design can be written as: tables, the drawn links, the result and the report.

The one list of kinds behind `supernode-studio export` and the window's export dialog.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studio.errors import FileProblem, InvalidInput
from studio.exchange.bill_of_materials import bill_table
from studio.exchange.cable_schedule import cable_table
from studio.exchange.graph import graphml
from studio.exchange.rack_schedule import rack_table
from studio.exchange.report import report_html
from studio.exchange.result_json import result_json
from studio.exchange.table import Table, to_csv
from studio.exchange.tables import (
    links_table,
    ports_table,
    result_table,
    terms_table,
    totals_table,
)
from studio.exchange.totals_json import totals_json
from studio.fabric.fabric import Fabric
from studio.messages import Listed, Message, say
from studio.session.evaluation import Evaluation, evaluate
from studio.session.report_content import report_content
from studio.simulation.result import SimResult
from studio.simulation.rollup.totals import Totals, roll_up


class Exported:
    """A design on its way into a file: what the kind asks for is worked out, and no more.

    Parameters
    ----------
    evaluation : of the fabric, where it is known already.
    picture : makes a PNG of the drawing, for the report alone.
    """

    def __init__(
        self,
        fabric: Fabric,
        evaluation: Evaluation | None = None,
        picture: Callable[[], bytes] = bytes,
        language: str = "en",
    ) -> None:
        self.fabric = fabric
        self.picture = picture
        self.language = language
        self._known = evaluation

    @cached_property
    def totals(self) -> Totals:
        """Return the figures added up from the parts."""
        return self._known.totals if self._known else roll_up(self.fabric)

    @cached_property
    def evaluation(self) -> Evaluation:
        """Return everything known of the design, its job among it."""
        return self._known or evaluate(self.fabric)

    @property
    def result(self) -> SimResult:
        """Return the result of the active scenario.

        Raises
        ------
        InvalidInput : it could not be simulated.
        """
        result = self.evaluation.result
        if result is None:
            raise InvalidInput(
                "there is no result to write: {reason}", reason=self.evaluation.problem
            )
        return result


@dataclass(frozen=True)
class ExportKind:
    """One kind of file: its title, its endings, and how each is made."""

    title: Message
    made: dict[str, Callable[[Exported], bytes]]


def content(kind: str, path: Path, exported: Exported) -> bytes:
    """Return what a file of that name holds; its ending chooses the format.

    Raises
    ------
    FileProblem : the kind is not written with that ending.
    InvalidInput : there is no result to write.
    """
    made = KINDS[kind].made.get(path.suffix.lower())
    if made is None:
        raise FileProblem(
            "{path}: {what} is written as {endings}",
            path=str(path),
            what=KINDS[kind].title,
            endings=Listed(endings(kind), " or "),
        )
    return made(exported)


def endings(kind: str) -> tuple[str, ...]:
    """Return the file endings of a kind, the usual one first."""
    return tuple(KINDS[kind].made)


def json_bytes(value: object) -> bytes:
    """Return what a JSON file of plain data holds."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _table(
    title: Message,
    table: Callable[[Exported], Table],
    as_json: Callable[[Exported], object] | None = None,
) -> ExportKind:
    def records(exported: Exported) -> object:
        rows = table(exported)
        return [dict(zip(rows.header, row, strict=True)) for row in rows.rows]

    plain = as_json or records
    return ExportKind(
        title,
        {
            ".csv": lambda exported: to_csv(table(exported)).encode(),
            ".json": lambda exported: json_bytes(plain(exported)),
        },
    )


def _report(exported: Exported) -> bytes:
    report = report_content(exported.evaluation, exported.picture())
    return report_html(report, "zh" if exported.language == "zh" else "en").encode()


KINDS: dict[str, ExportKind] = {
    "totals": _table(
        say("Totals"),
        lambda one: totals_table(one.totals),
        lambda one: totals_json(one.fabric, one.totals),
    ),
    "terms": _table(say("Terms of every figure"), lambda one: terms_table(one.totals)),
    "parts": _table(say("Bill of materials"), lambda one: bill_table(one.fabric)),
    "racks": _table(say("Rack schedule"), lambda one: rack_table(one.fabric)),
    "links": _table(say("Links"), lambda one: links_table(one.fabric)),
    "cables": _table(say("Cable schedule"), lambda one: cable_table(one.fabric)),
    "ports": _table(say("Port map"), lambda one: ports_table(one.fabric)),
    "graph": ExportKind(
        say("Components and links as a graph"), {".graphml": lambda one: graphml(one.fabric)}
    ),
    "result": _table(
        say("Result of the simulation"),
        lambda one: result_table(one.result),
        lambda one: result_json(one.result),
    ),
    "report": ExportKind(say("Report with everything"), {".html": _report}),
}
