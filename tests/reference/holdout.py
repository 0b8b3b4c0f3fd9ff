"""Which measurements a fit must not see, and what it then said of them: `holdout.csv`.

Rows are dealt into folds by a property, so that all rows of one source, model or machine are left
out together; every fold is predicted by a fit to the others.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

PATH = Path(__file__).parent / "holdout.csv"
HEADER = ("set", "by", "id", "error")
COLUMNS_OF = {
    "row": ("id",),
    "setup": ("series", "hw", "fabric", "model", "op", "algo_or_mode", "gpus", "precision", "tp"),
    "source": ("series",),
    "model": ("model",),
    "hardware": ("hw",),
}
"""What a fold may keep together, and the columns that say so.

Rows of one set-up differ in what is changed between two runs: sizes, batches, lengths.
"""
FOLDS = {"row": 2, "setup": 2, "source": 4, "model": 3, "hardware": 3}


def fold_of(row: Mapping[str, str], by: str) -> int:
    """Return the fold a row belongs to."""
    known = "|".join(row.get(column) or "" for column in COLUMNS_OF[by])
    return zlib.crc32(known.encode()) % FOLDS[by]


def record(name: str, by: str, errors: Iterable[tuple[str, float]]) -> None:
    """Replace what `holdout.csv` says of one set under one way of leaving out."""
    _write([row for row in read() if (row["set"], row["by"]) != (name, by)], name, by, errors)


def record_fold(name: str, by: str, errors: Iterable[tuple[str, float]]) -> None:
    """Replace what `holdout.csv` says of these measurements alone, the rows of one fold."""
    made = list(errors)
    ids = {id_ for id_, _ in made}
    kept = [row for row in read() if (row["set"], row["by"]) != (name, by) or row["id"] not in ids]
    _write(kept, name, by, made)


def _write(
    kept: list[dict[str, str]], name: str, by: str, errors: Iterable[tuple[str, float]]
) -> None:
    made = [dict(zip(HEADER, (name, by, id_, f"{error:+.4f}"), strict=True))
            for id_, error in errors]  # fmt: skip
    with PATH.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(kept + made, key=lambda row: (row["set"], row["by"], row["id"])))


def read() -> list[dict[str, str]]:
    """Return what was left out and how far off it was; nothing before the first study."""
    if not PATH.exists():
        return []
    with PATH.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
