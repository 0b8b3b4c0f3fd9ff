"""Failures and checkpoints against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidInput
from studio.simulation.reliability.formulas import (
    availability,
    checkpoint_interval_s,
    effective_share,
    mean_time_between_s,
    poisson_band,
)
from studio.simulation.reliability.job import job_reliability

seconds = st.floats(1.0, 1e8)


def test_availability_of_a_published_example() -> None:
    # UB-Mesh, arXiv 2503.20377: 98.5 h between failures, 75 min of repair.
    assert availability(98.5, 1.25) == pytest.approx(0.9875, abs=1e-4)
    assert availability(13.8, 1.25) == pytest.approx(0.917, abs=1e-3)
    assert availability(math.inf, 5.0) == 1.0


def test_mean_time_of_a_published_example() -> None:
    # Llama 3: 419 interruptions in 54 days, 3.09 h apart.
    assert mean_time_between_s(419 * 365 / 54) / 3600 == pytest.approx(3.093, abs=1e-3)
    assert math.isinf(mean_time_between_s(0.0))


def test_interval_is_youngs_for_short_checkpoints() -> None:
    # sqrt(2 x 1 s x 50,000 s) = 316.2 s, of which Daly takes one back and adds 1 / 3 of sqrt(1e-5).
    assert checkpoint_interval_s(1.0, 50_000.0) == pytest.approx(
        316.23 * (1 + 1.05e-3) - 1, abs=0.05
    )
    assert checkpoint_interval_s(300.0, 100.0) == 100.0
    assert math.isinf(checkpoint_interval_s(1.0, math.inf))


def test_interval_needs_positive_times() -> None:
    with pytest.raises(InvalidInput, match="above 0"):
        checkpoint_interval_s(0.0, 100.0)


def test_share_of_a_case_by_hand() -> None:
    # t = 90, d = 10, M = 1000, R = 0: 1000 (e^0.1 - 1) = 105.17 s for 90 s of work.
    assert effective_share(90.0, 10.0, 1000.0, 0.0) == pytest.approx(90 / 105.171, rel=1e-5)
    # Recovery of 100 s stretches that by e^0.1.
    assert effective_share(90.0, 10.0, 1000.0, 100.0) == pytest.approx(90 / 116.232, rel=1e-5)
    assert effective_share(90.0, 10.0, math.inf, 100.0) == 0.9
    assert effective_share(90.0, 10.0, 1.0, 1000.0) == 0.0


@given(seconds, seconds, seconds)
def test_share_is_a_share_and_falls_with_failures(
    write: float, between: float, rest: float
) -> None:
    share = effective_share(checkpoint_interval_s(write, between), write, between, rest)
    better = effective_share(checkpoint_interval_s(write, 2 * between), write, 2 * between, rest)
    assert 0 <= share <= 1
    assert better >= share * (1 - 1e-9)


@given(st.floats(1.0, 1e3), st.floats(1e5, 1e7), st.floats(0.2, 5.0))
def test_no_other_interval_is_better(write: float, between: float, factor: float) -> None:
    best = checkpoint_interval_s(write, between)
    here = effective_share(best, write, between, 600.0)
    there = effective_share(best * factor, write, between, 600.0)
    assert there <= here * (1 + 2e-3)


def test_poisson_band_of_a_table_value() -> None:
    # Ten expected: 5 to 15 hold nine of ten counts; 90 % limits by chi-square are 5.43 and 16.96.
    low, high = poisson_band(10.0)
    assert low == pytest.approx(5.43, abs=0.05)
    assert high == pytest.approx(16.96, abs=0.05)
    assert poisson_band(0.0)[0] == 0.0


def test_job_adds_up_and_matches_a_published_run() -> None:
    # Llama 3 405B on 16,384 accelerators: over 90 % effective training time.
    found = job_reliability(419 * 365 / 54, 405e9, 16384)
    assert found.checkpoint_byte == pytest.approx(5.67e12)
    assert found.write_s == pytest.approx(2.835, rel=1e-3)
    assert 0.88 < found.effective_share < 0.95
    parts = (
        found.effective_share + found.checkpoint_share + found.rework_share + found.recovery_share
    )
    assert parts == pytest.approx(1.0)


def test_a_smaller_job_is_interrupted_less() -> None:
    large = job_reliability(1000.0, 70e9, 1024)
    small = job_reliability(100.0, 70e9, 1024)
    assert small.effective_share > large.effective_share
    assert small.interval_s > large.interval_s
