"""The Study panel: what it finds, and that a mapping found can be used."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.gui.canvas.requests import EditRequest
from studio.gui.panels.study import StudyPanel
from studio.gui.theme import LIGHT
from studio.session.document import Document
from studio.session.evaluation import evaluate
from studio.session.library import catalog, find_design

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def trained() -> Document:
    document = Document.open(find_design("gb200-nvl72"), catalog())
    name = next(
        key for key, one in document.design.scenarios.items() if type(one).__name__ == "Training"
    )
    document.apply("Train", lambda d: edits.set_field(d, ("active_scenario",), name))
    return document


@pytest.fixture
def panel(qtbot: QtBot, trained: Document) -> StudyPanel:
    made = StudyPanel(LIGHT)
    qtbot.addWidget(made)
    made.show_evaluation(evaluate(trained.fabric))
    yield made
    made.runner.close()


def test_search_lists_mappings_and_one_can_be_used(
    qtbot: QtBot, panel: StudyPanel, trained: Document
) -> None:
    with qtbot.waitSignal(panel.runner.finished, timeout=PATIENCE_MS):
        panel.search()
    best = panel._table.topLevelItem(0)
    with qtbot.waitSignal(panel.edit_requested) as asked:
        panel._table.itemActivated.emit(best, 0)
    request: EditRequest = asked.args[0]
    changed = request.edit(trained.design)
    before = evaluate(trained.fabric).result
    document = Document(changed, catalog())
    after = evaluate(document.fabric).result
    assert before is not None
    assert after is not None
    assert after.headline_s <= before.headline_s * (1 + 1e-9)


def test_sensitivity_names_the_number_that_matters_most(qtbot: QtBot, panel: StudyPanel) -> None:
    with qtbot.waitSignal(panel.runner.finished, timeout=PATIENCE_MS):
        panel.sensitivity()
    first = panel._table.topLevelItem(0).text(0)
    assert panel._text.text().startswith(first)


def test_without_a_design_nothing_can_be_started(qtbot: QtBot) -> None:
    made = StudyPanel(LIGHT)
    qtbot.addWidget(made)
    made.show_evaluation(None)
    assert not made._search_button.isEnabled()
    assert not made._tornado_button.isEnabled()
