"""Measure the simulator against `tests/reference/*.csv` and write the result where it is shown.

`python packaging/accuracy.py` rewrites `resources/accuracy.json`, which the window shows, and the
tables in the README; `--check` only tells whether both are up to date. What the fits said of rows
they had not seen stands in `tests/reference/holdout.csv` and is put beside.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.exploration.validation.aims import Standing, standings
from studio.exploration.validation.hardware import rated_machine
from studio.exploration.validation.runner import Report, validate
from studio.exploration.validation.score import ScoredRow, set_json
from studio.simulation.error_band import SHARE_INSIDE

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "reference"
SETS = ("training", "inference", "memory", "network", "power", "reliability")
HELD_OUT = CASES / "holdout.csv"
SHOWN = ROOT / "resources" / "accuracy.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- validation:begin -->", "<!-- validation:end -->"
LEAST_RATIO = 1e-3
"""Of a prediction to what was measured, so that a prediction of nothing has a size."""
ALIKE = {
    "row": "half of the rows, by chance",
    "setup": "half of the set-ups",
    "source": "whole sources",
    "model": "whole AI models",
    "hardware": "whole machines",
}
"""What rows that are held out together have in common, and what a reader calls it."""
Rows = dict[str, dict[str, str]]


def measure() -> dict[str, Any]:
    """Return the score of every set, the median error of every family, and the aims."""
    texts = {name: (CASES / f"{name}.csv").read_text(encoding="utf-8-sig") for name in SETS}
    report = validate(texts)
    rows: Rows = {row["id"]: row for text in texts.values() for row in _rows(text)}
    families = {id_: _family(row["hw"]) for id_, row in rows.items()}
    unseen = {row.id: row.error for row in held_out(report.rows, "row")}
    spreads = _spreads(report, families, unseen)
    sets = {
        name: {**set_json(score), "spread": spreads[name, ""]}
        for name, score in report.sets.items()
    }
    return {
        "sets": sets,
        "families": _families(report, families, spreads),
        "aims": _aims(rows, report),
        "left_out": _left_out(report),
    }


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def _family(hardware: str) -> str:
    """Return the accelerator family the simulator takes a measurement's hardware for."""
    rated = rated_machine(hardware)
    return rated.family if rated else "unknown"


def _spreads(
    report: Report, family_of: dict[str, str], unseen: dict[str, float | None]
) -> dict[tuple[str, str], float]:
    """Return within which factor 8 of 10 rows lie, of every set and of every family in it.

    Rows that were held out of a fit count as that fit predicted them: a band is for designs that
    no fit has seen.
    """
    found: dict[tuple[str, str], list[float]] = {}
    for row in report.rows:
        error = unseen.get(row.id, row.error)
        if _counts(row) and error is not None:
            size = abs(math.log(max(1 + error, LEAST_RATIO)))
            found.setdefault((row.set_name, ""), []).append(size)
            found.setdefault((row.set_name, family_of[row.id]), []).append(size)
    return {key: round(math.exp(_quantile(sizes)), 4) for key, sizes in found.items()}


def _quantile(sizes: list[float]) -> float:
    """Return the size that `SHARE_INSIDE` of all do not pass."""
    return float(np.quantile(sizes, SHARE_INSIDE, method="higher"))


def _families(
    report: Report, family_of: dict[str, str], spreads: dict[tuple[str, str], float]
) -> dict[str, dict[str, Any]]:
    errors: dict[tuple[str, str], list[float]] = {}
    for row in report.rows:
        if _counts(row) and row.error is not None:
            errors.setdefault((row.set_name, family_of[row.id]), []).append(abs(row.error))
    found: dict[str, dict[str, Any]] = {}
    for (name, family), values in sorted(errors.items()):
        found.setdefault(name, {})[family] = {
            "rows": len(values),
            "median_abs_error": round(statistics.median(values), 4),
            "spread": spreads[name, family],
        }
    return found


def _counts(row: ScoredRow) -> bool:
    return row.is_scored and not row.is_class


def _aims(rows: Rows, report: Report) -> list[dict[str, Any]]:
    """Return every aim, in sample and on rows that were held out of the fit."""
    everything = (*report.rows, *report.parts)
    unseen = {line.aim.name: line for line in standings(rows, held_out(everything, "row"))}
    return [
        {
            "name": line.aim.name,
            "aim": line.aim.text,
            "median": line.aim.median if line.aim.median < 1 else None,
            "within": line.aim.within,
            "share": line.aim.share,
            "is_class": line.aim.is_class,
            "seen": _standing(line),
            "held_out": _standing(unseen.get(line.aim.name)),
        }
        for line in standings(rows, everything)
    ]


