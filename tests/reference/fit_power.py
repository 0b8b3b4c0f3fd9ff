"""Fit the power profiles to published measurements and show what is left.

    python -m tests.reference.fit_power        residuals of the shipped profiles
    python -m tests.reference.fit_power --fit  fit, then write the profiles

One set of shares per hardware family. GPU-only readings fix how activity turns into watts, plug
readings what the rest of a node draws. How busy an accelerator was follows from the serving
profiles, which must be fitted first, at the pace that was measured: an engine that was slower than
simulated did less work per second and waited longer. Families without readings take the mean of
those that have some.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from studio import paths
from studio.exploration.serving_library import (
    inference_profile,
    power_profile,
    power_profiles,
    serving_family,
)
from studio.exploration.validation.power import predict, reading
from studio.exploration.validation.power_case import PowerCase, ProfileOf, power_case
from studio.exploration.validation.power_serving import serving_power_w, serving_state
from studio.simulation.inference.plan import scalar
from studio.simulation.power.profile import PowerProfile

ROWS = Path(__file__).parent / "power.csv"
MEASURED = ("power_w", "min_w", "max_w", "power_fraction_of_tdp_avg",
            "power_fraction_of_tdp_peak", "throughput", "energy", "itl_ms")  # fmt: skip
STARTS = {
    "active_share": 0.25, "compute_share": 0.9, "memory_share": 0.5, "sequence_share": 0.35,
    "launch_share": 0.3, "node_fixed_w": 1500.0, "node_fixed_idle_w": 1400.0,
}  # fmt: skip
BOUNDS = {
    "active_share": (0.03, 0.5),
    "compute_share": (0.3, 1.2),
    "memory_share": (0.2, 1.0),
    "sequence_share": (0.05, 0.7),
    "launch_share": (0.05, 1.0),
    "node_fixed_w": (800.0, 2500.0),
    "node_fixed_idle_w": (600.0, 2000.0),
}
PULL = 0.01
SPREAD = 0.35
CUT = 0.4
TAIL = 0.05

Row = Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """One row: what was measured and how it follows from power constants."""

    row: Row
    family: str
    value: float
    predict: Callable[[PowerProfile], float]


def inputs_of(row: Row) -> dict[str, str]:
    """Return a row without what was measured."""
    return {key: "" if key in MEASURED else text for key, text in row.items()}


def counted() -> list[Row]:
    """Return the rows that are compared."""
    with ROWS.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["use"] != "context"]


def _with_peaks(rows: Iterable[Row]) -> list[Row]:
    """Return rows, and once more those that also measured the peak: their prompts alone."""
    peak = "power_fraction_of_tdp_peak"
    return [
        other
        for row in rows
        for other in (row, {**row, "primary_metric": peak} if float(row[peak] or 0) > 0 else None)
        if other is not None
    ]


def load(profile_of: ProfileOf = inference_profile) -> list[Measured]:
    """Return all readings of power that can be compared.

    Of serving benchmarks watts are compared at the measured pace, not energy: the rate is the
    serving profiles' part.
    """
    found = []
    for row in _with_peaks(counted()):
        case = power_case(inputs_of(row), profile_of)
        if isinstance(case, str):
            continue
        is_serving = bool(row["throughput"]) and row["primary_metric"] == "energy"
        text = row["power_w"] if is_serving else row.get(row["primary_metric"]) or ""
        how = _serving_watts(case, float(row["throughput"])) if is_serving else reading(case)
        if callable(how) and text and float(text) > 0:
            family = serving_family(case.machine.accelerator)
            found.append(Measured(row, family, float(text), how))
    return found


def _serving_watts(case: PowerCase, tokens_per_s: float) -> Callable[[PowerProfile], float] | str:
    state = serving_state(case.row, case.profile_of)
    if isinstance(state, str):
        return state
    _, engine, steady = state
    units = float(case.units)
    rate = scalar(steady.tokens_per_s_per_npu) * engine.profile.devices_per_npu * units
    pace = tokens_per_s / rate
    return lambda power: serving_power_w(engine, power, steady, pace) * units


def log_errors(readings: Sequence[Measured], profile: PowerProfile) -> np.ndarray:
    """Return log(predicted / measured) of every reading."""
    return np.array([math.log(item.predict(profile) / item.value) for item in readings])


def fit(readings: Sequence[Measured], family: str) -> PowerProfile:
    """Return the profile that a coordinate search with shrinking steps ends at."""

    def cost(profile: PowerProfile) -> float:
        if profile.node_fixed_idle_w > profile.node_fixed_w:
            return math.inf
        size = np.abs(log_errors(readings, profile))
        moved = [math.log(getattr(profile, name) / STARTS[name]) for name in BOUNDS]
        body = np.where(size < CUT, size, CUT + TAIL * (size - CUT))
        pull = PULL * len(size) ** 0.5 * sum((m / SPREAD) ** 2 for m in moved)
        return float(body.sum() + pull)

    found = msgspec.structs.replace(power_profile(family), **STARTS)
    best, step = cost(found), 0.3
    while step > 0.02:
        improved = False
        for name, (low, high) in BOUNDS.items():
            for factor in (1 + step, 1 / (1 + step)):
                value = min(max(getattr(found, name) * factor, low), high)
                tried = msgspec.structs.replace(found, **{name: value})
                reached = cost(tried)
                if reached < best - 1e-4:
                    best, found, improved = reached, tried, True
                    break
        step = step if improved else step / 2
    return found


def fit_all(readings: Iterable[Measured]) -> tuple[dict[str, PowerProfile], PowerProfile]:
    """Return the fitted profile of every family with readings, and what the others take."""
    groups: dict[str, list[Measured]] = {}
    for item in readings:
        groups.setdefault(item.family, []).append(item)
    fitted = {
        family: fit(items, family)
        for family, items in groups.items()
        if len(items) > 2 and power_profile(family).family == family
    }
    mean = {
        name: float(np.exp(np.mean([math.log(getattr(one, name)) for one in fitted.values()])))
        for name in BOUNDS
    }
    return fitted, msgspec.structs.replace(power_profile("generic"), **mean)


def write(profile: PowerProfile, family: str, source: str) -> None:
    """Store the fitted shares in the family's file."""
    path = paths.workloads_dir() / "profiles" / f"power-{family}.json"
    content = json.loads(path.read_text())
    for name in BOUNDS:
        entry = content["constants"][name]
        entry["value"] = float(f"{getattr(profile, name):.4g}")
        entry["source"] = source
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_all(readings: Sequence[Measured]) -> None:
    """Fit every family and store all profiles."""
    fitted, usual = fit_all(readings)
    for family in power_profiles():
        count = sum(item.family == family for item in readings)
        if family in fitted:
            source = f"fit to {count} rows of tests/reference/power.csv"
            write(fitted[family], family, source)
        else:
            write(usual, family, "mean of the families with readings (fit_power)")


