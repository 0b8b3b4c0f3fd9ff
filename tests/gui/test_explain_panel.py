"""Explain opens every figure of the strip and every part of the plots, and stays open in edits."""

from __future__ import annotations

from html import escape

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from studio.design.edits import set_field
from studio.gui.intents import Intents
from studio.gui.main_window import MainWindow
from studio.gui.plots.stream_plot import StreamPlot
from studio.gui.views.explain_rows import OperatorName, explain, rows_of
from tests.gui.conftest import wait_for_result


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def texts(item: QTreeWidgetItem | None) -> list[str]:
    assert item is not None
    return [item.text(column) for column in range(6)]


def inside(item: QTreeWidgetItem | None) -> list[list[str]]:
    assert item is not None
    return [texts(item.child(n)) for n in range(item.childCount())]


def test_every_figure_of_the_strip_opens(window: MainWindow) -> None:
    for tile in window.strip.tiles:
        assert tile.row is not None
        window.strip.explain_requested.emit(tile.row.key)
        shown = window.explain_panel.explanation
        assert shown is not None, tile.row.key
        assert window.explain_panel.tree.topLevelItemCount(), tile.row.key
        assert shown.value == tile.row.value or tile.row.key.startswith(("interr", "result."))


def test_an_operator_opens_to_its_inputs_and_stays_open_in_edits(
    qtbot: QtBot, window: MainWindow
) -> None:
    panel = window.explain_panel
    window.intents.explain("result.phase.decode")
    terms = [panel.tree.topLevelItem(n) for n in range(panel.tree.topLevelItemCount())]
    projections = next(item for item in terms if texts(item)[0] == "Projections")
    projections.setExpanded(True)
    operator = projections.child(0)
    assert operator is not None
    operator.setExpanded(True)
    name, before = texts(operator)[0], inside(operator)
    peak = next(row for row in before if "peak of an NPU" in row[1])
    assert peak[2].endswith("FLOP/s")
    assert peak[4]
    assert peak[5]
    path = ("scenarios", "decode-r1", "batch_per_npu")
    window.workspace.apply("smaller batch", lambda design: set_field(design, path, 48))
    wait_for_result(qtbot, window)
    opened = [texts(item)[0] for item in panel._items() if item.isExpanded()]
    assert {"Projections", name} <= set(opened)


def test_what_a_result_rests_on_is_told(window: MainWindow) -> None:
    window.intents.explain("result.tokens_per_s")
    rests = {rest.title: rest.text for rest in window.explain_panel.rests.rests}
    assert "ascend-910c" in rests["Error band"]
    assert "median error" in rests["Error band"]
    assert rests["Weakest evidence"].startswith("inferred: INT8 peak of an NPU (Huawei")
    assert "EP 320" in rests["Mapping"]
    window.intents.explain("npu_count")
    assert [rest.text for rest in window.explain_panel.rests.rests] == ["counted"]
    window.intents.explain("power_w.typical")
    (weakest,) = window.explain_panel.rests.rests
    grade, _, value = weakest.text.partition(": ")
    assert grade
    assert value


def test_a_chosen_line_is_said_in_full_beside_the_tree(window: MainWindow) -> None:
    """The columns of a small window cut formulas and sources short."""
    panel = window.explain_panel
    window.intents.explain("compute_flops.int8")
    said = panel.rests._text
    assert "Huawei" not in said.text()
    item = panel.tree.topLevelItem(0)
    assert item is not None
    panel.tree.setCurrentItem(item)
    assert said.text().startswith("<p")
    for part in (texts(item)[0], texts(item)[1], texts(item)[5]):
        assert part
        assert escape(part) in said.text()
    assert "Weakest evidence" in said.text()
    window.intents.explain("npu_count")
    assert "Huawei" not in said.text()


def test_a_click_on_the_roofline_opens_the_operator(qtbot: QtBot, window: MainWindow) -> None:
    window.show_dock("plots")
    roofline = window.plots.roofline
    shown = roofline.roofline
    assert shown is not None
    with qtbot.waitSignal(roofline.operator_chosen) as chosen:
        spots = roofline._points.points()
        roofline._points.sigClicked.emit(roofline._points, [spots[0]], None)
    name = chosen.args[0]
    assert name == shown.points[0].opens
    current = window.explain_panel.tree.currentItem()
    assert current is not None
    assert current.text(0).lower().startswith(name.name.split("/")[0].lower())
    assert current.text(1)


