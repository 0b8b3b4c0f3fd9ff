from __future__ import annotations

import itertools
import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field, set_state
from studio.design.model import Design, Deviation
from studio.errors import UnknownName
from studio.fabric.arrays import BoolArray
from studio.fabric.compiling import compile_design
from studio.gui.canvas.dropping import MIME_TYPE
from studio.gui.canvas.grips import GhostLinks
from studio.gui.canvas.overlay import Overlay
from studio.gui.canvas.requests import DropTarget
from studio.gui.canvas.scene import build_scene
from studio.gui.canvas.theme import DARK
from studio.gui.canvas.tools.toolbox import TOOLS
from studio.gui.canvas.view import CanvasView
from studio.ids import Address, PartId, PlaneId, RackId
from tests import builders
from tests.gui.canvas.conftest import Editor

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def at(view: CanvasView, address: str) -> QPoint:
    place = view.mapped(address)
    assert place is not None
    return place


def drag(view: CanvasView, start: QPoint, by: QPoint, *, release: bool = True) -> None:
    QTest.mousePress(view, LEFT, NO_KEY, start)
    for step in range(1, 6):
        QTest.mouseMove(view, start + by * step / 5)
    if release:
        QTest.mouseRelease(view, LEFT, NO_KEY, start + by)


def test_clicking_a_rack_selects_it(editor: Editor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.view.selection_changed) as signal:
        QTest.mouseClick(editor.view, LEFT, NO_KEY, at(editor.view, "R01"))
    assert signal.args == [frozenset({"R01"})]
    with qtbot.assertNotEmitted(editor.view.selection_changed):
        editor.view.set_selection(frozenset({"R02"}))


def test_a_marquee_selects_all_racks(editor: Editor) -> None:
    view = editor.view
    drag(view, QPoint(3, 60), QPoint(view.width() - 6, view.height() - 200))
    assert view.selection == {"R01", "R02"}


def test_dragging_a_rack_moves_it_as_one_step(editor: Editor) -> None:
    view = editor.view
    before = {name: (rack.x_m, rack.y_m) for name, rack in editor.design.racks.items()}
    moved_id = editor.fabric.layout.racks[0].rack
    drag(view, at(view, "R01"), QPoint(0, 120))
    keys = {request.merge_key for request in editor.requests}
    assert len(keys) == 1
    assert None not in keys
    after = editor.design.racks[moved_id]
    assert after.y_m > before[moved_id][1] + 0.3
    assert after.x_m == pytest.approx(before[moved_id][0], abs=0.2)
    scene = view.scene
    assert scene is not None
    assert scene.racks[0, 1] == pytest.approx(after.y_m)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_racks_that_come_or_go_during_a_drag_end_it(editor: Editor, count: int) -> None:
    view, start = editor.view, at(editor.view, "R01")
    drag(view, start, QPoint(0, 90), release=False)
    view.repaint()
    asked = len(editor.requests)
    editor.fabric = compile_design(
        set_field(editor.design, ("racks", "row", "array", "count"), count),
        editor.fabric.catalog,
        editor.fabric,
    )
    view.set_fabric(editor.fabric)
    view.repaint()
    QTest.mouseMove(view, start + QPoint(0, 150))
    view.repaint()
    QTest.mouseRelease(view, LEFT, NO_KEY, start + QPoint(0, 150))
    assert len(editor.requests) == asked
    assert not view.marks.guides
    assert view.marks.readout is None


def test_another_document_ends_a_drag(
    editor: Editor, two_racks: Design, small_catalog: Catalog
) -> None:
    view, start = editor.view, at(editor.view, "R01")
    drag(view, start, QPoint(0, 90), release=False)
    asked = len(editor.requests)
    other = compile_design(msgspec.structs.replace(two_racks, id="other"), small_catalog)
    view.set_fabric(other)
    drag_on = [start + QPoint(0, 20 * step) for step in range(5, 9)]
    for place in drag_on:
        QTest.mouseMove(view, place)
        view.repaint()
    QTest.mouseRelease(view, LEFT, NO_KEY, drag_on[-1])
    assert len(editor.requests) == asked
    assert view.scene is not None
    assert view.scene.fabric is other
    assert np.array_equal(view.scene.racks, build_scene(other).racks)


