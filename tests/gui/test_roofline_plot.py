"""Names of roofs: over the highest, below the others, none over another, none cut off."""

from __future__ import annotations

import itertools

import pytest
from pytestqt.qtbot import QtBot

from studio.gui.plots.roofline_plot import RooflinePlot
from studio.gui.theme import LIGHT
from studio.gui.views.roofline import Roof, Roofline


def _plot(qtbot: QtBot, height: int, *flops: float) -> RooflinePlot:
    plot = RooflinePlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(420, height)
    with qtbot.waitExposed(plot):
        plot.show()
    roofs = tuple(Roof(f"f{n}", one, one / 1e12, n == 0) for n, one in enumerate(flops))
    plot.show_roofline(Roofline(roofs, 1e12, ()))
    plot.grab()  # pyqtgraph places texts as it paints
    return plot


@pytest.mark.parametrize("height", [110, 160, 400])
@pytest.mark.parametrize(
    "flops", [(1e15, 0.97e15), (2e15, 1e15, 0.9e15, 0.85e15), (0.9e15, 1e15), (1e15,)]
)
def test_names_of_near_roofs_stand_below_each_other(
    qtbot: QtBot, height: int, flops: tuple[float, ...]
) -> None:
    plot = _plot(qtbot, height, *flops)
    boxes = [
        name.mapRectToScene(name.boundingRect()).adjusted(4, 4.5, -4, -4.5)
        for name in plot._names[: len(flops)]
    ]
    view = plot.plot.getViewBox().sceneBoundingRect()
    for one, other in itertools.combinations(boxes, 2):
        assert not one.intersects(other)
    assert min(box.top() for box in boxes) >= view.top() - 1
