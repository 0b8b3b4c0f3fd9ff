"""Score predictions against measurements: the figures of one set, and their JSON shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ScoredRow:
    """One measurement beside its prediction."""

    id: str
    set_name: str
    use: str
    predicted: float | None
    measured: float | None
    reason: str
    part: str = ""
    """Column of the quantity where this is one of those that the metric of a row names."""
    parts: tuple[ScoredRow, ...] = ()
    """Those quantities, where they are predicted apart."""

    @property
    def error(self) -> float | None:
        """Predicted over measured minus one; None where either is missing."""
        if self.predicted is None or self.measured is None or self.measured == 0:
            return None
        return self.predicted / self.measured - 1

    @property
    def is_scored(self) -> bool:
        """Whether the row counts: `score`, `score-formula`, `score-class` or no use stated."""
        return self.use.startswith("score") or self.use == ""

    @property
    def is_class(self) -> bool:
        """Whether the row is a yes/no question."""
        return self.use == "score-class"


@dataclass(frozen=True)
class SetScore:
    """How well one set is predicted; ratios 0..1, errors over rows that have a number."""

    rows: int
    scored: int
    modelled: float
    """Share of scored rows that got a prediction."""
    median_abs_error: float | None
    mean_abs_error: float | None
    share_within_20: float | None
    share_within_30: float | None
    bias: float | None
    """Median signed error: positive when predictions are too high."""
    worst: float | None
    class_accuracy: float | None
    """Share of yes/no rows answered right; None where there are none."""


def score_set(rows: Sequence[ScoredRow]) -> SetScore:
    """Return the score of the rows of one set."""
    scored = [row for row in rows if row.is_scored]
    answered = [row for row in scored if row.predicted is not None]
    numbers = [row for row in answered if not row.is_class]
    errors = np.array([row.error for row in numbers if row.error is not None], dtype=np.float64)
    size = np.abs(errors)
    classes = [row for row in answered if row.is_class]
    right = [row.predicted == row.measured for row in classes]
    has = errors.size > 0
    return SetScore(
        rows=len(rows),
        scored=len(scored),
        modelled=len(answered) / len(scored) if scored else 0.0,
        median_abs_error=float(np.median(size)) if has else None,
        mean_abs_error=float(np.mean(size)) if has else None,
        share_within_20=float(np.mean(size <= 0.20)) if has else None,
        share_within_30=float(np.mean(size <= 0.30)) if has else None,
        bias=float(np.median(errors)) if has else None,
        worst=float(errors[np.argmax(size)]) if has else None,
        class_accuracy=sum(right) / len(right) if right else None,
    )


Json = dict[str, object]


def set_json(score: SetScore, quantities: Mapping[str, SetScore] | None = None) -> Json:
    """Return the figures of one set for `--json`, and those of quantities predicted apart."""
    found: Json = {
        "rows": score.rows,
        "scored": score.scored,
        "modelled": score.modelled,
        "median_abs_error": score.median_abs_error,
        "mean_abs_error": score.mean_abs_error,
        "share_within_20": score.share_within_20,
        "share_within_30": score.share_within_30,
        "bias": score.bias,
        "worst": score.worst,
        "class_accuracy": score.class_accuracy,
    }
    if quantities:
        found["quantities"] = {name: set_json(own) for name, own in quantities.items()}
    return found


def row_json(row: ScoredRow) -> Json:
    """Return one row for `--json`, and the quantities of it that are predicted apart."""
    found: Json = {
        "id": row.id,
        "set": row.set_name,
        "predicted": row.predicted,
        "measured": row.measured,
        "error": row.error,
        "reason": row.reason,
    }
    if row.parts:
        found["quantities"] = {
            one.part: {"predicted": one.predicted, "measured": one.measured, "error": one.error}
            for one in row.parts
        }
    return found


def group_rows(
    rows: Sequence[ScoredRow], group: Callable[[ScoredRow], str]
) -> Mapping[str, list[ScoredRow]]:
    """Return rows by their group, groups in order of appearance."""
    groups: dict[str, list[ScoredRow]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return groups
