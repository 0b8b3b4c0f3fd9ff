"""Fit the efficiency profiles to published training runs: `python -m tests.reference.fit_training`.

    --write          fit, then write the constants into models/workloads/profiles
    --residuals      write the residual of every row to training_residuals.csv
    --hold-out=BY    BY is row, source, model or hardware: predict every fold by a fit to the
                     others, report and write the errors to holdout.csv
    --report         report the shipped profiles instead of a fit

A constant of a family and a generation is its start, from data sheets and published kernel figures
(`training_start.json`), times factors that others share: of the vendor, of the architecture (what
the hardware does) or of the generation on all families (what the software does), and one of its
own. Each is pulled towards one, the own one hardest, so that few rows move little and what no row
shows stays with its kind. Nothing is fitted per row, model or source.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from studio import paths
from studio.exploration.validation.software import compute_profile
from studio.workload.profile import ComputeProfile
from tests.reference.factors import least_shift, row_loss
from tests.reference.holdout import FOLDS, fold_of, record
from tests.reference.training_rows import (
    Group,
    Key,
    chosen,
    load_groups,
    log_errors,
    log_errors_of,
    series_pairs,
)

HERE = Path(__file__).parent
TURNS = 4
PROBE = 0.15
"""Move of a constant that slopes are taken over, in usual spreads."""
SPREAD = 0.35
"""Usual spread of an efficiency between generations, as a log ratio."""
SHARE_SPREAD = 0.6
"""The same of shares that software decides: what is hidden, fused, gathered in order."""
WIDE_SPREAD = 1.0
"""The same of overheads and passes, which differ by whole factors."""
DAMPINGS = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""How short the steps of a turn are that are tried, the best of which is taken."""
STEEPEST = 3.0
"""Slope of a log error over a log constant that is still believed."""
SERIES_WEIGHT = 0.5
"""Weight of the ratio of a run to the smallest of its series, beside that of the run itself."""
PULL_SHARED, PULL_OWN = 0.02, 0.05
"""Loss of a factor one spread away from one."""
PULL_ROW = 0.003
"""The same of a factor that nothing shares, per row that shows it."""

HARDWARE: dict[str, tuple[float, float]] = {
    "bf16_efficiency": (0.4, 0.9),
    "fp8_efficiency": (0.3, 0.8),
    "fp4_efficiency": (0.25, 0.75),
    "int8_efficiency": (0.2, 0.8),
    "tile_overhead_k": (16, 1024),
    "wave_tail": (0.05, 0.98),
    "attention_forward_efficiency": (0.25, 0.8),
    "attention_backward_efficiency": (0.2, 0.7),
    "attention_width_half": (2, 96),
    "hbm_efficiency": (0.7, 0.95),
    "kernel_gap_s": (2e-7, 2e-5),
    "scan_efficiency": (0.02, 0.6),
    "optimizer_efficiency": (0.2, 0.95),
}
SOFTWARE: dict[str, tuple[float, float]] = {
    "library_efficiency": (0.6, 1.0),
    "attention_library_efficiency": (0.3, 1.0),
    "vector_traffic": (0.15, 2.0),
    "score_passes": (2, 16),
    "grouped_efficiency": (0.25, 1.0),
    "quantise_passes": (0.3, 4.0),
    "gather_efficiency": (0.05, 0.9),
    "expert_overhead_s": (1e-6, 3e-4),
    "moe_overhead_s": (3e-5, 3e-3),
    "host_launch_s": (5e-7, 2e-4),
    "host_expert_s": (1e-6, 1e-3),
    "host_collective_s": (1e-5, 1e-3),
    "tensor_overlap": (0.02, 0.95),
    "expert_overlap": (0.02, 0.95),
    "data_overlap": (0.05, 0.97),
    "contention": (0.01, 0.5),
    "straggler": (2e-4, 0.03),
    "step_overhead_s": (5e-4, 0.1),
}
BOUNDS = HARDWARE | SOFTWARE
"""What a constant may be at all; one that starts at zero has nothing to fit and stays there."""
SHARES = ("overlap", "gather", "vector_traffic")
WIDE = ("passes", "overhead", "_s", "contention", "straggler", "width_half")