def test_a_click_beside_a_plot_opens_the_part(qtbot: QtBot, window: MainWindow) -> None:
    window.show_dock("plots")
    legend = window.plots.memory._legend
    row = next(n for n, line in enumerate(legend.lines) if line.name == "KV cache")
    place = QPoint(20, round((row + 0.5) * legend._line_px()))
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place)
    current = window.explain_panel.tree.currentItem()
    assert texts(current)[0] == "KV cache"
    assert "sequences ×" in texts(current)[1]


def test_a_bar_knows_its_segments(window: MainWindow) -> None:
    bars = window.plots.time
    longest = bars.bars[0].segments[0]
    assert bars.segment_at(longest.value / bars.bars[0].total / 2, 0.0) == (bars.bars[0], longest)
    assert bars.segment_at(0.5, -7.0) is None
    assert bars.segment_at(1.5, 0.0) is None
    assert longest.opens[0] == "result.phase.prefill"


def test_figures_of_plots_and_rows_go_to_the_clipboard(window: MainWindow) -> None:
    window.plots.frames["memory"].copy_figures()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "\tPer NPU"
    assert any(line.startswith("Weights\t") for line in lines)
    window.plots.frames["roofline"].copy_picture()
    assert not QApplication.clipboard().pixmap().isNull()
    window.intents.explain("result.memory")
    tree = window.explain_panel.tree
    tree.setCurrentItem(tree.topLevelItem(0))
    window.explain_panel._copy()
    assert QApplication.clipboard().text().startswith("Weights\t")


def test_the_strip_tells_the_error_band_of_simulated_figures(window: MainWindow) -> None:
    rows = {tile.row.key: tile.row for tile in window.strip.tiles if tile.row}
    assert rows["result.tokens_per_s"].band.startswith("±")
    assert "published inference measurements" in rows["result.tokens_per_s"].accuracy
    assert rows["result.ttft_s"].value.endswith("s")
    assert rows["npu_count" if "npu_count" in rows else "price_usd"].band == ""


@pytest.mark.parametrize("key", ["result.phase.step", "result.warp", "nothing"])
def test_a_figure_that_is_not_there_empties_the_panel(window: MainWindow, key: str) -> None:
    window.intents.explain("npu_count")
    window.intents.explain(key)
    assert window.explain_panel.explanation is None


def test_an_operator_that_is_gone_opens_its_phase(window: MainWindow) -> None:
    assert isinstance(window.intents, Intents)
    window.intents.explain_operator(OperatorName("decode", "attention", "telepathy"))
    assert window.explain_panel.explanation is not None


def test_shares_of_lines_that_add_up_sum_to_one(window: MainWindow) -> None:
    window.intents.explain("result.phase.decode")
    shown = window.explain_panel.explanation
    assert shown is not None
    shares = [row.share for row in rows_of(shown.line, "en") if row.share is not None]
    assert sum(shares) == pytest.approx(1.0)


