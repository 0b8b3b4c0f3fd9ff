"""Where trunks, lanes and stubs run on the drawing: polylines from positions; arrays, no Qt.

A cable leaves its chip, crosses the box to the panel on the right, climbs the riser of its rack,
joins the bus of its plane above the boxes, and goes as part of a trunk to the other rack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas.arrangement import CHIPS_END, PANEL_START
from studio.gui.canvas.bundles import Trunks
from studio.gui.canvas.elevation import RIGHT, RISER_END
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.trays import tray_share

_BUS_DEPTH, _FOOT_DEPTH = 0.042, 0.018
"""Share of a rack's height, at its top and at its foot, in which the planes' buses lie."""
_CHANNEL_BELOW = 0.035
"""Share of a box's height for cables below a row of chips."""
_PLUG_LENGTH = 0.02
"""Share of a box's width."""
_EDGE_SHARE = 0.8
"""Part of a chip's edge that its traces share."""
_UPPER_ROW = 0.36
"""Chips whose middle is higher than this are cabled from above, as are those in a flat box."""


def segments(points: FloatArray) -> FloatArray:
    """Return the pieces of polylines of shape (n, k, 2) as lines, shape (n * (k - 1), 4)."""
    pairs = np.concatenate((points[:, :-1], points[:, 1:]), axis=2)
    return np.ascontiguousarray(pairs.reshape(-1, 4))


def bus_y(scene: Scene, rack: IntArray, plane: IntArray) -> FloatArray:
    """Return the height of a plane's bus in a rack, in metres."""
    hangs = scene.wiring.hangs
    place = np.where(hangs, np.cumsum(hangs), np.cumsum(~hangs)) - 0.5
    count = np.where(hangs, max(1, int(hangs.sum())), max(1, int((~hangs).sum())))
    share = np.where(hangs, 1 - _FOOT_DEPTH * place / count, _BUS_DEPTH * place / count)
    rects = scene.racks[rack]
    heights: FloatArray = rects[:, 1] + rects[:, 3] * share[plane]
    return heights


def lane_x(scene: Scene, lanes: IntArray) -> FloatArray:
    """Return where in the riser some lanes run, in metres."""
    wires = scene.wiring.lanes
    rects = scene.racks[scene.layout.rack_of_housing[wires.housing[lanes]]]
    left = RIGHT + 0.012
    places: FloatArray = rects[:, 0] + rects[:, 2] * (left + (RISER_END - left) * wires.slot[lanes])
    return places


@dataclass(frozen=True)
class Harness:
    """What runs inside racks between boxes and trunks, as lines of shape (n, 4), in metres."""

    drops: FloatArray
    """From the panel of a box to its lane."""
    risers: FloatArray
    """Along the lane up to the bus."""
    plane: IntArray
    """Of drops and risers, shape (n_lanes,)."""
    cables: IntArray


def harness(scene: Scene, lanes: IntArray) -> Harness:
    """Return the lines of some lanes."""
    wires = scene.wiring.lanes
    housing = wires.housing[lanes]
    boxes = scene.housing_rects(housing)
    rack = scene.layout.rack_of_housing[housing]
    x = lane_x(scene, lanes)
    y = boxes[:, 1] + boxes[:, 3] * wires.panel[lanes]
    top = bus_y(scene, rack, wires.plane[lanes])
    right = boxes[:, 0] + boxes[:, 2]
    return Harness(
        drops=np.stack((right, y, x, y), axis=1),
        risers=np.stack((x, y, x, top), axis=1),
        plane=wires.plane[lanes],
        cables=wires.cables[lanes],
    )


@dataclass(frozen=True)
class Buses:
    """The planes' buses above the boxes of racks, with ticks to the trunks, in metres."""

    bars: FloatArray
    """Shape (n_buses, 4)."""
    bar_plane: IntArray
    ticks: FloatArray
    """Shape (n_ticks, 4)."""
    tick_plane: IntArray


