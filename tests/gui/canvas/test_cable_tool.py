"""Single cables drawn and moved with the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from studio.design import edits
from studio.design.model import Deviation
from studio.fabric.compiling import compile_design
from studio.gui.canvas import routes
from studio.gui.canvas.view import CanvasView
from studio.ids import Address
from tests.builders import joined
from tests.gui.canvas.conftest import Editor
from tests.gui.canvas.test_view import at, drag

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def cabling(editor: Editor) -> Editor:
    view = editor.view
    view.zoom_to(["R01", "R02"])
    view.zoom_by(1.2)
    view.set_tool("cable")
    return editor


def said(view: CanvasView) -> str:
    assert view.marks.readout is not None
    return view.marks.readout[2].text


def test_a_cable_is_drawn_from_chip_to_chip_in_one_step(cabling: Editor) -> None:
    view = cabling.view
    before = joined(cabling.fabric)
    start, end = at(view, "R01/N1/leaf[0]"), at(view, "R02/B1/spine[0]")
    drag(view, start, end - start, release=False)
    assert said(view).splitlines()[:2] == ["R01/N1/leaf[0] → R02/B1/spine[0]", "Up, uplinks"]
    # Four chips and four uplinks at a leaf of 64 ports, two from each of four leaves at a spine.
    assert "R01/N1/leaf[0]: 8 of 64 port ports in use" in said(view)
    assert "R02/B1/spine[0]: 8 of 64 port ports in use" in said(view)
    assert cabling.requests == []
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    assert joined(cabling.fabric) == [*before, ("R01/N1/leaf[0]", "R02/B1/spine[0]")]
    assert cabling.design.links["cable-1"].cable == "fibre"  # type: ignore[index]
    assert len(cabling.requests) == 1
    assert view.marks.wire is None
    assert view.selection == {"rule:cable-1[0]"}


def test_no_tooltip_lies_over_what_is_said_of_a_cable_being_drawn(
    cabling: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = cabling.view
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _, text, *__: shown.append(text))
    end = at(view, "R02/B1/spine[0]")
    tip = QHelpEvent(QEvent.Type.ToolTip, end, view.mapToGlobal(end))
    QApplication.sendEvent(view, tip)
    assert len(shown) == 1
    QTest.mouseClick(view, LEFT, NO_KEY, at(view, "R01/N1/leaf[0]"))
    QTest.mouseMove(view, end)
    QApplication.sendEvent(view, tip)
    assert len(shown) == 1


def test_two_clicks_do_and_the_view_may_move_between(cabling: Editor) -> None:
    view = cabling.view
    QTest.mouseClick(view, LEFT, NO_KEY, at(view, "R01/N1/leaf[0]"))
    view.zoom_by(1.1)
    QTest.mouseMove(view, at(view, "R02/B1/spine[0]"))
    QTest.mouseClick(view, LEFT, NO_KEY, at(view, "R02/B1/spine[0]"))
    assert joined(cabling.fabric)[-1] == ("R01/N1/leaf[0]", "R02/B1/spine[0]")


def test_tab_goes_on_to_the_next_kind_of_cable(cabling: Editor) -> None:
    view = cabling.view
    start, end = at(view, "R01/N1/chip[0]"), at(view, "R01/N2/chip[0]")
    drag(view, start, end - start, release=False)
    first = said(view)
    assert "1 of 2; Tab for the next" in first
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert "2 of 2; Tab for the next" in said(view)
    assert said(view) != first
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.marks.wire is None
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    assert cabling.requests == []


def test_where_no_port_is_free_nothing_is_made(cabling: Editor) -> None:
    view = cabling.view
    full = edits.set_field(cabling.design, ("links", "uplinks", "multiplicity"), 16)
    cabling.fabric = compile_design(full, cabling.fabric.catalog)
    view.set_fabric(cabling.fabric)
    start, end = at(view, "R01/N1/leaf[0]"), at(view, "R02/B1/spine[0]")
    drag(view, start, end - start, release=False)
    assert "R02/B1/spine[0]: 64 of 64 port ports in use" in said(view)
    assert said(view).endswith("no free port")
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    assert cabling.requests == []


def stub_at(view: CanvasView, box: str) -> QPoint:
    """Return a place on the first cable of a box that nothing covers."""
    scene = view.scene
    assert scene is not None
    rack, label = box.split("/")
    number = scene.layout.housing_by_label[rack, label]
    stub = int(scene.wiring.stubs.start[number])
    x1, y1, x2, y2 = routes.stub_lines(scene, np.array([stub]))[0, 1]
    x, y = view.viewport.to_screen((x1 + x2) / 2, (y1 + y2) / 2)
    return QPoint(round(x), round(y))


def test_an_end_taken_hold_of_moves_to_another_chip(editor: Editor) -> None:
    view = editor.view
    view.zoom_to(["R01/N2"])
    assert view.level == "node"
    view.set_tool("cable")
    start = stub_at(view, "R01/N2")
    hit = view.thing_at(start.x(), start.y())
    assert hit is not None
    assert hit.kind == "cable"
    before = editor.fabric.links.count
    drag(view, start, at(view, "R01/N1/leaf[0]") - start)
    rule = editor.design.links["cable-1"]  # type: ignore[index]
    assert rule.a == "R01/N1/leaf[0]"
    assert len(rule.replaces) == 1
    assert editor.design.exceptions[rule.replaces[0]] == Deviation("absent")
    assert int(editor.fabric.link_present.sum()) == before
    assert Address("rule:uplinks") not in editor.design.exceptions
