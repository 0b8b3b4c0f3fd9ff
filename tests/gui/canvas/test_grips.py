"""Members, edges of arrays and boxes dragged with the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.design.arrays import offset_of
from studio.gui.canvas.view import CanvasView
from studio.ids import Address, RackId
from tests.gui.canvas.conftest import Editor
from tests.gui.canvas.test_view import at, drag
from tests.gui.conftest import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton
NO_KEY, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
ROW = RackId("row")


def click(view: CanvasView, address: str) -> None:
    QTest.mouseClick(view, LEFT, NO_KEY, at(view, address))


def keys_of(editor: Editor) -> set[str | None]:
    return {request.merge_key for request in editor.requests}


def test_a_rack_never_chosen_by_itself_brings_its_array_along(editor: Editor) -> None:
    view = editor.view
    drag(view, at(view, "R02"), QPoint(0, 60))
    assert view.selection == {"R01", "R02"}
    assert not editor.design.racks[ROW].array.moved
    assert editor.design.racks[ROW].y_m > 1.2


def test_a_member_chosen_by_itself_leaves_its_line_in_one_step(editor: Editor) -> None:
    view = editor.view
    click(view, "R02")
    start = at(view, "R02")
    drag(view, start, QPoint(0, 90), release=False)
    assert "R02 alone" in view.marks.readout[2].text
    QTest.mouseRelease(view, LEFT, NO_KEY, start + QPoint(0, 90))
    row = editor.design.racks[ROW]
    assert (row.x_m, row.y_m) == (1.0, 1.0)
    assert list(row.array.moved) == ["1,0"]
    assert offset_of(row, (1, 0))[1] > 0.4
    assert len(keys_of(editor)) == 1
    assert view.selection == {"R02"}


def test_a_member_dragged_near_its_line_snaps_back_into_it(editor: Editor) -> None:
    view = editor.view
    click(view, "R02")
    away, scale = QPoint(40, 90), view.viewport.scale
    drag(view, at(view, "R02"), away)
    offset = offset_of(editor.design.racks[ROW], (1, 0))
    home = QPoint(round(-offset[0] * scale) + 3, round(-offset[1] * scale) - 3)
    drag(view, at(view, "R02"), home)
    assert not editor.design.racks[ROW].array.moved


def test_escape_leaves_the_member_in_line(editor: Editor) -> None:
    view = editor.view
    click(view, "R02")
    drag(view, at(view, "R02"), QPoint(0, 90), release=False)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not editor.design.racks[ROW].array.moved


def edge_at(view: CanvasView, direction: str) -> QPoint:
    edge = next(one for one in view.marks.edges if one.direction == direction)
    x, y = view.viewport.to_screen(edge.x, edge.y)
    return QPoint(round(x), round(y))


@pytest.mark.parametrize(("metres", "count"), [(3.0, 5), (-0.6, 1), (-9.0, 1)])
def test_the_edge_of_an_array_changes_its_count(editor: Editor, metres: float, count: int) -> None:
    view = editor.view
    click(view, "R01")
    start, way = edge_at(view, "columns"), QPoint(round(metres * view.viewport.scale), 0)
    drag(view, start, way, release=False)
    said = view.marks.readout
    assert said is not None
    assert said[2].text.startswith(f"{count} racks\n{8 * count} NPU")
    QTest.mouseRelease(view, LEFT, NO_KEY, start + way)
    assert editor.design.racks[ROW].array.count == count
    assert len(keys_of(editor)) == 1
    assert len(view.selection) == count
    assert view.marks.ghosts == ()


def test_the_far_edge_makes_rows_and_escape_takes_them_back(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    click(view, "R01")
    start = edge_at(view, "rows")
    drag(view, start, QPoint(0, round(2.4 * view.viewport.scale)), release=False)
    qtbot.waitUntil(lambda: editor.design.racks[ROW].array.rows == 2)
    assert editor.design.racks[ROW].array.row_pitch == pytest.approx(2.4)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert editor.design.racks[ROW].array.rows == 1


@pytest.fixture
def elevation(editor: Editor) -> Editor:
    editor.view.zoom_to(["R01"])
    editor.view.zoom_by(0.5)
    assert editor.view.level == "rack"
    return editor


def unit_px(view: CanvasView) -> float:
    box, other = at(view, "R01/N1"), at(view, "R01/N2")
    return (box.y() - other.y()) / 2


def grab(view: CanvasView, address: str) -> QPoint:
    """Return a place on the name of a box."""
    rack = at(view, address.partition("/")[0])
    return QPoint(rack.x() - round(0.3 * view.viewport.scale * 0.6), at(view, address).y())


def units(editor: Editor, rack: str) -> dict[str, int]:
    layout = editor.fabric.layout
    number = layout.rack_by_label[rack]
    return {one.label: one.u for one in layout.housings if one.rack == number}


def test_a_box_goes_to_other_units_in_all_racks_of_the_array(elevation: Editor) -> None:
    view = elevation.view
    start, way = grab(view, "R01/N2"), QPoint(0, round(-20 * unit_px(view)))
    drag(view, start, way, release=False)
    said = view.marks.readout
    assert said is not None
    assert said[2].text.startswith("R01, U23\nin all 2 racks of row")
    assert elevation.requests == []
    QTest.mouseRelease(view, LEFT, NO_KEY, start + way)
    assert units(elevation, "R01") == units(elevation, "R02")
    assert units(elevation, "R01")["N2"] == 23
    assert len(elevation.requests) == 1
    assert view.selection == {"R01/N2", "R02/N2"}


def test_a_box_is_not_put_where_another_stands(elevation: Editor) -> None:
    view = elevation.view
    start, way = grab(view, "R01/N2"), QPoint(0, round(2 * unit_px(view)))
    QTest.mousePress(view, LEFT, ALT, start)
    for step in range(1, 5):
        QTest.mouseMove(view, start + way * step / 4)
    QTest.mouseRelease(view, LEFT, ALT, start + way)
    # Alt goes exactly there, and there stands N1; with snapping the box finds a free place.
    before = units(elevation, "R01")
    drag(view, grab(view, "R01/N2"), QPoint(0, round(-8 * unit_px(view))))
    after = units(elevation, "R01")
    assert before["N2"] == 3
    assert after["N2"] in (8, 13)
    assert len(elevation.requests) == 1


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_box_chosen_by_itself_moves_in_its_rack_alone(elevation: Editor) -> None:
    view = elevation.view
    QTest.mouseClick(view, LEFT, NO_KEY, grab(view, "R01/N2"))
    start, way = grab(view, "R01/N2"), QPoint(0, round(-20 * unit_px(view)))
    drag(view, start, way, release=False)
    said = view.marks.readout
    assert said is not None
    assert said[2].text.startswith("R01, U23\nin R01 alone\nCtrl: in all 2 racks of row")
    QTest.mouseRelease(view, LEFT, NO_KEY, start + way)
    assert units(elevation, "R01")["N2"] == 23
    assert units(elevation, "R02")["N2"] == 3
    assert list(elevation.design.racks[ROW].own_contents) == ["0,0"]
    assert view.selection == {"R01/N2"}


@pytest.mark.parametrize("chosen", [False, True])
def test_ctrl_means_the_other_racks_of_the_array(elevation: Editor, chosen: bool) -> None:
    view = elevation.view
    if chosen:
        QTest.mouseClick(view, LEFT, NO_KEY, grab(view, "R01/N2"))
    start, way = grab(view, "R01/N2"), QPoint(0, round(-20 * unit_px(view)))
    drag(view, start, way, release=False)
    QTest.mouseRelease(view, LEFT, CTRL, start + way)
    assert units(elevation, "R01")["N2"] == 23
    assert (units(elevation, "R02")["N2"] == 23) is chosen


def test_a_box_goes_into_the_next_rack_of_its_array(elevation: Editor) -> None:
    view = elevation.view
    view.zoom_to(["R01", "R02"])
    QTest.mouseClick(view, LEFT, NO_KEY, grab(view, "R01/B1"))
    start = grab(view, "R01/B1")
    way = at(view, "R02") - at(view, "R01") + QPoint(0, round(-20 * unit_px(view)))
    drag(view, start, way)
    assert "B1" in units(elevation, "R01")
    assert elevation.design.exceptions[Address("R01/B1")].state == "absent"
    assert units(elevation, "R02")["B2"] == 30
    assert view.selection == {"R02/B2"}
    assert elevation.fabric.count("switch") == 6


def faces(editor: Editor, rack: str) -> dict[str, str]:
    layout = editor.fabric.layout
    number = layout.rack_by_label[rack]
    return {one.label: one.face for one in layout.housings if one.rack == number}


def test_shift_brings_a_box_to_the_rear_and_the_pointer_to_the_front_again(
    elevation: Editor,
) -> None:
    view = elevation.view
    start = grab(view, "R01/N2")
    drag(view, start, QPoint(6, 0), release=False)
    ghost = view.marks.ghosts[0].rect
    # Shift counts at once, also where the pointer rests.
    QTest.keyPress(view, Qt.Key.Key_Shift)
    said, turned = view.marks.readout, view.marks.ghosts[0].rect
    assert said is not None
    assert said[2].text.startswith("R01, U3, rear")
    assert turned[0] > ghost[0]
    assert turned[2] < ghost[2]
    QTest.mouseRelease(view, LEFT, SHIFT, start + QPoint(6, 0))
    QTest.keyRelease(view, Qt.Key.Key_Shift)
    assert faces(elevation, "R01") == faces(elevation, "R02")
    assert faces(elevation, "R01")["N2"] == "rear"
    assert units(elevation, "R01")["N2"] == 3
    assert len(elevation.requests) == 1
    assert view.selection == {"R01/N2", "R02/N2"}
    # Both faces are drawn now: the pointer says which is meant.
    rear = at(view, "R01/N2")
    drag(view, rear, grab(view, "R01/N1") - rear + QPoint(0, round(-20 * unit_px(view))))
    assert faces(elevation, "R02")["N2"] == "front"
    assert units(elevation, "R02")["N2"] == 21


def test_members_dragged_together_snap_back_into_line_together(editor: Editor) -> None:
    view = editor.view
    click(view, "R01")
    edge = edge_at(view, "columns")
    drag(view, edge, QPoint(round(1.0 * view.viewport.scale), 0))
    assert editor.design.racks[ROW].array.count == 3
    view.select(frozenset({"R02", "R03"}))
    drag(view, at(view, "R02"), QPoint(0, 90))
    row = editor.design.racks[ROW]
    assert sorted(row.array.moved) == ["1,0", "2,0"]
    offset, scale = offset_of(row, (1, 0)), view.viewport.scale
    home = QPoint(round(-offset[0] * scale) + 3, round(-offset[1] * scale) - 3)
    drag(view, at(view, "R02"), home)
    assert not editor.design.racks[ROW].array.moved


def test_cables_are_measured_while_a_rack_is_dragged(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    click(view, "R02")
    start, way = at(view, "R02"), QPoint(0, 120)
    drag(view, start, way, release=False)

    def said() -> str:
        return view.marks.readout[2].text if view.marks.readout is not None else ""

    # The leaves of two nodes have two links to the spine of the other rack, both ways: 8 cables,
    # and each grows by as much as the rack is moved along the tray.
    away = round(120 / view.viewport.scale, 1)
    expected = f"(+{8 * away:.3g} m)"
    qtbot.waitUntil(lambda: expected in said(), timeout=PATIENCE_MS)
    assert "8 cables up to" in said()
    QTest.mouseRelease(view, LEFT, NO_KEY, start + way)
    assert view.marks.readout is None


def test_snapping_is_switched_by_a_key_while_something_is_dragged(editor: Editor) -> None:
    view = editor.view
    hints: list[str] = []
    view.hinted.connect(hints.append)
    start = at(view, "R01")
    way = QPoint(37, 53)
    drag(view, start, way, release=False)
    snapped = editor.design.racks[ROW].x_m
    assert snapped == pytest.approx(round(snapped, 1))
    # The pointer stays where it is.
    view.set_snapping(False)
    QTest.mouseRelease(view, LEFT, NO_KEY, start + way)
    row = editor.design.racks[ROW]
    assert row.x_m - 1.0 == pytest.approx(37 / view.viewport.scale, abs=1e-3)
    assert row.y_m - 1.0 == pytest.approx(53 / view.viewport.scale, abs=1e-3)
    assert "Alt or S: exactly at the pointer" in hints[0]
    assert hints[-1] == ""


def test_alt_snaps_for_once_where_snapping_is_off(editor: Editor) -> None:
    view = editor.view
    view.set_snapping(False)
    start, way = at(view, "R01"), QPoint(37, 53)
    drag(view, start, way, release=False)
    QTest.mouseRelease(view, LEFT, ALT, start + way)
    x_m = editor.design.racks[ROW].x_m
    assert x_m == pytest.approx(round(x_m, 1))
