"""A supernode of four racks drawn with mouse and keyboard alone is the one that the API makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio import api
from studio.design.model import (
    Array,
    Assembly,
    Design,
    Group,
    LinkRule,
    Placement,
    Plane,
    Rack,
)
from studio.design.schemes import Clos
from studio.gui.dialogs.connect_dialog import ConnectDialog
from studio.gui.main_window import MainWindow
from studio.ids import AssemblyId, PartId, PlaneId, RackId, RuleId
from studio.storage.project_file import write_design
from tests.gui.hand import CTRL, Hand


def by_api() -> Design:
    """Return the same supernode as code makes it."""
    contents = {
        "N": Placement(assembly=AssemblyId("node"), u=20, label="N{n}"),
        "S": Placement(assembly=AssemblyId("switch-box"), u=40, label="S{n}"),
    }
    rack = Rack(
        part=PartId("rack-42u"), x_m=1.0, y_m=1.0, array=Array(4, 1, 0.6), contents=contents
    )
    optic = PartId("lpo-400g")
    rule = LinkRule(
        plane=PlaneId("plane"),
        a="R*/N*/npu",
        b="R*/S*/switch",
        scheme=Clos(uplinks=1),
        a_port="roce",
        b_port="eth",
        cable=PartId("mpo16-sm"),
        transceiver_a=optic,
        transceiver_b=optic,
    )
    node = Assembly(
        "node", "Ascend 910C", height_u=4, contents={"npu": Group(8, PartId("ascend-910c"))}
    )
    leaf = Group(1, PartId("roce-leaf-switch"))
    box = Assembly("switch_box", "RoCE leaf switch", height_u=1, contents={"switch": leaf})
    return Design(
        id="by-api",
        name="By API",
        assemblies={AssemblyId("node"): node, AssemblyId("switch-box"): box},
        racks={RackId("rack"): rack},
        planes={PlaneId("plane"): Plane(name="Plane", role="scale_up")},
        links={RuleId("rule"): rule},
    )


def test_four_racks_by_hand_have_the_totals_of_the_file_made_by_the_api(
    qtbot: QtBot,
    empty_window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    window, hand = empty_window, Hand(qtbot, empty_window, monkeypatch)
    canvas = window.canvas
    hand.key(Qt.Key.Key_N, CTRL)

    # A rack on the floor, and a closer look at it.
    hand.drag_out("rack-42u", QPoint(canvas.width() // 3, canvas.height() // 2))
    hand.click(canvas, hand.name_of("R01"))
    hand.key(Qt.Key.Key_Period)

    # A node around an NPU, a switch box around a switch.
    hand.drag_out("ascend-910c", hand.unit("R01", 22))
    hand.drag_out("roce-leaf-switch", hand.unit("R01", 40))

    # Eight NPUs in the node.
    hand.click(canvas, hand.at("R01/N1") - QPoint(hand.at("R01/N1").x() // 12, 0))
    hand.enter(hand.number("contents.npu.count").line, "2*4")

    # A plane, and a link rule on it, by name and by its key.
    hand.command("Add plane")
    hand.in_dialog(ConnectDialog, lambda dialog: fill_in(hand, dialog))
    floor = QPoint(5, canvas.height() // 2)
    hand.click(canvas, floor)
    hand.key(Qt.Key.Key_L)
    hand.look_at_window()

    # The end of the row is dragged until there are four.
    hand.click(canvas, floor)
    hand.key(Qt.Key.Key_F)
    hand.click(canvas, hand.name_of("R01"))
    edge = next(one for one in canvas.marks.edges if one.direction == "columns")
    start = QPoint(*(round(v) for v in canvas.viewport.to_screen(edge.x, edge.y)))
    hand.drag(start, start + QPoint(round(3 * 0.6 * canvas.viewport.scale), 0))

    drawn = tmp_path / "by-hand.supernode"
    hand.save_as(drawn)
    made = tmp_path / "by-api.supernode"
    write_design(made, by_api())
    by_hand, expected = api.load(drawn), api.load(made)
    assert by_hand.totals["npu_count"] == 32
    assert by_hand.totals["transceiver_count"] == 64
    assert dict(by_hand.totals) == dict(expected.totals)
    assert not [one for one in by_hand.check() if one.severity == "error"]


def fill_in(hand: Hand, dialog: QWidget) -> None:
    """Say what is joined to what, and confirm."""
    assert isinstance(dialog, ConnectDialog)
    for box, text in ((dialog.a, "R*/N*/npu"), (dialog.b, "R*/S*/switch")):
        line = box.lineEdit()
        assert line is not None
        hand.click(line)
        QTest.keyClick(line, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(line, text)
    hand.choose(dialog.scheme, "Clos")
    hand.choose(dialog.cable, "Fibre MPO-16, single")
    hand.choose(dialog.optics, "400G LPO")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
