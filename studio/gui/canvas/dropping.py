"""Where a library item would land: a rack on the grid, a box in rack units; no Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from studio.design.model import Face
from studio.errors import InvalidInput, StudioError
from studio.fabric.parts import PartData, part_in
from studio.gui.canvas.addresses import housing_address, rack_address
from studio.gui.canvas.elevation import (
    DEFAULT_RACK_DEPTH_M,
    FOOTER,
    HEADER,
    MIDDLE,
    face_span,
)
from studio.gui.canvas.fitting import NO_FIT, Fit, Load, RackRoom, assembly_load, part_load
from studio.gui.canvas.grips import Ghost
from studio.gui.canvas.held import all_of_array
from studio.gui.canvas.picking import Hit, pick
from studio.gui.canvas.requests import DropTarget, ItemType
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.snapping import SNAP_PX, snapped
from studio.gui.canvas.viewport import Rect, Viewport
from studio.gui.i18n import tr
from studio.ids import RackId
from studio.session.library import lend, usual_rack

MIME_TYPE = "application/x-supernode-item"
_TYPES: tuple[ItemType, ...] = ("rack", "assembly", "part")
_LONGEST_MIME = 10_000
_BOX_HEIGHT_U: Mapping[str, int] = {"npu": 4, "cpu": 2, "storage": 2}


@dataclass(frozen=True)
class Landing:
    """A drop target and the rectangle to show for it, in metres."""

    target: DropTarget
    rect: Rect
    fit: Fit = NO_FIT
    """Of a box in its rack."""
    scope: str = ""
    """In which racks of an array it would stand, in words."""

    @property
    def ghost(self) -> Ghost:
        """Return what to show for it."""
        target = self.target
        text = f"{target.x_m:.1f} m, {target.y_m:.1f} m"
        if target.u and not target.housing:
            place = f"{target.rack}, U{target.u}"
            is_rear = target.face == "rear"
            place = f"{place}, {tr('rear')}" if is_rear else place
            how = "" if is_rear else tr("Shift: at the rear")
            lines = (place, self.scope, self.fit.text, how)
            text = "\n".join(line for line in lines if line)
        elif target.type == "part":
            text = target.housing
        if target.collides and not self.fit.blocked:
            text = f"{text}: {tr('occupied')}"
        return Ghost(self.rect, target.collides, text)


def parse_item(payload: bytes) -> tuple[ItemType, str]:
    """Return type and id of a dragged library item.

    Raises
    ------
    InvalidInput : not what the library sends.
    """
    try:
        item = json.loads(payload[:_LONGEST_MIME].decode())
        kind, name = item["type"], item["id"]
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput("what was dropped is no item of the library") from error
    if kind not in _TYPES or not isinstance(name, str):
        raise InvalidInput("the library has no items of type {kind!r}", kind=str(kind)[:40])
    return kind, name


def landing(
    scene: Scene,
    viewport: Viewport,
    item: tuple[ItemType, str],
    x: float,
    y: float,
    room: RackRoom | None = None,
    *,
    snaps: bool = True,
    rear: bool = False,
) -> Landing | None:
    """Return where an item would land at a hall position, None where it can't.

    Parameters
    ----------
    room : what is free in the racks of the scene; worked out where none is given.
    snaps : racks go to the grid and into line with others.
    rear : boxes go to the rear of a rack, wherever in it the pointer is.
    """
    kind, name = item
    if kind == "rack":
        reach = SNAP_PX / viewport.scale if snaps else 0.0
        return _rack_landing(scene, item, name, (x, y), reach)
    hit = pick(scene, viewport, "rack", x, y)
    if hit is None:
        if kind != "assembly":
            return None
        part = usual_rack(scene.fabric.design, name)
        reach = SNAP_PX / viewport.scale if snaps else 0.0
        return _rack_landing(scene, item, part, (x, y), reach)
    if kind == "part" and hit.kind != "rack" and not rear:
        return _inside_landing(scene, name, hit, x, y)
    rack = hit.number if hit.kind == "rack" else int(_rack_of(scene, hit.kind, hit.number))
    room = room or RackRoom(scene, np.zeros(0, dtype=np.int64))
    if kind == "assembly":
        design, lent = lend(scene.fabric.design, name)
        assembly = design.assemblies.get(lent)
        height_u = max(1, assembly.height_u if assembly is not None else 1)
        load = assembly_load(replace(scene.fabric, design=design), lent)
    elif (part_ := _part(scene, name)) is not None:
        height_u, load = box_height_u(part_), part_load(part_)
    else:
        return None
    face = "rear" if rear else face_at(scene, rack, x)
    return _unit_landing(scene, item, rack, (x, y), room, (height_u, face), load)


def face_at(scene: Scene, rack: int, x: float) -> Face:
    """Return the face of a rack drawn at a place: rears are drawn where there are any."""
    left, _, width, _ = scene.racks[rack].tolist()
    is_right = x > left + width * MIDDLE
    return "rear" if is_right and has_rear(scene, rack) else "front"


def has_rear(scene: Scene, rack: int) -> bool:
    """Tell whether a rack is drawn with both faces, as something stands at its rear."""
    boxes = scene.layout.housings[int(scene.rack_start[rack]) : int(scene.rack_start[rack + 1])]
    return any(box.face == "rear" for box in boxes)


def in_scope(scene: Scene, found: Landing, selection: frozenset[str], is_switched: bool) -> Landing:
    """Return a landing with the racks of an array that it is meant for.

    It is meant for all, unless the one under the pointer is selected by itself; the switch says
    the opposite.
    """
    target = found.target
    if target.housing or target.rack not in scene.layout.rack_by_label:
        return found
    alike = all_of_array(scene.layout, target.rack)
    if len(alike) == 1:
        return found
    is_alone = target.rack in selection and not alike <= selection
    only = is_alone != is_switched
    alone = tr("in {rack} alone").format(rack=target.rack)
    name = scene.layout.racks[scene.layout.rack_by_label[target.rack]].rack
    shared = tr("in all {n} racks of {name}").format(n=len(alike), name=name)
    now, other = (alone, shared) if only else (shared, alone)
    words = "\n".join((now, tr("Ctrl: {other}").format(other=other)))
    return replace(found, target=replace(target, only=only), scope=words)


def box_height_u(part: PartData) -> int:
    """Return how high the box is that is made around a part dropped into a rack."""
    return _BOX_HEIGHT_U.get(part.kind, 1)


def _inside_landing(scene: Scene, part_id: str, hit: Hit, x: float, y: float) -> Landing:
    housing = hit.number if hit.kind == "housing" else int(scene.layout.housing[hit.number])
    rect = scene.housing_rects(np.array([housing]))[0]
    rack = int(scene.layout.rack_of_housing[housing])
    target = DropTarget(
        "part",
        part_id,
        x,
        y,
        rack_address(scene.layout, rack),
        housing_address(scene.layout, housing),
        scene.layout.housings[housing].u,
    )
    return Landing(target, _rect(rect))


def _rect(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Rect:
    x, y, width, height = values.tolist()
    return x, y, width, height


def _rack_of(scene: Scene, kind: str, number: int) -> int:
    of = scene.layout.rack_of_housing if kind == "housing" else scene.layout.rack
    return int(of[number])


def _rack_landing(
    scene: Scene, item: tuple[ItemType, str], part_id: str, place: tuple[float, float], reach: float
) -> Landing:
    width, depth = footprint_m(scene, part_id)
    left, top = place[0] - width / 2, place[1] - depth / 2
    if reach > 0:
        move = snapped(np.array([[left, top, width, depth]]), scene.racks, 0.0, 0.0, reach)
        left, top = left + move.dx, top + move.dy
    rect = (left, top, width, depth)
    return Landing(DropTarget(*item, left, top, collides=stands_on_racks(scene, rect)), rect)


def footprint_m(scene: Scene, rack_part: str) -> tuple[float, float]:
    """Return width and depth of a rack of some type, or of one like a rack, as `design:rack`."""
    own = scene.fabric.design.racks.get(RackId(rack_part.removeprefix("design:")))
    if own is not None and rack_part.startswith("design:"):
        rack_part = own.part
    part = _part(scene, rack_part)
    if part is None:
        return scene.rack_width_m, DEFAULT_RACK_DEPTH_M
    width = part.value("width") or scene.rack_width_m
    return width, part.value("depth") or DEFAULT_RACK_DEPTH_M


def stands_on_racks(scene: Scene, rect: Rect) -> bool:
    """Tell whether a rectangle on the floor covers part of any rack."""
    left, top, width, depth = rect
    slack = 1e-6
    over = (
        (scene.racks[:, 0] < left + width - slack)
        & (scene.racks[:, 0] + scene.racks[:, 2] > left + slack)
        & (scene.racks[:, 1] < top + depth - slack)
        & (scene.racks[:, 1] + scene.racks[:, 3] > top + slack)
    )
    return bool(over.any())


def _part(scene: Scene, part_id: str) -> PartData | None:
    try:
        return part_in(scene.fabric.design, scene.fabric.catalog, part_id)
    except StudioError:
        return None


def _unit_landing(
    scene: Scene,
    item: tuple[ItemType, str],
    rack: int,
    place: tuple[float, float],
    room: RackRoom,
    box: tuple[int, Face],
    load: Load,
) -> Landing:
    """Return the landing of a box of some height at a face of a rack."""
    (x, y), (height_u, face) = place, box
    left, top, width, depth = (float(v) for v in scene.racks[rack])
    count = room.count(rack)
    unit = depth * (FOOTER - HEADER) / count
    at = int(np.floor((top + depth * FOOTER - y) / unit)) + 1
    u = min(max(at - height_u // 2, 1), max(1, count - height_u + 1))
    fit = room.fit(rack, [(u, height_u, face)], load)
    label = rack_address(scene.layout, rack)
    collides = bool(fit.blocked)
    target = DropTarget(item[0], item[1], x, y, label, u=u, face=face, collides=collides)
    bottom = top + depth * FOOTER - (u - 1) * unit
    is_split = face == "rear" or has_rear(scene, rack)
    begin, wide = face_span(is_rear=face == "rear", is_split=is_split)
    rect = (left + width * begin, bottom - height_u * unit, width * wide, height_u * unit)
    return Landing(target, rect, fit)
