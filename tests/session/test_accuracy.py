"""Error bands of results: from the measurements of the family, wider where there are few."""

from __future__ import annotations

import pytest

from studio.session.accuracy import FEW_ROWS, Accuracy, FamilyAccuracy, SetAccuracy, accuracy


def of_set(spread: float) -> SetAccuracy:
    return SetAccuracy(100, 100, 1.0, 0.05, 0.08, 0.9, 0.95, 0.0, spread)


MEASURED = Accuracy(
    {"training": of_set(1.2), "memory": of_set(1.02)},
    {
        "training": {
            "many": FamilyAccuracy(FEW_ROWS, 0.03, 1.1),
            "few": FamilyAccuracy(FEW_ROWS - 1, 0.01, 1.05),
            "few-and-far": FamilyAccuracy(2, 0.4, 1.6),
        }
    },
)


@pytest.mark.parametrize(
    ("family", "factor", "is_of_all", "rows"),
    [
        ("many", 1.1, False, FEW_ROWS),
        ("few", 1.2, True, FEW_ROWS - 1),
        ("few-and-far", 1.6, True, 2),
        ("never-measured", 1.2, True, 0),
    ],
)
def test_a_family_with_few_measurements_gets_at_least_the_band_of_all(
    family: str, factor: float, is_of_all: bool, rows: int
) -> None:
    band = MEASURED.error_band("training", family)
    assert band is not None
    assert (band.factor, band.is_of_all, band.rows) == (factor, is_of_all, rows)


def test_figures_that_no_set_checks_have_no_band() -> None:
    bands = MEASURED.error_bands("training", "many")
    assert set(bands) == {"tokens_per_s", "tokens_per_s_per_npu", "headline_s", "mfu", "memory"}
    assert bands["headline_s"].measured == "training"
    assert bands["memory"].measured == "memory"


def test_shipped_bands_are_no_narrower_than_the_median_error() -> None:
    shipped = accuracy()
    for name, families in shipped.families.items():
        for family, found in families.items():
            assert found.spread >= 1, (name, family)
    for name in ("training", "inference", "memory", "power"):
        assert shipped.sets[name].spread > 1 + shipped.sets[name].median_abs_error
