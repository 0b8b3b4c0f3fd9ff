"""Where a library item goes that nobody drags: the first free place on the floor or in a rack."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.design.site import AISLE_M
from studio.errors import InvalidInput
from studio.gui.canvas.dropping import Landing, footprint_m, in_scope, stands_on_racks
from studio.gui.canvas.fitting import RackRoom
from studio.gui.canvas.requests import DropTarget, ItemType
from studio.gui.canvas.scene import Scene
from studio.session.library import lend, usual_rack

_SLACK_M = 1e-6


def free_place(
    scene: Scene, item: tuple[ItemType, str], rack: str, selection: frozenset[str] = frozenset()
) -> DropTarget:
    """Return where a rack or an assembly can be put.

    Parameters
    ----------
    rack : label of the rack an assembly is meant for; empty for the floor.
    selection : a rack of an array that is selected by itself is meant alone.

    Raises
    ------
    InvalidInput : the rack, or the hall, has no room for it.
    """
    kind, name = item
    if kind == "assembly" and rack:
        found = _in_rack(scene, name, rack)
        return in_scope(scene, Landing(found, (0.0, 0.0, 0.0, 0.0)), selection, False).target
    part = usual_rack(scene.fabric.design, name) if kind == "assembly" else name
    width, depth = footprint_m(scene, part)
    for left, top in _spots(scene, width, depth):
        if not stands_on_racks(scene, (left, top, width, depth)):
            return DropTarget(kind, name, left, top)
    raise InvalidInput("the hall has no free place for a rack; make it larger in the site's fields")


def _in_rack(scene: Scene, assembly: str, rack: str) -> DropTarget:
    design, lent = lend(scene.fabric.design, assembly)
    height_u = max(1, design.assemblies[lent].height_u)
    number = scene.layout.rack_by_label[rack]
    room = RackRoom(scene, np.zeros(0, dtype=np.int64))
    for u in range(1, room.count(number) - height_u + 2):
        if room.is_free(number, [(u, height_u, "front")]):
            x, y = scene.racks[number, :2].tolist()
            return DropTarget("assembly", assembly, x, y, rack, u=u)
    raise InvalidInput(
        "rack {rack} has no {height_u} free units in a row; select another rack",
        rack=rack,
        height_u=height_u,
    )


def _spots(scene: Scene, width: float, depth: float) -> Iterator[tuple[float, float]]:
    """Yield places inside the hall: at the right of a rack, last row first, then row by row."""
    x, y, wide, high = scene.hall
    ends = np.column_stack([scene.racks[:, 0] + scene.racks[:, 2], scene.racks[:, 1]])
    order = np.lexsort((ends[:, 0], ends[:, 1]))[::-1]
    for left, top in ends[order].tolist():
        if left + width <= x + wide + _SLACK_M and top + depth <= y + high + _SLACK_M:
            yield left, top
    columns = int((wide - 2 * AISLE_M + _SLACK_M) / width)
    rows = int((high - AISLE_M + _SLACK_M) / (depth + AISLE_M))
    for row in range(rows):
        for column in range(columns):
            yield x + AISLE_M + column * width, y + AISLE_M + row * (depth + AISLE_M)
