"""The Network panel over the drawing: heat map, hot spots, and the answer while links go."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.design.model import Deviation
from studio.fabric.places import find_links
from studio.gui.main_window import MainWindow
from studio.gui.views.network_rows import NetworkView, probe_network
from studio.ids import Address
from studio.simulation.network.traffic import Collective
from tests.gui.conftest import PATIENCE_MS

UPLINK = "rule:ub-uplinks[3]"


def answers(window: MainWindow) -> list[NetworkView]:
    """Return a list that every answer of the panel is added to."""
    seen: list[NetworkView] = []
    show = window.network.show_view

    def noted(view: NetworkView | None) -> None:
        show(view)
        if view is not None:
            seen.append(view)

    window.network.show_view = noted  # type: ignore[method-assign]
    return seen


def typed(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    """Type a text, of any script, into a line of the question, and Enter."""
    line.selectAll()
    line.insert(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def chosen(box: QComboBox, name: str) -> None:
    """Choose as a user does: the box tells of it even where nothing else is chosen."""
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def test_following_paints_the_load_of_links_and_lists_hot_spots(
    qtbot: QtBot, window: MainWindow
) -> None:
    seen = answers(window)
    window.network.set_following(True)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    (view,) = seen[:1]
    assert view.flow is not None
    assert view.spots[0].use == max(spot.use for spot in view.spots)
    assert view.spots[0].achieved_byte_per_s == view.spots[0].use * view.spots[0].rated_byte_per_s
    overlay = window.canvas.overlay
    assert overlay is not None
    assert overlay.links is not None
    assert np.nanmax(overlay.links) == pytest.approx(view.spots[0].use, rel=1e-5)
    window.network.set_following(False)
    assert window.canvas.overlay is None


def test_the_answer_follows_a_link_that_is_removed(qtbot: QtBot, window: MainWindow) -> None:
    seen = answers(window)
    window.network.set_following(True)
    window.workspace.select(frozenset({UPLINK}))
    qtbot.waitUntil(lambda: bool(seen) and seen[-1].through is not None, timeout=PATIENCE_MS)
    before = seen[-1]
    assert before.flow is not None
    assert before.through is not None
    assert before.through.flows > 0
    window.workspace.apply(
        "Fail a link",
        lambda design: edits.set_state(design, Address(UPLINK), Deviation(state="failed")),
    )
    document = window.workspace.document
    assert document is not None
    qtbot.waitUntil(lambda: seen[-1].fabric is document.fabric, timeout=PATIENCE_MS)
    after = seen[-1]
    assert after.flow is not None
    assert after.flow.result.terms.wire_s > before.flow.result.terms.wire_s
    assert after.through is not None
    assert after.through.flows == 0
    overlay = window.canvas.overlay
    assert overlay is not None
    assert overlay.links is not None
    assert np.isnan(overlay.links[find_links(document.fabric.links, UPLINK)[0]])
    window.workspace.undo()
    restored = window.workspace.document
    assert restored is not None
    qtbot.waitUntil(lambda: seen[-1].fabric is restored.fabric, timeout=PATIENCE_MS)
    assert seen[-1].flow is not None
    assert seen[-1].flow.result.time_s == before.flow.result.time_s


def test_an_overlay_that_was_chosen_stays_until_it_is_given_up(
    qtbot: QtBot, window: MainWindow
) -> None:
    seen = answers(window)
    window.live.set_overlay("length")
    qtbot.waitUntil(lambda: window.canvas.overlay is not None, timeout=PATIENCE_MS)
    chosen = window.canvas.overlay
    window.network.set_following(True)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    assert window.canvas.overlay is chosen
    window.live.set_overlay("")
    assert window.canvas.overlay is not None
    assert window.canvas.overlay is not chosen


def test_an_old_answer_fades_while_the_next_is_worked_out(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = answers(window)
    window.network.set_following(True)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    assert not window.network.is_stale
    begun, may_end = Event(), Event()
    work = window.live._prober._work

    def slow(job: object) -> object:
        begun.set()
        may_end.wait(PATIENCE_MS / 1000)
        return work(job)

    monkeypatch.setattr(window.live._prober, "_work", slow)
    window.live.probe()
    qtbot.waitUntil(lambda: begun.is_set() and window.network.is_stale, timeout=PATIENCE_MS)
    count = len(seen)
    may_end.set()
    qtbot.waitUntil(lambda: len(seen) > count, timeout=PATIENCE_MS)
    assert not window.network.is_stale


def test_a_wrong_payload_is_named_and_not_overwritten(qtbot: QtBot, window: MainWindow) -> None:
    seen = answers(window)
    window.network.set_following(True)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    typed(qtbot, window.network.question.lines["payload"], "many")
    assert "many" in window.network._text.text()


def test_a_figure_of_the_panel_opens_in_explain_and_follows_the_answer(
    qtbot: QtBot, window: MainWindow
) -> None:
    seen = answers(window)
    window.network.set_following(True)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    window.network.explain_requested.emit()
    shown = window.explain_panel.explanation
    assert shown is not None
    assert seen[-1].flow is not None
    assert shown.line.value == seen[-1].flow.result.time_s
    before = len(seen)
    window.workspace.apply(
        "Fail a link",
        lambda design: edits.set_state(design, Address(UPLINK), Deviation(state="failed")),
    )
    qtbot.waitUntil(lambda: len(seen) > before, timeout=PATIENCE_MS)
    after = window.explain_panel.explanation
    assert after is not None
    assert seen[-1].flow is not None
    assert after.line.value == seen[-1].flow.result.time_s > shown.line.value


def test_choosing_a_collective_asks_without_the_box_being_ticked_first(
    qtbot: QtBot, window: MainWindow
) -> None:
    seen, question = answers(window), window.network.question
    assert window.network.probe is None
    chosen(question.collective, "all-gather")
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    assert question.follows.isChecked()
    assert seen[-1].flow is not None
    assert seen[-1].flow.result.op.value == "all-gather"


def test_every_algorithm_offered_is_carried_out_or_says_why_not(
    qtbot: QtBot, window: MainWindow
) -> None:
    """The lists are those of each collective; a wrong pair can't be chosen."""
    question, offered = window.network.question, {}
    for place in range(question.collective.count()):
        chosen(question.collective, question.collective.itemData(place))
        ways = [question.algorithm.itemData(n) for n in range(question.algorithm.count())]
        offered[question.collective.itemData(place)] = ways
        for way in ways:
            chosen(question.algorithm, way)
            probe = window.network.probe
            assert probe is not None
            document = window.workspace.document
            assert document is not None
            view = probe_network(document.fabric, probe)
            if view.flow is None:
                assert "in-network" in view.problem
            else:
                assert way in ("", view.flow.result.algorithm.value)
    assert set(offered) == set(Collective)
    assert offered["point-to-point"] == ["", "direct"]
    assert "tree" in offered["all-reduce"]
    assert "tree" not in offered["all-to-all"]


