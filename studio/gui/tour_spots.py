"""Where each step of the guided tour is done: a button, a row of the library, a field, a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from studio.gui.canvas import camera
from studio.gui.canvas.elevation import HEADER
from studio.gui.views.tour_steps import Target

if TYPE_CHECKING:
    from studio.gui.desk import Desk

_COUNT = "array.count"
_CONTENTS = ".contents."
_ROWS: Mapping[Target, str] = {
    "node": "cloudmatrix-384:node",
    "switch box": "cloudmatrix-384:l2-box",
}
_PANELS: Mapping[Target, str] = {
    "node": "library",
    "switch box": "library",
    "node count": "inspector",
    "rack count": "inspector",
    "switch count": "inspector",
}


@dataclass(frozen=True)
class Spot:
    """A control, or a part of it."""

    widget: QWidget
    part: QRect
    """In pixels of the control."""


Find = Callable[["Desk"], Spot | None]


def find_spot(desk: Desk, target: Target) -> Spot | None:
    """Return where a step is done now; none while it is out of sight."""
    spot = _SPOTS[target](desk)
    return spot if spot is not None and spot.widget.isVisible() else None


def reveal(desk: Desk, target: Target) -> None:
    """Bring the panel of a step to the front, and the row of the library into sight."""
    panel = _PANELS.get(target)
    if panel is not None and desk.page == "canvas":
        desk.show_dock(panel)
    if target in _ROWS:
        desk.library.reveal(_ROWS[target])


def _whole(widget: QWidget | None) -> Spot | None:
    return Spot(widget, widget.rect()) if widget is not None else None


def _button(action: str) -> Find:
    return lambda desk: _whole(desk.toolbar.widgetForAction(desk.actions_made[action]))


def _library_row(target: Target) -> Find:
    def find(desk: Desk) -> Spot | None:
        area = desk.library.tree.viewport()
        row = desk.library.row_of(_ROWS[target]).intersected(area.rect())
        return _whole(desk.library) if row.isEmpty() else Spot(area, row)

    return find


def _count_of(assembly: str) -> Find:
    """The field that says how many, once a box of the assembly is selected; the box until then."""

    def find(desk: Desk) -> Spot | None:
        document = desk.workspace.document
        if document is None:
            return None
        layout = document.fabric.layout
        boxes = [
            f"{layout.racks[box.rack].label}/{box.label}"
            for box in layout.housings
            if document.design.assemblies[box.template.assembly].kind == assembly
        ]
        if document.selection and document.selection <= set(boxes):
            return _count_field(desk, is_in_rack=True)
        return _on_canvas(desk, boxes[0]) if boxes else None

    return find


def _racks_in_row(desk: Desk) -> Spot | None:
    """The field that says how many, once a rack is selected; the name of the rack until then."""
    document = desk.workspace.document
    if document is None or not document.fabric.layout.racks:
        return None
    first = document.fabric.layout.racks[0]
    chosen = {rack.label for rack in document.fabric.layout.racks if rack.rack == first.rack}
    if document.selection and document.selection <= chosen:
        return _count_field(desk, is_in_rack=False)
    spot = _on_canvas(desk, first.label)
    if spot is None:
        return None
    name = QRect(spot.part)
    name.setHeight(max(20, round(HEADER * spot.part.height())))
    return Spot(spot.widget, name)


def _count_field(desk: Desk, *, is_in_rack: bool) -> Spot | None:
    try:
        editor = desk.inspector.editor(_COUNT)
    except KeyError:
        return None
    is_meant = editor.field is not None and (_CONTENTS in editor.field.key) == is_in_rack
    return _whole(editor) if is_meant else None


def _offer(desk: Desk) -> Spot | None:
    return _whole(desk.scenario_bar.offer("inference"))


def _play(desk: Desk) -> Spot | None:
    return _whole(desk.scenario_bar.play_button)


def _on_canvas(desk: Desk, address: str) -> Spot | None:
    canvas = desk.canvas
    rect = camera.rect_of(canvas.scene, (address,)) if canvas.scene is not None else None
    if rect is None:
        return None
    x, y, width, depth = rect
    corners = (
        QPoint(*(round(pixel) for pixel in canvas.viewport.to_screen(*corner)))
        for corner in ((x, y), (x + width, y + depth))
    )
    shown = QRect(*corners).intersected(canvas.rect())
    return Spot(canvas, shown) if not shown.isEmpty() else None


_SPOTS: Mapping[Target, Find] = {
    "new": _button("file.new"),
    "node": _library_row("node"),
    "node count": _count_of("node"),
    "rack count": _racks_in_row,
    "switch box": _library_row("switch box"),
    "switch count": _count_of("switch_box"),
    "connect": _button("edit.add_rule"),
    "job": _offer,
    "play": _play,
    "pin": _button("run.pin"),
    "undo": _button("edit.undo"),
}
