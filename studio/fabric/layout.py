"""Racks, placements and components of a design as arrays: what stands where, by what address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from studio.design.model import Face
from studio.design.selector import Selector
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.parts import PartData
from studio.fabric.template import Path, Template
from studio.ids import Address, RackId
from studio.units import RACK_UNIT_M

DEFAULT_RACK_WIDTH_M, DEFAULT_RACK_DEPTH_M = 0.6, 1.2
"""Of a rack part that does not say."""


@dataclass(frozen=True)
class RackInstance:
    """One rack on the floor; `x_m`, `y_m` is the corner of its footprint nearest the origin."""

    rack: RackId
    element: int
    """Number within the rack's array, 0 for a single rack."""
    label: str
    part: int
    x_m: float
    y_m: float
    rotation_deg: int


@dataclass(frozen=True)
class Housing:
    """One placed assembly: a node, box, tray or shelf in its rack."""

    rack: int
    """Number of the rack instance."""
    placement: str
    element: int
    label: str
    template: Template
    u: int
    height_u: int
    face: Face


@dataclass(frozen=True)
class Layout:
    """All components of a design, contiguous by rack and by housing.

    `part`, `housing`, `member` have shape (n_components,); `start` has (n_housings + 1,).
    """

    racks: tuple[RackInstance, ...]
    housings: tuple[Housing, ...]
    parts: tuple[PartData, ...]
    part: IntArray
    housing: IntArray
    member: IntArray
    """Place of the component in its template."""
    start: IntArray
    """First component of each housing."""
    different: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Components whose part is an exception of their assembly, in order."""

    def alike(self, **changed: Any) -> Layout:
        """Return a layout of the same racks elsewhere, or of parts with other values.

        What was worked out of this one goes along: none of it depends on places or values.
        """
        made = replace(self, **changed)
        own = {one.name for one in fields(self)}
        vars(made).update((key, known) for key, known in vars(self).items() if key not in own)
        return made

    @property
    def component_count(self) -> int:
        """Return how many components there are."""
        return len(self.part)

    @cached_property
    def rack_of_housing(self) -> IntArray:
        """Return the rack of each housing, shape (n_housings,)."""
        return np.array([housing.rack for housing in self.housings], dtype=np.int64)

    @cached_property
    def rack(self) -> IntArray:
        """Return the rack of each component, shape (n_components,)."""
        return self.rack_of_housing[self.housing]

    @cached_property
    def index(self) -> IntArray:
        """Return the index of each component within its group, shape (n_components,)."""
        per_template = {
            id(h.template): np.array([path[-1][1] for path in h.template.paths], dtype=np.int64)
            for h in self.housings
        }
        chunks = [per_template[id(h.template)] for h in self.housings]
        return np.concatenate(chunks) if chunks else np.empty(0, dtype=np.int64)

    @cached_property
    def kind_counts(self) -> Mapping[str, int]:
        """Return how many components there are of each kind."""
        counts: dict[str, int] = {}
        for number, count in enumerate(np.bincount(self.part, minlength=len(self.parts))):
            kind = self.parts[number].kind
            counts[kind] = counts.get(kind, 0) + int(count)
        return counts

    def of_kind(self, kind: str) -> IntArray:
        """Return the components of one kind in order."""
        wanted = np.array([part.kind == kind for part in self.parts], dtype=bool)
        return np.flatnonzero(wanted[self.part]) if len(self.part) else self.part

    def footprint_m(self, rack: RackInstance) -> tuple[float, float]:
        """Return how far a rack reaches along x and y, turned as it stands. [m]."""
        part = self.parts[rack.part]
        width = part.value("width") or DEFAULT_RACK_WIDTH_M
        depth = part.value("depth") or DEFAULT_RACK_DEPTH_M
        return (depth, width) if rack.rotation_deg % 180 else (width, depth)

    @cached_property
    def height_m(self) -> FloatArray:
        """Return the height of each housing's middle above the floor, shape (n_housings,)."""
        plinth_m = 0.1
        middle = [housing.u - 1 + housing.height_u / 2 for housing in self.housings]
        return plinth_m + np.array(middle, dtype=np.float64) * RACK_UNIT_M

    def path(self, component: int) -> Path:
        """Return the group names and indices of a component below its housing."""
        housing = self.housings[int(self.housing[component])]
        return housing.template.paths[int(self.member[component])]

    def address(self, component: int) -> Address:
        """Return the address of a component, such as `R03/N2/npu[5]`."""
        housing = self.housings[int(self.housing[component])]
        tail = "/".join(f"{name}[{index}]" for name, index in self.path(component))
        return Address(f"{self.racks[housing.rack].label}/{housing.label}/{tail}")

    @cached_property
    def housing_by_label(self) -> Mapping[tuple[str, str], int]:
        """Return the number of each housing by rack label and own label."""
        return {(self.racks[h.rack].label, h.label): n for n, h in enumerate(self.housings)}

    @cached_property
    def housings_by_place(self) -> Mapping[tuple[RackId, str, int], tuple[int, ...]]:
        """Return the housings of one member of a placement in all racks of an entry."""
        found: dict[tuple[RackId, str, int], list[int]] = {}
        for number, one in enumerate(self.housings):
            place = (self.racks[one.rack].rack, one.placement, one.element)
            found.setdefault(place, []).append(number)
        return {place: tuple(numbers) for place, numbers in found.items()}

    @cached_property
    def racks_by_entry(self) -> Mapping[RackId, tuple[int, ...]]:
        """Return the racks on the floor that each entry of the design stands for."""
        found: dict[RackId, list[int]] = {}
        for number, one in enumerate(self.racks):
            found.setdefault(one.rack, []).append(number)
        return {entry: tuple(numbers) for entry, numbers in found.items()}

    @cached_property
    def rack_by_label(self) -> Mapping[str, int]:
        """Return the number of each rack by label."""
        return {rack.label: number for number, rack in enumerate(self.racks)}

    def select(self, selector: Selector) -> IntArray:
        """Return the components a selector names, in order, shape (n_chosen,)."""
        members: dict[int, IntArray] = {}
        chosen = []
        for number, housing in enumerate(self.housings):
            if not selector.admits_place(self.racks[housing.rack].label, housing.label):
                continue
            template = housing.template
            if id(template) not in members:
                members[id(template)] = np.array(
                    [n for n, path in enumerate(template.paths) if selector.admits_path(path)],
                    dtype=np.int64,
                )
            if len(members[id(template)]):
                chosen.append(members[id(template)] + self.start[number])
        return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)