Level = tuple[str, str, str]
"""What shares a factor: ("vendor", name, ""), ("hardware", family, ""), ("software", generation,
"") or ("own", family, generation)."""
Factors = Mapping[Level, dict[str, float]]
"""Log factors by level."""
SAME_HARDWARE = {"nvidia-blackwell-ultra": "nvidia-blackwell"}
"""Families of one architecture."""


def spread(name: str) -> float:
    """Return the usual spread of a constant, as a log ratio."""
    if any(part in name for part in WIDE):
        return WIDE_SPREAD
    return SHARE_SPREAD if any(part in name for part in SHARES) else SPREAD


def levels_of(key: Key, name: str) -> tuple[Level, ...]:
    """Return the levels whose factors make a constant of a pair, widest first."""
    family, generation = key
    vendor: Level = ("vendor", family.split("-")[0], "")
    if name in HARDWARE:
        shared: Level = ("hardware", SAME_HARDWARE.get(family, family), "")
        return vendor, shared, ("own", family, "")
    return vendor, ("software", generation, ""), ("own", family, generation)


@cache
def _starts() -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (HERE / "training_start.json").read_text(encoding="utf-8")
    )
    return found


@cache
def start_profile(key: Key) -> ComputeProfile:
    """Return the profile a fit starts from, whatever was fitted before."""
    family, generation = key
    table = _starts()[family]
    values: dict[str, float] = table["constants"] | table["generations"][generation]
    shipped = compute_profile(family, generation)
    assert shipped is not None
    return msgspec.structs.replace(shipped, **values)


