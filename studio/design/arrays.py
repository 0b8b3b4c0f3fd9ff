"""Edits of arrays of racks: members out of line, other counts, single racks instead.

A member is named by its cell, (column, row) from 0, which stays the same when the array grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from studio.design.edits import free_name, on_floor, rack_of
from studio.design.model import Array, Design, Rack, Shift
from studio.errors import InvalidInput
from studio.ids import RackId

Cell = tuple[int, int]
"""Column and row of a member."""


def cell_key(cell: Cell) -> str:
    """Return what a cell is called in `Array.moved`."""
    return f"{cell[0]},{cell[1]}"


def cells(array: Array) -> Iterator[Cell]:
    """Yield the cells of an array in the order of its numbers."""
    for row in range(array.rows):
        for column in range(array.count):
            yield column, row


def cell_at(array: Array, element: int) -> Cell:
    """Return column and row of the member of a number, from 0."""
    row, column = divmod(element, max(1, array.count))
    return column, row


def is_repeated(array: Array) -> bool:
    """Tell whether there is more than one member."""
    return array.count * array.rows > 1


def array_offset(rack: Rack, column: int, row: int) -> tuple[float, float]:
    """Return where an element of a rack's array stands, relative to the first place, in metres."""
    array = rack.array
    along, across = column * array.pitch, row * array.row_pitch
    if array.moved:
        shift = shift_of(array, (column, row))
        along, across = along + shift.along, across + shift.across
    return (across, along) if rack.rotation_deg % 180 else (along, across)


def member_rotation(rack: Rack, column: int, row: int) -> int:
    """Return how far a member is turned, 0, 90, 180 or 270 degrees."""
    return (rack.rotation_deg + shift_of(rack.array, (column, row)).turn_deg) % 360


_IN_LINE = Shift()


def shift_of(array: Array, cell: Cell) -> Shift:
    """Return how far a member is out of line; zero for most."""
    return array.moved.get(cell_key(cell), _IN_LINE) if array.moved else _IN_LINE


def offset_of(rack: Rack, cell: Cell) -> tuple[float, float]:
    """Return how far a member stands from its regular place along x and y of the hall. [m]."""
    shift = shift_of(rack.array, cell)
    pair = (shift.along, shift.across)
    return pair[::-1] if rack.rotation_deg % 180 else pair


def place_members(
    design: Design, rack_id: RackId, offsets: Mapping[Cell, tuple[float, float]]
) -> Design:
    """Return the design with members of an array that far from their regular places.

    Parameters
    ----------
    offsets : along x and y of the hall, in metres; (0, 0) is back in line.
    """
    rack = rack_of(design, rack_id)
    shifts = {}
    for cell, (dx_m, dy_m) in offsets.items():
        along, across = (dy_m, dx_m) if rack.rotation_deg % 180 else (dx_m, dy_m)
        turn = shift_of(rack.array, cell).turn_deg
        shifts[cell] = Shift(round(along, 6) + 0.0, round(across, 6) + 0.0, turn)
    return _with_shifts(design, rack_id, shifts)


def turn_members(design: Design, rack_id: RackId, members: Sequence[Cell], degrees: int) -> Design:
    """Return the design with members of an array turned by a multiple of 90 degrees."""
    if degrees % 90:
        raise InvalidInput(
            "racks turn by multiples of 90 degrees, not by {degrees}", degrees=degrees
        )
    array = rack_of(design, rack_id).array
    shifts = {}
    for cell in members:
        shift = shift_of(array, cell)
        shifts[cell] = msgspec.structs.replace(shift, turn_deg=(shift.turn_deg + degrees) % 360)
    return _with_shifts(design, rack_id, shifts)


def straighten(design: Design, rack_id: RackId, members: Sequence[Cell]) -> Design:
    """Return the design with members of an array back in line."""
    return _with_shifts(design, rack_id, dict.fromkeys(members, _IN_LINE))


def _with_shifts(design: Design, rack_id: RackId, shifts: Mapping[Cell, Shift]) -> Design:
    rack = rack_of(design, rack_id)
    moved = dict(rack.array.moved)
    for cell, shift in shifts.items():
        if shift == _IN_LINE:
            moved.pop(cell_key(cell), None)
        else:
            moved[cell_key(cell)] = shift
    if moved == rack.array.moved:
        return design
    array = msgspec.structs.replace(rack.array, moved=moved)
    changed = msgspec.structs.replace(rack, array=array)
    return msgspec.structs.replace(design, racks={**design.racks, rack_id: changed})


def detach_members(
    design: Design, rack_id: RackId, members: Sequence[Cell]
) -> tuple[Design, tuple[RackId, ...]]:
    """Return the design with some members of an array as racks of their own, labels as they were.

    What is left of the array stays live, in as few arrays as there are runs between the members.
    """
    rack = rack_of(design, rack_id)
    apart = [cell for cell in cells(rack.array) if cell in frozenset(members)]
    if not apart:
        return design, ()
    return _split(design, rack_id, _runs(rack, frozenset(apart)), apart)


