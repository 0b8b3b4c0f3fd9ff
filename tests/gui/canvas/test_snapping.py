from __future__ import annotations

import numpy as np
import pytest

from studio.gui.canvas.snapping import GRID_M, at_edges, snapped

MOVING = np.array([[0.0, 0.0, 0.6, 1.2]])
NEIGHBOUR = np.array([[2.05, 3.33, 0.6, 1.2]])


def test_racks_rest_on_the_grid_where_nobody_is_near() -> None:
    snap = snapped(MOVING, np.zeros((0, 4)), 1.234, 0.567, 0.1)
    assert (snap.dx / GRID_M, snap.dy / GRID_M) == pytest.approx((12, 6))
    assert snap.guides == ()


def test_racks_come_to_rest_beside_a_neighbour_in_line_with_it() -> None:
    snap = snapped(MOVING, NEIGHBOUR, 1.42, 3.36, 0.1)
    assert (snap.dx, snap.dy) == pytest.approx((1.45, 3.33))
    assert len(snap.guides) == 2


def test_a_neighbour_out_of_reach_is_ignored() -> None:
    snap = snapped(MOVING, NEIGHBOUR, 1.42, 3.36, 0.001)
    assert (snap.dx, snap.dy) == pytest.approx((1.4, 3.4))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((2.08, 3.30), (2.05, 3.33)),  # a corner
        ((2.62, 4.00), (2.65, 4.00)),  # an edge, anywhere along it
        ((2.35, 3.90), (2.35, 3.90)),  # inside, far from all edges
        ((2.08, 9.00), (2.08, 9.00)),  # in line with an edge, but far from the rack
    ],
)
def test_what_is_measured_begins_and_ends_at_edges_near_by(
    place: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert at_edges(place, NEIGHBOUR, 0.1) == pytest.approx(expected)
    assert at_edges(place, np.zeros((0, 4)), 0.1) == place