class Fit:
    """Constants of all families and generations, fitted together.

    Predictions are linearised at the constants as they stand, the factors of least loss are solved
    for, and a step is shortened until the true loss falls.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = list(groups)
        self.rows: dict[Key, int] = defaultdict(int)
        for group in groups:
            self.rows[group.key] += len(group.measured)
        self.factors: dict[Level, dict[str, float]] = defaultdict(dict)

    def profile(self, key: Key) -> ComputeProfile:
        """Return the profile of a pair as it stands; a pair without rows shares what it can."""
        start = start_profile(key)
        values = {}
        for name, (low, high) in BOUNDS.items():
            moved = sum(self.factors[level].get(name, 0.0) for level in levels_of(key, name))
            value = getattr(start, name)
            if moved and value:
                values[name] = float(f"{min(max(value * math.exp(moved), low), high):.4g}")
        return msgspec.structs.replace(start, **values)

    def run(self) -> None:
        """Choose plans, linearise, solve and step, several times."""
        for turn in range(TURNS):
            profiles = {key: self.profile(key) for key in self.rows}
            groups = [chosen(group, profiles[group.key]) for group in self.groups]
            here = {level: dict(names) for level, names in self.factors.items()}
            model = self._linear_model(groups)
            tried = [here]
            for damping in DAMPINGS:
                self._move(here, model(damping))
                tried.append({level: dict(own) for level, own in self.factors.items()})
            losses = self.losses(groups, tried)
            kept = tried[int(np.argmin(losses))]
            self.factors = defaultdict(dict, kept)
            print(f"  turn {turn}: loss {losses[0]:.2f} -> {min(losses):.2f}", flush=True)

    def losses(self, groups: Sequence[Group], tried: Sequence[Factors]) -> list[float]:
        """Return the loss of all rows and of the pulls under each of some sets of factors."""
        totals, profiles = [], []
        for factors in tried:
            self.factors = defaultdict(dict, factors)
            profiles.append({key: self.profile(key) for key in self.rows})
            totals.append(
                sum(
                    self._pull(level) * (value / spread(name)) ** 2
                    for level, names in factors.items()
                    for name, value in names.items()
                )
            )
        found = []
        for group in groups:
            errors = log_errors_of(group, [of_key[group.key] for of_key in profiles])
            found.append(errors)
            for index, own in enumerate(errors):
                totals[index] += row_loss(own, group.weight)
        pairs = series_pairs(groups)
        for index, own in enumerate(np.concatenate(found, axis=1)):
            off = own[pairs[:, 0]] - own[pairs[:, 1]]
            totals[index] += row_loss(off, np.full(off.size, SERIES_WEIGHT))
        return totals

    def _pull(self, level: Level) -> float:
        """Return the loss of a factor of a level one spread away from one."""
        if level[0] != "own":
            return PULL_SHARED
        rows = sum(
            count
            for (family, generation), count in self.rows.items()
            if family == level[1] and level[2] in ("", generation)
        )
        return PULL_OWN + PULL_ROW * rows

    def _linear_model(
        self, groups: Sequence[Group]
    ) -> Callable[[float], dict[tuple[Level, str], float]]:
        """Return what gives the shift of every factor that the linear model asks for."""
        columns: dict[tuple[Level, str], int] = {}
        for key in sorted(self.rows):
            for name in BOUNDS:
                if getattr(start_profile(key), name):
                    for level in levels_of(key, name):
                        columns.setdefault((level, name), len(columns))
        errors, weights, slopes = [], [], []
        for group in groups:
            own, table = self._linearised(group)
            part = np.zeros((len(own), len(columns)))
            for name, column in table.items():
                for level in levels_of(group.key, name):
                    part[:, columns[level, name]] = column
            errors.append(own)
            weights.append(group.weight)
            slopes.append(part)
        here = np.array([self.factors[level].get(name, 0.0) for level, name in columns])
        stiff = np.array([2 * self._pull(level) / spread(name) ** 2 for level, name in columns])
        error, slope = np.concatenate(errors), np.concatenate(slopes)
        run, smallest = series_pairs(groups).T
        weight = np.concatenate((*weights, np.full(run.size, SERIES_WEIGHT)))
        error = np.concatenate((error, error[run] - error[smallest]))
        slope = np.concatenate((slope, slope[run] - slope[smallest]))

        def shifts(damping: float) -> dict[tuple[Level, str], float]:
            shift = least_shift(error, slope, weight, here, stiff, damping)
            return dict(zip(columns, shift.tolist(), strict=True))

        return shifts

    def _linearised(self, group: Group) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return a group's log errors, and their slopes over the log constants that move them."""
        profile = self.profile(group.key)
        probes = {}
        for name, (low, high) in BOUNDS.items():
            value = getattr(profile, name)
            if not getattr(start_profile(group.key), name) or not group.moved_by.get(name, True):
                continue
            by = PROBE * spread(name) * (-1 if value * 1.05 > high else 1)
            probe = min(max(value * math.exp(by), low), high)
            if probe != value:
                probes[name] = probe
        tried = [profile, *(msgspec.structs.replace(profile, **{n: v}) for n, v in probes.items())]
        errors, *moved = log_errors_of(group, tried)
        slopes = {}
        for (name, probe), own in zip(probes.items(), moved, strict=True):
            group.moved_by[name] = bool(np.any(own != errors))
            slope = (own - errors) / math.log(probe / getattr(profile, name))
            slopes[name] = np.clip(slope, -STEEPEST, STEEPEST)
        return errors, slopes

    def _move(
        self,
        old: Mapping[Level, Mapping[str, float]],
        wanted: Mapping[tuple[Level, str], float],
    ) -> None:
        for (level, name), by in wanted.items():
            most = spread(name)
            before = old.get(level, {}).get(name, 0.0)
            self.factors[level][name] = before + min(max(by, -most), most)


def report(groups: Sequence[Group], profile_of: Callable[[Key], ComputeProfile]) -> None:
    """Print the error by family and generation."""
    errors: dict[Key, list[float]] = defaultdict(list)
    for group in groups:
        found = np.expm1(log_errors(group, profile_of(group.key)))
        errors[group.key] += list(found[group.weight == 1.0])
    for key in sorted(errors):
        _print_line(" ".join(key), errors[key])
    _print_line("all", [error for own in errors.values() for error in own])


