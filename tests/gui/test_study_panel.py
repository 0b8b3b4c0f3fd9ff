"""The Study panel: what it asks and finds, how it stops, and that a mapping found can be used."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pyqtgraph as pg
import pytest
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.exploration.search.goals import goals_of
from studio.fabric.compiling import compile_design
from studio.gui.canvas.requests import EditRequest
from studio.gui.panels.study import StudyPanel
from studio.gui.theme import DARK, LIGHT
from studio.session.document import Document
from studio.session.evaluation import evaluate
from studio.session.library import catalog, find_design
from studio.session.study import PlanSearch
from studio.units import display

PATIENCE_MS = 60_000


@pytest.fixture
def document() -> Document:
    return Document.open(find_design("gb200-nvl72"), catalog())


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> Iterator[StudyPanel]:
    made = StudyPanel(LIGHT)
    qtbot.addWidget(made)
    made.show_evaluation(evaluate(document.fabric))
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.runner.close()


def search(qtbot: QtBot, panel: StudyPanel) -> None:
    with qtbot.waitSignal(panel.runner.finished, timeout=PATIENCE_MS):
        panel.search()


def mappings(panel: StudyPanel) -> PlanSearch:
    """Return what the last search found."""
    found = panel._answer.found
    assert isinstance(found, PlanSearch)
    return found


def test_every_goal_of_the_job_is_offered(panel: StudyPanel) -> None:
    offered = [panel.question._goal.itemData(row) for row in range(panel.question._goal.count())]
    assert offered == [goal.id for goal in goals_of("inference")]


def test_a_hidden_panel_works_out_its_form_when_it_is_shown(
    panel: StudyPanel, document: Document
) -> None:
    panel.hide()
    panel.show_evaluation(None)
    assert panel.question._goal.isEnabled()
    panel.show()
    assert not panel.question._goal.isEnabled()
    panel.hide()
    panel.show_evaluation(evaluate(document.fabric))
    assert not panel.question._goal.isEnabled()
    panel.show()
    assert panel.question._goal.isEnabled()


def test_search_lists_mappings_and_one_is_used_as_one_step(
    qtbot: QtBot, panel: StudyPanel, document: Document
) -> None:
    search(qtbot, panel)
    assert panel.answer.why.text().count("•") > 3
    assert panel.answer.terms.topLevelItemCount() > 5
    why = panel.answer.why.text()
    best = panel.answer.table.topLevelItem(0).data(0, 256)
    with qtbot.waitSignal(panel.edit_requested) as asked:
        panel.answer.use.click()
    request: EditRequest = asked.args[0]
    before = evaluate(document.fabric).result
    document.apply(request.label, request.edit, request.merge_key)
    after = evaluate(document.fabric)
    assert after.result is not None
    found = best.metrics["tokens_per_s_per_npu"]
    assert after.result.tokens_per_s_per_npu == pytest.approx(found, rel=1e-3)
    assert before is not None
    assert after.result.tokens_per_s_per_npu > before.tokens_per_s_per_npu
    assert "is ahead only by breaking a limit or rule" not in why
    panel.show_evaluation(after)
    assert not panel.is_stale
    document.undo()
    assert evaluate(document.fabric).result == before


def test_limits_and_kept_degrees_are_part_of_the_question(qtbot: QtBot, panel: StudyPanel) -> None:
    panel.question._objectives["tpot"].line.setText("20 ms")
    action = panel.question._keep.menu().actions()[0]
    action.setChecked(True)
    question = panel.question.question()
    assert question.limits == {"tpot": 0.02}
    assert list(question.choices) == [action.data().field]
    search(qtbot, panel)
    first = panel.answer.table.topLevelItem(0).data(0, 256)
    assert first.metrics["tpot_s"] <= 0.02
    assert first.scenario_fields[action.data().field] == action.data().value


def test_objective_that_is_no_time_is_refused_with_a_sentence(panel: StudyPanel) -> None:
    panel.question._objectives["tpot"].line.setText("soon")
    panel.search()
    assert not panel.runner.is_running
    assert "soon" in panel.question.text.text()


def test_click_on_the_front_selects_its_mapping(qtbot: QtBot, panel: StudyPanel) -> None:
    search(qtbot, panel)
    front = mappings(panel).front
    panel.answer.plots[0].chosen.emit(len(front) - 1)
    assert panel.answer.table.currentItem().data(0, 256) == front[-1]


def test_the_front_and_the_chosen_mapping_are_drawn_with_error_bands(
    qtbot: QtBot, panel: StudyPanel
) -> None:
    search(qtbot, panel)
    found = panel.answer._found
    assert isinstance(found, PlanSearch)
    assert panel.answer.plots is not None
    front = panel.answer.plots[0]
    factor = found.error_bands["throughput"].factor
    assert front._plot is not None
    [whiskers] = [
        item
        for item in front._plot.getPlotItem().items
        if isinstance(item, pg.ErrorBarItem) and item is not front._mark_band
    ]
    heights = whiskers.opts["y"]
    assert heights == pytest.approx([p.metrics["tokens_per_s_per_npu"] for p in found.front])
    assert heights + whiskers.opts["top"] == pytest.approx(heights * factor)
    assert heights - whiskers.opts["bottom"] == pytest.approx(heights / factor)
    chosen = panel.answer.table.currentItem().data(0, 256)
    assert front._mark_band.opts["y"] == pytest.approx([chosen.metrics["tokens_per_s_per_npu"]])
    assert front._plot.viewRange()[1][1] > (heights * factor).max()
    assert f"({found.error_bands['throughput'].short})" in front._legend.text().replace(
        "&nbsp;", " "
    )


def test_another_job_makes_an_answer_stale(
    qtbot: QtBot, panel: StudyPanel, document: Document
) -> None:
    search(qtbot, panel)
    key = next(iter(document.design.scenarios))
    document.apply("Longer", lambda d: edits.set_field(d, ("scenarios", key, "input_tokens"), 1000))
    panel.show_evaluation(evaluate(document.fabric))
    assert panel.is_stale
    assert not panel.answer.tabs.isEnabled()
    document.undo()
    panel.show_evaluation(evaluate(document.fabric))
    assert not panel.is_stale
    assert panel.answer.tabs.isEnabled()


def test_panel_says_what_it_can_do_until_something_is_asked(
    qtbot: QtBot, panel: StudyPanel
) -> None:
    answer = panel.answer
    assert answer._empty.isVisible()
    assert panel.question.search.text() in answer._empty.text()
    assert panel.question.sensitivity.text() in answer._empty.text()
    assert not answer.tabs.isVisible()
    search(qtbot, panel)
    assert not answer._empty.isVisible()
    assert answer.tabs.isVisible()


def test_search_that_no_mapping_answers_names_the_nearest_and_what_it_misses(
    qtbot: QtBot, panel: StudyPanel
) -> None:
    panel.question._objectives["tpot"].line.setText("1 us")
    search(qtbot, panel)
    nearest = mappings(panel).ranked[0]
    assert nearest.fits
    assert not nearest.keeps_limits
    said = panel.question.text.text()
    assert nearest.plan in said
    assert display(nearest.metrics["tpot_s"], "time") in said
    assert "1 µs" in said
    assert panel.answer.terms.headerItem().text(1) == "Nearest"


def test_figures_of_a_hardware_number_stay_in_sight(qtbot: QtBot, panel: StudyPanel) -> None:
    panel.resize(620, 420)
    with qtbot.waitSignal(panel.runner.finished, timeout=PATIENCE_MS):
        panel.sensitivity()
    table = panel.answer.table
    qtbot.waitUntil(lambda: table.header().length() <= table.viewport().width() + 1)


def test_stopped_search_brings_no_answer(qtbot: QtBot, panel: StudyPanel) -> None:
    panel.search()
    with qtbot.waitSignal(panel.runner.stopped):
        panel.question.cancel.click()
    assert not panel.runner.is_running
    search(qtbot, panel)
    assert panel.answer.table.topLevelItemCount() > 1


def test_bar_of_the_tornado_leads_to_its_part(qtbot: QtBot, panel: StudyPanel) -> None:
    with qtbot.waitSignal(panel.runner.finished, timeout=PATIENCE_MS):
        panel.sensitivity()
    assert panel.question.text.text().startswith(panel.answer.table.topLevelItem(0).text(0))
    with qtbot.waitSignal(panel.part_requested) as asked:
        panel.answer.plots[1].chosen.emit(0)
    assert asked.args[0].startswith("part:")
    bars = panel._answer.found
    assert isinstance(bars, tuple)
    names = [bar.name for bar in bars]
    links = next(place for place, name in enumerate(names) if "bandwidth" in name and " " in name)
    with qtbot.waitSignal(panel.part_requested) as asked:
        panel.answer.plots[1].chosen.emit(links)
    assert asked.args[0].startswith("plane:")


def test_theme_and_language_keep_the_answer(qtbot: QtBot, panel: StudyPanel) -> None:
    search(qtbot, panel)
    count = panel.answer.table.topLevelItemCount()
    panel.set_theme(DARK)
    panel.retranslate()
    assert panel.answer.table.topLevelItemCount() == count


def test_without_a_design_nothing_can_be_started(qtbot: QtBot) -> None:
    made = StudyPanel(LIGHT)
    qtbot.addWidget(made)
    made.show_evaluation(None)
    assert not made.question.search.isEnabled()
    assert not made.question.sensitivity.isEnabled()


def test_what_keeps_a_design_from_being_studied_is_said(
    panel: StudyPanel, document: Document
) -> None:
    without = msgspec.structs.replace(document.design, scenarios={})
    fabric = compile_design(without, document.fabric.catalog)
    panel.show_evaluation(evaluate(fabric))
    assert panel.question.text.text().startswith("the design has no scenario; add a")
    assert not panel.question.search.isEnabled()
    panel.show_evaluation(evaluate(document.fabric))
    assert panel.question.text.text().startswith("Find the best mapping")


def test_figures_are_in_sight_beside_the_names_in_a_small_window(
    qtbot: QtBot, panel: StudyPanel
) -> None:
    """The dock of a window of 1280 x 800: whoever compares must see what differs."""
    panel.resize(980, 210)
    search(qtbot, panel)
    table, terms = panel.answer.table, panel.answer.terms
    header = table.header()
    assert header.sectionViewportPosition(1) + header.sectionSize(1) <= table.viewport().width()
    panel.answer.tabs.setCurrentIndex(2)
    name = terms.header().sectionSize(0)
    assert name > terms.fontMetrics().horizontalAdvance("Prefill · Att")
