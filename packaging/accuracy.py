"""Measure the simulator against `tests/reference/*.csv` and write the result where it is shown.

`python packaging/accuracy.py` rewrites `resources/accuracy.json`, which the window shows, and the
table in the README; `--check` only tells whether both are up to date.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from studio.exploration.validation.hardware import rated_machine
from studio.exploration.validation.runner import Report, validate
from studio.exploration.validation.score import ScoredRow

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "reference"
SETS = ("training", "inference", "memory", "network")
SHOWN = ROOT / "resources" / "accuracy.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- validation:begin -->", "<!-- validation:end -->"


def measure() -> dict[str, Any]:
    """Return the score of every set, and the median error of every hardware family."""
    texts = {name: (CASES / f"{name}.csv").read_text(encoding="utf-8-sig") for name in SETS}
    report = validate(texts)
    families = {row["id"]: _family(row["hw"]) for text in texts.values() for row in _rows(text)}
    tree = report.as_json()
    return {"sets": tree["sets"], "families": _families(report, families)}


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def _family(hardware: str) -> str:
    """Return the accelerator family the simulator takes a measurement's hardware for."""
    rated = rated_machine(hardware)
    return rated.family if rated else "unknown"


def _families(report: Report, family_of: dict[str, str]) -> dict[str, dict[str, Any]]:
    errors: dict[tuple[str, str], list[float]] = {}
    for row in report.rows:
        if _counts(row) and row.error is not None:
            errors.setdefault((row.set_name, family_of[row.id]), []).append(abs(row.error))
    found: dict[str, dict[str, Any]] = {}
    for (name, family), values in sorted(errors.items()):
        found.setdefault(name, {})[family] = {
            "rows": len(values),
            "median_abs_error": round(statistics.median(values), 4),
        }
    return found


def _counts(row: ScoredRow) -> bool:
    return row.is_scored and not row.is_class


def table(measured: dict[str, Any]) -> str:
    """Return the README's table."""
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
    return "\n".join(lines)


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
