"""How many of everything a fabric holds, by part type and by rack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np

from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.fabric import Fabric
from studio.fabric.parts import PartData
from studio.ids import PartId
from studio.messages import Listed

Counts = tuple[tuple[PartData, float], ...]


@dataclass(frozen=True)
class CableRun:
    """The cables of one link rule."""

    rule: str
    cable: PartData
    count: int
    length_m: float
    """All of them together, slack and stock lengths included."""
    transceivers: tuple[PartData, ...]
    """At the A and the B end; empty for copper."""
    first_links: IntArray
    """The first link of each cable, shape (count,)."""

    @property
    def title(self) -> str:
        """Return rule and cable, as a line of a sum is labelled."""
        return Listed((self.rule, self.cable.title), ": ")


@dataclass(frozen=True)
class Inventory:
    """Counts over one fabric; failed pieces are counted, absent ones are not."""

    fabric: Fabric

    @cached_property
    def components(self) -> Counts:
        """Return the components present, by part type."""
        return self._counted(self.fabric.component_present.astype(np.float64))

    @cached_property
    def working(self) -> Counts:
        """Return the components that work, degraded ones by their share."""
        return self._counted(self.fabric.component_factor)

    @cached_property
    def racks(self) -> Counts:
        """Return the racks by part type, those left out that are absent as a whole."""
        layout = self.fabric.layout
        parts = np.array([rack.part for rack in layout.racks], dtype=np.int64)
        counts = np.bincount(parts[self.rack_numbers], minlength=len(layout.parts))
        return tuple((layout.parts[n], float(counts[n])) for n in np.flatnonzero(counts))

    @cached_property
    def rack_numbers(self) -> IntArray:
        """Return the racks that are not absent as a whole, in order."""
        layout, marked = self.fabric.layout, self.fabric.design.exceptions
        absent = {address for address, one in marked.items() if one.state == "absent"}
        there = [number for number, rack in enumerate(layout.racks) if rack.label not in absent]
        return np.array(there, dtype=np.int64)

    @cached_property
    def nodes(self) -> Mapping[str, int]:
        """Return how many nodes and trays are there, by the name of their assembly."""
        design, counts = self.fabric.design, dict[str, int]()
        for housing in compress(self.fabric.layout.housings, self.fabric.housing_present):
            assembly = design.assemblies[housing.template.assembly]
            if assembly.kind in ("node", "tray"):
                counts[assembly.title] = counts.get(assembly.title, 0) + 1
        return counts

    @cached_property
    def cable_runs(self) -> tuple[CableRun, ...]:
        """Return the cables of every rule that uses any; a cable with no link left is not laid."""
        fabric, runs = self.fabric, []
        for number, one in enumerate(fabric.links.rules):
            if not one.rule.cable:
                continue
            start = int(fabric.links.start[number])
            present = fabric.link_present[start : start + len(one.a)]
            cable_of = np.arange(len(one.a)) // one.rule.links_per_cable
            # Numbers from zero up are told apart by counting, much faster than by np.unique.
            used = np.flatnonzero(np.bincount(cable_of[present]))
            first = start + used * one.rule.links_per_cable
            ends = (one.rule.transceiver_a, one.rule.transceiver_b)
            runs.append(
                CableRun(
                    one.name,
                    fabric.part_by_id[one.rule.cable],
                    len(used),
                    float(fabric.geometry.length_m[first].sum()),
                    tuple(fabric.part_by_id[end] for end in ends if end),
                    first,
                )
            )
        return tuple(runs)

    @cached_property
    def transceivers(self) -> Counts:
        """Return the transceivers by type, one per end of each cable."""
        return _summed((part, run.count) for run in self.cable_runs for part in run.transceivers)

    @cached_property
    def cables(self) -> Counts:
        """Return the cables by type."""
        return _summed((run.cable, run.count) for run in self.cable_runs)

    @cached_property
    def cable_metres(self) -> Counts:
        """Return the length of the cables by type, in metres."""
        return _summed((run.cable, run.length_m) for run in self.cable_runs)

    @cached_property
    def pieces(self) -> Counts:
        """Return everything that is bought: components, racks, cables and transceivers."""
        return (*self.components, *self.racks, *self.cables, *self.transceivers)

    def of_kind(self, *kinds: str) -> Counts:
        """Return the working components of some kinds."""
        return tuple((part, count) for part, count in self.working if part.kind in kinds)

    def mass_by_rack_kg(self) -> FloatArray:
        """Return the mass of each rack with what stands in it, cables and transceivers excluded.

        Returns
        -------
        shape (n_racks,). [kg]
        """
        fabric, layout = self.fabric, self.fabric.layout
        each = np.array([part.value("mass") for part in layout.parts])
        mass = np.array([layout.parts[rack.part].value("mass") for rack in layout.racks])
        if layout.component_count:
            there = each[layout.part] * fabric.component_present
            mass = mass + np.bincount(layout.rack, weights=there, minlength=len(layout.racks))
        for housing in compress(layout.housings, fabric.housing_present):
            mass[housing.rack] += housing.template.mass_kg
        return mass

    def power_by_rack_w(self, field: str) -> FloatArray:
        """Return what components, transceivers and active cables draw in each rack.

        Losses of the supplies are excluded. A cable draws one half at each of its ends.

        Returns
        -------
        shape (n_racks,), not to be written to. [W]
        """
        if field not in self._power_by_rack_w:
            power = self._drawn_by_rack_w(field)
            power.setflags(write=False)
            self._power_by_rack_w[field] = power
        return self._power_by_rack_w[field]

    @cached_property
    def _power_by_rack_w(self) -> dict[str, FloatArray]:
        return {}

    def _drawn_by_rack_w(self, field: str) -> FloatArray:
        fabric, layout = self.fabric, self.fabric.layout
        draws = np.array([_draw_w(part, field) for part in layout.parts])
        runs = fabric.component_factor > 0
        power = np.zeros(len(layout.racks))
        if layout.component_count:
            each = draws[layout.part] * runs
            power += np.bincount(layout.rack, weights=each, minlength=len(layout.racks))
        for run in self.cable_runs:
            ends = (fabric.links.a, fabric.links.b)
            both = (*(part.value(field) for part in run.transceivers), 0.0, 0.0)
            for own, end in zip(both, ends, strict=False):
                draw_w = own + run.cable.value(field) / 2
                if draw_w:
                    racks = np.bincount(layout.rack[end[run.first_links]], minlength=len(power))
                    power += draw_w * racks
        return power

    def input_by_rack_w(self, field: str) -> FloatArray:
        """Return what each rack draws from its feeds, conversion loss included.

        Returns
        -------
        shape (n_racks,). [W]
        """
        power = self.power_by_rack_w(field).copy()
        for rack, supply in self.supply_by_rack().items():
            power[rack] /= supply.value("efficiency") or 1.0
        return power

    def supply_by_rack(self) -> Mapping[int, PartData]:
        """Return the power supply type in each rack that has one."""
        return self._supplies

    @cached_property
    def _supplies(self) -> Mapping[int, PartData]:
        layout = self.fabric.layout
        supplies = layout.of_kind("power_supply")
        # Written last to first, so that the first supply of each rack stays.
        first = np.full(len(layout.racks), -1, dtype=np.int64)
        first[layout.rack[supplies][::-1]] = supplies[::-1]
        chosen = np.sort(first[first >= 0]).tolist()
        return {int(layout.rack[one]): layout.parts[int(layout.part[one])] for one in chosen}

    def _counted(self, weights: FloatArray) -> Counts:
        layout = self.fabric.layout
        if not layout.component_count:
            return ()
        counts = np.bincount(layout.part, weights=weights, minlength=len(layout.parts))
        return tuple((layout.parts[n], float(counts[n])) for n in np.flatnonzero(counts))


def inventory_of(fabric: Fabric) -> Inventory:
    """Return the inventory of a fabric; totals, rules and tables of a snapshot share one."""
    known = fabric.worked_out.get(Inventory)
    if isinstance(known, Inventory):
        return known
    made = Inventory(fabric)
    fabric.worked_out[Inventory] = made
    return made


def _draw_w(part: PartData, field: str) -> float:
    """Supplies pass power on: their loss is worked out from their efficiency."""
    return 0.0 if part.kind == "power_supply" else part.value(field)


def _summed(counted: Iterable[tuple[PartData, float]]) -> Counts:
    sums: dict[PartId, float] = {}
    parts: dict[PartId, PartData] = {}
    for part, count in counted:
        parts[part.id] = part
        sums[part.id] = sums.get(part.id, 0.0) + count
    return tuple((parts[part_id], count) for part_id, count in sums.items())
