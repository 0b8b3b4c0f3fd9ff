"""Fit the serving profiles to published measurements and show what is left.

    python -m tests.reference.fit_inference         residuals of the shipped profiles
    python -m tests.reference.fit_inference --fit   fit, then write the profiles
    python -m tests.reference.fit_inference --save  write inference_residuals.csv

A constant of a hardware family and an engine generation is its start, from published kernel
figures, times factors: one that all generations of the architecture share (what the hardware
does), beside one of all hardware for families that no row shows, or one of all families under a
generation (what the software does); one of the engine on the family; and one of the pair. Each is
pulled towards one, the pair's hardest, so that few rows move little and what no row shows stays
where it was. Nothing is fitted per row, model or source. A row whose metric is a sum, as the time
to first token and that of the next, pulls with each of its quantities and counts once.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from studio import paths
from studio.exploration.serving_library import inference_profile
from studio.simulation.inference.plan import scalar
from studio.simulation.inference.profile import InferenceProfile
from tests.reference.serving_rows import (
    Key,
    Measured,
    load,
    log_errors,
    search_plans,
    whole_rows,
)

RESIDUALS = Path(__file__).parent / "inference_residuals.csv"
WEIGHTS = {"score": 1.0, "soft": 0.25}
CUT = 0.5
"""Log error beyond which a row hardly weighs more: a typing error must not bend a constant."""
TAIL = 0.1
"""Weight of the part of an error beyond that."""
TURNS = 4
SHARES = (1.0, 0.6, 0.35, 0.15)
"""Of the step that the linear model asks for; what is tried of it."""
PROBE = 0.15
"""Move of a constant that slopes are taken over, in usual spreads."""
FELT = 5e-4
"""Log change of a prediction by that move below which later turns leave the slope at nothing."""
SPREAD = 0.35
"""Usual spread of an efficiency between generations, as a log ratio."""
WIDE_SPREAD = 1.0
"""The same of overheads, which differ by whole factors."""
PULL_SHARED, PULL_PAIR = 0.05, 0.15
"""Loss of a factor one spread away from one."""
PULL_ROW = 0.006
"""The same of a pair's factor, per row of the pair."""

Level = tuple[str, str, str]
"""What shares a factor: ("any", "", ""), ("hardware", family, ""), ("software", generation, ""),
("engine", family, engine) or ("pair", family, generation)."""
SAME_HARDWARE = {"nvidia-blackwell-ultra": "nvidia-blackwell", "amd-cdna4": "amd-cdna3"}
"""Families of one architecture."""
SAME_ENGINE = {"tensorrt": "trtllm"}
"""Engines of one code: what submissions call TensorRT serves language models with TensorRT-LLM."""

HARDWARE = frozenset(
    {
        "bf16_efficiency", "fp8_efficiency", "int8_efficiency", "fp4_efficiency",
        "hbm_efficiency", "cache_efficiency", "attention_decode_efficiency",
        "attention_prefill_efficiency", "kernel_s", "tile_rows_lost", "memory_share",
    }
)  # fmt: skip
"""Constants whose shared factor belongs to the family; the others' to the generation. What memory
an engine leaves is what its users set, and tells nothing of other hardware."""
BOUNDS: dict[str, tuple[float, float]] = {
    "bf16_efficiency": (0.25, 0.92),
    "fp8_efficiency": (0.25, 0.92),
    "int8_efficiency": (0.25, 0.92),
    "fp4_efficiency": (0.2, 0.92),
    "grouped_efficiency": (0.3, 1.0),
    "grouped_stream": (0.4, 1.0),
    "tile_rows_lost": (4, 96),
    "overlap_loss": (0.02, 0.6),
    "hbm_efficiency": (0.6, 0.95),
    "cache_efficiency": (0.35, 0.95),
    "attention_decode_efficiency": (0.1, 0.75),
    "attention_prefill_efficiency": (0.1, 0.75),
    "vector_traffic": (0.2, 1.5),
    "kernel_s": (1e-6, 8e-6),
    "launch_s": (1e-7, 40e-6),
    "prefill_launch_s": (1e-6, 60e-6),
    "step_s": (1e-4, 8e-3),
    "sequence_s": (1e-7, 600e-6),
    "host_s": (1e-6, 2e-3),
    "expert_layer_s": (5e-6, 600e-6),
    "expert_rank_s": (1e-6, 30e-6),
    "expert_imbalance": (0.02, 0.8),
    "expert_overlap": (0.02, 0.9),
    "reduce_exposed": (0.2, 6.0),
    "reduce_late": (0.0, 8.0),
    "reduce_start_s": (2e-6, 1.0),
    "stage_wait": (0.005, 0.15),
    "occupancy": (0.6, 1.0),
    "disturbance": (0.005, 0.2),
    "memory_share": (0.85, 0.95),
}
"""What a constant may be at all."""
_SLOW_HOST = {"launch_s": 40e-6, "prefill_launch_s": 50e-6, "step_s": 5e-3, "sequence_s": 200e-6,
              "reduce_tokens": 2048, "reduce_late": 3.0, "reduce_start_s": 1.0,
              "vector_traffic": 1.0, "pass_tokens": 65536, "memory_share": 0.9,
              "batch_limit": 256}  # fmt: skip
