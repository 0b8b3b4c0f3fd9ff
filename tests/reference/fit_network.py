"""Fit the constants of the collective libraries to published measurements.

Run `python -m tests.reference.fit_network [PROFILE ...] [--write]` from the checkout. Constants
belong to a hardware family and library generation; rows and series have none of their own.
Needs numpy only.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from studio.exploration.validation.network_collectives import CollectiveInputs, collective_inputs
from studio.simulation.network.collective import Span, collective_time_s
from studio.simulation.network.profile_table import decode_profiles

ROWS = Path(__file__).parent / "network.csv"
DATA = Path(__file__).parents[2] / "models" / "workloads" / "profiles" / "network.json"

BOUNDS = {
    "launch_s": (1e-6, 20e-6),
    "eager_launch_s": (1e-6, 60e-6),
    "peer_s": (0.02e-6, 3e-6),
    "start_s": (0.0, 400e-6),
    "step_s": (0.05e-6, 20e-6),
    "efficiency": (0.05, 1.0),
    "local_share": (0.0, 1.0),
}
FREE_OUTSIDE = ("nccl-ampere",)
"""Profiles with multi-node rows that state their adapters."""


FEW_ROWS = {
    "nccl-blackwell-wide": (
        "in_network.start_s",
        "in_network.efficiency",
        "protocol.simple.scale_up.efficiency",
    ),
    "rccl-cdna3": ("protocol.simple.scale_up.efficiency",),
}
"""Profiles with too few rows for more constants; the others are those of the nearest family."""


def collective_rows() -> dict[str, list[tuple[dict[str, str], CollectiveInputs]]]:
    rows = defaultdict(list)
    with ROWS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            inputs = collective_inputs({**row, "value": "", "latency_us": ""})
            if isinstance(inputs, CollectiveInputs) and row["use"] == "score":
                rows[inputs.profile].append((row, inputs))
    return rows


class Problem:
    """Rows of one profile, grouped so that one call predicts a whole group."""

    def __init__(self, name, rows):
        self.name = name
        self.document = json.loads(DATA.read_text(encoding="utf-8"))
        groups = defaultdict(list)
        for row, inputs in rows:
            key = (
                inputs.op,
                inputs.algorithm,
                inputs.is_captured,
                tuple((span.level, int(span.ranks)) for span in inputs.spans),
            )
            groups[key].append((row, inputs.size_byte))
        self.groups = []
        self.rows = []
        measured, weight = [], []
        for key, members in groups.items():
            self.groups.append((key, np.array([size for _, size in members])))
            for row, size in members:
                self.rows.append((row, size))
                measured.append(float(row[row["primary_metric"]]))
                # Sizes between the two that are scored apart count less.
                weight.append(0.5 if 2**20 < size < 2**24 else 1.0)
        self.measured = np.array(measured)
        self.weight = np.array(weight)

    def free(self):
        if self.name in FEW_ROWS:
            return list(FEW_ROWS[self.name])
        constants = self.document["profiles"][self.name]["constants"]
        return [
            key
            for key in constants
            if key.split(".")[-1] in BOUNDS
            and "broadcast" not in key
            and (("scale_out" not in key) or self.name in FREE_OUTSIDE)
            and not key.endswith("out_efficiency")
        ]

    def predicted(self):
        profile = decode_profiles(json.dumps(self.document).encode()).profiles[self.name]
        answers = []
        at = 0
        for (op, algorithm, captured, levels), sizes in self.groups:
            spans = tuple(Span(level, np.array(ranks)) for level, ranks in levels)
            result = collective_time_s(
                op, sizes, spans, profile, algorithm=algorithm, is_captured=captured
            )
            for k in range(len(sizes)):
                row = self.rows[at][0]
                is_time = row["primary_metric"] == "latency_us" or row["unit"] == "us"
                answers.append(
                    result.time_s[k] * 1e6 if is_time else result.bus_bandwidth_byte_per_s[k] / 1e9
                )
                at += 1
        return np.array(answers)

    def loss(self):
        error = np.abs(np.log(self.predicted() / self.measured))
        # Close to the absolute error, smooth at zero, and flat for outliers.
        return float(np.average(np.sqrt(np.minimum(error, 0.7) ** 2 + 4e-4), weights=self.weight))


def search(problem, sweeps=40):
    """Pattern search: scale one constant at a time, keep what helps, shrink the step."""
    constants = problem.document["profiles"][problem.name]["constants"]
    free = problem.free()
    steps = dict.fromkeys(free, 0.25)
    best = problem.loss()
    for _ in range(sweeps):
        before = best
        for key in free:
            low, high = BOUNDS[key.split(".")[-1]]
            for sign in (1, -1):
                old = constants[key]["value"]
                scale = max(old, 0.05 * high) if low == 0 else old
                constants[key]["value"] = float(np.clip(old + sign * steps[key] * scale, low, high))
                if constants["eager_launch_s"]["value"] < constants["launch_s"]["value"]:
                    constants[key]["value"] = old
                    continue
                new = problem.loss()
                if new < best - 1e-9:
                    best = new
                    steps[key] *= 1.4
                    break
                constants[key]["value"] = old
            else:
                steps[key] *= 0.5
        if before - best < 1e-5 and max(steps.values()) < 0.01:
            break
        for key in free:
            steps[key] = min(max(steps[key], 0.002), 0.6)
    return best


def halves(rows):
    """Split rows in two, whole series of one machine, operation and rank count together."""
    keys = sorted({(row["hw"], row["op"], row["gpus"], row["library"]) for row, _ in rows})
    chosen = set(keys[::2])
    sides = [], []
    for row, inputs in rows:
        key = (row["hw"], row["op"], row["gpus"], row["library"])
        sides[key not in chosen].append((row, inputs))
    return sides


def report(problem):
    ratio = problem.predicted() / problem.measured
    sizes = np.array([size for _, size in problem.rows])
    for name, chosen in (
        (">= 16 MiB", sizes >= 2**24),
        ("<= 1 MiB", sizes <= 2**20),
        ("all", sizes > 0),
    ):
        error = np.abs(ratio[chosen] - 1)
        if len(error):
            print(
                f"  {name:10s} {len(error):4d} rows, median {np.median(error):.3f}, "
                f"90 % within {np.quantile(error, 0.9):.3f}"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("profile", nargs="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--residuals", action="store_true")
    parser.add_argument(
        "--holdout", action="store_true", help="fit every second series, report the others"
    )
    options = parser.parse_args()
    fitted = {}
    for name, rows in collective_rows().items():
        if options.profile and name not in options.profile:
            continue
        fitted_rows, unseen_rows = halves(rows) if options.holdout else (rows, [])
        problem = Problem(name, fitted_rows)
        best = search(problem)
        print(f"{name}: loss {best:.4f} over {len(rows)} rows, {len(problem.free())} constants")
        report(problem)
        if options.holdout:
            unseen = Problem(name, unseen_rows)
            unseen.document = problem.document
            print("  rows that were not fitted:")
            report(unseen)
            continue
        if options.residuals:
            for (row, size), ratio in zip(
                problem.rows, problem.predicted() / problem.measured, strict=True
            ):
                print(f"    {row['id']} {row['hw'][:24]:24s} {row['op']:14s} {row['gpus']:>3s} "
                      f"{size:>12.0f} {row['library'][:20]:20s} {ratio - 1:+.3f}")  # fmt: skip
        fitted[name] = problem
    if options.write and not options.holdout:
        document = json.loads(DATA.read_text(encoding="utf-8"))
        for name, problem in fitted.items():
            constants = document["profiles"][name]["constants"]
            for key in problem.free():
                value = problem.document["profiles"][name]["constants"][key]["value"]
                constants[key] = {
                    "value": float(f"{value:.4g}"),
                    "source": "fit of tests/reference/network.csv",
                }
        DATA.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
