"""What a user mistypes into the fields of a job: messages name field, rule and nearest choice."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.gui.main_window import MainWindow
from tests.gui.conftest import wait_for_result


def typed(window: MainWindow, text: str) -> None:
    """Type a text, of any script, into the degree of tensor parallelism, and Enter."""
    line = window.scenario_bar.line_of("TP")
    line.selectAll()
    line.insert(text)
    line.setModified(True)
    line.editingFinished.emit()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4.5", "TP: 4.5 is not a whole number; the nearest is 4"),
        ("abc", "TP: 'abc' is not a number"),
        ("张量", "TP: '张量' is not a number"),
        ("4 GB", "TP: '4 GB': 'GB' is no unit of count"),
    ],
)
def test_what_is_no_degree_stays_in_its_field_and_is_named(
    window: MainWindow, text: str, said: str
) -> None:
    refused: list[str] = []
    window.scenario_bar.refused.connect(refused.append)
    before = window.workspace.document
    typed(window, text)
    assert len(refused) == 1
    assert refused[0].startswith(said)
    line = window.scenario_bar.line_of("TP")
    assert line.text() == text
    assert line.property("wrong") == "true"
    assert window.workspace.document is before


def test_an_impossible_degree_says_in_full_why_nothing_is_simulated(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.intents.explain("result.ttft_s")
    assert window.plots.obstacle == ""
    typed(window, "999999")
    wait_for_result(qtbot, window)
    assert "needs 999999 devices and there are 768; nearest valid: TP" in window.plots.obstacle
    assert "nearest valid: TP" in window.explain_panel._empty.text()
    assert window.plots.frames["memory"].isHidden()
    assert not window.plots.frames["power"].isHidden()
    window.workspace.undo()
    wait_for_result(qtbot, window)
    assert window.plots.obstacle == ""
    assert not window.plots.frames["memory"].isHidden()
    assert window.explain_panel.explanation is not None
