"""The fit sees each quantity of a row that sums several, and counts the row once."""

from __future__ import annotations

import math

import pytest

from tests.reference.fit_inference import WEIGHTS, weights
from tests.reference.serving_rows import load, whole_rows


@pytest.fixture(scope="module")
def measured():
    return [one for rows in load().values() for one in rows]


def test_first_and_next_token_pull_apart_and_count_as_one_row(measured):
    found = {one.id: one for one in measured if one.row["id"] == "IN0508"}
    assert {id_: one.value for id_, one in found.items()} == {
        "IN0508 ttft_ms": 49.09, "IN0508 tpot_ms": 28.36,
    }  # fmt: skip
    assert sum(weights(list(found.values()))) == WEIGHTS["score"]


def test_no_row_counts_more_than_once(measured):
    shares: dict[str, float] = {}
    for one in measured:
        shares[one.row["id"]] = shares.get(one.row["id"], 0.0) + one.share
    assert all(share == pytest.approx(1.0) for share in shares.values())


def test_the_error_of_a_sum_is_that_of_both_quantities_together(measured):
    """49.09 ms said twice as long and 28.36 ms said right: 126.54 for 77.45."""
    errors = {"IN0508 ttft_ms": math.log(2.0), "IN0508 tpot_ms": 0.0}
    own = [(one, errors[one.id]) for one in measured if one.id in errors]
    ((row, error),) = whole_rows(own)
    assert row.id == "IN0508"
    assert row.value == pytest.approx(77.45)
    assert math.exp(error) == pytest.approx(126.54 / 77.45)
