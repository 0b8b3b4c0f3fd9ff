"""The placements of one rack, expanded into housings one above the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from studio.design.arrays import shift_of
from studio.design.labels import label_of
from studio.design.model import Array, Design, Placement
from studio.errors import InvalidDesign
from studio.fabric.layout import Housing, RackInstance
from studio.fabric.template import Template
from studio.ids import AssemblyId
from studio.messages import say

MOST_PLACEMENTS_IN_RACK = 10_000
TALLEST_U = 1000
LONGEST_LABEL = 60
_L = TypeVar("_L", Housing, RackInstance)
_CELL = re.compile(r"\d{1,5},\d{1,5}")
_MARKS = frozenset("/{}[]*?")
"""What patterns, addresses and selectors are written with; labels can't hold them."""


def stacked(
    rack: str,
    contents: Mapping[str, Placement],
    design: Design,
    templates: Mapping[AssemblyId, Template],
) -> list[Housing]:
    """Return what stands in one rack, which has no number yet.

    Parameters
    ----------
    rack : what the rack is called in messages.

    Raises
    ------
    InvalidDesign : something can't stand there, or two have the same label.
    """
    stack: list[Housing] = []
    for placement_id, placement in contents.items():
        place = say("{rack}, placement {placement_id!r}", rack=rack, placement_id=placement_id)
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
    if (clash := same_label(stack)) is not None:
        one, other = clash
        raise InvalidDesign(
            "{rack}: placements {placement!r} and {other!r} both have "
            "one labelled {label!r}; change 'first' or 'label' of one",
            rack=rack,
            placement=one.placement,
            other=other.placement,
            label=one.label,
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
    check_moved(place, placement.array, TALLEST_U, "U")
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
            label=member_label(placement.label, placement_id, placement.first + element, place),
            template=templates[placement.assembly],
            u=placement.u + element * pitch + int(shifts[element]),
            height_u=height,
            face=placement.face,
        )
        for element in range(placement.array.count)
    ]


def same_label(members: Iterable[_L]) -> tuple[_L, _L] | None:
    """Return the first two members of one label, which no address could tell apart."""
    seen: dict[str, _L] = {}
    for member in members:
        other = seen.setdefault(member.label, member)
        if other is not member:
            return other, member
    return None


def member_label(pattern: str, own_id: str, number: int, place: str) -> str:
    """Return the label of one member.

    Raises
    ------
    InvalidDesign : no address could be written with it.
    """
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


def check_moved(place: str, array: Array, most: float, unit: str) -> None:
    """Refuse members that are moved out of the world, or by no cell of an array."""
    check_cells(place, array.moved)
    for cell, shift in array.moved.items():
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


def check_cells(place: str, cells: Iterable[str]) -> None:
    """Refuse exceptions that name no column and row."""
    for cell in cells:
        if not _CELL.fullmatch(cell):
            raise InvalidDesign(
                "{place}: exception for member {cell!r}; write it as '3,0'",
                place=place,
                cell=cell[:20],
            )
