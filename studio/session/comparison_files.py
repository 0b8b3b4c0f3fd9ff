"""A comparison of designs as a table and as plain data, for files and the command line."""

from __future__ import annotations

from typing import Any

from studio.exchange.table import Cell, Table
from studio.exploration.compare import Comparison, Row
from studio.units import DIMENSIONS


def comparison_table(found: Comparison) -> Table:
    """Return a row a figure: unit, then value, ends of the error band and ratio of each design."""
    columns = [
        f"{name} {column}"
        for name in found.designs
        for column in ("value", "error band low", "error band high", "ratio")
    ]
    rows = [(row.name, DIMENSIONS[row.dimension].si_unit, *_cells(row)) for row in found.rows]
    jobs = [cell for job in found.jobs for cell in (job, "", "", "")]
    return Table(("figure", "unit", *columns), [("job", "", *jobs), *rows])


def _cells(row: Row) -> list[Cell]:
    ranges = row.ranges or (None,) * len(row.values)
    cells: list[Cell] = []
    for value, ends, ratio in zip(row.values, ranges, row.ratios, strict=True):
        low, high = ends or ("", "")
        cells += ["" if value is None else value, low, high, "" if ratio is None else ratio]
    return cells


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data in SI units."""
    return {
        "designs": list(found.designs),
        "reference": found.designs[found.reference],
        "jobs": list(found.jobs),
        "rows": [
            {
                "name": row.name,
                "unit": DIMENSIONS[row.dimension].si_unit,
                "values": list(row.values),
                "ratios": list(row.ratios),
                **({"error_bands": [ends and list(ends) for ends in row.ranges]}
                   if row.ranges else {}),
            }
            for row in found.rows
        ],
    }  # fmt: skip
