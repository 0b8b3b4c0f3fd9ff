"""The Network panel over the drawing: heat map, hot spots, and the answer while links go."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.design.model import Deviation
from studio.fabric.places import find_links
from studio.gui.main_window import MainWindow
from studio.gui.views.network_rows import NetworkView
from studio.ids import Address
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
    window.network._payload.setText("many")
    window.network._payload.editingFinished.emit()
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
