"""What stands in one rack of an array: the array's contents, and what that rack has of its own.

An exception names a placement. It stands instead of the array's placement of that name, or beside
the others, so that all else in the rack goes on following the array.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from studio.design.arrays import Cell, cell_key, is_repeated
from studio.design.edits import rack_of
from studio.design.labels import label_of
from studio.design.model import Design, Placement, Rack
from studio.ids import RackId


def own_of(rack: Rack, cell: Cell) -> Mapping[str, Placement]:
    """Return the placements that one rack of an array has of its own."""
    return rack.own_contents.get(cell_key(cell), {})


def contents_of(rack: Rack, cell: Cell | None) -> Mapping[str, Placement]:
    """Return what stands in one rack of an array; with None what all have that are no exception."""
    own = own_of(rack, cell) if cell is not None and rack.own_contents else {}
    return {**rack.contents, **own} if own else rack.contents


def contents_path(rack_id: RackId, rack: Rack, cell: Cell, placement: str) -> tuple[str, ...]:
    """Return where a placement that stands in a rack is written, as `set_field` takes it."""
    if placement in own_of(rack, cell):
        return ("racks", str(rack_id), "own_contents", cell_key(cell), placement)
    return ("racks", str(rack_id), "contents", placement)


def scope_of(rack: Rack, cell: Cell) -> Cell | None:
    """Return the cell by which contents of this rack alone are edited; None for a single rack."""
    return cell if is_repeated(rack.array) or own_of(rack, cell) else None


def with_contents(
    design: Design, rack_id: RackId, cell: Cell | None, contents: Mapping[str, Placement]
) -> Design:
    """Return the design with other contents in one rack of an array, or in all with None.

    What is as in the array is no exception. A placement of the array can't be left out of one
    rack: its boxes are marked absent instead.
    """
    rack = rack_of(design, rack_id)
    if cell is None:
        return _with(design, rack_id, contents=dict(contents))
    own = {key: one for key, one in contents.items() if rack.contents.get(key) != one}
    return with_own(design, rack_id, cell, own)


def with_own(design: Design, rack_id: RackId, cell: Cell, own: Mapping[str, Placement]) -> Design:
    """Return the design with these placements, and no others, as the own ones of one rack."""
    kept = dict(rack_of(design, rack_id).own_contents)
    kept.pop(cell_key(cell), None)
    if own:
        kept[cell_key(cell)] = dict(own)
    return _with(design, rack_id, own_contents=kept)


def make_own(design: Design, rack_id: RackId, cell: Cell, placements: Iterable[str]) -> Design:
    """Return the design with placements that one rack has of its own, as they are so far."""
    rack = rack_of(design, rack_id)
    shown, wanted = contents_of(rack, cell), frozenset(placements)
    own = {**own_of(rack, cell), **{key: shown[key] for key in shown if key in wanted}}
    return with_own(design, rack_id, cell, own)


def share(
    design: Design, rack_id: RackId, cell: Cell, placements: Iterable[str] | None = None
) -> Design:
    """Return the design with some placements of one rack, or all, as in its array again.

    What stands there alone has no like in the array, and stays. A placement that fell into several
    there, as where some of its boxes were turned, comes back as one.
    """
    rack = rack_of(design, rack_id)
    own = own_of(rack, cell)
    homes = {key: _home(rack, key, one) for key, one in own.items()}
    wanted = own.keys() if placements is None else placements
    back = {homes.get(key, "") for key in wanted} - {""}
    kept = {key: one for key, one in own.items() if homes[key] not in back}
    return with_own(design, rack_id, cell, kept) if len(kept) < len(own) else design


def _home(rack: Rack, key: str, own: Placement) -> str:
    """Return the placement of the array that an own one stands for, empty where there is none."""
    if key in rack.contents:
        return key
    labels = _labels(key, own)
    alike = (
        name
        for name, one in rack.contents.items()
        if one.assembly == own.assembly and labels and labels <= _labels(name, one)
    )
    return next(alike, "")


def _labels(key: str, one: Placement) -> frozenset[str]:
    return frozenset(label_of(one.label, key, one.first + n) for n in range(one.array.count))


def _with(design: Design, rack_id: RackId, **fields: object) -> Design:
    rack = msgspec.structs.replace(design.racks[rack_id], **fields)
    return msgspec.structs.replace(design, racks={**design.racks, rack_id: rack})
