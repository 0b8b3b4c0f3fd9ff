"""Fit the serving profiles to published measurements and show what is left.

    python -m tests.reference.fit_inference             residuals of the shipped profiles
    python -m tests.reference.fit_inference --fit       fit, then write the profiles
    python -m tests.reference.fit_inference --save      write inference_residuals.csv
    python -m tests.reference.fit_inference --hold-out  fit on half of the rows, score the others

One set of constants per hardware family and engine generation. Each constant starts at a value
from published kernel figures, may move only inside bounds that make physical sense, and is pulled
back towards its start, so that what the rows do not show stays where it was.
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
from studio.exploration.serving_library import inference_profile, serving_family
from studio.exploration.validation.inference import answer_with, engine_for, possible_plans
from studio.exploration.validation.power import serving_row, steady_at
from studio.exploration.validation.serving_case import ServingCase, serving_case
from studio.simulation.inference.plan import InferencePlan, scalar
from studio.simulation.inference.profile import InferenceProfile

ROWS = Path(__file__).parent / "inference.csv"
RESIDUALS = Path(__file__).parent / "inference_residuals.csv"
POWER_ROWS = Path(__file__).parent / "power.csv"
MEASURED = ("ttft_ms", "tpot_ms", "throughput", "tokens_per_s_per_gpu", "latency_s", "other_metric")
PULL = 0.01
"""Weight of one constant that moved by its usual spread against one row's log error."""
CUT = 0.5
"""Log error beyond which a row hardly weighs more: a typing error must not bend a constant."""
TAIL = 0.25
"""Weight of the part of an error beyond that."""

BOUNDS: dict[str, tuple[float, float]] = {
    "bf16_efficiency": (0.25, 0.92),
    "fp8_efficiency": (0.25, 0.92),
    "int8_efficiency": (0.25, 0.92),
    "fp4_efficiency": (0.2, 0.92),
    "grouped_efficiency": (0.3, 1.0),
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
    "step_s": (1e-4, 20e-3),
    "sequence_s": (1e-7, 80e-6),
    "expert_layer_s": (5e-6, 600e-6),
    "expert_rank_s": (1e-6, 800e-6),
    "expert_imbalance": (0.02, 0.8),
    "expert_overlap": (0.02, 0.9),
    "reduce_exposed": (0.2, 6.0),
    "stage_wait": (0.005, 0.15),
    "occupancy": (0.6, 1.0),
    "disturbance": (0.005, 0.2),
    "memory_share": (0.85, 0.95),
}
"""What a constant may be at all."""
_SLOW_HOST = {"launch_s": 25e-6, "prefill_launch_s": 25e-6, "step_s": 2e-3, "vector_traffic": 1.0,
              "bf16_efficiency": 0.45, "pass_tokens": 65536, "memory_share": 0.9,
              "batch_limit": 256}  # fmt: skip
STARTS: dict[str, dict[str, float]] = {
    "vllm-2023": _SLOW_HOST,
    "tensorrt-2023": {"step_s": 2e-3, "launch_s": 10e-6, "prefill_launch_s": 10e-6},
    "tensorrt-2024": {"fp8_efficiency": 0.6},
    "trtllm-1.0": {"fp8_efficiency": 0.55, "fp4_efficiency": 0.42},
    "vllm-2024": {"launch_s": 5e-6, "step_s": 8e-3, "sequence_s": 50e-6, "batch_limit": 256},
    "vllm-2025": {"step_s": 2e-3, "sequence_s": 10e-6, "batch_limit": 4096},
}
"""Where a generation starts when that is not its family's base value."""
MEASURED_ON_KERNELS = {
    "ascend-910c": ("int8_efficiency", "hbm_efficiency", "cache_efficiency",
                    "attention_decode_efficiency", "overlap_loss"),
}  # fmt: skip
"""Constants that published kernel tables fix; no serving row may move them."""
SPREAD = 0.35
"""Usual spread of an efficiency between generations, as a log ratio."""
WIDE_SPREAD = 1.2
"""The same of overheads, which differ by whole factors."""


@dataclass
class Measured:
    """One row: its inputs, its value, and the plan that was best when last searched."""

    id: str
    series: str
    use: str
    case: ServingCase
    value: float
    plans: Sequence[InferencePlan] = ()
    is_steady: bool = False
    """Output rate of a serving benchmark at its mean batch."""


def measured_value(row: dict[str, str]) -> float | None:
    """Return the measurement of a row; a metric that names two columns means their sum."""
    total = 0.0
    for column in row["primary_metric"].split("+"):
        try:
            total += float(row[column].split("M")[0])
        except (ValueError, KeyError):
            return None
    return total


