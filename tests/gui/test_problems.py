"""The problems list: the same findings as the command line's, with limits explained and fixes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.gui.main_window import MainWindow
from studio.session.library import find_design
from studio.simulation.rules.explanations import EXPLANATIONS
from tests.builders import BROKEN
from tests.cli.test_check_command import findings


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_line_and_the_window_say_the_same(
    window: MainWindow,
    qtbot: QtBot,
    broken: Path,
    language: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = findings(capsys, str(broken), "--lang", language)
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
    window.settings.set("language", language)
    QApplication.processEvents()
    shown = window.problems.rows
    assert len(shown) == len(told) >= len(BROKEN)
    tree = window.problems._list
    texts = {tree.topLevelItem(n).text(0) for n in range(tree.topLevelItemCount())}
    for row, one in zip(shown, told, strict=True):
        assert (row.rule, row.severity, row.address) == (
            one["rule"],
            one["severity"],
            one["address"],
        )
        text = f"{one['message']}  —  {one['hint']}" if one["hint"] else one["message"]
        assert text in texts


def test_a_fix_is_one_step_that_undo_takes_back(
    window: MainWindow, qtbot: QtBot, broken: Path
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
    document = window.workspace.document
    assert document is not None
    before = document.design
    row = next(row for row in window.problems.rows if row.rule == "tray-fill")
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.problems.fix_requested.emit(row.fix)
    assert "tray-fill" not in {row.rule for row in window.problems.rows}
    assert document.design.site.routing.tray_area_m2 == 0.04
    window.workspace.undo()
    assert document.design == before


def test_the_tip_of_a_problem_explains_its_limit(
    window: MainWindow, qtbot: QtBot, broken: Path
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
    tree = window.problems._list
    tips = [tree.topLevelItem(n).toolTip(0) for n in range(tree.topLevelItemCount())]
    assert any("ITU-T G.652" in tip for tip in tips)


def test_the_rule_of_the_problem_selected_is_explained_below_the_list(
    window: MainWindow, qtbot: QtBot, broken: Path
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
    panel, tree = window.problems, window.problems._list
    assert panel.explained == ""
    places = {row.rule: n for n, row in enumerate(panel.rows)}
    tree.setCurrentItem(tree.topLevelItem(places["optical-budget"]))
    first = panel.explained
    assert EXPLANATIONS["optical-budget"].text in first
    assert EXPLANATIONS["optical-budget"].source in first
    # Of two rules at once nothing is said.
    tree.topLevelItem(places["tray-fill"]).setSelected(True)
    assert panel.explained == ""


def test_the_list_stays_where_it_was_scrolled_to_when_a_problem_is_fixed(
    window: MainWindow, qtbot: QtBot, broken: Path
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
    window.show_dock("problems")
    QApplication.processEvents()
    tree = window.problems._list
    place = next(n for n, row in enumerate(window.problems.rows) if row.rule == "tray-fill")
    row = window.problems.rows[place]
    tree.setCurrentItem(tree.topLevelItem(place))
    QApplication.processEvents()
    bar = tree.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 20
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.problems.fix_requested.emit(row.fix)
    # One row less, and the line that explained a rule may have left its room to the list.
    assert bar.value() >= bar.maximum() - 3
    assert bar.value() > 20


def test_an_impossible_job_offers_the_nearest_that_runs_as_one_step(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(find_design("dgx-h100-su32"))
    document = window.workspace.document
    assert document is not None
    changes = {("active_scenario",): "train-dense", ("scenarios", "train-dense", "tp"): 3}
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.workspace.apply("x", lambda design: edits.apply_changes(design, changes))
    row = next(row for row in window.problems.rows if row.rule == "scenario")
    assert row.message.endswith("nearest valid: TP 2, or set 0 to let the studio choose")
    assert row.fix is not None
    assert row.fix.label == "Set TP 2"
    before = document.design
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.problems.fix_requested.emit(row.fix)
    assert "scenario" not in {row.rule for row in window.problems.rows if row.severity == "error"}
    assert window.workspace.evaluation is not None
    assert window.workspace.evaluation.result is not None
    window.workspace.undo()
    assert document.design == before
