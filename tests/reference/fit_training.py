"""Fit the efficiency profiles to published training runs: `python -m tests.reference.fit_training`.

Coordinate descent on the constants of one hardware family and of its software generations. A prior
holds each near its physical starting value, and generations near the common value of their family.
Nothing is fitted per row, model or source.

    --hold-out=BY  BY is row, source, model or hardware: predict every fold by a fit to the others,
                   report and write the errors to holdout.csv
    --write      write fitted values into models/workloads/profiles
    --residuals  write the residual of every row to tests/reference/training_residuals.csv
    FAMILY …     fit these families only
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from studio import paths
from studio.exploration.validation.runner import KINDS, blanked, measured_value
from studio.exploration.validation.software import compute_profile, nearest_generation
from studio.exploration.validation.training import (
    Batch,
    TrainingCase,
    batch_of,
    predict_cases,
    prepare,
)
from studio.workload.profile import ComputeProfile
from tests.reference.holdout import FOLDS, fold_of, record

ROUNDS = 4
HERE = Path(__file__).parent
KIND = next(kind for kind in KINDS if kind.name == "training")
WEIGHTS = {"score": 1.0, "soft": 0.25}
CLIP = 0.6
"""Log error from which a row counts no more: a mistaken row must not bend a constant."""
PRIOR = 0.004
"""Loss of a constant one natural unit away from its centre, per row fitted."""
POOLING = 0.02
"""The same, per generation and independent of its rows: few rows do not move a constant far."""

HARDWARE = (
    "bf16_efficiency", "fp8_efficiency", "fp4_efficiency", "tile_overhead_k", "wave_tail",
    "attention_forward_efficiency", "attention_backward_efficiency", "attention_width_half",
    "hbm_efficiency", "kernel_gap_s", "scan_efficiency", "optimizer_efficiency",
)  # fmt: skip
SOFTWARE = (
    "library_efficiency", "vector_traffic", "score_passes", "quantise_passes",
    "gather_efficiency", "expert_overhead_s", "moe_overhead_s", "host_launch_s",
    "host_collective_s", "tensor_overlap", "expert_overlap", "data_overlap", "contention",
    "straggler", "step_overhead_s",
)  # fmt: skip
RATIOS = frozenset(
    {
        "bf16_efficiency", "fp8_efficiency", "fp4_efficiency", "attention_forward_efficiency",
        "attention_backward_efficiency", "hbm_efficiency", "scan_efficiency",
        "optimizer_efficiency", "library_efficiency", "gather_efficiency", "tensor_overlap",
        "expert_overlap", "data_overlap", "wave_tail",
    }
)  # fmt: skip
CEILING = {"hbm_efficiency": 0.95, "library_efficiency": 1.0}


@dataclass(frozen=True)
class Group:
    """Cases simulated together, with what was measured and how much each counts."""

    family: str
    generation: str
    cases: Batch
    measured: np.ndarray
    weight: np.ndarray


def load_groups(keep: Callable[[Mapping[str, str]], bool] = lambda _: True) -> list[Group]:
    """Return the rows of `training.csv` that are kept, as groups."""
    rows = list(csv.DictReader((HERE / "training.csv").open(encoding="utf-8")))
    found: dict[tuple[object, ...], list[tuple[TrainingCase, float, float]]] = defaultdict(list)
    for row in rows:
        if not keep(row):
            continue
        measured = measured_value(row, KIND)
        weight = WEIGHTS.get(row["use"], 0.0)
        if measured is None or weight == 0:
            continue
        case = prepare(blanked(row, KIND))
        if isinstance(case, TrainingCase):
            found[case.key].append((case, measured, weight))
    return [
        Group(
            entries[0][0].machine.accelerator.family,
            entries[0][0].generation,
            batch_of([case for case, _, _ in entries]),
            np.array([measured for _, measured, _ in entries]),
            np.array([weight for _, _, weight in entries]),
        )
        for entries in found.values()
    ]


def log_errors(group: Group, profile: ComputeProfile) -> np.ndarray:
    """Return log(predicted / measured) of every case of a group."""
    answers = predict_cases(group.cases, profile)
    values = [answer.value if answer.value else math.nan for answer in answers]
    return np.log(np.array(values) / group.measured)


def loss(groups: Iterable[Group], profiles: Mapping[str, ComputeProfile]) -> float:
    """Return the weighted, clipped absolute log error."""
    total = 0.0
    for group in groups:
        errors = np.abs(log_errors(group, profiles[group.generation]))
        size = np.where(np.isfinite(errors), np.minimum(errors, CLIP), CLIP)
        total += float(np.sum(group.weight * (size + 0.5 * size**2)))
    return total


def moved(name: str, value: float, by: float) -> float:
    """Return a constant shifted by `by` natural units of its scale, inside its bounds."""
    if name in RATIOS:
        inside = min(max(value, 0.01), 0.99)
        value = 1 / (1 + math.exp(-(math.log(inside / (1 - inside)) + by)))
        return min(round(value, 4), CEILING.get(name, 0.98))
    floor = 1e-7 if name.endswith("_s") else 1e-3
    return float(f"{max(value, floor) * math.exp(by):.4g}")


def distance(name: str, start: float, value: float) -> float:
    """Return how far a constant moved, in natural units."""
    if name in RATIOS:
        a, b = (min(max(v, 0.01), 0.99) for v in (start, value))
        return math.log(a / (1 - a)) - math.log(b / (1 - b))
    floor = 1e-6 if name.endswith("_s") else 1e-3
    return math.log(max(start, floor) / max(value, floor))


def start_profile(family: str, generation: str) -> ComputeProfile:
    """Return the physical starting values of a generation, from `training_start.json`."""
    table = json.loads((HERE / "training_start.json").read_text(encoding="utf-8"))[family]
    values = table["constants"] | table["generations"][generation]
    shipped = compute_profile(family, generation)
    assert shipped is not None
    return msgspec.structs.replace(shipped, **values)


class Fit:
    """Constants of one family while they are fitted."""

    def __init__(self, family: str, groups: Sequence[Group], rounds: int) -> None:
        self.groups = [group for group in groups if group.family == family]
        self.generations = sorted({group.generation for group in self.groups})
        self.start = {name: start_profile(family, name) for name in self.generations}
        self.centre = dict(self.start)
        self.profiles = dict(self.start if rounds else {})
        for name in self.generations:
            shipped = compute_profile(family, name)
            assert shipped is not None
            self.profiles.setdefault(name, shipped)
        self.inert: set[tuple[tuple[str, ...], str]] = set()
        self.cache = {name: self._loss(name, self.profiles[name]) for name in self.generations}

    def rows(self, generation: str) -> int:
        return sum(len(g.measured) for g in self.groups if g.generation == generation)

    def _loss(self, generation: str, profile: ComputeProfile) -> float:
        own = [group for group in self.groups if group.generation == generation]
        return loss(own, {generation: profile})

    def _penalty(self, name: str, generation: str, value: float) -> float:
        centre = getattr(self.centre[generation], name)
        weight = PRIOR * self.rows(generation) + POOLING
        return weight * distance(name, centre, value) ** 2

    def try_shared(self, name: str, by: float) -> bool:
        """Shift one software constant of all generations and the centre they are held to."""
        trial, gain = {}, 0.0
        for generation in self.generations:
            profile, centre = self.profiles[generation], self.centre[generation]
            new = moved(name, getattr(profile, name), by)
            held = moved(name, getattr(centre, name), by)
            changed = msgspec.structs.replace(profile, **{name: new})
            value = self._loss(generation, changed)
            gain += self.cache[generation] - value
            start = getattr(self.start[generation], name)
            gain += POOLING * distance(name, start, getattr(centre, name)) ** 2
            gain -= POOLING * distance(name, start, held) ** 2
            trial[generation] = (changed, value, msgspec.structs.replace(centre, **{name: held}))
        if gain <= 1e-6:
            return False
        for generation, (changed, value, centre) in trial.items():
            self.profiles[generation], self.cache[generation] = changed, value
            self.centre[generation] = centre
        return True

    def try_move(self, names: Sequence[str], name: str, by: float) -> bool:
        """Shift one constant of some generations; keep it if the loss falls."""
        trial, gain = {}, 0.0
        for generation in names:
            profile = self.profiles[generation]
            old = getattr(profile, name)
            new = moved(name, old, by)
            if new == old:
                continue
            changed = msgspec.structs.replace(profile, **{name: new})
            value = self._loss(generation, changed)
            gain += self.cache[generation] - value
            gain += self._penalty(name, generation, old) - self._penalty(name, generation, new)
            trial[generation] = (changed, value)
        if trial and all(value == self.cache[own] for own, (_, value) in trial.items()):
            self.inert.add((tuple(names), name))
        if gain <= 1e-6:
            return False
        for generation, (changed, value) in trial.items():
            self.profiles[generation], self.cache[generation] = changed, value
        return True

    def run(self, rounds: int) -> None:
        step = 0.5
        for _ in range(rounds):
            for name in HARDWARE:
                self._line(self.generations, name, step)
            if len(self.generations) > 1:
                for name in SOFTWARE:
                    _ = self.try_shared(name, step) or self.try_shared(name, -step)
            for generation in self.generations:
                for name in SOFTWARE:
                    self._line([generation], name, step)
            print(f"  step {step:.2f}: loss {sum(self.cache.values()):.3f}", flush=True)
            step *= 0.55

    def _line(self, names: Sequence[str], name: str, step: float) -> None:
        for by in (step, -step):
            if (tuple(names), name) in self.inert:
                return
            if self.try_move(names, name, by):
                self.try_move(names, name, by)
                return


def report(groups: Sequence[Group], fits: Mapping[str, Fit]) -> None:
    """Print the error by family and generation."""
    everything: list[float] = []
    for group_family, fit in fits.items():
        for generation in fit.generations:
            errors: list[float] = []
            for group in groups:
                if group.family == group_family and group.generation == generation:
                    found = np.exp(log_errors(group, fit.profiles[generation])) - 1
                    errors += list(found[group.weight == 1.0])
            everything += errors
            _print_line(f"{group_family} {generation}", errors)
    _print_line("all", everything)


def _print_line(name: str, errors: Sequence[float]) -> None:
    if errors:
        size = np.abs(errors)
        print(
            f"{name:40s} n {len(errors):3d}  median {np.median(size):6.1%}  mean "
            f"{np.mean(size):6.1%}  in 20 % {np.mean(size <= 0.2):4.0%}  bias "
            f"{np.median(errors):+6.1%}"
        )


def write_profiles(fits: Mapping[str, Fit]) -> None:
    """Write fitted constants into the profile files; what did not move keeps its source."""
    for family, fit in fits.items():
        path = paths.workloads_dir() / "profiles" / f"compute-{family}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = sum(fit.rows(generation) for generation in fit.generations)
        note = f"fitted to {rows} published training runs of the family (fit_training)"
        newest = fit.generations[-1]
        for name in HARDWARE:
            value = getattr(fit.profiles[newest], name)
            entry = content["constants"][name]
            if entry["value"] != value:
                entry |= {"value": value, "source": note}
        for generation in fit.generations:
            own = content["generations"][generation]["constants"]
            for name in SOFTWARE:
                value = getattr(fit.profiles[generation], name)
                if value != content["constants"][name]["value"]:
                    told = f"fitted to {fit.rows(generation)} runs of this generation"
                    own[name] = {"value": value, "source": f"{told} (fit_training)"}
                else:
                    own.pop(name, None)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_residuals(groups: Sequence[Group], fits: Mapping[str, Fit]) -> None:
    """Write predicted, measured and error of every row."""
    lines = []
    for group in groups:
        fit = fits[group.family]
        errors = np.exp(log_errors(group, fit.profiles[group.generation])) - 1
        for case, measured, error in zip(group.cases.cases, group.measured, errors, strict=True):
            lines.append(
                (case.row["id"], case.row["series"], case.row["use"], group.family,
                 group.generation, case.model.name, f"{measured * (1 + error):.5g}",
                 f"{measured:.5g}", f"{error:+.4f}")
            )  # fmt: skip
    with (HERE / "training_residuals.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("id", "series", "use", "family", "generation", "model", "predicted", "measured",
             "error")
        )  # fmt: skip
        writer.writerows(sorted(lines))


def fitted(groups: Sequence[Group], families: Iterable[str], rounds: int) -> dict[str, Fit]:
    """Return the fit of every family."""
    fits = {}
    for family in families:
        print(family, flush=True)
        fits[family] = Fit(family, groups, rounds)
        fits[family].run(rounds)
    return fits


def hold_out(by: str) -> list[tuple[str, float]]:
    """Return the error of every score row, predicted by a fit to the other folds.

    Software that only the held-out rows have is predicted by what stands in for it.
    """
    errors = []
    for fold in range(FOLDS[by]):
        seen = load_groups(lambda row, fold=fold: fold_of(row, by) != fold)  # type: ignore[misc]
        fits = fitted(seen, sorted({group.family for group in seen}), ROUNDS)
        for group in load_groups(lambda row, fold=fold: fold_of(row, by) == fold):  # type: ignore[misc]
            profile = stand_in(group, fits)
            found = np.exp(log_errors(group, profile)) - 1
            errors += [
                (case.row["id"], float(error))
                for case, error, weight in zip(group.cases.cases, found, group.weight, strict=True)
                if weight == 1.0
            ]
    return errors


def stand_in(group: Group, fits: Mapping[str, Fit]) -> ComputeProfile:
    """Return the profile for a group among what was fitted without it."""
    fit = fits.get(group.family)
    if fit is None:
        return start_profile(group.family, group.generation)
    if group.generation in fit.profiles:
        return fit.profiles[group.generation]
    return fit.profiles[nearest_generation(fit.profiles.values(), group.generation)]


def main(arguments: Sequence[str]) -> None:
    """Fit, report and, when asked, write."""
    flags = {word for word in arguments if word.startswith("--")}
    chosen = [word for word in arguments if not word.startswith("--")]
    for flag in flags:
        if flag.startswith("--hold-out="):
            by = flag.partition("=")[2]
            errors = hold_out(by)
            record("training", by, errors)
            _print_line(f"held out by {by}", [error for _, error in errors])
            return
    groups = load_groups()
    families = chosen or sorted({group.family for group in groups})
    fits = fitted(groups, families, 0 if "--report" in flags else ROUNDS)
    own = [group for group in groups if group.family in fits]
    report(own, fits)
    if "--write" in flags:
        write_profiles(fits)
    if "--residuals" in flags:
        write_residuals(own, fits)


if __name__ == "__main__":
    main(sys.argv[1:])