def load() -> dict[tuple[str, str], list[Measured]]:
    """Return all rows that can be compared, by family and generation."""
    groups: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    with ROWS.open(newline="") as file:
        for row in csv.DictReader(file):
            value = measured_value(row)
            case = serving_case({k: "" if k in MEASURED else v for k, v in row.items()})
            if value is None or isinstance(case, str):
                continue
            family = serving_family(case.machine.accelerator)
            profile = inference_profile(family, case.generation)
            key = (profile.family, profile.generation)
            groups[key].append(Measured(row["id"], row["series"], row["use"], case, value))
    with POWER_ROWS.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["series"] != "ml_energy":
                continue
            case = serving_case(serving_row(row))
            assert not isinstance(case, str)
            profile = inference_profile(serving_family(case.machine.accelerator), case.generation)
            value = float(row["throughput"]) / float(row["units"])
            groups[profile.family, profile.generation].append(
                Measured(row["id"], row["series"], row["use"], case, value, is_steady=True)
            )
    return groups


def predicted(row: Measured, profile: InferenceProfile) -> float | None:
    """Return what the studio says for a row, by the best of the plans last chosen."""
    if not row.is_steady:
        return answer_with(row.case, profile, row.plans)[0].value
    engine = engine_for(row.case, row.plans[0], profile)
    return scalar(steady_at(row.case, engine).tokens_per_s_per_npu) * profile.devices_per_npu


def search_plans(rows: Sequence[Measured], profile: InferenceProfile) -> None:
    """Choose the plan of every row afresh."""
    for row in rows:
        if row.is_steady:
            row.plans = possible_plans(row.case, profile)
            continue
        best = answer_with(row.case, profile, possible_plans(row.case, profile))[1]
        row.plans = (best,) if best else possible_plans(row.case, profile)


def start_profile(family: str, generation: str) -> InferenceProfile:
    """Return the profile a fit starts from, whatever was fitted before."""
    path = paths.workloads_dir() / "profiles" / f"inference-{family}.json"
    base = json.loads(path.read_text())["constants"]
    values = {name: entry["value"] for name, entry in base.items()} | STARTS.get(generation, {})
    return msgspec.structs.replace(inference_profile(family, generation), **values)


def log_errors(rows: Sequence[Measured], profile: InferenceProfile) -> np.ndarray:
    """Return log(predicted / measured) of every row, with the plans last chosen."""
    found = []
    for row in rows:
        value = predicted(row, profile)
        found.append(math.log(value / row.value) if value else -1.0)
    return np.array(found)


def cost(errors: np.ndarray, moved: Sequence[float]) -> float:
    """Return the mean cut error of the rows and the pull of the constants."""
    size = np.abs(errors)
    body = np.where(size < CUT, size, CUT + TAIL * (size - CUT))
    return float(body.sum() + PULL * max(len(errors), 40) ** 0.5 * sum(m**2 for m in moved))


def moves(names: Sequence[str], values: InferenceProfile, start: InferenceProfile) -> list[float]:
    """Return how far constants are from their start, in their usual spreads."""
    return [
        math.log(getattr(values, name) / getattr(start, name))
        / (WIDE_SPREAD if is_wide(name) else SPREAD)
        for name in names
    ]


def is_wide(name: str) -> bool:
    """Return whether a constant is an overhead, which may differ by whole factors."""
    return name.endswith("_s") or name.startswith("expert")


def names_for(rows: Sequence[Measured]) -> list[str]:
    """Return the constants that these rows depend on."""
    precisions = {row.case.precision for row in rows}
    names = ["hbm_efficiency", "cache_efficiency", "kernel_s", "overlap_loss", "tile_rows_lost",
             "attention_decode_efficiency", "attention_prefill_efficiency", "step_s",
             "sequence_s", "prefill_launch_s", "vector_traffic"]  # fmt: skip
    for text, name in (("fp4", "fp4"), ("fp8", "fp8"), ("int8", "int8"), ("bf16", "bf16")):
        if any(text in precision for precision in precisions):
            names.insert(0, f"{name}_efficiency")
    if any(row.case.model.is_moe for row in rows):
        names += ["grouped_efficiency", "expert_layer_s", "expert_rank_s", "expert_imbalance",
                  "expert_overlap"]  # fmt: skip
    if any(row.case.tensor > 1 or not row.case.tensor for row in rows):
        names.append("reduce_exposed")
    if any(row.case.pipeline > 1 for row in rows):
        names.append("stage_wait")
    if any("mlperf" in row.case.phase for row in rows) and not any(r.is_steady for r in rows):
        names += ["occupancy", "disturbance"]
    if any(inference_profile(serving_family(row.case.machine.accelerator),
                             row.case.generation).launch_s > 0 for row in rows):  # fmt: skip
        names.append("launch_s")
    family = serving_family(rows[0].case.machine.accelerator)
    return [name for name in names if name not in MEASURED_ON_KERNELS.get(family, ())]