def _print_line(name: str, errors: Sequence[float]) -> None:
    if errors:
        size = np.abs(errors)
        print(
            f"{name:40s} n {len(errors):3d}  median {np.median(size):6.1%}  mean "
            f"{np.mean(size):6.1%}  in 20 % {np.mean(size <= 0.2):4.0%}  bias "
            f"{np.median(errors):+6.1%}"
        )


def shipped_keys() -> list[Key]:
    """Return every family and generation that has a start, rows or not."""
    return [(family, own) for family, table in _starts().items() for own in table["generations"]]


def write_profiles(fit: Fit) -> None:
    """Write the constants into the profile files; what did not move keeps its source."""
    for family in _starts():
        path = paths.workloads_dir() / "profiles" / f"compute-{family}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        keys = [key for key in shipped_keys() if key[0] == family]
        rows = sum(fit.rows.get(key, 0) for key in keys)
        note = f"fit to {rows} rows of tests/reference/training.csv and what others share"
        base = fit.profile(keys[-1])
        for name in HARDWARE:
            _store(content["constants"], name, getattr(base, name), note)
        for key in keys:
            own = content["generations"][key[1]]["constants"]
            count = fit.rows.get(key, 0)
            note = f"fit to {count} rows of tests/reference/training.csv and what others share"
            profile = fit.profile(key)
            for name in SOFTWARE:
                if getattr(profile, name) == content["constants"][name]["value"]:
                    own.pop(name, None)
                else:
                    _store(own, name, getattr(profile, name), note)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _store(table: dict[str, dict[str, object]], name: str, value: float, source: str) -> None:
    if table.get(name, {}).get("value") != value:
        table[name] = table.get(name, {}) | {"value": value, "source": source}


def write_residuals(groups: Sequence[Group], profile_of: Callable[[Key], ComputeProfile]) -> None:
    """Write predicted, measured and error of every row."""
    lines = []
    for group in groups:
        errors = np.expm1(log_errors(group, profile_of(group.key)))
        for case, measured, error in zip(group.batch.cases, group.measured, errors, strict=True):
            lines.append(
                (case.row["id"], case.row["series"], case.row["use"], *group.key, case.model.name,
                 f"{measured * (1 + error):.5g}", f"{measured:.5g}", f"{error:+.4f}")
            )  # fmt: skip
    with (HERE / "training_residuals.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("id", "series", "use", "family", "generation", "model", "predicted", "measured",
             "error")
        )  # fmt: skip
        writer.writerows(sorted(lines))


def hold_out(by: str) -> list[tuple[str, float]]:
    """Return the error of every score row, predicted by a fit to the other folds."""
    errors = []
    for fold in range(FOLDS[by]):
        fit = Fit(load_groups(lambda row, fold=fold: fold_of(row, by) != fold))
        fit.run()
        for group in load_groups(lambda row, fold=fold: fold_of(row, by) == fold):
            found = np.expm1(log_errors(group, fit.profile(group.key)))
            errors += [
                (case.row["id"], float(error))
                for case, error, weight in zip(group.batch.cases, found, group.weight, strict=True)
                if weight == 1.0
            ]
    return errors


def _shipped(key: Key) -> ComputeProfile:
    profile = compute_profile(*key)
    assert profile is not None
    return profile


def main(arguments: Sequence[str]) -> None:
    """Fit, report and, when asked, write."""
    for flag in arguments:
        if flag.startswith("--hold-out="):
            by = flag.partition("=")[2]
            errors = hold_out(by)
            record("training", by, errors)
            _print_line(f"held out by {by}", [error for _, error in errors])
            return
    groups = load_groups()
    profile_of: Callable[[Key], ComputeProfile] = _shipped
    if "--report" not in arguments:
        fit = Fit(groups)
        fit.run()
        profile_of = fit.profile
        if "--write" in arguments:
            write_profiles(fit)
    report(groups, profile_of)
    if "--residuals" in arguments:
        write_residuals(groups, profile_of)


if __name__ == "__main__":
    main(sys.argv[1:])