def detach_array(design: Design, rack_id: RackId) -> tuple[Design, tuple[RackId, ...]]:
    """Return the design with an array of racks replaced by single racks with the same labels."""
    rack = rack_of(design, rack_id)
    return _split(design, rack_id, (), tuple(cells(rack.array)))


def member_rack(rack_id: RackId, rack: Rack, cell: Cell) -> Rack:
    """Return one member of an array as a rack of its own with the same label."""
    dx, dy = array_offset(rack, *cell)
    turned = member_rotation(rack, *cell)
    return msgspec.structs.replace(
        _from(rack_id, rack, cell, Array()),
        contents={**rack.contents, **rack.own_contents.get(cell_key(cell), {})},
        own_contents={},
        x_m=on_floor(rack.x_m + dx),
        y_m=on_floor(rack.y_m + dy),
        rotation_deg=turned,
    )


_Run = tuple[Cell, int, int]
"""First cell, columns and rows."""


def _runs(rack: Rack, apart: frozenset[Cell]) -> list[_Run]:
    """Return the rectangles of cells left, row by row."""
    count = rack.array.count
    runs: list[_Run] = []
    for row in range(rack.array.rows):
        kept = [column for column in range(count) if (column, row) not in apart]
        if len(kept) == count and runs and runs[-1][1] == count and _ends_before(runs[-1], row):
            first, _, rows = runs[-1]
            runs[-1] = (first, count, rows + 1)
            continue
        for place, column in enumerate(kept):
            if place and kept[place - 1] == column - 1:
                first, columns, _ = runs[-1]
                runs[-1] = (first, columns + 1, 1)
            else:
                runs.append(((column, row), 1, 1))
    return runs


def _ends_before(run: _Run, row: int) -> bool:
    return run[0][1] + run[2] == row


def _from(rack_id: RackId, rack: Rack, first: Cell, array: Array) -> Rack:
    """Return the part of an array that begins at a cell's regular place."""
    dx, dy = array_offset(_regular(rack), *first)
    return msgspec.structs.replace(
        rack,
        x_m=on_floor(rack.x_m + dx),
        y_m=on_floor(rack.y_m + dy),
        first=rack.first + _number(rack, first),
        label=rack.label.replace("{id}", rack_id),
        array=array,
    )


def _regular(rack: Rack) -> Rack:
    return msgspec.structs.replace(rack, array=msgspec.structs.replace(rack.array, moved={}))


def _part(rack_id: RackId, rack: Rack, run: _Run) -> Rack:
    (column, row), columns, rows = run
    places = [(column + c, row + r) for r in range(rows) for c in range(columns)]
    own = {_key_from(run, one): rack.own_contents.get(cell_key(one)) for one in places}
    shifts = {_key_from(run, one): shift_of(rack.array, one) for one in places}
    moved = {key: shift for key, shift in shifts.items() if shift != _IN_LINE}
    array = msgspec.structs.replace(rack.array, count=columns, rows=rows, moved=moved)
    part = _from(rack_id, rack, (column, row), array)
    kept = {key: contents for key, contents in own.items() if contents}
    return msgspec.structs.replace(part, own_contents=kept)


def _key_from(run: _Run, cell: Cell) -> str:
    """Return what a cell is called in the run that it becomes a part of."""
    (column, row), _, _ = run
    return cell_key((cell[0] - column, cell[1] - row))


def _split(
    design: Design, rack_id: RackId, kept: Sequence[_Run], singles: Sequence[Cell]
) -> tuple[Design, tuple[RackId, ...]]:
    """Return the design with an array replaced by what is kept of it and by single racks."""
    rack = rack_of(design, rack_id)
    taken: dict[str, Rack] = {str(name): one for name, one in design.racks.items()}
    pieces: list[tuple[int, RackId, Rack]] = []
    for place, run in enumerate(kept):
        name = free_name(f"{rack_id}-part", taken) if place else str(rack_id)
        taken[name] = _part(rack_id, rack, run)
        pieces.append((_number(rack, run[0]), RackId(name), taken[name]))
    names = []
    for cell in singles:
        name = free_name(f"{rack_id}-{_number(rack, cell) + 1}", taken)
        taken[name] = member_rack(rack_id, rack, cell)
        names.append(RackId(name))
        pieces.append((_number(rack, cell), names[-1], taken[name]))
    # Link rules pair components in their order, which therefore stays.
    pieces.sort(key=lambda piece: piece[0])
    racks: dict[RackId, Rack] = {}
    for key, value in design.racks.items():
        racks.update({name: one for _, name, one in pieces} if key == rack_id else {key: value})
    return msgspec.structs.replace(design, racks=racks), tuple(names)


def _number(rack: Rack, cell: Cell) -> int:
    """Return the place of a cell in the order of the array's labels."""
    return cell[1] * rack.array.count + cell[0]