def summary(label: str, errors: Sequence[float]) -> str:
    """Return count, median and mean of relative errors in words."""
    size = np.abs(np.array(errors))
    return (f"{label:44s} {size.size:3d} rows  median {np.median(size):6.1%}"
            f"  mean {size.mean():6.1%}  within 20 % {np.mean(size <= 0.2):4.0%}")  # fmt: skip


def show(errors: Sequence[tuple[Row, float]]) -> None:
    """Print errors by metric and family, rows that score alone."""
    groups: dict[str, list[float]] = {}
    for row, error in errors:
        if row["use"] == "score":
            for label in (row["primary_metric"], f"{row['primary_metric']}, {row['hw_family']}"):
                groups.setdefault(label, []).append(error)
    for label, found in sorted(groups.items()):
        print(summary(label, found))


def main(arguments: Sequence[str]) -> None:
    """Fit, hold out or show residuals."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fit", action="store_true", help="fit and write the profiles")
    options = parser.parse_args(arguments)
    readings = load()
    if options.fit:
        write_all(readings)
        power_profiles.cache_clear()
    for family in sorted({item.family for item in readings}):
        own = [item for item in readings if item.family == family]
        errors = np.expm1(log_errors(own, power_profile(family))).tolist()
        print(summary(f"{family}: watts at the measured pace", errors))
    rows = [row for row in counted() if float(row.get(row["primary_metric"]) or 0) > 0]
    found = [(row, predict(inputs_of(row)).value) for row in rows]
    show([(row, value / float(row[row["primary_metric"]]) - 1)
          for row, value in found if value is not None])  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
