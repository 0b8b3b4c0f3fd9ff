"""Accuracy on the published rows in the repository: a ratchet, not an aim.

Sources are in the `source` column of `tests/reference/*.csv`; residuals of the last fit are in
`tests/reference/training_residuals.csv`.
"""

from __future__ import annotations

from pathlib import Path

from studio.exploration.validation.runner import validate

REFERENCE = Path(__file__).parent.parent / "reference"


def test_training_rows() -> None:
    score = validate({"a": (REFERENCE / "training.csv").read_text(encoding="utf-8")}).sets[
        "training"
    ]
    assert score.modelled >= 0.97
    assert score.median_abs_error is not None
    assert score.median_abs_error <= 0.055
    assert score.share_within_30 is not None
    assert score.share_within_30 >= 0.94


def test_memory_rows() -> None:
    score = validate({"a": (REFERENCE / "memory.csv").read_text(encoding="utf-8")}).sets["memory"]
    assert score.modelled == 1
    assert score.median_abs_error is not None
    assert score.median_abs_error <= 0.02
    assert score.class_accuracy is not None
    assert score.class_accuracy >= 0.85
    assert score.worst is not None
    assert abs(score.worst) <= 0.12
