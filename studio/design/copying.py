"""Copies of racks: whole arrays, or single racks of them, with what is drawn by hand inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from studio.design.arrays import Cell, cells, member_rack
from studio.design.cabling import add_cables, renamed_ends
from studio.design.edits import free_name, on_floor, rack_of
from studio.design.labels import is_numbered, label_of
from studio.design.model import Design, Deviation, LinkRule, Rack
from studio.ids import Address, RackId


@dataclass(frozen=True)
class Copied:
    """Racks as they were when they were copied; nothing of it changes with the design."""

    racks: tuple[tuple[RackId, Rack], ...]
    """With the name each had; a single rack out of an array has the array's."""
    cables: tuple[LinkRule, ...]
    """Drawn by hand, with both ends in these racks."""
    exceptions: Mapping[Address, Deviation]
    """At these racks and in them."""

    @property
    def labels(self) -> frozenset[str]:
        """Return the labels of the racks that were copied."""
        return frozenset(label for key, rack in self.racks for label in _labels(key, rack))


def copy_racks(
    design: Design,
    whole: Iterable[RackId],
    members: Mapping[RackId, Sequence[Cell]] | None = None,
) -> Copied:
    """Return copies of racks, with the cables drawn by hand among them and their exceptions.

    A cable that stands for one of a rule is left out: which link of the rule that is among the
    copies only the fabric can tell.

    Parameters
    ----------
    whole : racks, and arrays as arrays.
    members : single racks of arrays.

    Raises
    ------
    UnknownName : no rack is called so.
    """
    racks = [(key, rack_of(design, key)) for key in whole]
    for key, own in (members or {}).items():
        array = rack_of(design, key)
        racks += [(key, member_rack(key, array, cell)) for cell in own]
    # Copies are numbered in the order of what they were copied from.
    racks.sort(key=lambda one: one[1].first)
    bare = Copied(tuple(racks), (), {})
    labels = bare.labels
    cables = tuple(
        rule
        for rule in design.links.values()
        if rule.by_hand and not rule.replaces and {_rack(rule.a), _rack(rule.b)} <= labels
    )
    exceptions = {key: one for key, one in design.exceptions.items() if _rack(key) in labels}
    return replace(bare, cables=cables, exceptions=exceptions)


def insert_racks(
    design: Design, copied: Copied, dx_m: float, dy_m: float
) -> tuple[Design, tuple[RackId, ...]]:
    """Return the design with copied racks in it, and their names there.

    Link rules select by pattern, so that links inside and between the copies follow by rule.
    Labels go on counting where the design's highest rack number ends; a label without a number
    gets one.

    Parameters
    ----------
    dx_m, dy_m : how far the copies stand from where the racks stood.
    """
    racks = dict(design.racks)
    made: list[RackId] = []
    renamed: dict[str, str] = {}
    number = next_number(design)
    for old_id, rack in copied.racks:
        new_id = RackId(free_name(old_id, racks))
        label = rack.label if is_numbered(rack.label) else f"{rack.label}-{{n}}"
        racks[new_id] = msgspec.structs.replace(
            rack,
            x_m=on_floor(rack.x_m + dx_m),
            y_m=on_floor(rack.y_m + dy_m),
            first=number,
            label=label,
        )
        number += rack.array.count * rack.array.rows
        renamed.update(zip(_labels(old_id, rack), _labels(new_id, racks[new_id]), strict=True))
        made.append(new_id)
    design = msgspec.structs.replace(design, racks=racks)
    if copied.exceptions:
        marked = {
            Address(_moved(address, renamed)): one for address, one in copied.exceptions.items()
        }
        design = msgspec.structs.replace(design, exceptions={**design.exceptions, **marked})
    cables = [
        renamed_ends(cable, renamed) for cable in copied.cables if cable.plane in design.planes
    ]
    return (add_cables(design, cables)[0] if cables else design), tuple(made)


def duplicate_racks(
    design: Design, racks: Sequence[RackId], dx_m: float, dy_m: float
) -> tuple[Design, tuple[RackId, ...]]:
    """Return the design with copies of racks or arrays of racks, and the ids of the copies."""
    return insert_racks(design, copy_racks(design, racks), dx_m, dy_m)


def renamed_racks(copied: Copied, design: Design, made: Sequence[RackId]) -> Mapping[str, str]:
    """Return the label of each rack that was inserted by the label it was copied from."""
    renamed: dict[str, str] = {}
    for (old_id, rack), new_id in zip(copied.racks, made, strict=True):
        new = _labels(new_id, design.racks[new_id])
        renamed.update(zip(_labels(old_id, rack), new, strict=True))
    return renamed


def next_number(design: Design) -> int:
    """Return the first rack number that no rack of the design has."""
    return 1 + max(
        (one.first + one.array.count * one.array.rows - 1 for one in design.racks.values()),
        default=0,
    )


def _labels(rack_id: RackId, rack: Rack) -> list[str]:
    count = sum(1 for _ in cells(rack.array))
    return [label_of(rack.label, rack_id, rack.first + n) for n in range(count)]


def _rack(address: str) -> str:
    return address.partition("/")[0]


def _moved(address: str, renamed: Mapping[str, str]) -> str:
    rack, slash, rest = address.partition("/")
    return renamed[rack] + slash + rest