def test_escape_puts_a_dragged_rack_back(editor: Editor) -> None:
    view = editor.view
    before = editor.design.racks
    drag(view, at(view, "R01"), QPoint(0, 120), release=False)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert {key: (rack.x_m, rack.y_m) for key, rack in editor.design.racks.items()} == {
        key: (rack.x_m, rack.y_m) for key, rack in before.items()
    }


def test_arrows_nudge_selected_racks(editor: Editor) -> None:
    view = editor.view
    rack_id = editor.fabric.layout.racks[1].rack
    x = editor.design.racks[rack_id].x_m
    view.set_selection(frozenset({"R01", "R02"}))
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert editor.design.racks[rack_id].x_m == pytest.approx(x + 1.1)
    assert len({request.merge_key for request in editor.requests}) == 1


def test_arrows_lift_selected_boxes_by_rack_units(editor: Editor) -> None:
    view = editor.view
    view.set_selection(frozenset({"R01/B1"}))
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down)
    units = {box.label: box.u for box in editor.fabric.layout.housings if box.rack == 0}
    # From U10; the other rack of the array keeps its box where it was.
    assert units["B1"] == 20
    assert [box.u for box in editor.fabric.layout.housings if box.label == "B1"] == [20, 10]
    assert len({request.merge_key for request in editor.requests}) == 1
    asked = len(editor.requests)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert len(editor.requests) == asked


