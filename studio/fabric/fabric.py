"""A design compiled: components, links, lengths and states as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.catalog.catalog import Catalog
from studio.design.model import Design
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.geometry import Geometry
from studio.fabric.layout import Layout
from studio.fabric.links import Links
from studio.fabric.parts import PartData
from studio.fabric.port_map import PortMap, map_ports
from studio.ids import PartId


@dataclass(frozen=True)
class Fabric:
    """Everything the drawing means, expanded; never changed after it was made."""

    design: Design
    catalog: Catalog
    parts: tuple[PartData, ...]
    layout: Layout
    links: Links
    geometry: Geometry
    component_factor: FloatArray
    """Share of each component that works: 1 in order, 0 failed; shape (n_components,)."""
    component_present: BoolArray
    link_factor: FloatArray
    """Share of each link's bandwidth left, failed ends included; shape (n_links,)."""
    link_present: BoolArray

    @cached_property
    def part_by_id(self) -> Mapping[PartId, PartData]:
        """Return every part type used, cables and transceivers included."""
        return {part.id: part for part in self.parts}

    @cached_property
    def worked_out(self) -> dict[type, object]:
        """Return what others have worked out of this snapshot, by its type; it lives as long."""
        return {}

    def count(self, kind: str) -> int:
        """Return how many components of a kind are present."""
        return int(self.component_present[self.layout.of_kind(kind)].sum())

    @cached_property
    def npus(self) -> IntArray:
        """Return the components that are NPUs and present."""
        npus = self.layout.of_kind("npu")
        return npus[self.component_present[npus]]

    @cached_property
    def housing_present(self) -> BoolArray:
        """Tell which housings are there: not marked absent, nor all that is in them."""
        layout, count = self.layout, len(self.layout.housings)
        drawn = np.bincount(layout.housing, minlength=count)
        there = np.bincount(layout.housing[self.component_present], minlength=count)
        present: BoolArray = (there > 0) | (drawn == 0)
        for address, marked in self.design.exceptions.items():
            if marked.state == "absent":
                rack, _, label = address.partition("/")
                number = layout.housing_by_label.get((rack, label))
                if number is not None:
                    present[number] = False
        return present

    @cached_property
    def port_map(self) -> PortMap:
        """Return which port each link takes, and what every port is joined to."""
        return map_ports(self.layout, self.links, self.link_present)

    @cached_property
    def link_bandwidth_byte_per_s(self) -> FloatArray:
        """Return what each link carries now, per direction, shape (n_links,)."""
        return self.links.bandwidth_byte_per_s * self.link_factor
