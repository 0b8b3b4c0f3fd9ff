"""Error bands: their ends by hand, their words, and which figures have one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.error_band import MEASURED_OF, ErrorBand, range_text
from studio.simulation.result import SimResult

BAND = ErrorBand("inference", "nvidia-hopper", 155, 1.25, is_of_all=False)


def test_ends_are_a_factor_away_on_both_sides() -> None:
    assert BAND.low(100.0) == 80.0
    assert BAND.high(100.0) == 125.0
    assert BAND.short == "±25 %"


@given(st.floats(1e-9, 1e15), st.floats(1.0, 10.0))
def test_a_time_and_its_rate_have_the_same_band(value: float, factor: float) -> None:
    band = ErrorBand("training", "", 20, factor, is_of_all=False)
    assert band.low(1 / value) == pytest.approx(1 / band.high(value))
    assert band.low(value) <= value <= band.high(value)


@pytest.mark.parametrize(
    ("value", "dimension", "expected"),
    [
        (0.1, "time", "80 ms – 125 ms"),
        (0.4, "ratio", "32.0% – 50.0%"),
        (81_220.0, "count", "65,000 – 102,000"),
        (0.0, "time", ""),
    ],
)
def test_ends_are_written_with_units(value: float, dimension: str, expected: str) -> None:
    assert range_text(BAND, value, dimension) == expected


def test_nothing_is_written_without_a_band() -> None:
    assert range_text(None, 1.0, "time") == ""


@pytest.mark.parametrize(("rows", "said"), [(4, "there are only 4"), (0, "there is none")])
def test_a_band_borrowed_from_other_families_says_so(rows: int, said: str) -> None:
    text = ErrorBand("power", "ascend-910c", rows, 1.31, is_of_all=True).text
    assert "of all families" in text
    assert "ascend-910c" in text
    assert said in text


def test_every_figure_with_a_band_is_one_of_the_result() -> None:
    assert set(MEASURED_OF) <= {*SimResult.__dataclass_fields__}
