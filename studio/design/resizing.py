"""Another count for an array of racks; those numbered behind it make room, exceptions follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

import msgspec

from studio.design.cabling import follow_place, give_back
from studio.design.edits import rack_of, set_state
from studio.design.labels import is_numbered, label_of
from studio.design.model import Design, Deviation, Rack
from studio.errors import InvalidInput
from studio.ids import Address, RackId


def resize_array(
    design: Design,
    rack_id: RackId,
    count: int,
    rows: int,
    pitch_m: float = 0.0,
    row_pitch_m: float = 0.0,
) -> Design:
    """Return the design with an array of other counts.

    Racks of the same numbering behind it are numbered further where their labels would repeat;
    exceptions go with the racks they name. Where a narrower array gives the number of a rack that
    is gone to another one, exceptions and single cables of the former are gone too.

    Parameters
    ----------
    pitch_m, row_pitch_m : taken where the array needs one and has none yet, as a single rack.

    Raises
    ------
    UnknownName : no rack is called so.
    InvalidInput : less than one rack, or a link rule names by number a rack that would change it.
    """
    rack = rack_of(design, rack_id)
    if count < 1 or rows < 1:
        raise InvalidInput("rack {rack_id!r}: an array has at least 1 x 1 racks", rack_id=rack_id)
    if (count, rows) == (rack.array.count, rack.array.rows):
        return design
    array = msgspec.structs.replace(
        rack.array,
        count=count,
        rows=rows,
        pitch=rack.array.pitch or (pitch_m if count > 1 else 0.0),
        row_pitch=rack.array.row_pitch or (row_pitch_m if rows > 1 else 0.0),
    )
    racks = {**design.racks, rack_id: msgspec.structs.replace(rack, array=array)}
    behind = dict(_made_room(racks, rack_id))
    racks.update(behind)
    renamed = _renamed(design, behind)
    _check_rules(design, renamed)
    inside = _renumbered(rack_id, rack, racks[rack_id])
    design = _without_places(design, frozenset(inside.values()) - frozenset(inside))
    renamed = {**renamed, **inside}
    design = follow_place(design, renamed)
    exceptions: dict[Address, Deviation] = design.exceptions
    if any(_rack_part(address) in renamed for address in exceptions):
        exceptions = {_followed(key, renamed): value for key, value in exceptions.items()}
    return msgspec.structs.replace(design, racks=racks, exceptions=exceptions)


def _pattern(rack_id: RackId, rack: Rack) -> str:
    return rack.label.replace("{id}", rack_id)


def _made_room(racks: Mapping[RackId, Rack], grown: RackId) -> Iterator[tuple[RackId, Rack]]:
    """Yield the racks that must count from a higher number."""
    own = racks[grown]
    pattern = _pattern(grown, own)
    if not is_numbered(pattern):
        return
    behind = [
        (one.first, key, one)
        for key, one in racks.items()
        if key != grown and _pattern(key, one) == pattern and one.first >= own.first
    ]
    free = own.first + own.array.count * own.array.rows
    for first, key, one in sorted(behind, key=lambda entry: entry[0]):
        if first < free:
            yield key, msgspec.structs.replace(one, first=free)
        free = max(first, free) + one.array.count * one.array.rows


def _renamed(design: Design, after: Mapping[RackId, Rack]) -> Mapping[str, str]:
    """Return the new label by the old one."""
    found = {}
    for rack_id, rack in after.items():
        before = design.racks[rack_id]
        for number in range(rack.array.count * rack.array.rows):
            old = label_of(before.label, rack_id, before.first + number)
            found[old] = label_of(rack.label, rack_id, rack.first + number)
    return found


def _renumbered(rack_id: RackId, before: Rack, after: Rack) -> Mapping[str, str]:
    """Return the new label by the old one of racks that keep their cell in an array."""
    counts = before.array.count, after.array.count
    found = {}
    for row in range(min(before.array.rows, after.array.rows)):
        for column in range(min(counts)):
            old, new = (
                label_of(before.label, rack_id, before.first + row * count + column)
                for count in counts
            )
            if old != new:
                found[old] = new
    return found


def _without_places(design: Design, racks: frozenset[str]) -> Design:
    """Return the design without exceptions and single cables at some racks."""
    for address in design.exceptions:
        if _rack_part(address) in racks:
            design = set_state(design, address, None)
    for name, rule in design.links.items():
        if rule.by_hand and racks & {_rack_part(rule.a), _rack_part(rule.b)}:
            design = give_back(design, name)
    return design


def _check_rules(design: Design, renamed: Mapping[str, str]) -> None:
    for name, rule in design.links.items():
        if rule.by_hand:
            continue
        for pattern in {_rack_part(rule.a), _rack_part(rule.b)} - {"**", "", "*"}:
            for old, new in renamed.items():
                if fnmatchcase(old, pattern) != fnmatchcase(new, pattern):
                    raise InvalidInput(
                        "{old} would become {new}, and link rule {name!r} names racks as "
                        "{pattern!r}; change 'first' of the racks behind, or the rule",
                        old=old,
                        new=new,
                        name=name,
                        pattern=pattern,
                    )


def _rack_part(address: str) -> str:
    return address.partition("/")[0]


def _followed(address: Address, renamed: Mapping[str, str]) -> Address:
    rack, slash, rest = address.partition("/")
    return Address(renamed.get(rack, rack) + slash + rest)
