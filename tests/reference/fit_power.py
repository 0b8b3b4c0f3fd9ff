"""Fit the power profiles to published measurements and show what is left.

    python -m tests.reference.fit_power          residuals of the shipped profiles
    python -m tests.reference.fit_power --fit    fit, then write the profiles

One set of shares per hardware family. GPU-only readings fix how activity turns into watts, plug
readings what the rest of a node draws. The serving profiles must be fitted first: they say how
busy an accelerator was.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from studio import paths
from studio.exploration.serving_library import power_profile, serving_family
from studio.exploration.validation.power import (
    measured_machine,
    reading,
    serving_power_w,
    serving_state,
)
from studio.simulation.power.profile import PowerProfile

ROWS = Path(__file__).parent / "power.csv"
MEASURED = ("power_w", "min_w", "max_w", "power_fraction_of_tdp_avg",
            "power_fraction_of_tdp_peak", "throughput", "energy", "itl_ms")  # fmt: skip
BOUNDS = {
    "active_share": (0.03, 0.5),
    "compute_share": (0.2, 0.75),
    "memory_share": (0.2, 1.0),
    "network_share": (0.01, 0.5),
    "launch_share": (0.05, 1.0),
    "node_fixed_w": (800.0, 2500.0),
    "node_fixed_idle_w": (600.0, 2000.0),
    "fan_share": (0.01, 0.2),
}
STARTS = {
    "active_share": 0.2, "compute_share": 0.6, "memory_share": 0.5, "network_share": 0.1,
    "launch_share": 0.3, "node_fixed_w": 1500.0, "node_fixed_idle_w": 1400.0, "fan_share": 0.1,
}  # fmt: skip
PULL = 0.01
SPREAD = 0.35
CUT = 0.4
TAIL = 0.05


@dataclass(frozen=True)
class Measured:
    """One row: what was measured and how it follows from power constants."""

    value: float
    predict: Callable[[PowerProfile], float]


def load() -> dict[str, list[Measured]]:
    """Return all readings that can be compared, by family.

    Of serving benchmarks watts are compared, not energy: the rate is the serving profiles' part.
    """
    found: dict[str, list[Measured]] = defaultdict(list)
    with ROWS.open(newline="") as file:
        for row in csv.DictReader(file):
            machine = measured_machine(row)
            inputs = {key: "" if key in MEASURED else text for key, text in row.items()}
            is_serving = row["series"] == "ml_energy"
            text = row["power_w"] if is_serving else row.get(row["primary_metric"]) or ""
            how = _serving_watts(inputs) if is_serving else reading(inputs)
            if row["use"] == "context" or machine is None or isinstance(how, str):
                continue
            if text and float(text) > 0:
                found[serving_family(machine.accelerator)].append(Measured(float(text), how))
    return found


def _serving_watts(row: dict[str, str]) -> Callable[[PowerProfile], float] | str:
    state = serving_state(row)
    if isinstance(state, str):
        return state
    _, engine, steady = state
    return lambda power: serving_power_w(engine, power, steady) * float(row["units"])


def log_errors(readings: Sequence[Measured], profile: PowerProfile) -> np.ndarray:
    """Return log(predicted / measured) of every reading."""
    return np.array([math.log(item.predict(profile) / item.value) for item in readings])


def fit(readings: Sequence[Measured], start: PowerProfile) -> PowerProfile:
    """Return the profile that a coordinate search with shrinking steps ends at."""

    def cost(profile: PowerProfile) -> float:
        if profile.node_fixed_idle_w > profile.node_fixed_w:
            return math.inf
        size = np.abs(log_errors(readings, profile))
        moved = [math.log(getattr(profile, name) / STARTS[name]) for name in BOUNDS]
        body = np.where(size < CUT, size, CUT + TAIL * (size - CUT))
        pull = PULL * len(size) ** 0.5 * sum((m / SPREAD) ** 2 for m in moved)
        return float(body.sum() + pull)

    best, step = cost(start), 0.3
    while step > 0.02:
        improved = False
        for name, (low, high) in BOUNDS.items():
            for factor in (1 + step, 1 / (1 + step)):
                value = min(max(getattr(start, name) * factor, low), high)
                tried = msgspec.structs.replace(start, **{name: value})
                found = cost(tried)
                if found < best - 1e-4:
                    best, start, improved = found, tried, True
                    break
        step = step if improved else step / 2
    return start


def write(profile: PowerProfile, count: int) -> None:
    """Store the fitted shares in the family's file."""
    path = paths.workloads_dir() / "profiles" / f"power-{profile.family}.json"
    content = json.loads(path.read_text())
    for name in BOUNDS:
        entry = content["constants"][name]
        entry["value"] = float(f"{getattr(profile, name):.4g}")
        entry["source"] = f"fit to {count} rows of tests/reference/power.csv"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str]) -> None:
    """Fit or show residuals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit and write the profiles")
    parser.add_argument("--hold-out", action="store_true", help="fit on half, score the rest")
    options = parser.parse_args(arguments)
    for family, readings in sorted(load().items()):
        profile, scored = power_profile(family), readings
        start = msgspec.structs.replace(profile, **STARTS)
        if options.hold_out:
            profile, scored = fit(readings[::2], start), readings[1::2]
        elif options.fit and len(readings) > 2 and profile.family == family:
            profile = fit(readings, start)
            write(profile, len(readings))
        size = np.abs(np.expm1(log_errors(scored, profile)))
        if size.size:
            print(f"{family:24s} {size.size:3d} rows  median {np.median(size):.1%}"
                  f"  mean {size.mean():.1%}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