STARTS: dict[str, dict[str, float]] = {
    "vllm-2023": _SLOW_HOST,
    "tensorrt-2023": {
        "step_s": 2e-3,
        "reduce_start_s": 1.0,
        "launch_s": 10e-6,
        "prefill_launch_s": 10e-6,
    },
    "tensorrt-2024": {"fp8_efficiency": 0.6},
    "trtllm-1.0": {"fp8_efficiency": 0.55, "fp4_efficiency": 0.42},
    "trtllm-1.3": {"fp8_efficiency": 0.55, "fp4_efficiency": 0.42},
    "vllm-2024": {"launch_s": 5e-6, "step_s": 8e-3, "sequence_s": 50e-6, "batch_limit": 256},
    "vllm-2025": {"step_s": 2e-3, "sequence_s": 10e-6, "batch_limit": 4096},
}
"""Where a generation starts when that is not its family's base value."""
MEASURED_ON_KERNELS = {
    "ascend-910c": ("int8_efficiency", "hbm_efficiency", "cache_efficiency",
                    "attention_decode_efficiency", "overlap_loss"),
}  # fmt: skip
"""Constants that published kernel tables fix; no serving row may move them."""


def spread(name: str) -> float:
    """Return the usual spread of a constant, as a log ratio."""
    return WIDE_SPREAD if name.endswith("_s") or name.startswith("expert") else SPREAD


def start_profile(key: Key) -> InferenceProfile:
    """Return the profile a fit starts from, whatever was fitted before."""
    family, generation = key
    path = paths.workloads_dir() / "profiles" / f"inference-{family}.json"
    base = json.loads(path.read_text())["constants"]
    values = {name: entry["value"] for name, entry in base.items()} | STARTS.get(generation, {})
    return msgspec.structs.replace(inference_profile(family, generation), **values)