def buses(scene: Scene, lanes: IntArray, ends: TrunkEnds) -> Buses:
    """Return the buses that join some lanes and some ends of trunks."""
    wires = scene.wiring.lanes
    planes = scene.wiring.plane_count
    lane_rack = scene.layout.rack_of_housing[wires.housing[lanes]]
    rack = np.concatenate((lane_rack, ends.rack))
    plane = np.concatenate((wires.plane[lanes], ends.plane))
    x = np.concatenate((lane_x(scene, lanes), ends.point[:, 0]))
    found, place = np.unique(rack * planes + plane, return_inverse=True)
    left, right = np.full(len(found), np.inf), np.full(len(found), -np.inf)
    np.minimum.at(left, place, x)
    np.maximum.at(right, place, x)
    y = bus_y(scene, found // planes, found % planes)
    tick_y = bus_y(scene, ends.rack, ends.plane)
    ticks = np.stack((ends.point[:, 0], ends.point[:, 1], ends.point[:, 0], tick_y), axis=1)
    return Buses(np.stack((left, y, right, y), axis=1), found % planes, ticks, ends.plane)


@dataclass(frozen=True)
class TrunkEnds:
    """Ends of trunks at racks; shapes (n_ends,) and (n_ends, 2)."""

    rack: IntArray
    plane: IntArray
    point: FloatArray

    def at(self, chosen: BoolArray) -> TrunkEnds:
        """Return some of the ends."""
        return TrunkEnds(self.rack[chosen], self.plane[chosen], self.point[chosen])


def trunk_ends(trunks: Trunks, start: FloatArray, end: FloatArray) -> TrunkEnds:
    """Return both ends of all trunks."""
    return TrunkEnds(
        np.concatenate((trunks.a, trunks.b)),
        np.concatenate((trunks.plane, trunks.plane)),
        np.concatenate((start, end)),
    )


def tray_ends(ends: TrunkEnds, scene: Scene) -> TrunkEnds:
    """Return one end for each rack and plane, below the tray that carries all its trunks."""
    planes = scene.wiring.plane_count
    found, first = np.unique(ends.rack * planes + ends.plane, return_index=True)
    rack, plane = found // planes, found % planes
    rects = scene.racks[rack]
    x = rects[:, 0] + rects[:, 2] * tray_share(np.searchsorted(np.unique(plane), plane))
    return TrunkEnds(rack, plane, np.stack((x, ends.point[first, 1]), axis=1))


def plug_lines(scene: Scene, plugs: IntArray) -> FloatArray:
    """Return the connectors of single cables at the right edge of boxes, shape (n, 4)."""
    wires = scene.wiring.plugs
    boxes = scene.housing_rects(wires.housing[plugs])
    right = boxes[:, 0] + boxes[:, 2]
    y = boxes[:, 1] + boxes[:, 3] * wires.y[plugs]
    return np.stack((right - boxes[:, 2] * _PLUG_LENGTH, y, right, y), axis=1)


def stub_lines(scene: Scene, stubs: IntArray) -> FloatArray:
    """Return the way from components to panels, shape (n, 4, 4), four lines each, in metres.

    Out of the chip, along a channel beside its row, down or up beside the panel, to the plug.
    Channels are so narrow that cables look like one bundle until the box is large on the screen;
    the upper plug has the upper lane and turns last, so that no two cables cross.
    """
    wires = scene.wiring
    component, plug = wires.stubs.component[stubs], wires.stubs.plug[stubs]
    chips = scene.chip_rects(component)
    boxes = scene.housing_rects(scene.layout.housing[component])
    place = wires.plugs.y[plug]
    y = boxes[:, 1] + boxes[:, 3] * place
    right = boxes[:, 0] + boxes[:, 2]
    x = chips[:, 0] + chips[:, 2] * (0.12 + 0.76 * _place_within(component, place))
    middle = (chips[:, 1] + chips[:, 3] / 2 - boxes[:, 1]) / boxes[:, 3]
    upper = (middle < _UPPER_ROW) | (chips[:, 3] > boxes[:, 3] / 2)
    edge = np.where(upper, chips[:, 1], chips[:, 1] + chips[:, 3])
    room = np.where(upper, chips[:, 1] - boxes[:, 1], _CHANNEL_BELOW * boxes[:, 3])
    lane = np.where(upper, boxes[:, 1], edge) + room * (0.15 + 0.7 * place)
    turn = boxes[:, 0] + boxes[:, 2] * (PANEL_START - (PANEL_START - CHIPS_END) * (0.1 + place))
    return np.stack(
        (
            np.stack((x, edge, x, lane), axis=1),
            np.stack((x, lane, turn, lane), axis=1),
            np.stack((turn, lane, turn, y), axis=1),
            np.stack((turn, y, right, y), axis=1),
        ),
        axis=1,
    )


def _place_within(group: IntArray, value: FloatArray) -> FloatArray:
    """Return the rank of each value within its group, from 0 to 1."""
    if not len(group):
        return np.zeros(0)
    order = np.lexsort((value, group))
    rank = np.empty(len(group))
    sorted_group = group[order]
    first = np.searchsorted(sorted_group, sorted_group)
    count = np.searchsorted(sorted_group, sorted_group, side="right") - first
    rank[order] = (np.arange(len(group)) - first + 0.5) / count
    return rank


def inner_lines(scene: Scene, pairs: IntArray) -> FloatArray:
    """Return lines between the facing edges of joined components, shape (n, 4), in metres.

    The lines of a component share its edge in the order of where they lead.
    """
    wires = scene.wiring.inner
    a, b = scene.chip_rects(wires.a[pairs]), scene.chip_rects(wires.b[pairs])
    ax, ay = a[:, 0] + a[:, 2] / 2, a[:, 1] + a[:, 3] / 2
    bx, by = b[:, 0] + b[:, 2] / 2, b[:, 1] + b[:, 3] / 2
    upright = np.abs(ay - by) > (a[:, 3] + b[:, 3]) / 2
    side_a = wires.a[pairs] * 4 + upright * 2 + np.where(upright, by > ay, bx > ax)
    side_b = wires.b[pairs] * 4 + upright * 2 + np.where(upright, ay > by, ax > bx)
    share_a = _place_within(side_a, np.where(upright, bx, by)) - 0.5
    share_b = _place_within(side_b, np.where(upright, ax, ay)) - 0.5
    step_x = np.where(upright, 0.0, np.sign(bx - ax))
    step_y = np.where(upright, np.sign(by - ay), 0.0)
    along = _EDGE_SHARE * upright
    across = _EDGE_SHARE * ~upright
    return np.stack(
        (
            ax + (step_x / 2 + along * share_a) * a[:, 2],
            ay + (step_y / 2 + across * share_a) * a[:, 3],
            bx + (along * share_b - step_x / 2) * b[:, 2],
            by + (across * share_b - step_y / 2) * b[:, 3],
        ),
        axis=1,
    )
