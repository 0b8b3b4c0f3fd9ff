"""What a selection of racks takes hold of: whole arrays, or single members of them; no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from studio.design.arrays import Cell, cell_at
from studio.design.model import Design
from studio.fabric.arrays import BoolArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.layout import Layout, RackInstance
from studio.ids import RackId


@dataclass(frozen=True)
class Held:
    """Racks taken hold of."""

    whole: tuple[RackId, ...]
    """Single racks, and arrays of which every member is held."""
    members: Mapping[RackId, tuple[Cell, ...]]
    """Members of arrays of which others are not held."""

    @property
    def is_empty(self) -> bool:
        """Tell whether no rack is held."""
        return not self.whole and not self.members

    @property
    def racks(self) -> tuple[RackId, ...]:
        """Return the design's entries that are touched."""
        return (*self.whole, *self.members)

    def blocks(self, fabric: Fabric) -> list[IntArray]:
        """Return the racks on the floor that keep together: an array, or a member alone."""
        of_rack = fabric.layout.racks_by_entry
        found = [np.array(of_rack[key], dtype=np.int64) for key in self.whole]
        for key, cells in self.members.items():
            wanted = frozenset(cells)
            found += [
                np.array([number], dtype=np.int64)
                for number in of_rack[key]
                if cell_of(fabric.design, fabric.layout.racks[number]) in wanted
            ]
        return found

    def mask(self, fabric: Fabric) -> BoolArray:
        """Tell which racks on the floor are held, shape (n_racks,)."""
        chosen = np.zeros(len(fabric.layout.racks), dtype=bool)
        for block in self.blocks(fabric):
            chosen[block] = True
        return chosen


def hold(fabric: Fabric, addresses: Iterable[str]) -> Held:
    """Return what is held where racks are selected; other things selected do not count."""
    layout = fabric.layout
    labels = frozenset(addresses)
    chosen: dict[RackId, list[int]] = {}
    racks, numbers = layout.racks, layout.rack_by_label
    for label in labels:
        number = numbers.get(label)
        if number is not None:
            chosen.setdefault(racks[number].rack, []).append(number)
    if not chosen:
        # Menus ask at every edit, mostly with no rack selected, also where there are thousands.
        return Held((), {})
    of_rack = layout.racks_by_entry
    whole, members = [], {}
    for key in sorted(chosen):
        if len(chosen[key]) == len(of_rack[key]):
            whole.append(key)
        else:
            array = fabric.design.racks[key].array
            cells = [cell_at(array, layout.racks[n].element) for n in sorted(chosen[key])]
            members[key] = tuple(cells)
    return Held(tuple(whole), members)


def all_of_array(layout: Layout, label: str) -> frozenset[str]:
    """Return the labels of all racks of the array that a rack belongs to."""
    number = layout.rack_by_label.get(label)
    if number is None:
        return frozenset((label,))
    rack = layout.racks[number].rack
    return frozenset(layout.racks[one].label for one in layout.racks_by_entry[rack])


def cell_of(design: Design, instance: RackInstance) -> Cell:
    """Return column and row of a rack in its array."""
    return cell_at(design.racks[instance.rack].array, instance.element)
