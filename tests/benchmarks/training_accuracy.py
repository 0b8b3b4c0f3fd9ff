"""Accuracy on the published rows in the repository, beside a null model of one constant rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from studio.exploration.validation.runner import read_cases, validate
from studio.exploration.validation.training import TrainingCase, counted_flops_per_token, prepare

REFERENCE = Path(__file__).parent.parent / "reference"


def benchmarks() -> Iterator[dict[str, object]]:
    """Yield errors of the training and memory sets and the time of one validation run."""
    for name in ("training", "memory"):
        text = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8")
        start = time.perf_counter()
        score = validate({name: text}).sets[name]
        yield {"name": f"validate {name}", "value": time.perf_counter() - start, "unit": "s"}
        null = null_error(text) if name == "training" else None
        figure: dict[str, object] = {
            "name": f"{name} median error", "value": score.median_abs_error, "unit": "1",
        }  # fmt: skip
        if null and score.median_abs_error:
            figure |= {"peer": null, "ratio": score.median_abs_error / null}
        yield figure
        yield {"name": f"{name} within 20 %", "value": score.share_within_20, "unit": "1"}
        yield {"name": f"{name} modelled", "value": score.modelled, "unit": "1"}


def null_error(text: str) -> float:
    """Return the median error of one sustained share of the peak per hardware family."""
    kind, rows = read_cases("training", text)
    rates: dict[str, list[float]] = {}
    for row in rows:
        case = prepare(row)
        value = row.get("tokens_per_s_per_gpu") or ""
        if kind.name == "training" and isinstance(case, TrainingCase) and value:
            sequence = float(case.candidates.sequence[0])
            flops = float(value) * counted_flops_per_token(case, sequence)
            peak = case.machine.accelerator.compute_flops["bf16"]
            rates.setdefault(case.machine.accelerator.family, []).append(flops / peak)
    errors = [
        np.abs(np.median(shares) / np.array(shares) - 1) for shares in rates.values() if shares
    ]
    return float(np.median(np.concatenate(errors)))
