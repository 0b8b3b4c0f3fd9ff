"""What the serving and power fits say of rows they did not see.

    python -m tests.reference.hold_out_serving BY [FOLD ...]

Each fold is left out of the serving profiles and of the power profiles that follow from them, so
that an energy per token is held out whole: time and power both. A fold that is done is on record,
so that a study may be run in parts.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence

from studio.exploration.serving_library import inference_profile
from studio.exploration.validation.power import predict
from studio.exploration.validation.power_case import PowerOf, ProfileOf
from studio.simulation.inference.profile import InferenceProfile
from studio.simulation.power.profile import PowerProfile
from tests.reference import fit_inference, fit_power
from tests.reference.fit_inference import Fit
from tests.reference.fit_power import Row
from tests.reference.holdout import FOLDS, fold_of, record_fold
from tests.reference.serving_rows import (
    Key,
    Measured,
    load,
    log_errors,
    search_plans,
    whole_rows,
)

TURNS = 3
"""Of the fit; the last two of its usual five move the loss by 2 %."""


def fit_without(rows: Mapping[Key, Sequence[Measured]], by: str, fold: int) -> Fit:
    """Return the serving profiles fitted to all rows but those of one fold."""
    kept = {key: [row for row in some if fold_of(row.row, by) != fold]
            for key, some in rows.items()}  # fmt: skip
    serving = Fit(kept)
    serving.run(TURNS)
    return serving


def serving_errors(
    serving: Fit, rows: Mapping[Key, Sequence[Measured]], by: str, fold: int
) -> list[tuple[Measured, float]]:
    """Return the log error of every serving row of a fold."""
    errors: list[tuple[Measured, float]] = []
    for key, some in rows.items():
        left = [row for row in some if fold_of(row.row, by) == fold]
        profile = serving.profile(key)
        search_plans(left, profile)
        errors += zip(left, log_errors(left, profile).tolist(), strict=True)
    return errors


def power_errors(serving: Fit, by: str, fold: int) -> list[tuple[Row, float]]:
    """Return the relative error of every power row of a fold."""
    profile_of = _profiles_of(serving)
    readings = fit_power.load(profile_of)
    kept = [item for item in readings if fold_of(item.row, by) != fold]
    power_of = _power_of(*fit_power.fit_all(kept))
    errors = []
    for row in fit_power.counted():
        measured = row.get(row["primary_metric"]) or ""
        if fold_of(row, by) != fold or not measured or not float(measured) > 0:
            continue
        found = predict(fit_power.inputs_of(row), power_of, profile_of)
        if found.value is not None:
            errors.append((row, found.value / float(measured) - 1))
    return errors


def _profiles_of(serving: Fit) -> ProfileOf:
    def found(family: str, generation: str) -> InferenceProfile:
        known = inference_profile(family, generation)
        return serving.profile((known.family, known.generation))

    return found


def _power_of(fitted: Mapping[str, PowerProfile], usual: PowerProfile) -> PowerOf:
    return lambda family: fitted.get(family, usual)


def main(arguments: Sequence[str]) -> None:
    """Hold out the folds asked for, all by default, and record what was said of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("by", choices=FOLDS, help="what rows of one fold have in common")
    parser.add_argument("folds", nargs="*", type=int, help="which of them; all by default")
    options = parser.parse_args(arguments)
    for fold in options.folds or range(FOLDS[options.by]):
        print(f"fold {fold} by {options.by}", flush=True)
        rows = load()
        serving = fit_without(rows, options.by, fold)
        served = serving_errors(serving, rows, options.by, fold)
        fit_inference.show(served, with_rows=False)
        powered = power_errors(serving, options.by, fold)
        fit_power.show(powered)
        apart = [one for one in served if one[0].part]
        counted = [(row.id, math.expm1(error)) for row, error in (*whole_rows(served), *apart)
                   if row.counts]  # fmt: skip
        record_fold("inference", options.by, counted)
        scored = [(row["id"], error) for row, error in powered if row["use"] == "score"]
        record_fold("power", options.by, scored)


if __name__ == "__main__":
    main(sys.argv[1:])
