"""Bars that follow an edit: the axis stays while little changes; a change is painted once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.plots.stacked_bars import StackedBarsPlot, _axis_end
from studio.gui.plots.styling import segment_colours
from studio.gui.theme import DARK, LIGHT
from studio.gui.views.bars import Bar, Line, Segment


def bars(*totals: float) -> tuple[Bar, ...]:
    halves = [(Segment("compute", one / 2, "", "compute"), Segment("rest", one / 2, "", ""))
              for one in totals]  # fmt: skip
    return tuple(Bar(f"bar {n}", "", segments) for n, segments in enumerate(halves))


@pytest.fixture
def plot(qtbot: QtBot) -> StackedBarsPlot:
    shown = StackedBarsPlot("power", LIGHT)
    qtbot.addWidget(shown)
    shown.resize(420, 260)
    shown.show_bars(bars(100.0, 50.0))
    with qtbot.waitExposed(shown):
        shown.show()
    shown.grab()
    QApplication.processEvents()
    return shown


def reach(plot: StackedBarsPlot) -> float:
    end: float = plot._plot.getViewBox().viewRange()[0][1]
    return end


@given(st.floats(1e-12, 1e18))
def test_an_axis_holds_what_is_drawn_and_not_much_more(reached: float) -> None:
    assert reached * (1 - 1e-9) <= _axis_end(reached) <= reached * 1.13


def test_the_axis_stays_while_little_changes(plot: StackedBarsPlot) -> None:
    before = reach(plot)
    plot.show_bars(bars(101.0, 50.0))
    assert reach(plot) == before
    plot.show_bars(bars(300.0, 50.0))
    assert 300.0 < reach(plot) < 350.0


def test_a_change_is_painted_once(plot: StackedBarsPlot) -> None:
    class Watch(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            del watched
            self.count += event.type() == QEvent.Type.Paint
            return False

    watch = Watch(plot)
    plot._plot.viewport().installEventFilter(watch)
    for number, total in enumerate((101.0, 700.0, 20.0), start=1):
        plot.show_bars(bars(total, 50.0))
        for _ in range(5):
            QApplication.processEvents()
        assert watch.count == number
    plot.show_bars(plot.bars)
    QApplication.processEvents()
    assert watch.count == 3


def test_more_bars_and_another_theme_bring_their_colours(plot: StackedBarsPlot) -> None:
    for theme in (LIGHT, DARK):
        plot.set_theme(theme)
        for count in (1, 3, 2):
            plot.show_bars(bars(*[10.0] * count))
            fills = [brush.color().name() for brush in plot._items._brushes]
            bound = theme.bounds["compute"].lower()
            assert fills == [bound, fills[1]] * count


def test_a_category_of_memory_keeps_its_colour_when_another_outgrows_it() -> None:
    def bar(*sizes: tuple[str, int, float]) -> Bar:
        segments = (Segment(name, size, "", "", place=place) for name, place, size in sizes)
        return Bar("Per NPU", "", tuple(segments))

    before = segment_colours([bar(("weights", 0, 5.0), ("cache", 1, 3.0))], LIGHT)
    after = segment_colours([bar(("cache", 1, 9.0), ("weights", 0, 5.0))], LIGHT)
    assert before == after


def test_what_is_held_at_other_moments_is_told_below_the_segments(plot: StackedBarsPlot) -> None:
    before = len(plot._legend.lines)
    plot.show_bars(bars(100.0), moments=(Line("update", 40.0, "40 GB"), Line("peak", 100.0, "")))
    assert [line.name for line in plot._legend.lines][-2:] == ["update", "peak"]
    assert plot.figures()[-2] == ["update", "40"]
    plot.show_bars(bars(100.0), moments=(Line("update", 41.0, "41 GB"),))
    assert plot._legend.lines[-1].texts == ("41 GB",)
    plot.show_bars(bars(100.0, 50.0))
    assert len(plot._legend.lines) == before
