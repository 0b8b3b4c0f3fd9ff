"""Fit the constants of communication libraries to published measurements and show what is left.

    python -m tests.reference.fit_network                residuals of the shipped constants
    python -m tests.reference.fit_network --write        fit, then write network.json
    python -m tests.reference.fit_network --hold-out BY  predict every fold by a fit to the others

Constants belong to a hardware family and library generation; rows and series have none of their
own. Every fit starts from the constants of any library, so that what no row shows stays there, and
rows that leave an input open teach nothing. Published constants are kept. Needs numpy only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.reference.holdout import FOLDS, fold_of, record
from tests.reference.network_rows import Document, Key, Measured, Predictor, load

DATA = Path(__file__).parents[2] / "models" / "workloads" / "profiles" / "network.json"
SOURCE = "fit of tests/reference/network.csv"

BOUNDS = {
    "launch_s": (1e-6, 20e-6),
    "eager_launch_s": (1e-6, 60e-6),
    "peer_s": (0.02e-6, 3e-6),
    "start_s": (0.0, 400e-6),
    "step_s": (0.05e-6, 20e-6),
    "efficiency": (0.05, 1.0),
    "local_share": (0.0, 1.0),
    "doubling_s": (0.0, 20e-6),
    "far_s": (0.0, 5e-6),
    "far_efficiency": (0.5, 1.0),
    "host_read_byte_per_s": (1e9, 400e9),
    "host_write_byte_per_s": (1e9, 400e9),
    "batch_s": (0.0, 200e-6),
}
"""What a constant may be at all, by the last word of its name."""
STARTS = {
    "operation.efficiency": 0.9,
    "operation.local_share": 0.3,
    "in_network.start_s": 8e-5,
    "in_network.efficiency": 0.6,
    "access.efficiency": 0.8,
    "access.start_s": 1.5e-6,
    "access.far_s": 0.7e-6,
    "access.far_efficiency": 0.98,
    "access.host_read_byte_per_s": 25e9,
    "access.host_write_byte_per_s": 25e9,
    "access.batch_s": 20e-6,
}
"""Where a constant starts that the generic library has not."""
FREE_OUTSIDE = ("nccl-ampere",)
"""Profiles with multi-node rows that state their adapters."""
KIN = {"nccl-blackwell-wide": "nccl-blackwell"}
"""Profiles that take what they have no rows for from another one, fitted before."""
FEW_ROWS = {
    "nccl-blackwell-wide": (
        "in_network.start_s",
        "in_network.efficiency",
        "protocol.simple.scale_up.efficiency",
    ),
    "rccl-cdna3": ("protocol.simple.scale_up.efficiency",),
}
"""Profiles with too few rows for more constants; the others are those of the nearest family."""
FITTED = ("fit of ", "set by hand", "as ")
"""How the sources of constants begin that no publication states."""
PULL = 0.01
"""Loss of a constant one usual spread away from its start, over that of a row wholly wrong."""
SPREADS = {"efficiency": 0.25, "far_efficiency": 0.05}
"""Usual spread of constants between libraries, as a log ratio; of times and shares a factor 2."""


def free_of(document: Document, key: Key) -> list[str]:
    """Return the names of the constants of a set that rows may move."""
    section, name = key
    if name in FEW_ROWS:
        return list(FEW_ROWS[name])
    found = []
    for constant, entry in document[section][name]["constants"].items():
        is_outside = section == "profiles" and (
            "scale_out" in constant or constant.endswith("out_efficiency")
        )
        is_kept = is_outside and (name not in FREE_OUTSIDE or constant.endswith("out_efficiency"))
        if not is_kept and _word(constant) in BOUNDS and entry["source"].startswith(FITTED):
            found.append(constant)
    return found


def _word(constant: str) -> str:
    return constant.split(".")[-1]


def start_of(document: Document, key: Key, constant: str) -> float:
    """Return where a constant starts: the generic library's value, else the usual one."""
    section, name = key
    kin = KIN.get(name)
    if kin and constant in document[section][kin]["constants"]:
        return float(document[section][kin]["constants"][constant]["value"])
    generic = document[section].get("generic", {}).get("constants", {})
    if constant in generic:
        return float(generic[constant]["value"])
    kind = "access" if section == "access" else constant.split(".", maxsplit=1)[0]
    low, high = BOUNDS[_word(constant)]
    return STARTS.get(f"{kind}.{_word(constant)}", low if low == 0 else (low * high) ** 0.5)


