"""Both ways of filling and the sorting below them, against each other and against numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.fabric.flow import waterfill
from studio.fabric.flow.sorting import distinct, first_of_each, stable_order
from studio.fabric.flow.waterfill import Filling, max_min_fill


def random_filling(seed):
    rng = np.random.default_rng(seed)
    flows, rows = int(rng.integers(1, 60)), int(rng.integers(1, 25))
    loads = rng.choice([0.0, 0.25, 1.0, 3.0], (flows, rows), p=[0.7, 0.1, 0.1, 0.1])
    loads[np.arange(flows), rng.integers(0, rows, flows)] = 1e-3
    flow, row = np.nonzero(loads)
    return Filling(flows, flow, row, loads[flow, row], rng.choice([1.0, 5.0, 7.0], rows))


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**32 - 1))
def test_level_by_level_equals_bottleneck_by_bottleneck(seed):
    filling = random_filling(seed)
    found = []
    for entries_per_row in (0, np.inf):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(waterfill, "_ROWS_PER_ENTRY", entries_per_row)
            patch.setattr(waterfill, "_TRIED", np.inf)
            found.append(max_min_fill(filling))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-9)
    for rate, holder in found:
        used = np.bincount(filling.row, filling.load * rate[filling.flow], len(filling.capacity))
        assert np.all(used <= filling.capacity * (1 + 1e-9))
        np.testing.assert_allclose(used[holder], filling.capacity[holder], rtol=1e-9)
        fastest = np.zeros(len(filling.capacity))
        np.maximum.at(fastest, filling.row, rate[filling.flow])
        assert np.all(rate >= fastest[holder] * (1 - 1e-9))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_a_limit_is_a_row_of_its_own(seed):
    filling = random_filling(seed)
    limit = np.random.default_rng(seed).choice([0.01, 0.5, 100.0], filling.flow_count)
    rate, holder = max_min_fill(filling, limit)
    assert np.all(rate <= limit * (1 + 1e-12))
    np.testing.assert_allclose(rate[holder < 0], limit[holder < 0])


@pytest.mark.parametrize("limit", [10, 1 << 16, 70_000, 1 << 32, 1 << 40])
def test_numbers_are_sorted_stably(limit):
    values = np.random.default_rng(1).integers(0, limit, 3000)
    values[::7] = values[0]
    np.testing.assert_array_equal(stable_order(values, limit), np.argsort(values, kind="stable"))
    np.testing.assert_array_equal(distinct(values), np.unique(values))
    np.testing.assert_array_equal(first_of_each(np.array([0, 2, 2]), 4), [0, 1, 1, 3, 3])