def _left_out(report: Report) -> list[dict[str, Any]]:
    """Return how far off rows are that a fit saw nothing alike of, by set and by what is alike."""
    found = []
    for name in SETS:
        for by in ALIKE:
            left = [row for row in held_out(report.rows, by) if row.set_name == name]
            sizes = [abs(row.error) for row in left if _counts(row) and row.error is not None]
            if sizes:
                found.append({
                    "set": name,
                    "by": by,
                    "rows": len(sizes),
                    "median_abs_error": round(statistics.median(sizes), 4),
                    "share_within_30": round(sum(size <= 0.3 for size in sizes) / len(sizes), 4),
                })  # fmt: skip
    return found


def held_out(rows: Iterable[ScoredRow], by: str) -> list[ScoredRow]:
    """Return the rows of the hold-out by a property, with what a fit to the others predicted."""
    if not HELD_OUT.exists():
        return []
    errors = {
        row["id"]: float(row["error"])
        for row in _rows(HELD_OUT.read_text(encoding="utf-8"))
        if row["by"] == by and row["set"] in SETS
    }
    named = ((f"{row.id} {row.part}".strip(), row) for row in rows)
    return [
        replace(row, predicted=(row.measured or 0.0) * (1 + errors[name]))
        for name, row in named
        if name in errors
    ]


def _standing(line: Standing | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        "rows": line.rows,
        "median_abs_error": round(line.median, 4),
        "share": round(line.share, 4),
        "is_met": line.is_met,
    }


def table(measured: dict[str, Any]) -> str:
    """Return the README's tables."""
    lines = [
        "| set | rows | modelled | median error | mean | within 20 % | within 30 % | bias |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, score in measured["sets"].items():
        shares = ("modelled", "median_abs_error", "mean_abs_error", "share_within_20")
        cells = [f"{score[key]:.1%}" for key in (*shares, "share_within_30")]
        lines.append(
            f"| {name} | {score['scored']} | " + " | ".join(cells) + f" | {score['bias']:+.1%} |"
        )
    lines += [
        "",
        "The same rows by what their inputs say, against the aim. *Held out*: predicted by a fit "
        "to the other half of the rows; sets that no fit has seen have no such column.",
        "",
        "| rows | aim | count | median error | share inside | held out: median | share inside |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in measured["aims"]:
        seen = line["seen"]
        mark = "" if seen["is_met"] else " (missed)"
        lines.append(
            f"| {line['name']} | {line['aim']}{mark} | {seen['rows']} | {_cells(line, seen)} "
            f"| {_cells(line, line['held_out'])} |"
        )
    lines += [
        "",
        "Rows that a fit saw nothing alike of: median error, and share within 30 %. The rows of a "
        "set-up share source, machine, model or collective, NPUs and format, and differ in sizes.",
        "",
        "| set | " + " | ".join(ALIKE.values()) + " |",
        "|---|" + "---|" * len(ALIKE),
    ]
    left = {(one["set"], one["by"]): one for one in measured["left_out"]}
    for name in dict.fromkeys(one["set"] for one in measured["left_out"]):
        cells = [
            f"{one['median_abs_error']:.1%}, {one['share_within_30']:.0%}" if one else "–"
            for one in (left.get((name, by)) for by in ALIKE)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cells(line: dict[str, Any], found: dict[str, Any] | None) -> str:
    if found is None:
        return "– | –"
    median = "–" if "right" in line["aim"] else f"{found['median_abs_error']:.1%}"
    return f"{median} | {found['share']:.0%}"


def main() -> int:
    """Write, or check with `--check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    measured = measure()
    content = json.dumps(measured, indent=2, sort_keys=True) + "\n"
    readme = README.read_text(encoding="utf-8")
    head, _, rest = readme.partition(BEGIN)
    updated = f"{head}{BEGIN}\n{table(measured)}\n{END}{rest.partition(END)[2]}"
    fresh = readme == updated and SHOWN.exists() and SHOWN.read_text(encoding="utf-8") == content
    if only_check:
        print("up to date" if fresh else "out of date: run python packaging/accuracy.py")
        return 0 if fresh else 1
    SHOWN.write_text(content, encoding="utf-8")
    README.write_text(updated, encoding="utf-8")
    print(table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
