"""Racks, placements and components of a design, expanded into arrays, rack by rack.

Only what repeats is walked in Python; components come from templates by offset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studio.design.arrays import array_offset, member_rotation, shift_of
from studio.design.labels import label_of
from studio.design.model import Array, Design, Face, Placement, Rack
from studio.design.selector import Selector
from studio.errors import InvalidDesign
from studio.fabric.arrays import FloatArray, IntArray
from studio.fabric.parts import PartData, PartTable
from studio.fabric.template import Path, Template, build_templates
from studio.ids import Address, AssemblyId, RackId
from studio.messages import say
from studio.units import RACK_UNIT_M

MOST_RACKS = 20_000
MOST_PLACEMENTS = 400_000
MOST_PLACEMENTS_IN_RACK = 10_000
TALLEST_U = 1000
MOST_COMPONENTS = 2_000_000
DEFAULT_RACK_WIDTH_M, DEFAULT_RACK_DEPTH_M = 0.6, 1.2
"""Of a rack part that does not say."""
LONGEST_LABEL = 60
_CELL = re.compile(r"\d{1,5},\d{1,5}")
_MARKS = frozenset("/{}[]*?")
"""What patterns, addresses and selectors are written with; labels can't hold them."""
FARTHEST_M = 1e5
"""Racks farther out than this are a mistake of units."""


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


def build_layout(design: Design, parts: PartTable) -> Layout:
    """Expand racks, arrays and placements.

    Raises
    ------
    InvalidDesign : a limit is exceeded, a label repeats, or something named is not there.
    """
    templates = build_templates(design.assemblies, parts)
    racks: list[RackInstance] = []
    housings: list[Housing] = []
    components = 0
    for rack_id, rack in design.racks.items():
        stack = _stack(rack_id, rack, design, templates)
        instances = _rack_instances(rack_id, rack, parts)
        components += len(instances) * sum(len(housing.template.parts) for housing in stack)
        placements = len(housings) + len(stack) * len(instances)
        _check_size(rack_id, len(racks) + len(instances), placements, components)
        for instance in instances:
            housings.extend(replace(housing, rack=len(racks)) for housing in stack)
            racks.append(instance)
    _check_labels(racks)
    return _assemble(racks, housings, parts)


def _check_size(rack_id: RackId, racks: int, placements: int, components: int) -> None:
    for count, most, what in (
        (racks, MOST_RACKS, say("racks")),
        (placements, MOST_PLACEMENTS, say("placements")),
        (components, MOST_COMPONENTS, say("components")),
    ):
        if count > most:
            raise InvalidDesign(
                "rack {rack_id!r}: the design would have {count} {what}; {most} are "
                "possible. Make its array or the counts inside smaller",
                rack_id=rack_id,
                count=count,
                what=what,
                most=most,
            )


def _rack_instances(rack_id: RackId, rack: Rack, parts: PartTable) -> list[RackInstance]:
    array = rack.array
    if not (array.count >= 0 and array.rows >= 0 and array.count * array.rows <= MOST_RACKS):
        raise InvalidDesign(
            "rack {rack_id!r}: array of {count} x {rows}; 0 to {most_racks} racks are possible",
            rack_id=rack_id,
            count=array.count,
            rows=array.rows,
            most_racks=MOST_RACKS,
        )
    _check_position(rack_id, rack)
    number = parts.number(rack.part, say("rack {rack_id!r}", rack_id=rack_id))
    found = []
    for element in range(array.count * array.rows):
        row, column = divmod(element, array.count)
        dx, dy = array_offset(rack, column, row)
        label = _label(
            rack.label,
            rack_id,
            rack.first + element,
            say(
                "rack {rack_id!r}",
                rack_id=rack_id,
            ),
        )
        x_m, y_m = rack.x_m + dx, rack.y_m + dy
        turned = member_rotation(rack, column, row)
        found.append(RackInstance(rack_id, element, label, number, x_m, y_m, turned))
    return found


def place_racks(layout: Layout, design: Design) -> Layout:
    """Return the layout with its racks where the design has them now; nothing else has changed."""
    racks = []
    for instance in layout.racks:
        rack = design.racks[instance.rack]
        row, column = divmod(instance.element, rack.array.count)
        dx, dy = array_offset(rack, column, row)
        x_m, y_m = rack.x_m + dx, rack.y_m + dy
        turned = member_rotation(rack, column, row)
        _check_position(instance.rack, rack)
        racks.append(replace(instance, x_m=x_m, y_m=y_m, rotation_deg=turned))
    return replace(layout, racks=tuple(racks))


def _check_position(rack_id: RackId, rack: Rack) -> None:
    if not (abs(rack.x_m) <= FARTHEST_M and abs(rack.y_m) <= FARTHEST_M):
        raise InvalidDesign(
            "rack {rack_id!r}: stands at ({x_m}, {y_m}) m; at most {farthest_m:.0f} m from "
            "the origin is possible",
            rack_id=rack_id,
            x_m=rack.x_m,
            y_m=rack.y_m,
            farthest_m=FARTHEST_M,
        )
    if not (abs(rack.array.pitch) <= FARTHEST_M and abs(rack.array.row_pitch) <= FARTHEST_M):
        raise InvalidDesign(
            "rack {rack_id!r}: pitch ({pitch}, {row_pitch}) m; at most {farthest_m:.0f} m is "
            "possible",
            rack_id=rack_id,
            pitch=rack.array.pitch,
            row_pitch=rack.array.row_pitch,
            farthest_m=FARTHEST_M,
        )
    if rack.rotation_deg % 90:
        raise InvalidDesign(
            "rack {rack_id!r}: {rotation_deg} degrees; use multiples of 90",
            rack_id=rack_id,
            rotation_deg=rack.rotation_deg,
        )
    _check_moved(say("rack {rack_id!r}", rack_id=rack_id), rack.array, FARTHEST_M, "m")