def test_the_remedy_beside_the_memory_makes_the_job_fit_and_is_undone(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.show_dock("plots")
    button = window.plots.frames["memory"].remedy
    assert button.isHidden()
    path = ("scenarios", "decode-r1", "batch_per_npu")
    window.workspace.apply("huge batch", lambda design: set_field(design, path, 4000))
    wait_for_result(qtbot, window)
    assert not button.isHidden()
    assert "fits with batch per NPU" in window.plots.frames["memory"].verdict
    # Without a token there is no cost per token, which must not look like a gain.
    rows = {tile.row.key: tile.row for tile in window.strip.tiles if tile.row}
    cost = rows["result.cost_usd_per_million_tokens"]
    assert (cost.value, cost.change, cost.sense) == ("–", "", "neutral")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for_result(qtbot, window)
    assert window.workspace.evaluation is not None
    assert window.workspace.evaluation.result is not None
    assert window.workspace.evaluation.result.memory.fits
    assert button.isHidden()
    window.actions_made["edit.undo"].trigger()
    wait_for_result(qtbot, window)
    assert not button.isHidden()


def test_the_time_and_memory_plots_draw_error_bands(window: MainWindow) -> None:
    evaluation = window.workspace.evaluation
    assert evaluation is not None
    assert evaluation.result is not None
    result = evaluation.result
    time, memory = window.plots.time, window.plots.memory
    drawn = memory._bands.opts
    low, high = result.error_range("memory") or (0.0, 0.0)
    assert drawn["x"][0] - drawn["left"][0] == pytest.approx(low)
    assert drawn["x"][0] + drawn["right"][0] == pytest.approx(high)
    assert len(time._bands.opts["x"]) == len(result.phases)
    factor = result.error_bands["headline_s"].factor
    assert time._bands.opts["right"].tolist() == pytest.approx([factor - 1] * len(result.phases))
    for plot in (time, memory):
        reach = plot._bands.opts["x"] + plot._bands.opts["right"]
        assert plot._plot.viewRange()[0][1] > reach.max()
        assert any(line.name == "Error band" for line in plot._legend.lines)


def test_of_power_only_that_of_the_job_is_checked_by_measurements(window: MainWindow) -> None:
    evaluation = window.workspace.evaluation
    assert evaluation is not None
    assert evaluation.result is not None
    bars = window.plots.power.bars
    banded = [bar for bar in bars if bar.band]
    assert [bar.name for bar in banded] == ["This job"]
    assert len(bars) == 4
    power = evaluation.result.equipment_power_w
    assert banded[0].total == pytest.approx(power)
    drawn = window.plots.power._bands.opts
    low, high = evaluation.result.error_range("equipment_power_w") or (0.0, 0.0)
    assert drawn["x"] - drawn["left"] == pytest.approx([low])
    assert drawn["x"] + drawn["right"] == pytest.approx([high])


def test_what_a_figure_rests_on_names_the_measurements_of_its_own_kind(
    window: MainWindow,
) -> None:
    evaluation = window.workspace.evaluation
    assert evaluation is not None
    assert evaluation.result is not None
    for name, band in evaluation.result.error_bands.items():
        found = explain(f"result.{name}", evaluation, "en")
        assert found is not None
        said = found.rests[0].text
        assert f"published {band.measured} measurements" in said
        others = {"training", "inference", "memory", "power"} - {band.measured}
        assert not any(f"published {other} " in said for other in others)


def test_the_roofline_bands_phases_as_a_whole(window: MainWindow) -> None:
    evaluation = window.workspace.evaluation
    assert evaluation is not None
    assert evaluation.result is not None
    result, plot = evaluation.result, window.plots.roofline
    assert plot.roofline is not None
    phases = plot.roofline.phases
    assert len(phases) == len(result.phases)
    for shown, phase in zip(phases, result.phases, strict=True):
        flop = sum(operator.flop for operator in phase.operators)
        assert shown.flops * phase.seconds == pytest.approx(flop)
        assert shown.flops < max(operator.achieved_flops for operator in phase.operators)
    factor = result.error_bands["headline_s"].factor
    assert 10 ** plot._bands.opts["top"] == pytest.approx([factor] * len(phases))
    assert result.error_bands["headline_s"].short in window.plots.frames["roofline"].verdict


def test_the_traces_of_a_run_are_drawn_with_error_bands(window: MainWindow) -> None:
    evaluation = window.workspace.evaluation
    assert evaluation is not None
    assert evaluation.result is not None
    window.show_dock("run")
    bands, plot = evaluation.result.error_bands, window.run_panel._plot
    assert isinstance(plot, StreamPlot)
    for name, curve, most in (
        ("power", plot._draw, np.inf),
        ("compute", plot._curves["compute"], 1),
    ):
        factor = bands["equipment_power_w" if name == "power" else "headline_s"].factor
        _, values = curve.getData()
        _, outline = plot._bands[name].getData()
        high, low = np.split(outline, 2)
        assert high == pytest.approx(np.minimum(values * factor, most))
        assert low[::-1] == pytest.approx(values / factor)
    top = plot._power.viewRange()[1][1]
    assert top > plot._bands["power"].getData()[1].max()
    assert bands["equipment_power_w"].short in plot._legend.text()