def fit(
    rows: Sequence[Measured], start: InferenceProfile, say: Callable[[str], None]
) -> InferenceProfile:
    """Return the profile that a coordinate search with shrinking steps ends at."""
    names = names_for(rows)
    values = {name: getattr(start, name) for name in names}
    best_profile, step = start, 0.25
    search_plans(rows, start)
    best = cost(log_errors(rows, start), [0.0])
    while step > 0.05:
        improved = False
        for name in names:
            stride = 1 + step * (6 if is_wide(name) else 1)
            for factor in (stride, 1 / stride):
                low, high = BOUNDS[name]
                tried = dict(values)
                tried[name] = min(max(values[name] * factor, low), high)
                profile = msgspec.structs.replace(start, **tried)
                moved = moves(names, profile, start)
                found = cost(log_errors(rows, profile), moved)
                if found < best - 1e-4:
                    best, values, best_profile, improved = found, tried, profile, True
                    break
        say(f"    step {step:.3f} cost {best / len(rows):.4f}")
        if not improved:
            step /= 2
            search_plans(rows, best_profile)
            moved = moves(names, best_profile, start)
            best = cost(log_errors(rows, best_profile), moved)
    return best_profile


def write(profile: InferenceProfile, rows: int) -> None:
    """Store the constants of a generation in its family's file."""
    path = paths.workloads_dir() / "profiles" / f"inference-{profile.family}.json"
    content = json.loads(path.read_text())
    generation = content["generations"][profile.generation]["constants"]
    for name in BOUNDS:
        base = content["constants"][name]["value"]
        value = float(f"{getattr(profile, name):.4g}")
        if name in generation or value != base:
            generation[name] = {
                "value": value,
                "source": f"fit to {rows} rows of tests/reference/inference.csv",
            }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def summary(label: str, errors: np.ndarray) -> str:
    """Return count, median and shares of relative errors in words."""
    relative = np.exp(errors) - 1
    size = np.abs(relative)
    return (
        f"{label:44s} {len(size):4d} rows  median {np.median(size):6.1%}  mean {size.mean():6.1%}"
        f"  within 30 % {np.mean(size <= 0.3):4.0%}  bias {np.median(relative):+6.1%}"
    )


def main(arguments: Sequence[str]) -> None:
    """Fit, hold out or show residuals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit and write the profiles")
    parser.add_argument("--hold-out", action="store_true", help="fit on half, score the rest")
    parser.add_argument("--only", default="", help="family/generation to fit")
    parser.add_argument("--save", action="store_true", help="write the residuals")
    parser.add_argument("--rows", action="store_true", help="print every row")
    options = parser.parse_args(arguments)
    everything = []
    residuals = []
    for (family, generation), rows in sorted(load().items()):
        if options.only not in f"{family}/{generation}":
            continue
        profile, scored = inference_profile(family, generation), rows
        start = start_profile(family, generation)
        if options.hold_out:
            profile = fit(rows[::2], start, print)
            scored = rows[1::2]
        elif options.fit:
            profile = fit(rows, start, print)
            write(profile, len(rows))
        if not scored:
            continue
        search_plans(scored, profile)
        errors = log_errors(scored, profile)
        everything.append(errors)
        by_series = defaultdict(list)
        for row, error in zip(scored, errors, strict=True):
            by_series[row.series].append(error)
            residuals.append((row.id, row.series, family, generation, f"{math.expm1(error):+.3f}"))
            if options.rows:
                name = row.case.model.name
                print(f"  {row.id} {row.series:20s} {name:18s} {math.expm1(error):+.0%}")
        for series, found in by_series.items():
            print(summary(f"  {series}", np.array(found)))
        print(summary(f"{family}/{generation}", errors), flush=True)
    if options.save:
        with RESIDUALS.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "series", "family", "generation", "error"))
            writer.writerows(sorted(residuals))
    if everything:
        print(summary("all", np.concatenate(everything)))


if __name__ == "__main__":
    main(sys.argv[1:])