def test_double_click_dives_and_escape_comes_back(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    levels: list[str] = [view.level]
    view.level_changed.connect(levels.append)
    view.zoom_to(["R01"])
    QTest.mouseDClick(view, LEFT, NO_KEY, at(view, "R01/N1"))
    assert "R01" in view.breadcrumb
    assert "N1" in view.breadcrumb
    deepest = view.viewport.scale
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.viewport.scale < deepest
    assert view.breadcrumb.startswith("Two racks")
    assert len(levels) > 2


def test_measuring_goes_from_rack_edge_to_rack_edge_and_escape_ends_it(
    editor: Editor, qtbot: QtBot
) -> None:
    view = editor.view
    view.zoom_to(["R01", "R02"])
    view.set_tool("measure")
    assert view.scene is not None
    (left, top, width, _), other = view.scene.racks[:2].tolist()

    def near(x_m: float, y_m: float) -> QPoint:
        x, y = view.viewport.to_screen(x_m, y_m)
        return QPoint(round(x) + 2, round(y) + 3)

    begin = near(left + width, top)
    drag(view, begin, near(other[0], other[1]) - begin)
    assert view.marks.measure == pytest.approx((left + width, top, other[0], other[1]))
    # Escape first takes the measure away, then the tool, and only then goes up.
    scale = view.viewport.scale
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.marks.measure is None
    with qtbot.waitSignal(view.tool_left):
        QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.viewport.scale == scale


def test_the_wheel_zooms_at_the_pointer(editor: Editor) -> None:
    view = editor.view
    place = QPointF(300, 200)
    before = view.viewport.to_world(300, 200)
    scale = view.viewport.scale
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        NO_KEY,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    assert view.viewport.scale > scale * 1.2
    assert view.viewport.to_world(300, 200) == pytest.approx(before)


def test_middle_button_and_space_pan(editor: Editor) -> None:
    view = editor.view
    for button, space in ((Qt.MouseButton.MiddleButton, False), (LEFT, True)):
        before = view.viewport
        if space:
            QTest.keyPress(view, Qt.Key.Key_Space)
        QTest.mousePress(view, button, NO_KEY, QPoint(400, 500))
        QTest.mouseMove(view, QPoint(430, 490))
        QTest.mouseRelease(view, button, NO_KEY, QPoint(430, 490))
        if space:
            QTest.keyRelease(view, Qt.Key.Key_Space)
        assert view.viewport == before.panned(30, -10)
    assert view.selection == frozenset()


def test_hovering_names_what_is_under_the_pointer(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    with qtbot.waitSignal(view.hover_changed) as signal:
        QTest.mouseMove(view, at(view, "R02"))
    assert signal.args == ["R02"]


def test_what_was_under_the_pointer_is_forgotten_with_its_drawing(
    editor: Editor, qtbot: QtBot, two_racks: Design, small_catalog: Catalog
) -> None:
    with qtbot.waitSignal(editor.view.hover_changed):
        QTest.mouseMove(editor.view, at(editor.view, "R01"))
    other = compile_design(msgspec.structs.replace(two_racks, id="other"), small_catalog)
    with qtbot.waitSignal(editor.view.hover_changed) as signal:
        editor.view.set_fabric(other)
    assert signal.args == [None]


def test_the_same_document_keeps_view_and_selection(editor: Editor) -> None:
    view = editor.view
    view.zoom_to(["R01/N1"])
    view.set_selection(frozenset({"R01/N1"}))
    before = view.viewport
    view.set_fabric(compile_design(editor.design, editor.fabric.catalog))
    assert view.viewport == before
    assert view.selection == {"R01/N1"}
    other = builders.fabric_of(builders.clos_2x4())
    view.set_fabric(other)
    assert view.viewport != before
    assert view.selection == frozenset()


def picture(view: CanvasView) -> QImage:
    return view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def colors_in(image: QImage) -> set[int]:
    pixels = np.frombuffer(image.constBits(), dtype=np.uint32)
    return set(np.unique(pixels & 0xFFFFFF).tolist())


def test_theme_overlay_and_planes_change_the_picture(editor: Editor) -> None:
    view = editor.view
    seen = [picture(view)]
    plane = next(iter(editor.design.planes))
    view.set_visible_planes(frozenset())
    seen.append(picture(view))
    view.set_visible_planes(frozenset({plane}))
    layout = editor.fabric.layout
    view.set_overlay(
        Overlay("Use", np.linspace(0, 1, layout.component_count), None, "0 %", "100 %")
    )
    seen.append(picture(view))
    view.set_overlay(None)
    view.set_theme(DARK)
    seen.append(picture(view))
    assert all(one != other for one, other in itertools.pairwise(seen))
    assert QColor(DARK.background).rgb() & 0xFFFFFF in colors_in(seen[-1])


def test_failed_components_are_marked(editor: Editor) -> None:
    view = editor.view
    address = editor.fabric.layout.address(int(editor.fabric.npus[0]))
    failed = view._theme.failed.rgb() & 0xFFFFFF
    assert failed not in colors_in(picture(view))
    design = set_state(editor.design, Address(address), Deviation("failed"))
    view.set_fabric(compile_design(design, editor.fabric.catalog, editor.fabric))
    assert failed in colors_in(picture(view))


@pytest.mark.parametrize("target", ["R01", "R01/N1", "R01/N1/chip[0]"])
def test_every_level_paints_while_moving_and_at_rest(editor: Editor, target: str) -> None:
    view = editor.view
    view.zoom_to([target])
    moving = picture(view)
    view._come_to_rest()
    assert picture(view) != moving


def test_a_link_that_stays_in_a_box_is_shown_there_and_another_with_both_racks(
    editor: Editor,
) -> None:
    links, layout, view = editor.fabric.links, editor.fabric.layout, editor.view
    inside = layout.housing[links.a] == layout.housing[links.b]
    link = int(np.flatnonzero(inside)[0])
    box = layout.housings[int(layout.housing[links.a[link]])]
    view.zoom_to([f"{layout.racks[box.rack].label}/{box.label}"])
    on_box = view.viewport
    view.zoom_to([links.name(link)])
    assert view.viewport == on_box
    across = np.flatnonzero(layout.rack[links.a] != layout.rack[links.b])
    view.zoom_to([links.name(int(across[0]))])
    leaving = view.viewport
    view.zoom_to(["R01", "R02"])
    assert view.viewport == leaving


def test_panning_shows_the_same_as_painting_anew(editor: Editor) -> None:
    view = editor.view
    picture(view)
    QTest.mousePress(view, Qt.MouseButton.MiddleButton, NO_KEY, QPoint(400, 400))
    QTest.mouseMove(view, QPoint(460, 380))
    picture(view)
    QTest.mouseRelease(view, Qt.MouseButton.MiddleButton, NO_KEY, QPoint(460, 380))
    view._come_to_rest()
    panned = picture(view)
    view._backing.forget()
    assert picture(view) == panned


def test_undo_brings_the_picture_back_just_as_a_fresh_one_would_be(editor: Editor) -> None:
    view = editor.view
    view._come_to_rest()
    first, original = picture(view), editor.fabric
    moved = set_field(editor.design, ("racks", next(iter(editor.design.racks)), "x_m"), 3.5)
    view.set_fabric(compile_design(moved, original.catalog, original))
    second, painted = picture(view), view.pictures_painted
    assert second != first
    for design, expected in ((original.design, first), (moved, second)) * 2:
        view.set_fabric(compile_design(design, original.catalog))
        assert picture(view) == expected
    assert view.pictures_painted == painted
    view._backing.forget()
    assert picture(view) == second
    assert view.pictures_painted == painted + 1


def test_a_picture_brought_back_can_be_panned_without_spoiling_it(editor: Editor) -> None:
    view = editor.view
    view._come_to_rest()
    first, original = picture(view), editor.fabric
    start = view.viewport
    moved = set_field(editor.design, ("racks", next(iter(editor.design.racks)), "x_m"), 3.5)
    view.set_fabric(compile_design(moved, original.catalog, original))
    picture(view)
    view.set_fabric(compile_design(original.design, original.catalog))
    picture(view)
    view.show_view(replace(start, x=start.x + 40 / start.scale))
    picture(view)
    view.show_view(start)
    view._come_to_rest()
    view.redraw()
    assert picture(view) == first


def test_a_kept_picture_is_of_this_look_only(editor: Editor) -> None:
    view = editor.view
    view._come_to_rest()
    light = picture(view)
    view.set_theme(DARK)
    dark = picture(view)
    view.set_visible_planes(frozenset())
    bare = picture(view)
    assert len({bytes(one.constBits()) for one in (light, dark, bare)}) == 3
    view._backing.forget()
    assert picture(view) == bare


def test_an_empty_hall_says_what_to_do(view: CanvasView) -> None:
    empty = msgspec.structs.replace(builders.two_racks(), racks={}, links={})
    view.set_fabric(builders.fabric_of(empty))
    view.zoom_to_fit()
    middle = QRect(view.width() // 2 - 150, view.height() // 2 - 50, 300, 100)
    assert len(colors_in(picture(view).copy(middle))) > 10
    keys = (Qt.DropAction.CopyAction, library_item("rack", "cabinet"), LEFT, NO_KEY)
    QApplication.sendEvent(view, QDragEnterEvent(QPoint(60, 60), *keys))
    QApplication.sendEvent(view, QDragMoveEvent(QPoint(60, 60), *keys))
    assert len(colors_in(picture(view).copy(middle))) < 10
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert len(colors_in(picture(view).copy(middle))) > 10


def library_item(kind: str, name: str) -> QMimeData:
    mime = QMimeData()
    mime.setData(MIME_TYPE, json.dumps({"type": kind, "id": name}).encode())
    return mime


def test_a_rack_dropped_from_the_library_is_reported(editor: Editor, qtbot: QtBot) -> None:
    view = editor.view
    keys = (Qt.DropAction.CopyAction, library_item("rack", "cabinet"), LEFT, NO_KEY)
    enter = QDragEnterEvent(QPoint(500, 600), *keys)
    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(view.part_dropped) as signal:
        QApplication.sendEvent(view, QDropEvent(QPointF(500, 600), *keys))
    target = signal.args[0]
    assert isinstance(target, DropTarget)
    assert (target.type, target.id, target.rack) == ("rack", "cabinet", "")


def test_foreign_drags_are_refused(editor: Editor) -> None:
    mime = QMimeData()
    mime.setText("a file name")
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(editor.view, enter)
    assert not enter.isAccepted()


def test_every_tool_can_be_taken_and_others_are_named(editor: Editor) -> None:
    for name in TOOLS:
        editor.view.set_tool(name)
        assert editor.view.tool == name
    with pytest.raises(UnknownName):
        editor.view.set_tool("saw")


def test_a_fitted_view_stays_fitted_when_the_window_grows(editor: Editor) -> None:
    view = editor.view
    view.zoom_to_fit()
    scale = view.viewport.scale
    view.resize(1500, 1050)
    assert view.viewport.scale == pytest.approx(scale * 1.5, rel=0.01)
    view.zoom_by(0.5)
    view.resize(1000, 700)
    assert view.viewport.scale == pytest.approx(scale * 0.75, rel=0.01)


def test_undo_beside_steps_that_change_no_picture_paints_nothing_anew(
    editor: Editor, qtbot: QtBot
) -> None:
    view = editor.view
    qtbot.waitUntil(lambda: view.is_sharp)
    rack = editor.fabric.layout.racks[0].rack
    steps = [editor.fabric]
    for number in range(12):
        design = editor.design
        path: tuple[str, ...] = ("racks", rack, "x_m") if number % 2 else ("name",)
        value: object = 2.0 + number / 10 if number % 2 else f"Step {number}"
        editor.fabric = compile_design(
            set_field(design, path, value), editor.fabric.catalog, editor.fabric
        )
        steps.append(editor.fabric)
        view.set_fabric(editor.fabric)
        view.repaint()
    painted = view.pictures_painted
    for fabric in reversed(steps):
        view.set_fabric(fabric)
        view.repaint()
    assert view.pictures_painted == painted


_ROW = RackId("row")
_LOOKS: dict[str, tuple[tuple[str, ...], object]] = {
    "turned": (("racks", _ROW, "rotation_deg"), 90),
    "feeds": (("racks", _ROW, "feeds"), ("A",)),
    "label": (("racks", _ROW, "label"), "Q{n:02}"),
    "width": (("parts",), {PartId("cab"): {"values": {"width": {"value": 0.9}}}}),
    "units": (("parts",), {PartId("cab"): {"values": {"rack_units": {"value": 30}}}}),
    "part name": (("parts",), {PartId("cab"): {"name": "Other"}}),
    "hall": (("site", "width_m"), 14.0),
    "plane": (("planes", PlaneId("up"), "color"), "#ff0000"),
}


@pytest.mark.parametrize("what", _LOOKS)
@pytest.mark.parametrize("place", ["", "R01", "R01/N1"])
def test_an_edit_shows_the_same_as_a_fresh_drawing(
    view: CanvasView, qtbot: QtBot, two_racks: Design, small_catalog: Catalog, what: str, place: str
) -> None:
    before = compile_design(two_racks, small_catalog)
    edited = set_field(two_racks, *_LOOKS[what])
    view.set_fabric(before)
    view.zoom_to((place,) if place else ())
    qtbot.waitUntil(lambda: view.is_sharp)
    shown = view.viewport
    view.set_fabric(compile_design(edited, small_catalog, before))
    view.show_view(shown)
    qtbot.waitUntil(lambda: view.is_sharp)
    kept = view.grab().toImage()
    view.set_fabric(compile_design(msgspec.structs.replace(edited, id="fresh"), small_catalog))
    view.show_view(shown)
    qtbot.waitUntil(lambda: view.is_sharp)
    assert view.grab().toImage() == kept


def test_only_the_links_in_conflict_are_red_among_those_to_be(editor: Editor) -> None:
    view, links = editor.view, editor.fabric.links
    view.zoom_to(["R01"])
    inside = np.flatnonzero(editor.fabric.layout.rack[links.a] == 0)
    a, b = links.a[inside], links.b[inside]

    def reds(wrong: BoolArray) -> int:
        """Return how many pixels are more red than blue, by far."""
        view.show_marks(replace(view.marks, links=GhostLinks(a, b, wrong)))
        image = picture(view)
        pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(-1, 4).astype(int)
        return int((pixels[:, 2] > pixels[:, 0] + 40).sum())

    half = np.arange(len(a)) < len(a) // 2
    none, some, every = reds(half & False), reds(half), reds(half | True)
    assert none < some < every