class Fit:
    """Profiles of all families and generations, fitted together.

    Gauss-Newton on log constants: predictions are linearised at the constants as they stand, the
    factors that bring the sum of absolute log errors and pulls to its least are solved for by
    reweighted least squares, and of that step the share is taken that loses least in truth: one
    for all factors, then one for the factors of each pair alone.
    """

    def __init__(self, groups: Mapping[Key, Sequence[Measured]]) -> None:
        self.groups = {key: list(rows) for key, rows in groups.items() if rows}
        self.start = {key: start_profile(key) for key in self.groups}
        self.factors: dict[Level, dict[str, float]] = defaultdict(dict)
        """Log factors by level."""
        self.moved_by: dict[tuple[str, str], bool] = {}
        """Whether a constant moves a row, by row and constant, once that is known."""

    def profile(self, key: Key) -> InferenceProfile:
        """Return the profile of a pair as it stands; a pair without rows shares what it can."""
        start = self.start.get(key) or start_profile(key)
        values = {}
        for name, (low, high) in BOUNDS.items():
            moved = sum(self.factors[level].get(name, 0.0) for level in levels_of(key, name))
            if moved and name not in MEASURED_ON_KERNELS.get(key[0], ()):
                values[name] = min(max(getattr(start, name) * math.exp(moved), low), high)
        return msgspec.structs.replace(start, **values)

    def run(self, turns: int = TURNS) -> None:
        """Solve, step, and linearise again."""
        for turn in range(turns):
            for key, rows in self.groups.items():
                search_plans(rows, self.profile(key))
            errors, slopes = self._linearised()
            wanted = self._solved(errors, slopes)
            old = {level: dict(names) for level, names in self.factors.items()}
            reached = {0.0: self.loss()}
            for share in SHARES:
                self._move(old, wanted, share)
                reached[share] = self.loss()
            best = min(reached, key=lambda share: reached[share])
            self._move(old, wanted, best)
            for key in self.groups:
                self._settle(key, old, wanted, best)
            print(f"  turn {turn}: loss {reached[0.0]:.2f} -> {self.loss():.2f}", flush=True)

    def loss(self) -> float:
        """Return the weighted absolute log errors and the pulls."""
        return self._pulls(self.factors) + sum(self._loss_of(key) for key in self.groups)

    def _loss_of(self, key: Key) -> float:
        rows = self.groups[key]
        size = np.abs(log_errors(rows, self.profile(key)))
        return float(np.sum(weights(rows) * np.minimum(size, CUT + TAIL * (size - CUT))))

    def _pulls(self, levels: Iterable[Level]) -> float:
        return sum(
            self.pull(level) * (value / spread(name)) ** 2
            for level in levels for name, value in self.factors[level].items()
        )  # fmt: skip

    def pull(self, level: Level) -> float:
        """Return the loss of a factor of a level one spread away from one."""
        rows = len(self.groups.get((level[1], level[2]), ())) if level[0] == "pair" else 0
        return PULL_PAIR + PULL_ROW * rows if level[0] == "pair" else PULL_SHARED

    def _linearised(self) -> tuple[dict[Key, np.ndarray], dict[Key, np.ndarray]]:
        """Return log errors, and their slopes over log constants, shape (rows, constants)."""
        errors, slopes = {}, {}
        for key, rows in self.groups.items():
            profile = self.profile(key)
            errors[key] = log_errors(rows, profile)
            table = np.zeros((len(rows), len(BOUNDS)))
            for place, (name, (low, high)) in enumerate(BOUNDS.items()):
                if name in MEASURED_ON_KERNELS.get(key[0], ()):
                    continue
                value = getattr(profile, name)
                by = PROBE * spread(name) * (-1 if value * 1.05 > high else 1)
                moved = msgspec.structs.replace(
                    profile, **{name: min(max(value * math.exp(by), low), high)}
                )
                some = [
                    i for i, row in enumerate(rows)
                    if self.moved_by.get((row.id, name), feels(row, name))
                ]  # fmt: skip
                change = log_errors([rows[i] for i in some], moved) - errors[key][some]
                table[some, place] = change / by
                for i, change_i in zip(some, change, strict=True):
                    self.moved_by[rows[i].id, name] = bool(abs(change_i) > FELT)
            slopes[key] = np.clip(table, -3.0, 3.0)
        return errors, slopes

    def _solved(
        self, errors: Mapping[Key, np.ndarray], slopes: Mapping[Key, np.ndarray]
    ) -> dict[tuple[Level, str], float]:
        """Return the shift of every factor that the linear model asks for."""
        columns: dict[tuple[Level, str], int] = {}
        for key in self.groups:
            for name in BOUNDS:
                for level in levels_of(key, name):
                    columns.setdefault((level, name), len(columns))
        design = np.zeros((sum(len(rows) for rows in self.groups.values()), len(columns)))
        at = 0
        for key, rows in self.groups.items():
            for place, name in enumerate(BOUNDS):
                for level in levels_of(key, name):
                    design[at : at + len(rows), columns[level, name]] = slopes[key][:, place]
            at += len(rows)
        residual = np.concatenate([errors[key] for key in self.groups])
        weight = np.concatenate([weights(rows) for rows in self.groups.values()])
        here = np.array([self.factors[level].get(name, 0.0) for level, name in columns])
        stiff = np.array([2 * self.pull(level) / spread(name) ** 2 for level, name in columns])
        shift = np.zeros(len(columns))
        for _ in range(30):
            now = np.abs(residual + design @ shift)
            rows_weight = weight * np.where(now > CUT, TAIL, 1.0) / np.maximum(now, 0.01)
            # Woodbury: there are fewer rows than factors.
            spreads = design / stiff
            inner = spreads @ design.T + np.diag(1 / np.maximum(rows_weight, 1e-9))
            goal = residual - design @ here
            shift = -here - spreads.T @ np.linalg.solve(inner, goal)
        return dict(zip(columns, shift, strict=True))

    def _settle(
        self,
        key: Key,
        old: Mapping[Level, Mapping[str, float]],
        wanted: Mapping[tuple[Level, str], float],
        usual: float,
    ) -> None:
        """Take of a pair's own factors the share of their step that loses least on its rows."""
        level: Level = ("pair", *key)
        own = {one: by for one, by in wanted.items() if one[0] == level}
        reached = {}
        for share in (usual, 0.0, *SHARES):
            self._move(old, own, share)
            reached[share] = self._loss_of(key) + self._pulls((level,))
        self._move(old, own, min(reached, key=lambda share: reached[share]))

    def _move(
        self,
        old: Mapping[Level, Mapping[str, float]],
        wanted: Mapping[tuple[Level, str], float],
        share: float,
    ) -> None:
        for (level, name), by in wanted.items():
            most = spread(name)
            before = old.get(level, {}).get(name, 0.0)
            self.factors[level][name] = before + share * min(max(by, -most), most)


def feels(row: Measured, name: str) -> bool:
    """Return whether a constant can move a row at all, by what the row says of itself."""
    group = name.partition("_")[0]
    if row.case is None:
        return name not in ("int8_efficiency", "stage_wait", "occupancy", "disturbance")
    if group in ("expert", "grouped"):
        return row.case.model.is_moe
    if group in ("fp8", "int8", "fp4"):
        return group in _RATINGS.get(row.case.precision, ("fp8", "int8", "fp4"))
    if group == "reduce" and row.plans:
        return any(scalar(plan.tensor) > 1 for plan in row.plans)
    if name == "stage_wait" and row.plans:
        return any(scalar(plan.pipeline) > 1 for plan in row.plans)
    return True


