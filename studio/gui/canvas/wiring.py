"""Links gathered for drawing: trunks of rack pairs, lanes of boxes, single cables, inner links.

Counts and ends only; where they are drawn follows from positions in `routes`. No Qt.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.gui.canvas.bundles import Inner, Lanes, Plugs, Stubs, Trunks


class Wiring:
    """The links of a fabric gathered at every level, each worked out when first drawn."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        layout, links = fabric.layout, fabric.links
        self._a_housing, self._b_housing = layout.housing[links.a], layout.housing[links.b]
        self._outer = (self._a_housing != self._b_housing) & fabric.link_present

    @property
    def plane_count(self) -> int:
        """Return how many planes the design has, at least 1."""
        return max(1, len(self.fabric.links.planes))

    @cached_property
    def hangs(self) -> BoolArray:
        """Tell which planes run below the racks instead of above: all but scale-up."""
        planes = self.fabric.design.planes
        below = [planes[plane].role != "scale_up" for plane in self.fabric.links.planes]
        return np.array(below or [False], dtype=bool)

    @cached_property
    def _links_per_cable(self) -> IntArray:
        per_rule = [
            one.rule.links_per_cable if one.rule.cable else 1 for one in self.fabric.links.rules
        ]
        return np.array(per_rule or [1], dtype=np.int64)

    @cached_property
    def cable_of_link(self) -> IntArray:
        """Return a number for each link that links of the same cable share, shape (n_links,)."""
        links = self.fabric.links
        if not links.count:
            return np.zeros(0, dtype=np.int64)
        # Cable numbers start anew far enough apart: a rule never has more cables than links.
        place = np.arange(links.count) - links.start[links.rule]
        numbers: IntArray = links.start[links.rule] + place // self._links_per_cable[links.rule]
        return numbers

    @cached_property
    def trunks(self) -> Trunks:
        """Return the bundles between racks."""
        fabric = self.fabric
        rack, links = fabric.layout.rack, fabric.links
        a, b = rack[links.a], rack[links.b]
        between = np.flatnonzero((a != b) & fabric.link_present)
        low, high = np.minimum(a, b)[between], np.maximum(a, b)[between]
        planes, racks = self.plane_count, len(fabric.layout.racks)
        key = (low * racks + high) * planes + links.plane[between]
        found, place = np.unique(key, return_inverse=True)
        size = len(found)
        of_link = np.full(links.count, -1, dtype=np.int64)
        of_link[between] = place
        impaired = fabric.link_factor[between] < 1
        cables = np.bincount(place, 1 / self._links_per_cable[links.rule[between]], minlength=size)
        return Trunks(
            a=found // planes // max(racks, 1),
            b=found // planes % max(racks, 1),
            plane=found % planes,
            links=np.bincount(place, minlength=size),
            cables=np.ceil(cables - 1e-6).astype(np.int64),
            impaired=np.bincount(place[impaired], minlength=size),
            of_link=of_link,
        )

    @cached_property
    def outer_links(self) -> IntArray:
        """Return the links that leave a box, shape (n_outer,)."""
        return np.flatnonzero(self._outer)

    @cached_property
    def _ends(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return housing, component and link of both ends of the outer links, A sides first."""
        chosen, links = self.outer_links, self.fabric.links
        return (
            np.concatenate((self._a_housing[chosen], self._b_housing[chosen])),
            np.concatenate((links.a[chosen], links.b[chosen])),
            np.concatenate((chosen, chosen)),
        )

    @cached_property
    def _plug_of_end(self) -> tuple[IntArray, IntArray]:
        housing, _, link = self._ends
        plane, cable = self.fabric.links.plane[link], self.cable_of_link[link]
        most = int(cable.max(initial=0)) + 1
        found, place = np.unique(
            (housing * self.plane_count + plane) * most + cable, return_inverse=True
        )
        return found, place

    @cached_property
    def lanes(self) -> Lanes:
        """Return the bundles between boxes and the trays."""
        plugs = self._plug_of_end[0]
        most = self._most_cables
        found, cables = np.unique(plugs // most, return_counts=True)
        housing, plane = found // self.plane_count, found % self.plane_count
        layout = self.fabric.layout
        rack = layout.rack_of_housing[housing] if len(housing) else housing
        racks = np.arange(len(layout.racks) + 1)
        total = np.bincount(housing, cables, minlength=len(layout.housings))
        ahead = np.concatenate((np.zeros(1), np.cumsum(cables, dtype=np.float64)))[:-1]
        first = np.searchsorted(housing, housing)
        panel = (ahead - ahead[first] + cables / 2) / np.maximum(total[housing], 1)
        slot = self._slots(rack, plane, housing)
        return Lanes(housing, plane, cables, slot, panel, np.searchsorted(rack, racks))

    @property
    def _most_cables(self) -> int:
        return int(self.cable_of_link[self._ends[2]].max(initial=0)) + 1

    def _slots(self, rack: IntArray, plane: IntArray, housing: IntArray) -> FloatArray:
        """Order the lanes of a rack by plane, the box next to the bus leftmost: none cross."""
        height = np.array([h.u for h in self.fabric.layout.housings], dtype=np.float64)
        from_bus = np.where(self.hangs[plane], height[housing], -height[housing])
        order = np.lexsort((from_bus, plane, rack))
        rank = np.empty(len(rack))
        rank[order] = np.arange(len(rack))
        first = np.searchsorted(rack, rack)
        count = np.searchsorted(rack, rack, side="right") - first
        slots: FloatArray = (rank - first + 0.5) / np.maximum(count, 1)
        return slots

    @cached_property
    def plugs(self) -> Plugs:
        """Return single cables at the panels of boxes."""
        found = self._plug_of_end[0]
        most = self._most_cables
        lane_key = found // most
        lanes = self.lanes
        lane = np.searchsorted(lanes.housing * self.plane_count + lanes.plane, lane_key)
        housing = lane_key // self.plane_count
        start = np.searchsorted(housing, np.arange(len(self.fabric.layout.housings) + 1))
        count = np.diff(start)[housing] if len(housing) else np.zeros(0)
        place = np.arange(len(found)) - start[housing] if len(housing) else np.zeros(0)
        y = (place + 0.5) / np.maximum(count, 1)
        broken = self.fabric.link_factor[self._ends[2]] < 1
        impaired = np.bincount(self._plug_of_end[1][broken], minlength=len(found)) > 0
        return Plugs(housing, lane, found % most, y, impaired, start)

    @cached_property
    def _stub_of_end(self) -> tuple[IntArray, IntArray, IntArray]:
        plug = self._plug_of_end[1]
        component = self._ends[1]
        found, place, count = np.unique(
            plug * max(1, self.fabric.layout.component_count) + component,
            return_inverse=True,
            return_counts=True,
        )
        return found, place, count

    @cached_property
    def stubs(self) -> Stubs:
        """Return the way of single cables from components to the panel."""
        found, _, count = self._stub_of_end
        most = max(1, self.fabric.layout.component_count)
        plug = found // most
        housing = self.plugs.housing[plug] if len(plug) else plug
        start = np.searchsorted(housing, np.arange(len(self.fabric.layout.housings) + 1))
        return Stubs(found % most, plug, count, start)

    @cached_property
    def stub_of_link(self) -> tuple[IntArray, IntArray]:
        """Return the stub at the A and at the B side of each link, -1 inside a box."""
        place = self._stub_of_end[1]
        half = len(self.outer_links)
        sides = []
        for part in (place[:half], place[half:]):
            side = np.full(self.fabric.links.count, -1, dtype=np.int64)
            side[self.outer_links] = part
            sides.append(side)
        return sides[0], sides[1]

    @cached_property
    def lane_of_end(self) -> tuple[IntArray, IntArray]:
        """Return the lane at the A and at the B side of each link, -1 inside a box."""
        sides = []
        for side in self.stub_of_link:
            outside = side >= 0
            lane = np.full(len(side), -1, dtype=np.int64)
            lane[outside] = self.plugs.lane[self.stubs.plug[side[outside]]]
            sides.append(lane)
        return sides[0], sides[1]

    @cached_property
    def pair_of_link(self) -> IntArray:
        """Return the inner pair of each link, -1 for links that leave a box."""
        return self._inner[1]

    @property
    def inner(self) -> Inner:
        """Return what is joined within boxes."""
        return self._inner[0]

    @cached_property
    def _inner(self) -> tuple[Inner, IntArray]:
        fabric = self.fabric
        links = fabric.links
        inside = np.flatnonzero(~self._outer & fabric.link_present)
        low = np.minimum(links.a, links.b)[inside]
        high = np.maximum(links.a, links.b)[inside]
        most, planes = max(1, fabric.layout.component_count), self.plane_count
        found, place, count = np.unique(
            (low * most + high) * planes + links.plane[inside],
            return_inverse=True,
            return_counts=True,
        )
        broken = fabric.link_factor[inside] < 1
        impaired = np.bincount(place[broken], minlength=len(found)) > 0
        a = found // planes // most
        housing = fabric.layout.housing[a] if len(a) else a
        start = np.searchsorted(housing, np.arange(len(fabric.layout.housings) + 1))
        pair_of_link = np.full(links.count, -1, dtype=np.int64)
        pair_of_link[inside] = place
        b = found // planes % most
        return Inner(a, b, found % planes, count, impaired, start), pair_of_link

    @cached_property
    def links_of_component(self) -> tuple[IntArray, IntArray]:
        """Return links sorted by end and where each component's begin."""
        number, start = self.fabric.links.by_end
        missing = self.fabric.layout.component_count + 1 - len(start)
        return number, np.pad(start, (0, max(0, missing)), mode="edge")
