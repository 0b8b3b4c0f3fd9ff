"""Groups on nested levels: spans multiply to the group and fill inner levels first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.simulation.training.placement import node_count, spans
from tests.simulation.training.machines import CLUSTER


@given(ranks=st.integers(1, 2048), stride=st.integers(1, 64))
def test_spans_multiply_to_the_group(ranks: int, stride: int) -> None:
    found = spans(CLUSTER, float(ranks), float(stride))
    assert np.prod([span.ranks for span in found]) == pytest.approx(ranks)
    assert all(np.all(span.ranks >= 1 - 1e-12) for span in found)


@pytest.mark.parametrize(
    ("ranks", "stride", "inside"),
    [(8, 1, 8), (16, 1, 8), (4, 2, 4), (8, 8, 1), (64, 4, 2), (6, 1, 6)],
)
def test_inner_level_is_filled_first(ranks: int, stride: int, inside: float) -> None:
    assert float(spans(CLUSTER, float(ranks), float(stride))[0].ranks) == inside


def test_nodes_are_counted_up() -> None:
    assert list(np.asarray(node_count(CLUSTER, np.array([1.0, 8.0, 9.0])))) == [1, 1, 2]
