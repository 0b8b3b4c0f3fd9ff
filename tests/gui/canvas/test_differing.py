"""Marks of a comparison on a drawing that is some edits further, and of what is too small."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.contents import shift_boxes
from studio.design.edits import move_racks, set_field, set_state
from studio.design.model import Design, Deviation
from studio.fabric.comparison import ADDED, CHANGED, MOVED, SAME, FabricComparison
from studio.fabric.compiling import compile_design
from studio.fabric.fabric import Fabric
from studio.gui.canvas.differing import Differences
from studio.gui.canvas.painting.differences import SIGNS
from studio.gui.canvas.scene import build_scene
from studio.gui.canvas.view import CanvasView
from studio.ids import Address, RackId
from tests.gui.canvas.conftest import Editor

_ROW = RackId("row")


def _changed(fabric: Fabric, design: Design) -> Fabric:
    return compile_design(design, fabric.catalog, fabric)


def test_racks_that_move_on_are_marked_before_they_are_compared(two_racks_fabric: Fabric) -> None:
    found = FabricComparison(two_racks_fabric, two_racks_fabric)
    later = _changed(two_racks_fabric, move_racks(two_racks_fabric.design, [_ROW], 0.5, 0.0))
    scene = build_scene(later)
    shown = Differences(found, follows=True).on(scene)
    assert shown is not None
    assert shown.racks.tolist() == [MOVED, MOVED]
    assert np.allclose(shown.stood[:, 0] + 0.5, scene.racks[:, 0])


def test_racks_held_elsewhere_than_the_design_says_are_marked_too(
    two_racks_fabric: Fabric,
) -> None:
    found = FabricComparison(two_racks_fabric, two_racks_fabric)
    scene = build_scene(two_racks_fabric)
    held = scene.with_racks(scene.racks + np.array(((0.0,) * 4, (0.3, 0.0, 0.0, 0.0))))
    differences = Differences(found, follows=True)
    codes = [differences.on(one) for one in (scene, held)]
    assert [one.racks.tolist() for one in codes if one] == [[SAME, SAME], [SAME, MOVED]]


def test_codes_are_carried_over_by_address_to_a_longer_array(two_racks_fabric: Fabric) -> None:
    before = two_racks_fabric
    after = _changed(before, shift_boxes(before.design, _ROW, [("B", 0)], 3))
    longer = _changed(after, set_field(after.design, ("racks", _ROW, "array", "count"), 3))
    shown = Differences(FabricComparison(before, after), follows=True).on(build_scene(longer))
    assert shown is not None
    assert shown.racks.tolist() == [SAME, SAME, ADDED]
    moved = {
        longer.layout.housings[number].label for number in np.flatnonzero(shown.boxes == MOVED)
    }
    assert moved == {"B1"}
    assert len(shown.chips) == longer.layout.component_count
    assert len(shown.new_links) == longer.links.count


def test_two_other_states_leave_the_drawing_unmarked(two_racks_fabric: Fabric) -> None:
    before = two_racks_fabric
    after = _changed(before, move_racks(before.design, [_ROW], 0.5, 0.0))
    other = _changed(before, move_racks(before.design, [_ROW], 0.9, 0.0))
    differences = Differences(FabricComparison(before, after), follows=False)
    assert differences.on(build_scene(other)) is None
    assert differences.on(build_scene(after)) is not None


def _marked(view: CanvasView, code: int) -> int:
    picture, color = view.grab().toImage(), QColor(SIGNS[code].color)
    return sum(
        picture.pixelColor(x, y) == color
        for x in range(picture.width())
        for y in range(0, picture.height(), 2)
    )


@pytest.mark.parametrize("zoom", [0.12, 1.0])
def test_what_is_too_small_to_be_seen_marks_its_rack(
    view: CanvasView, qtbot: QtBot, two_racks: Design, small_catalog: Catalog, zoom: float
) -> None:
    before = compile_design(two_racks, small_catalog)
    edited = set_state(two_racks, Address("R01/N1"), Deviation("failed"))
    after = _changed(before, edited)
    view.set_fabric(after)
    view.zoom_by(zoom)
    qtbot.waitUntil(lambda: view.is_sharp)
    assert _marked(view, CHANGED) == 0
    view.set_differences(FabricComparison(before, after))
    assert _marked(view, CHANGED) > 10
    assert _marked(view, MOVED) == _marked(view, ADDED) == 0


def test_marks_stay_while_racks_are_dragged(editor: Editor) -> None:
    view = editor.view
    view.set_differences(FabricComparison(editor.fabric, editor.fabric), follows=True)
    start = view.mapped("R01")
    assert start is not None
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, 6):
        QTest.mouseMove(view, start + QPoint(0, 20 * step))
        view.repaint()
    assert _marked(view, MOVED) > 20
    end = start + QPoint(0, 100)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert _marked(view, MOVED) > 20
