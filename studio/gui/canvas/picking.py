"""What is under the pointer and what a marquee takes; arrays, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas import routes
from studio.gui.canvas.addresses import housing_address, rack_address
from studio.gui.canvas.culling import enclosed, overlapping, visible
from studio.gui.canvas.distance import distance_to
from studio.gui.canvas.inner_traces import nearest_trace
from studio.gui.canvas.levels import Level
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.tools.events import Mode
from studio.gui.canvas.trays import is_dense
from studio.gui.canvas.viewport import Rect, Viewport

LINES = ("trunk", "cable", "trace")
"""Kinds of things that stand for their links."""
REACH_PX = 5.0
"""A line is hit when the pointer is this near."""
_LINES_BOX_PX = 60.0
"""Height of a box from which single lines in it can be hit."""


@dataclass(frozen=True)
class Hit:
    """One thing on the canvas."""

    kind: Literal["rack", "housing", "component", "trunk", "cable", "trace"]
    """A `trace` is all that joins a pair of components in a box."""
    number: int


def pick(scene: Scene, viewport: Viewport, level: Level, x: float, y: float) -> Hit | None:
    """Return the innermost thing at a hall position that the level shows, None on the floor."""
    rack = _topmost(scene.racks, np.arange(len(scene.racks)), x, y)
    if rack is None:
        return None
    if level == "hall":
        return Hit("rack", rack)
    housings = np.arange(scene.rack_start[rack], scene.rack_start[rack + 1])
    housing = _topmost(scene.housing_rects(housings), housings, x, y)
    if housing is None:
        return Hit("rack", rack)
    start = scene.layout.start
    chips = np.arange(start[housing], start[housing + 1])
    rects = scene.chip_rects(chips)
    chip = _topmost(rects, chips, x, y)
    if chip is None:
        return Hit("housing", housing)
    shown = float(scene.chip_rects(np.array([chip]))[0, 2:].min()) * viewport.scale
    return Hit("component", chip) if level != "rack" or shown >= 14 else Hit("housing", housing)


def pick_line(
    scene: Scene, viewport: Viewport, x: float, y: float, plane_shown: BoolArray
) -> Hit | None:
    """Return the trunk, cable or trace near a hall position."""
    reach = REACH_PX / viewport.scale
    inside = _near_in_box(scene, viewport, (x, y), reach, plane_shown)
    if inside is not None:
        return inside
    if is_dense(scene):
        return None
    trunks = scene.wiring.trunks
    shown = np.flatnonzero(plane_shown[trunks.plane]) if len(trunks.a) else np.zeros(0, np.int64)
    points = scene.arcs[shown]
    if not len(points):
        return None
    low, high = points.min(axis=1) - reach, points.max(axis=1) + reach
    near = (low[:, 0] < x) & (x < high[:, 0]) & (low[:, 1] < y) & (y < high[:, 1])
    candidates = np.flatnonzero(near)
    if not len(candidates):
        return None
    lines = routes.segments(points[candidates])
    steps = points.shape[1] - 1
    distance = distance_to(lines, x, y).reshape(-1, steps).min(axis=1)
    best = int(distance.argmin())
    return Hit("trunk", int(shown[candidates[best]])) if distance[best] <= reach else None


def _near_in_box(
    scene: Scene,
    viewport: Viewport,
    place: tuple[float, float],
    reach: float,
    plane_shown: BoolArray,
) -> Hit | None:
    """Return the cable or the trace near a position in a box that is drawn large."""
    rack = _topmost(scene.racks, np.arange(len(scene.racks)), *place)
    if rack is None:
        return None
    housings = np.arange(scene.rack_start[rack], scene.rack_start[rack + 1])
    boxes = scene.housing_rects(housings)
    housing = _topmost(boxes, housings, *place)
    if housing is None or boxes[housing - housings[0], 3] * viewport.scale < _LINES_BOX_PX:
        return None
    cable = _nearest_cable(scene, housing, place, plane_shown)
    trace = nearest_trace(scene, housing, place, viewport.scale, plane_shown)
    if cable is not None and cable[1] <= min(reach, trace[1] if trace is not None else reach):
        return Hit("cable", cable[0])
    return Hit("trace", trace[0]) if trace is not None and trace[1] <= reach else None


def _nearest_cable(
    scene: Scene, housing: int, place: tuple[float, float], plane_shown: BoolArray
) -> tuple[int, float] | None:
    """Return the stub of a box nearest to a position, and how far that is in metres."""
    wires = scene.wiring
    stubs = np.arange(wires.stubs.start[housing], wires.stubs.start[housing + 1])
    if len(stubs):
        plane = wires.lanes.plane[wires.plugs.lane[wires.stubs.plug[stubs]]]
        stubs = stubs[plane_shown[plane]]
    if not len(stubs):
        return None
    lines = routes.stub_lines(scene, stubs).reshape(-1, 4)
    distance = distance_to(lines, *place).reshape(len(stubs), -1).min(axis=1)
    plugs = routes.plug_lines(scene, wires.stubs.plug[stubs])
    distance = np.minimum(distance, distance_to(plugs, *place))
    best = int(distance.argmin())
    return int(stubs[best]), float(distance[best])


def _topmost(rects: FloatArray, numbers: IntArray, x: float, y: float) -> int | None:
    inside = (
        (rects[:, 0] <= x)
        & (x < rects[:, 0] + rects[:, 2])
        & (rects[:, 1] <= y)
        & (y < rects[:, 1] + rects[:, 3])
    )
    found = np.flatnonzero(inside)
    return int(numbers[found[-1]]) if len(found) else None


def address_of(scene: Scene, hit: Hit) -> str:
    """Return the address of a thing; of a trunk, cable or trace that of its first link."""
    if hit.kind == "rack":
        return rack_address(scene.layout, hit.number)
    if hit.kind == "housing":
        return housing_address(scene.layout, hit.number)
    if hit.kind == "component":
        return scene.layout.address(hit.number)
    links = links_of(scene, hit)
    return scene.fabric.links.name(int(links[0])) if len(links) else ""


def links_of(scene: Scene, hit: Hit) -> IntArray:
    """Return the links of a trunk, of a trace, or of the cable that a stub belongs to."""
    wires = scene.wiring
    if hit.kind == "trunk":
        return np.flatnonzero(wires.trunks.of_link == hit.number)
    if hit.kind == "trace":
        return np.flatnonzero(wires.pair_of_link == hit.number)
    if hit.kind == "cable":
        cable = wires.plugs.cable[wires.stubs.plug[hit.number]]
        return np.flatnonzero((wires.cable_of_link == cable) & (wires.stub_of_link[0] >= 0))
    return np.zeros(0, dtype=np.int64)


def addresses_of(scene: Scene, hit: Hit) -> frozenset[str]:
    """Return what a click on a thing selects; a trunk stands for all its links."""
    if hit.kind in LINES:
        return frozenset(scene.fabric.links.name(int(link)) for link in links_of(scene, hit))
    return frozenset((address_of(scene, hit),))


def in_marquee(
    scene: Scene, viewport: Viewport, level: Level, window: Rect, *, touching: bool
) -> frozenset[str]:
    """Return the addresses a marquee takes: racks, boxes or components, as the level shows.

    Parameters
    ----------
    window : the marquee in metres.
    touching : take what it touches, otherwise only what it encloses.
    """
    inside = overlapping if touching else enclosed
    if level == "hall":
        found = np.flatnonzero(inside(scene.racks, window))
        return frozenset(rack_address(scene.layout, int(rack)) for rack in found)
    seen = visible(scene, viewport)
    if level == "rack":
        # A rack that is enclosed as a whole is meant itself, not each of its boxes.
        racks = seen.racks[enclosed(scene.racks[seen.racks], window) & (not touching)]
        chosen = seen.housings[inside(scene.housing_rects(seen.housings), window)]
        chosen = chosen[~np.isin(scene.layout.rack_of_housing[chosen], racks)]
        whole = frozenset(rack_address(scene.layout, int(rack)) for rack in racks)
        return whole | frozenset(housing_address(scene.layout, int(one)) for one in chosen)
    chosen = seen.chips[inside(scene.chip_rects(seen.chips), window)]
    return frozenset(scene.layout.address(int(one)) for one in chosen)


def combined(current: frozenset[str], found: frozenset[str], mode: Mode) -> frozenset[str]:
    """Return the selection after something was selected in a mode."""
    if mode == "add":
        return current | found
    if mode == "toggle":
        return current ^ found
    if mode == "subtract":
        return current - found
    return found