def test_popular_npus_slow_a_dispatch_down_and_mean_nothing_to_a_ring(
    qtbot: QtBot, window: MainWindow
) -> None:
    """One NPU in four receives four parts of seven, 16/7 of the mean."""
    seen, question = answers(window), window.network.question
    popularity = question.lines["popularity"]
    chosen(question.collective, "dispatch")
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    even = seen[-1].flow
    typed(qtbot, popularity, "4，1,1,1")
    qtbot.waitUntil(lambda: len(seen) > 1, timeout=PATIENCE_MS)
    skewed = seen[-1].flow
    assert even is not None
    assert skewed is not None
    ratio = skewed.result.terms.wire_s / even.result.terms.wire_s
    assert ratio == pytest.approx(16 / 7, rel=1e-3)
    chosen(question.collective, "all-gather")
    assert not popularity.isEnabled()
    assert window.network.probe is not None
    assert window.network.probe.popularity == ()


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        ("popularity", "4,x", "4,x is no list of numbers"),
        ("popularity", "热", "热 is no list of numbers"),
        ("popularity", "1,-2", "popularity needs one positive number"),
        ("popularity", "1,1e999", "popularity needs one positive number"),
        ("popularity", ",".join("1" * 400), "popularity lists 400 numbers for 384 NPUs"),
        ("group", "R99/*/npu", "nothing is at 'R99/*/npu'"),
        ("group", "R01/N1/npu[0]", "a collective needs two working NPUs"),
        ("payload", "0 B", "a payload of 0 bytes can't be sent"),
    ],
)
def test_a_wrong_line_is_named_and_what_was_typed_stays(
    qtbot: QtBot, window: MainWindow, line: str, text: str, said: str
) -> None:
    seen, question = answers(window), window.network.question
    chosen(question.collective, "dispatch")
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE_MS)
    typed(qtbot, question.lines[line], text)
    qtbot.waitUntil(lambda: said in window.network._text.text(), timeout=PATIENCE_MS)
    assert question.lines[line].text() == text


def test_seeds_are_asked_for_where_paths_are_hashed(qtbot: QtBot, window: MainWindow) -> None:
    seen, question = answers(window), window.network.question
    seed = question.lines["seed"]
    typed(qtbot, question.lines["group"], "R01/*/npu")
    assert seed.isHidden() or seed.parentWidget().isHidden()
    chosen(question.routing, "hashed")
    assert not seed.parentWidget().isHidden()
    typed(qtbot, seed, "7")
    qtbot.waitUntil(
        lambda: bool(seen) and seen[-1].flow is not None and seen[-1].flow.result.routing.seed == 7,
        timeout=PATIENCE_MS,
    )
    typed(qtbot, seed, "0.5")
    assert "'0.5' is not a whole number" in window.network._text.text()
