from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.gui.canvas.viewport import LARGEST_SCALE, SMALLEST_SCALE, Viewport

VIEW = Viewport(x=2.0, y=1.0, scale=50.0, width=800, height=600)
PIXEL = st.floats(-2000, 2000)


@given(PIXEL, PIXEL)
def test_screen_and_hall_positions_are_inverse(px: float, py: float) -> None:
    assert VIEW.to_screen(*VIEW.to_world(px, py)) == pytest.approx((px, py), abs=1e-6)


@given(st.floats(0.2, 5.0), PIXEL, PIXEL)
def test_zooming_keeps_the_place_under_the_pointer(factor: float, px: float, py: float) -> None:
    zoomed = VIEW.zoomed(factor, px, py)
    assert zoomed.to_world(px, py) == pytest.approx(VIEW.to_world(px, py), abs=1e-6)


def test_zooming_ends_at_limits() -> None:
    assert VIEW.zoomed(1e12, 0, 0).scale == LARGEST_SCALE
    assert VIEW.zoomed(1e-12, 0, 0).scale == SMALLEST_SCALE


def test_fitted_view_holds_the_whole_rectangle_in_its_middle() -> None:
    fitted = VIEW.fitted((3.0, 4.0, 2.0, 8.0), 0.1)
    left, top = fitted.to_screen(3.0, 4.0)
    right, bottom = fitted.to_screen(5.0, 12.0)
    assert top == pytest.approx(60)
    assert bottom == pytest.approx(540)
    assert left + right == pytest.approx(800)


def test_resizing_keeps_the_middle() -> None:
    assert VIEW.resized(400, 200).to_world(200, 100) == pytest.approx(VIEW.to_world(400, 300))
