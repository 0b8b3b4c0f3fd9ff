"""Findings accepted with reason and author, one by one or by rule, shown and withdrawn again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.design.model import Design, Judgement, Waiver
from studio.gui.dialogs.accept_dialog import AcceptDialog
from studio.gui.main_window import MainWindow
from studio.languages import translator
from studio.session.library import find_design
from studio.simulation.rules.check import checked
from tests.builders import bench, fabric_of, link

MANY = bench({"a": 1, "b": 1}, {"many": link("**/a", "**/b", multiplicity=80)})
ENDS = {"R01/N1/a[0]", "R01/N1/b[0]"}


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def judged(key: str, shown_as: Judgement = "ignore") -> Design:
    return edits.put(MANY, "waivers", key, Waiver("lab only", "me", shown_as))


def overused(design: Design) -> dict[str, str]:
    found = checked(fabric_of(design)).findings
    return {one.address: one.severity for one in found if one.rule == "port-overuse"}


def test_one_finding_or_a_whole_rule_is_ignored_or_counts_otherwise() -> None:
    assert overused(MANY) == dict.fromkeys(ENDS, "error")
    assert overused(judged("port-overuse@R01/N1/a[0]")) == {"R01/N1/b[0]": "error"}
    assert overused(judged("port-overuse")) == {}
    assert overused(judged("port-overuse", "warning")) == dict.fromkeys(ENDS, "warning")
    # What is said of a single finding goes first.
    one_of_them = Waiver("", "", "info")
    both = edits.put(judged("port-overuse"), "waivers", "port-overuse@R01/N1/a[0]", one_of_them)
    assert overused(both) == {"R01/N1/a[0]": "info"}
    accepted = checked(fabric_of(both)).accepted
    assert {(one.address, key) for one, key in accepted} == {
        ("R01/N1/a[0]", "port-overuse@R01/N1/a[0]"),
        ("R01/N1/b[0]", "port-overuse"),
    }


def test_the_dialog_wants_a_reason_and_knows_the_author(qtbot: QtBot) -> None:
    dialog = AcceptDialog(("reach@rule:x",), "Reach", "Li", None)
    qtbot.addWidget(dialog)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.reason.setText(" short run ")
    assert ok.isEnabled()
    assert (dialog.keys, dialog.waiver) == (("reach@rule:x",), Waiver("short run", "Li"))
    dialog.scope.setCurrentIndex(1)
    dialog.judgement.setCurrentIndex(2)
    assert (dialog.keys, dialog.waiver.shown_as) == (("reach",), "warning")


def test_the_window_shows_who_accepted_what_and_takes_it_back(
    broken_window: MainWindow, qtbot: QtBot
) -> None:
    window = broken_window
    document = window.workspace.document
    assert document is not None
    row = next(row for row in window.problems.rows if row.key)
    waiver = Waiver("lab only", "Li")
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.workspace.apply("x", lambda d: edits.put(d, "waivers", row.key, waiver))
    last = next(one for one in window.problems.rows if one.waiver)
    assert (last.severity, last.hint, last.waiver) == ("accepted", "lab only (Li)", row.key)
    assert str(last.message) == f"Accepted: {row.message}"
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.problems.withdraw_requested.emit((last.waiver,))
    assert document.design.waivers == {}
    assert row in window.problems.rows


def test_several_findings_are_accepted_with_one_reason(qtbot: QtBot) -> None:
    keys = ("reach@rule:x", "reach@rule:y")
    dialog = AcceptDialog(keys, "Reach", "Li", None)
    qtbot.addWidget(dialog)
    assert dialog.keys == keys
    whole_rule: tuple[str, ...] = dialog.scope.itemData(1)
    assert whole_rule == ("reach",)
    mixed = AcceptDialog(("reach@rule:x", "names@plane:up"), "Reach", "Li", None)
    qtbot.addWidget(mixed)
    # Of different rules there is no whole rule to accept.
    assert mixed.scope.count() == 1


def test_reasons_of_reference_designs_are_in_the_readers_language(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(find_design("gb200-nvl72"))
    rows = [row for row in window.problems.rows if row.waiver]
    assert {row.address for row in rows} == {"R01", "R01/M1/mgmt[0]"}
    chinese = translator("zh")
    assert chinese(rows[-1].hint) == "未画管理布线。（Supernode Studio）"
    assert str(rows[-1].hint) == "Management wiring is not drawn. (Supernode Studio)"


def choose(window: MainWindow, place: int) -> None:
    item = window.problems._list.topLevelItem(place)
    assert item is not None
    window.problems._list.setCurrentItem(item)


def buttons(window: MainWindow) -> list[str]:
    return [one.text() for one in window.problems.buttons if one.isEnabled()]


def test_buttons_say_what_can_be_done_to_the_problems_selected(
    broken_window: MainWindow, qtbot: QtBot
) -> None:
    window = broken_window
    panel, document = window.problems, window.workspace.document
    assert document is not None
    assert buttons(window) == []
    place = next(n for n, row in enumerate(panel.rows) if row.fix is not None)
    fixed = panel.rows[place]
    choose(window, place)
    assert buttons(window)[0] == "Show on the canvas"
    assert buttons(window)[1].startswith("Fix: ")
    asked: list[object] = []
    panel.waive_requested.disconnect()
    panel.waive_requested.connect(asked.append)
    panel._list.selectAll()
    assert buttons(window) == ["Accept with a reason…"]
    panel.buttons[0].click()
    assert asked == [tuple(dict.fromkeys(row.key for row in panel.rows if row.key))]
    panel._list.clearSelection()
    choose(window, place)
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        panel.buttons[1].click()
    assert fixed not in panel.rows


def test_what_is_selected_stays_so_while_other_problems_come_and_go(
    broken_window: MainWindow, qtbot: QtBot
) -> None:
    window = broken_window
    panel = window.problems
    choose(window, len(panel.rows) - 1)
    chosen = panel.rows[-1]
    first = panel.rows[0]
    waiver = Waiver("lab only", "Li")
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.workspace.apply("x", lambda d: edits.put(d, "waivers", first.key, waiver))
    (still,) = panel._list.selectedItems()
    assert still.text(1) == chosen.address
