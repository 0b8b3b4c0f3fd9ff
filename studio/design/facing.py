"""Edits that turn boxes from the front of their rack to its rear, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise

import msgspec

from studio.design.arrays import Cell
from studio.design.contents import ALL, Box, by_placement, run_of
from studio.design.edits import free_name, put, rack_of
from studio.design.members import contents_of, with_contents
from studio.design.model import Array, Design, Face, Placement, Rack
from studio.ids import RackId


def other_face(face: Face) -> Face:
    """Return the rear for the front, and the front for the rear."""
    return "front" if face == "rear" else "rear"


def faced(placement: Placement, *, is_turned: bool) -> Placement:
    """Return a placement at the other face of its rack, or as it is."""
    if not is_turned:
        return placement
    return msgspec.structs.replace(placement, face=other_face(placement.face))


def turn_boxes(
    design: Design, rack_id: RackId, boxes: Iterable[Box], only: Iterable[Cell | None] = ALL
) -> Design:
    """Return the design with boxes at the other face of their rack, labels as they were.

    An array of boxes has one face: where some of its boxes turn, it falls into several.

    Parameters
    ----------
    only : the racks of an array that are meant, by cell.

    Raises
    ------
    UnknownName : there is no such rack or box.
    """
    chosen = list(boxes)
    for cell in only:
        contents = contents_of(rack_of(design, rack_id), cell)
        for name, elements in by_placement(rack_id, contents, chosen).items():
            design = _turned(design, (rack_id, cell), name, frozenset(elements))
    return design


def _turned(
    design: Design, place: tuple[RackId, Cell | None], name: str, elements: frozenset[int]
) -> Design:
    """Return the design with elements of one placement at the other face."""
    rack_id, cell = place
    rack = design.racks[rack_id]
    contents = contents_of(rack, cell)
    whole = contents[name]
    runs = [
        (is_turned, list(run))
        for is_turned, run in groupby(range(whole.array.count), key=elements.__contains__)
    ]
    pieces = [whole] if len(runs) == 1 else _split(design, name, whole, [run for _, run in runs])
    turned = [faced(one, is_turned=run[0]) for one, run in zip(pieces, runs, strict=True)]
    keys = _names(rack, name, len(runs))
    shown = _replaced(contents, name, dict(zip(keys, turned, strict=True)))
    if cell is None and len(runs) > 1:
        cuts = [run for _, run in runs]
        own = {
            key: _own_split(design, one, name, keys, cuts) for key, one in rack.own_contents.items()
        }
        design = put(design, "racks", rack_id, msgspec.structs.replace(rack, own_contents=own))
    return with_contents(design, rack_id, cell, shown)


def _own_split(
    design: Design,
    own: Mapping[str, Placement],
    name: str,
    keys: Sequence[str],
    cuts: Sequence[Sequence[int]],
) -> dict[str, Placement]:
    """Return what a rack has of its own, a placement of the name in as many pieces as the array's.

    It would show the array's pieces beside its own otherwise.
    """
    if name not in own:
        return dict(own)
    kept = _split(design, name, own[name], _within(cuts, own[name].array.count))
    return _replaced(own, name, dict(zip(keys, kept, strict=True)))


def _names(rack: Rack, name: str, count: int) -> list[str]:
    """Return names for the pieces of a placement that no rack of the array has."""
    taken = dict.fromkeys(
        one for own in (rack.contents, *rack.own_contents.values()) for one in own
    )
    names = [name]
    for _ in range(1, count):
        names.append(free_name(f"{name}-part", taken))
        taken[names[-1]] = None
    return names


def _within(cuts: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """Return the same cuts of another count; the last piece takes what is beyond them."""
    bounds = [min(cut[0], count) for cut in cuts] + [count]
    return [list(range(low, high)) for low, high in pairwise(bounds)]


def _split(
    design: Design, name: str, placement: Placement, runs: Iterable[Sequence[int]]
) -> list[Placement]:
    none = msgspec.structs.replace(placement, array=Array(0))
    return [run_of(design, name, placement, run) if run else none for run in runs]


def _replaced(
    contents: Mapping[str, Placement], name: str, pieces: Mapping[str, Placement]
) -> dict[str, Placement]:
    made: dict[str, Placement] = {}
    for key, one in contents.items():
        made.update(pieces if key == name else {key: one})
    return made
