"""Findings accepted with reason and author, one by one or by rule, shown and withdrawn again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from studio.design import edits
from studio.design.model import Design, Judgement, Waiver
from studio.gui.dialogs.accept_dialog import AcceptDialog
from studio.gui.main_window import MainWindow
from studio.simulation.rules.check import checked
from tests.builders import bench, fabric_of, link
from tests.gui.test_problems import broken  # noqa: F401 - a fixture

MANY = bench({"a": 1, "b": 1}, {"many": link("**/a", "**/b", multiplicity=80)})
ENDS = {"R01/N1/a[0]", "R01/N1/b[0]"}


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
    dialog = AcceptDialog("reach@rule:x", "Reach", "Li", None)
    qtbot.addWidget(dialog)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.reason.setText(" short run ")
    assert ok.isEnabled()
    assert (dialog.key, dialog.waiver) == ("reach@rule:x", Waiver("short run", "Li"))
    dialog.scope.setCurrentIndex(1)
    dialog.judgement.setCurrentIndex(2)
    assert (dialog.key, dialog.waiver.shown_as) == ("reach", "warning")


def test_the_window_shows_who_accepted_what_and_takes_it_back(
    window: MainWindow,
    qtbot: QtBot,
    broken: Path,  # noqa: F811
) -> None:
    with qtbot.waitSignal(window.workspace.evaluated, timeout=30_000):
        window.open_path(broken)
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
        window.problems.withdraw_requested.emit(last.waiver)
    assert document.design.waivers == {}
    assert row in window.problems.rows