class Problem:
    """The constants of one set and the rows that show them."""

    def __init__(self, document: Document, key: Key, rows: Sequence[Measured]) -> None:
        self.document, self.key = document, key
        self.predict = Predictor([item for item in rows if item.is_certain], key)
        self.measured = np.array([item.value for item in self.predict.rows])
        sizes = np.array([float(item.row["message_bytes"] or 0) for item in self.predict.rows])
        # Sizes between the two that are scored apart count less.
        self.weight = np.where((sizes > 2**20) & (sizes < 2**24), 0.5, 1.0)
        self.constants = document[key[0]][key[1]]["constants"]
        self.start = {name: start_of(document, key, name) for name in free_of(document, key)}
        if key[1] in KIN:
            for name, entry in document[key[0]][KIN[key[1]]]["constants"].items():
                self.constants[name]["value"] = entry["value"]
        for name, value in self.start.items():
            self.constants[name]["value"] = value
        # Constants that no row shows stay where they start.
        self.free = [name for name in self.start if self._matters(name)]

    def _matters(self, name: str) -> bool:
        """Return whether some row moves with a constant, up or down."""
        if not self.predict.rows:
            return False
        before, value = self.predict(self.document), self.constants[name]["value"]
        is_moved = False
        for step in (0.3, -0.3):
            self.constants[name]["value"] = self._stepped(name, value, step)
            is_moved |= bool(np.any(self.predict(self.document) != before))
        self.constants[name]["value"] = value
        return is_moved or name == "eager_launch_s"

    def _stepped(self, name: str, value: float, step: float) -> float:
        low, high = BOUNDS[_word(name)]
        scale = max(value, 0.05 * high) if low == 0 else value
        return float(np.clip(value + step * scale, low, high))

    def loss(self) -> float:
        """Return close to the mean absolute log error, smooth at zero and flat for outliers."""
        error = np.abs(np.log(self.predict(self.document) / self.measured))
        body = np.average(np.sqrt(np.minimum(error, 0.7) ** 2 + 4e-4), weights=self.weight)
        pull = PULL / len(self.measured) * sum(self._away(name) ** 2 for name in self.free)
        return float(body) + pull

    def _away(self, name: str) -> float:
        """Return how far a constant is from its start, in usual spreads."""
        floor = 0.02 * BOUNDS[_word(name)][1]
        value = self.constants[name]["value"]
        moved = np.log((value + floor) / (self.start[name] + floor))
        return float(moved / SPREADS.get(_word(name), np.log(2)))

    def search(self, sweeps: int = 40) -> None:
        """Pattern search: scale one constant at a time, keep what helps, shrink the step."""
        if not self.free:
            return
        steps = dict.fromkeys(self.free, 0.25)
        best = self.loss()
        for _ in range(sweeps):
            before = best
            for name in self.free:
                for sign in (1, -1):
                    old = self.constants[name]["value"]
                    self.constants[name]["value"] = self._stepped(name, old, sign * steps[name])
                    new = self.loss() if self._is_sane() else np.inf
                    if new < best - 1e-9:
                        best = new
                        steps[name] = min(steps[name] * 1.4, 0.6)
                        break
                    self.constants[name]["value"] = old
                else:
                    steps[name] = max(steps[name] * 0.5, 0.002)
            if before - best < 1e-5 and max(steps.values(), default=0.0) < 0.01:
                break

    def _is_sane(self) -> bool:
        """Return whether a call of the host costs no less than one of a captured graph."""
        eager = self.constants.get("eager_launch_s")
        return eager is None or eager["value"] >= self.constants["launch_s"]["value"]


def fit_all(rows: Mapping[Key, Sequence[Measured]]) -> Document:
    """Return the document with every set of constants fitted to its rows."""
    document: Document = json.loads(DATA.read_text(encoding="utf-8"))
    for key in sorted(rows, key=lambda key: key[1] in KIN):
        problem = Problem(document, key, rows[key])
        problem.search()
        for name in problem.free:
            entry = problem.constants[name]
            entry.update(value=float(f"{entry['value']:.4g}"), source=SOURCE)
    return document


def errors_of(document: Document, rows: Iterable[Measured]) -> list[tuple[Measured, float]]:
    """Return the relative error of every row."""
    items = list(rows)
    ratio = Predictor(items)(document) / np.array([item.value for item in items])
    return list(zip(items, (ratio - 1).tolist(), strict=True))


def hold_out(by: str) -> list[tuple[Measured, float]]:
    """Return the relative error of every row, predicted by a fit to the other folds."""
    everything = load(json.loads(DATA.read_text(encoding="utf-8")))
    found: list[tuple[Measured, float]] = []
    for fold in range(FOLDS[by]):
        # A set without a row left still starts afresh: nothing of the shipped fit leaks in.
        document = fit_all({
            key: [item for item in rows if fold_of(item.row, by) != fold]
            for key, rows in everything.items()
        })  # fmt: skip
        left = [item for rows in everything.values() for item in rows
                if fold_of(item.row, by) == fold]  # fmt: skip
        found += errors_of(document, left)
    return found


def show(errors: Sequence[tuple[Measured, float]], *, with_rows: bool = False) -> None:
    """Print the errors by size and kind of row."""

    def size(item: Measured) -> float:
        return float(item.row["message_bytes"] or 0)

    if with_rows:
        for item, error in errors:
            row = item.row
            print(f"  {row['id']} {row['hw'][:28]:28s} {row['op'][:26]:26s} {row['gpus']:>3s} "
                  f"{row['message_bytes']:>12s} {error:+.3f}")  # fmt: skip
    for label, chosen in (
        ("16 MiB and more", [e for item, e in errors if size(item) >= 2**24]),
        ("1 MiB and less", [e for item, e in errors if 0 < size(item) <= 2**20]),
        ("expert exchange", [e for item, e in errors if item.row["topk"]]),
        ("one-sided", [e for item, e in errors if item.row["op"].startswith("one-sided")]),
        ("all", [e for _, e in errors]),
    ):
        error = np.abs(np.array(chosen))
        if error.size:
            print(f"{label:18s} {error.size:4d} rows  median {np.median(error):6.1%}  mean "
                  f"{error.mean():6.1%}  within 20 % {np.mean(error <= 0.2):4.0%}")  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Fit, hold out or show residuals."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--write", action="store_true", help="fit and write the constants")
    parser.add_argument("--hold-out", default="", choices=("", *FOLDS), help="what folds keep")
    parser.add_argument("--rows", action="store_true", help="print every row")
    options = parser.parse_args(arguments)
    if options.hold_out:
        errors = hold_out(options.hold_out)
        show(errors, with_rows=options.rows)
        record("network", options.hold_out, [(item.row["id"], error) for item, error in errors])
        return
    document: Document = json.loads(DATA.read_text(encoding="utf-8"))
    rows = load(document)
    if options.write:
        document = fit_all(rows)
        DATA.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    show(errors_of(document, [item for items in rows.values() for item in items]),
         with_rows=options.rows)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
