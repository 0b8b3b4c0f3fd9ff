"""Interruptions of drawn machines, and what stops no job."""

from __future__ import annotations

import pytest

from studio import api
from studio.simulation.rollup.figure import Figure


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return dict(api.load("cloudmatrix-384").rolled_up.figures)


def _term(figure: Figure, part: str) -> float:
    return sum(term.value for term in figure.terms if term.part == part)


def test_npus_fail_at_their_annual_rate(figures: dict[str, Figure]) -> None:
    each = next(t.each for t in figures["failures_per_year"].terms if t.part == "ascend-910c")
    assert _term(figures["failures_per_year"], "ascend-910c") == pytest.approx(384 * each)
    assert _term(figures["interruptions_per_year"], "ascend-910c") == pytest.approx(384 * each)


def test_links_between_switches_stop_no_job(figures: dict[str, Figure]) -> None:
    # 5,376 modules join L1 to L2 chips and traffic goes around; failures count all the same.
    assert _term(figures["failures_per_year"], "lpo-400g") > 0
    assert _term(figures["interruptions_per_year"], "ub-l2-switch") == 0
    assert _term(figures["interruptions_per_year"], "ub-l1-switch") > 0


def test_redundant_supplies_rarely_stop_a_job(figures: dict[str, Figure]) -> None:
    failing = _term(figures["failures_per_year"], "psu-pah3000")
    assert _term(figures["interruptions_per_year"], "psu-pah3000") == pytest.approx(failing / 6)


def test_mean_time_follows_and_names_its_weakest_evidence(figures: dict[str, Figure]) -> None:
    year = 365 * 86400
    assert figures["mtbi_s"].value == pytest.approx(year / figures["interruptions_per_year"].value)
    assert figures["mtbi_s"].grade == figures["interruptions_per_year"].grade
    assert 0.9 < figures["availability"].value < 1


def test_a_failed_npu_leaves_the_rate_of_what_is_there() -> None:
    whole = api.load("cloudmatrix-384")
    fewer = whole.edit(["racks", "compute-west", "array", "count"], 5)
    assert fewer.totals["interruptions_per_year"] < whole.totals["interruptions_per_year"]
