"""The strip of headline figures stays calm and whole while figures change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from studio.design.edits import set_field, set_state
from studio.design.model import Deviation
from studio.gui.main_window import MainWindow
from studio.gui.panels.metric_strip import MetricTile
from studio.gui.views.format import change_text
from studio.gui.views.metric_rows import MetricRow
from studio.ids import Address
from tests.gui.conftest import wait_for_result


def places(window: MainWindow) -> list[QRect]:
    return [tile.geometry() for tile in window.strip.tiles]


def test_a_difference_moves_no_tile_and_hides_none(qtbot: QtBot, window: MainWindow) -> None:
    before = places(window)
    path = ("racks", "compute-west", "array", "count")
    window.workspace.apply("fewer racks", lambda design: set_field(design, path, 5))
    wait_for_result(qtbot, window)
    assert any(tile.row is not None and tile.row.change for tile in window.strip.tiles)
    assert places(window) == before
    assert all(window.strip.rect().contains(place) for place in places(window))
    bar = window.strip.parentWidget()
    assert bar is not None
    assert bar.height() >= window.strip.height()


def test_a_bisection_that_is_no_longer_proven_is_a_bound(qtbot: QtBot, window: MainWindow) -> None:
    def label() -> str:
        shown = (tile.row for tile in window.strip.tiles if tile.row is not None)
        return next(row.label for row in shown if row.key.startswith("bisection"))

    before = places(window)
    assert label() == "Bisection"
    one_up = Address("rule:ub-uplinks[0]")
    window.workspace.apply("fail", lambda design: set_state(design, one_up, Deviation("failed")))
    wait_for_result(qtbot, window)
    assert label() == "Bisection ≤"
    assert places(window) == before


def test_a_tile_asks_for_no_more_room_when_it_shows_a_difference(qtbot: QtBot) -> None:
    tile = MetricTile()
    qtbot.addWidget(tile)
    row = MetricRow("price_usd", "Price", "8.068 M USD", "", "neutral", "")
    tile.show_row(row)
    calm = tile.sizeHint()
    tile.show_row(replace(row, change="-1,234.5 %"))
    assert tile.sizeHint() == calm


@pytest.mark.parametrize(
    ("value", "text"),
    [(100.00001, ""), (100.02, "+0.02 %"), (99.8, "−0.2 %"), (150.0, "+50.0 %"), (900.0, "+800 %")],
)
def test_a_small_difference_is_never_written_as_none(value: float, text: str) -> None:
    assert change_text(value, 100.0) == text