_RATINGS = {"bf16": (), "fp8": ("fp8", "int8"), "int8": ("fp8", "int8")}
"""Ratings products of a format may use."""


def levels_of(key: Key, name: str) -> tuple[Level, ...]:
    """Return the levels whose factors make a constant of a pair, widest first."""
    family, generation = key
    architecture = SAME_HARDWARE.get(family, family)
    engine = SAME_ENGINE.get(generation.split("-")[0], generation.split("-")[0])
    own: tuple[Level, Level] = ("engine", architecture, engine), ("pair", family, generation)
    if name in HARDWARE:
        hardware: Level = "hardware", architecture, ""
        return (hardware, *own) if name == "memory_share" else (("any", "", ""), hardware, *own)
    return ("software", generation, ""), *own


def weights(rows: Sequence[Measured]) -> np.ndarray:
    """Return how much each row counts."""
    return np.array([WEIGHTS.get(row.use, 0.0) * row.share for row in rows])


def write(key: Key, profile: InferenceProfile, rows: int) -> None:
    """Store the constants of a generation in its family's file."""
    family, generation = key
    path = paths.workloads_dir() / "profiles" / f"inference-{family}.json"
    content = json.loads(path.read_text())
    own = content["generations"][generation]["constants"]
    for name in BOUNDS:
        value = float(f"{getattr(profile, name):.4g}")
        if value == content["constants"][name]["value"]:
            own.pop(name, None)
            continue
        source = f"fit to {rows} rows of tests/reference/inference.csv and what others share"
        if not rows:
            source = "shared with families and generations that have rows (fit_inference)"
        if own.get(name, {}).get("value") != value:
            own[name] = {"value": value, "source": source}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def shipped_pairs() -> list[Key]:
    """Return every family and generation that has a profile, rows or not."""
    found = []
    for path in sorted((paths.workloads_dir() / "profiles").glob("inference-*.json")):
        content = json.loads(path.read_text())
        found += [(content["family"], generation) for generation in content["generations"]]
    return found


def summary(label: str, errors: np.ndarray) -> str:
    """Return count, median and shares of relative errors in words."""
    relative = np.exp(errors) - 1
    size = np.abs(relative)
    return (
        f"{label:44s} {len(size):4d} rows  median {np.median(size):6.1%}  mean {size.mean():6.1%}"
        f"  within 30 % {np.mean(size <= 0.3):4.0%}  bias {np.median(relative):+6.1%}"
    )


def show(errors: Iterable[tuple[Measured, float]], *, with_rows: bool) -> None:
    """Print the errors by series, and all together those that count."""
    by_series = defaultdict(list)
    for row, error in errors:
        by_series[row.series].append((row, error))
    for series, found in by_series.items():
        for row, error in found if with_rows else ():
            print(f"  {row.id} {row.row.get('model', ''):18s} {math.expm1(error):+.0%}")
        print(summary(f"  {series}", np.array([error for _, error in found])))
    everything = [one for found in by_series.values() for one in found]
    for part in sorted({row.part for row, _ in everything if row.part}):
        apart = [error for row, error in everything if row.part == part]
        print(summary(f"  {part} apart", np.array(apart)))
    counted = [error for row, error in whole_rows(everything) if row.counts]
    print(summary("all score rows of inference.csv", np.array(counted)))


def main(arguments: Sequence[str]) -> None:
    """Fit, hold out or show residuals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit and write the profiles")
    parser.add_argument("--save", action="store_true", help="write the residuals")
    parser.add_argument("--rows", action="store_true", help="print every row")
    options = parser.parse_args(arguments)
    groups = load()
    fit = None
    if options.fit:
        fit = Fit(groups)
        fit.run()
        for key in shipped_pairs():
            if key[1] in {generation for _, generation in groups}:
                write(key, fit.profile(key), len({row.row["id"] for row in groups.get(key, ())}))
    found, residuals = [], []
    for key, rows in sorted(groups.items()):
        profile = fit.profile(key) if fit else inference_profile(*key)
        search_plans(rows, profile)
        for row, error in zip(rows, log_errors(rows, profile).tolist(), strict=True):
            found.append((row, error))
            residuals.append((row.id, row.series, *key, f"{math.expm1(error):+.3f}"))
    show(found, with_rows=options.rows)
    if options.save:
        with RESIDUALS.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("id", "series", "family", "generation", "error"))
            writer.writerows(sorted(residuals))


if __name__ == "__main__":
    main(sys.argv[1:])
