"""Errors of several simulators on the same rows, as figures of a benchmark."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from studio.workload.plan import FloatArray

HOLD_OUT = Path(__file__).parent.parent / "reference" / "holdout.csv"
SUMMARIES: Mapping[str, Callable[[Any], Any]] = {
    "mean": np.mean, "median": np.median, "worst": np.max,
}  # fmt: skip


def summaries(
    title: str, names: Sequence[str], ours: FloatArray, peers: Mapping[str, FloatArray]
) -> Iterator[dict[str, Any]]:
    """Yield our errors over the rows a peer answers with the peer's, then rows it is nearer on.

    Errors are signed, NaN where there is no answer; a ratio above 1 is the peer's error over ours.
    """
    for peer, errors in peers.items():
        answered = ~np.isnan(errors)
        if not answered.any():
            continue
        for kind, summary in SUMMARIES.items():
            mine, other = (float(summary(np.abs(e[answered]))) for e in (ours, errors))
            name = f"{title}: {kind} error, beside {peer.split()[0]}"
            text = f"{peer}, {100 * other:.2f} % on the {answered.sum()} rows it answers"
            yield {"name": name, "value": mine, "unit": "1", "peer": text, "ratio": other / mine}
        nearer = np.flatnonzero(np.abs(errors) < np.abs(ours))
        text = ", ".join(
            f"{names[at]} {100 * errors[at]:+.1f} % for {100 * ours[at]:+.1f} %"
            for at in nearer.tolist()
        )
        name = f"{title}: rows on which {peer.split()[0]} is nearer"
        yield {"name": name, "value": nearer.size, "unit": "1", "peer": text or None}


def held_out(title: str, kind: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield our mean error where the fit has not seen a row's whole source."""
    with HOLD_OUT.open(newline="", encoding="utf-8") as file:
        errors = {
            row["id"]: abs(float(row["error"]))
            for row in csv.DictReader(file)
            if (row["set"], row["by"]) == (kind, "source")
        }
    seen = [errors[name] for name in ids if name in errors]
    if seen:
        name = f"{title}: mean error, source left out of the fit, {len(seen)} rows"
        yield {"name": name, "value": float(np.mean(seen)), "unit": "1"}
