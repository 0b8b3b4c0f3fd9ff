"""Axes of plots: round figures, and at least two of them however low a plot is."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.gui.plots.styling import QuantityAxis


@pytest.mark.parametrize(
    ("least", "most", "height", "places"),
    [
        # A step of 500 would leave nothing but the nought.
        (0.0, 429.0, 80.0, [0.0, 200.0, 400.0]),
        (0.0, 429.0, 300.0, [0.0, 100.0, 200.0, 300.0, 400.0]),
        (1.2e-3, 1.8e-3, 50.0, [1.2e-3, 1.4e-3, 1.6e-3, 1.8e-3]),
    ],
)
def test_a_low_axis_still_is_a_scale(
    qtbot: QtBot, least: float, most: float, height: float, places: list[float]
) -> None:
    axis = QuantityAxis("left", "count")
    ((_, found),) = axis.tickValues(least, most, height)
    assert found == pytest.approx(places)


def test_values_closer_than_numbers_are_end_the_search(qtbot: QtBot) -> None:
    axis = QuantityAxis("left", "count")
    ((_, found),) = axis.tickValues(1e18, 1e18 + 200, 300.0)
    assert len(found) <= 8
