"""What differs between two fabrics, thing by thing: racks, boxes, chips and links by address.

Two designs may say the same in different words; here only what stands in the hall counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.fabric.addresses import component_addresses
from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import RackInstance

_MOST_KINDS, _MOST_REPEATS = 64, 1024
"""Kinds of cables and parallel links told apart; with 4 million addresses still 64 bits."""
SAME, ADDED, MOVED, CHANGED = range(4)
"""Codes of what happened to a thing that is there afterwards."""


@dataclass(frozen=True)
class FabricComparison:
    """The differences as seen on the later fabric, with what is gone kept apart."""

    before: Fabric
    after: Fabric

    @cached_property
    def racks(self) -> IntArray:
        """Return a code for each rack, shape (n_racks,) of the later fabric."""
        known = self.before.layout.rack_by_label
        codes = [self._rack(rack, known.get(rack.label)) for rack in self.after.layout.racks]
        for address in self.boxes_removed:
            rack = self.after.layout.rack_by_label[address.split("/")[0]]
            codes[rack] = codes[rack] or CHANGED
        return np.array(codes, dtype=np.int64)

    def _rack(self, rack: RackInstance, earlier: int | None) -> int:
        if earlier is None:
            return ADDED
        old = self.before.layout.racks[earlier]
        if self.before.parts[old.part].id != self.after.parts[rack.part].id:
            return CHANGED
        place, old_place = (rack.x_m, rack.y_m), (old.x_m, old.y_m)
        is_there = np.allclose(place, old_place, rtol=0, atol=1e-6)
        return SAME if is_there and rack.rotation_deg == old.rotation_deg else MOVED

    @cached_property
    def boxes(self) -> IntArray:
        """Return a code for each box, shape (n_housings,) of the later fabric."""
        known = self.before.layout.housing_by_label
        layout, codes = self.after.layout, []
        for label, number in layout.housing_by_label.items():
            box, earlier = layout.housings[number], known.get(label)
            if earlier is None:
                codes.append(ADDED)
                continue
            old = self.before.layout.housings[earlier]
            is_same = box.template.assembly == old.template.assembly
            place, old_place = (box.u, box.face), (old.u, old.face)
            codes.append((SAME if place == old_place else MOVED) if is_same else CHANGED)
        return np.array(codes, dtype=np.int64)

    @cached_property
    def chips(self) -> IntArray:
        """Return a code for each component: its part type or state is another, or it is new."""
        earlier = self._earlier
        there = earlier >= 0
        codes = np.where(there, SAME, ADDED).astype(np.int64)
        own, old = np.flatnonzero(there), earlier[there]
        parts = {part.id: number for number, part in enumerate(self.after.parts)}
        renumbered = np.array([parts.get(part.id, -1) for part in self.before.parts], np.int64)
        differs = renumbered[self.before.layout.part[old]] != self.after.layout.part[own]
        differs |= self.before.component_factor[old] != self.after.component_factor[own]
        differs |= self.before.component_present[old] != self.after.component_present[own]
        codes[own[differs]] = CHANGED
        return codes

    @cached_property
    def new_links(self) -> BoolArray:
        """Tell which links of the later fabric join other ends, or over another cable."""
        return self._unmatched[1]

    @cached_property
    def links_removed(self) -> int:
        """Return how many links of the earlier fabric have no like any more."""
        return int(self._unmatched[0].sum())

    @cached_property
    def racks_removed(self) -> tuple[RackInstance, ...]:
        """Return the racks that are gone."""
        left = self.after.layout.rack_by_label
        return tuple(rack for rack in self.before.layout.racks if rack.label not in left)

    @cached_property
    def boxes_removed(self) -> tuple[str, ...]:
        """Return the addresses of boxes that are gone from racks that still stand."""
        left, racks = self.after.layout.housing_by_label, self.after.layout.rack_by_label
        known = self.before.layout.housing_by_label
        return tuple(
            f"{rack}/{box}" for rack, box in known if rack in racks and (rack, box) not in left
        )

    @cached_property
    def places_left(self) -> FloatArray:
        """Return where moved and removed racks stood, shape (n, 4): x, y, width, depth. [m]."""
        labels = {rack.label for rack in self.racks_removed}
        moved = np.flatnonzero(self.racks == MOVED)
        labels |= {self.after.layout.racks[number].label for number in moved.tolist()}
        found = [
            (rack.x_m, rack.y_m, *self.before.layout.footprint_m(rack))
            for rack in self.before.layout.racks
            if rack.label in labels
        ]
        return np.array(found, dtype=np.float64).reshape(-1, 4)

    @cached_property
    def _earlier(self) -> IntArray:
        """Return the earlier number of each component, -1 for new ones."""
        known = {
            name: number for number, name in enumerate(component_addresses(self.before.layout))
        }
        names = component_addresses(self.after.layout)
        return np.array([known.get(name, -1) for name in names], dtype=np.int64)

    @cached_property
    def _unmatched(self) -> tuple[BoolArray, BoolArray]:
        """Tell which links, before and after, have no partner with the same ends and cable."""
        ids = {name: number for number, name in enumerate(component_addresses(self.after.layout))}
        for name in component_addresses(self.before.layout):
            ids.setdefault(name, len(ids))
        cables: dict[tuple[str, str, str], int] = {}
        old = _link_keys(self.before, ids, cables)
        new = _link_keys(self.after, ids, cables)
        return ~np.isin(old, new), ~np.isin(new, old)


def _link_keys(
    fabric: Fabric, ids: Mapping[str, int], cables: dict[tuple[str, str, str], int]
) -> IntArray:
    """Return a number per link that is the same for links with equal ends and cables.

    The n-th of several parallel links is a partner of the n-th only.
    """
    links = fabric.links
    if not links.count:
        return np.empty(0, dtype=np.int64)
    number = np.array([ids[name] for name in component_addresses(fabric.layout)], dtype=np.int64)
    kinds = [
        cables.setdefault(
            (one.rule.cable, one.rule.transceiver_a, one.rule.transceiver_b), len(cables)
        )
        for one in links.rules
    ]
    low = np.minimum(number[links.a], number[links.b])
    high = np.maximum(number[links.a], number[links.b])
    pair = (low * len(ids) + high) * _MOST_KINDS + np.array(kinds, dtype=np.int64)[links.rule]
    order = np.argsort(pair, kind="stable")
    ranked = pair[order]
    first = np.concatenate(([True], ranked[1:] != ranked[:-1]))
    begins = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    repeat = np.empty(len(pair), dtype=np.int64)
    repeat[order] = np.arange(len(ranked)) - begins
    return pair * _MOST_REPEATS + np.minimum(repeat, _MOST_REPEATS - 1)