def _check_moved(place: str, array: Array, most: float, unit: str) -> None:
    for cell, shift in array.moved.items():
        if not _CELL.fullmatch(cell):
            raise InvalidDesign(
                "{place}: moved member {cell!r}; write it as '3,0'", place=place, cell=cell[:20]
            )
        if not (abs(shift.along) <= most and abs(shift.across) <= most):
            raise InvalidDesign(
                "{place}: member {cell} moved by ({along}, {across}) {unit}; at most {most:.0f} "
                "{unit} is possible",
                place=place,
                cell=cell,
                along=shift.along,
                across=shift.across,
                unit=unit,
                most=most,
            )
        if shift.turn_deg % 90:
            raise InvalidDesign(
                "{place}: member {cell} turned by {turn_deg} degrees; use multiples of 90",
                place=place,
                cell=cell,
                turn_deg=shift.turn_deg,
            )


def _stack(
    rack_id: RackId, rack: Rack, design: Design, templates: Mapping[AssemblyId, Template]
) -> list[Housing]:
    stack = []
    for placement_id, placement in rack.contents.items():
        place = say(
            "rack {rack_id!r}, placement {placement_id!r}",
            rack_id=rack_id,
            placement_id=placement_id,
        )
        if placement.assembly not in templates:
            raise InvalidDesign(
                "{place}: assembly {assembly!r} is not in the design",
                place=place,
                assembly=placement.assembly,
            )
        if not (0 <= placement.u <= TALLEST_U and 0 <= placement.array.count <= TALLEST_U):
            raise InvalidDesign(
                "{place}: U {u}, {count} of them; 0 to {tallest_u} are possible for both",
                place=place,
                u=placement.u,
                count=placement.array.count,
                tallest_u=TALLEST_U,
            )
        stack.extend(_placed(placement_id, placement, design, templates, place))
        if len(stack) > MOST_PLACEMENTS_IN_RACK:
            raise InvalidDesign(
                "{place}: more than {most_placements_in_rack} in one rack",
                place=place,
                most_placements_in_rack=MOST_PLACEMENTS_IN_RACK,
            )
    labels: dict[str, Housing] = {}
    for housing in stack:
        other = labels.setdefault(housing.label, housing)
        if other is not housing:
            raise InvalidDesign(
                "rack {rack_id!r}: placements {placement!r} and {other!r} both have "
                "one labelled {label!r}; change 'first' or 'label' of one",
                rack_id=rack_id,
                placement=other.placement,
                other=housing.placement,
                label=housing.label,
            )
    return stack


def _placed(
    placement_id: str,
    placement: Placement,
    design: Design,
    templates: Mapping[AssemblyId, Template],
    place: str,
) -> list[Housing]:
    height = design.assemblies[placement.assembly].height_u
    if not (0 <= height <= TALLEST_U and abs(placement.array.pitch) <= TALLEST_U):
        raise InvalidDesign(
            "{place}: assembly {assembly!r} is {height} U high at a pitch of {pitch:g} U; 0 "
            "to {tallest_u} are possible",
            place=place,
            assembly=placement.assembly,
            height=height,
            pitch=placement.array.pitch,
            tallest_u=TALLEST_U,
        )
    pitch = int(placement.array.pitch) or max(1, height)
    _check_moved(place, placement.array, TALLEST_U, "U")
    shifts = [shift_of(placement.array, (n, 0)).along for n in range(placement.array.count)]
    if any(placement.u + n * pitch + int(shift) < 0 for n, shift in enumerate(shifts)):
        raise InvalidDesign(
            "{place}: a member is moved below U0; 0 to {tallest_u} are possible",
            place=place,
            tallest_u=TALLEST_U,
        )
    return [
        Housing(
            rack=-1,
            placement=placement_id,
            element=element,
            label=_label(placement.label, placement_id, placement.first + element, place),
            template=templates[placement.assembly],
            u=placement.u + element * pitch + int(shifts[element]),
            height_u=height,
            face=placement.face,
        )
        for element in range(placement.array.count)
    ]


def _label(pattern: str, own_id: str, number: int, place: str) -> str:
    label = label_of(pattern, own_id, number)
    if not 0 < len(label) <= LONGEST_LABEL or _MARKS & set(label) or label.startswith("rule:"):
        raise InvalidDesign(
            "{place}: label {label!r} must have 1 to {longest_label} characters and none of "
            "/ {{ }} [ ] * ?; {{id}}, {{n}} and {{n:02}} stand for the id and the number",
            place=place,
            label=label[:50],
            longest_label=LONGEST_LABEL,
        )
    return label


def _check_labels(racks: list[RackInstance]) -> None:
    seen: dict[str, RackInstance] = {}
    for rack in racks:
        other = seen.setdefault(rack.label, rack)
        if other is not rack:
            raise InvalidDesign(
                "racks {rack!r} and {other!r} both have a rack labelled {label!r}; change "
                "'first' or 'label' of one",
                rack=other.rack,
                other=rack.rack,
                label=rack.label,
            )


def _assemble(racks: list[RackInstance], housings: list[Housing], parts: PartTable) -> Layout:
    sizes = np.array([len(housing.template.parts) for housing in housings], dtype=np.int64)
    start = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    chunks = [housing.template.parts for housing in housings]
    part = np.concatenate(chunks) if chunks else np.empty(0, dtype=np.int64)
    housing_number = np.repeat(np.arange(len(housings)), sizes)
    return Layout(
        racks=tuple(racks),
        housings=tuple(housings),
        parts=parts.parts(),
        part=part,
        housing=housing_number,
        member=np.arange(len(part)) - start[housing_number],
        start=start,
    )
