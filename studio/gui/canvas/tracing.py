"""The whole way of chosen things' cabling, from chip to chip; lines from arrays, no Qt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas import routes
from studio.gui.canvas.addresses import Chosen
from studio.gui.canvas.culling import ranges
from studio.gui.canvas.inner_traces import traces_in
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Viewport

LANE_RACK_PX = 90.0
"""Width of a rack from which ways inside racks are traced."""
STUB_RACK_PX = 260.0
MOST_LINKS = 20_000

Way = tuple[FloatArray, IntArray, bool]
"""Lines in metres, the plane of each, and whether they are smoothed."""


def links_of(scene: Scene, chosen: Chosen) -> IntArray:
    """Return the links of chosen racks, boxes and components, and those chosen themselves."""
    layout = scene.layout
    housings = np.concatenate((ranges(scene.rack_start, chosen.racks), chosen.housings))
    components = np.concatenate((ranges(layout.start, housings), chosen.components))
    numbers, start = scene.wiring.links_of_component
    of_components = numbers[ranges(start, np.unique(components))]
    return np.unique(np.concatenate((of_components, chosen.links)))


def trace(
    scene: Scene, viewport: Viewport, chosen: Chosen, plane_shown: BoolArray
) -> Iterator[Way]:
    """Yield the lines of all links of what is chosen, in as much detail as can be seen."""
    none = np.zeros(0, dtype=np.int64)
    links = links_of(scene, chosen)
    fabric = scene.fabric
    links = links[fabric.link_present[links]]
    links = links[plane_shown[fabric.links.plane[links]]][:MOST_LINKS]
    if not len(links):
        return
    yield from _trunk_ways(scene, links)
    rack_px = scene.rack_width_m * viewport.scale
    if rack_px >= LANE_RACK_PX:
        yield from _rack_ways(scene, links)
    if rack_px >= STUB_RACK_PX:
        # Of a whole box or rack every cable would be lit; only single things tell something.
        own = links_of(scene, Chosen(none, none, chosen.components, chosen.links))
        yield from _box_ways(scene, np.intersect1d(own, links), plane_shown)


def _trunk_ways(scene: Scene, links: IntArray) -> Iterator[Way]:
    trunks = scene.wiring.trunks
    used = np.unique(trunks.of_link[links])
    used = used[used >= 0]
    if not len(used):
        return
    points = scene.arcs[used]
    yield routes.segments(points), np.repeat(trunks.plane[used], points.shape[1] - 1), True


def _rack_ways(scene: Scene, links: IntArray) -> Iterator[Way]:
    """Yield from the panels of boxes along lanes and buses to the trunks."""
    wires = scene.wiring
    outer = links[wires.stub_of_link[0][links] >= 0]
    if not len(outer):
        return
    trunk = wires.trunks.of_link[outer]
    lane = [wires.plugs.lane[wires.stubs.plug[side[outer]]] for side in wires.stub_of_link]
    lanes = np.unique(np.concatenate(lane))
    run = routes.harness(scene, lanes)
    for lines in (run.drops, run.risers):
        yield lines, run.plane, False
    points = scene.exits
    for side in (0, 1):
        pairs = np.unique(np.stack((lane[side], trunk), axis=1)[trunk >= 0], axis=0)
        if len(pairs):
            yield from _bus_ways(scene, pairs[:, 0], points[side][pairs[:, 1]])
    inside = np.unique(np.stack(lane, axis=1)[trunk < 0], axis=0)
    if len(inside):
        x1, x2 = routes.lane_x(scene, inside[:, 0]), routes.lane_x(scene, inside[:, 1])
        y = _bus_heights(scene, inside[:, 0])
        yield np.stack((x1, y, x2, y), axis=1), wires.lanes.plane[inside[:, 0]], False


def _bus_ways(scene: Scene, lanes: IntArray, exit_point: FloatArray) -> Iterator[Way]:
    plane = scene.wiring.lanes.plane[lanes]
    x, y = routes.lane_x(scene, lanes), _bus_heights(scene, lanes)
    out = exit_point[:, 0]
    yield np.stack((x, y, out, y), axis=1), plane, False
    yield np.stack((out, y, out, exit_point[:, 1]), axis=1), plane, False


def _bus_heights(scene: Scene, lanes: IntArray) -> FloatArray:
    wires = scene.wiring.lanes
    rack = scene.layout.rack_of_housing[wires.housing[lanes]]
    return routes.bus_y(scene, rack, wires.plane[lanes])


def _box_ways(scene: Scene, links: IntArray, plane_shown: BoolArray) -> Iterator[Way]:
    """Yield single cables in boxes, and traces that stay inside."""
    wires = scene.wiring
    ends = np.concatenate([side[links] for side in wires.stub_of_link])
    stubs = np.unique(ends[ends >= 0])
    if len(stubs):
        plane = wires.lanes.plane[wires.plugs.lane[wires.stubs.plug[stubs]]]
        lines = routes.stub_lines(scene, stubs).reshape(-1, 4)
        yield lines, np.repeat(plane, len(lines) // len(stubs)), False
    wanted = np.unique(wires.pair_of_link[links])
    wanted = wanted[wanted >= 0]
    if len(wanted):
        housings = np.unique(scene.layout.housing[wires.inner.a[wanted]])
        pairs, lines = traces_in(scene, housings, plane_shown)
        chosen = np.isin(pairs, wanted)
        yield lines[chosen], wires.inner.plane[pairs[chosen]], True
