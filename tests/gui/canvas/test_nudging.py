"""Which key presses are one step of the history."""

from __future__ import annotations

from studio.design import edits
from studio.design.edits import put
from studio.design.model import Array, Design
from studio.gui.canvas.nudging import nudge
from tests.builders import fabric_of, place, rack, small_catalog, two_racks


def test_presses_on_one_selection_are_one_step_and_on_another_a_step_of_their_own() -> None:
    fabric = fabric_of(edits.set_field(two_racks(), ("racks", "row", "array", "count"), 150))
    labels = frozenset(fabric.layout.rack_by_label)
    asked = [nudge(fabric, labels, 1, 0, far=far) for far in (False, True)]
    # All but the last rack: the two are alike for a long way.
    fewer = nudge(fabric, labels - {max(labels)}, 1, 0, far=False)
    assert asked[0] is not None
    assert asked[1] is not None
    assert fewer is not None
    assert asked[0].merge_key == asked[1].merge_key != fewer.merge_key


def heights(design: Design) -> dict[str, int]:
    layout = fabric_of(design).layout
    return {box.label: box.u for box in layout.housings if box.rack == 0}


def pressed(design: Design, label: str, down: int, *, far: bool = False) -> dict[str, int] | None:
    asked = nudge(fabric_of(design), frozenset({f"R01/{label}", f"R02/{label}"}), 0, down, far=far)
    return heights(asked.edit(design)) if asked is not None else None


def test_a_box_goes_past_what_is_in_its_way_and_stays_in_its_rack() -> None:
    contents = {"A": place("node", 1), "B": place("node", 4), "C": place("node", 47)}
    row = rack(1.0, 1.0, array=Array(2, 1, 0.6), contents=contents)
    design = put(two_racks(links={}), "racks", "row", row)
    height = int(small_catalog().part(row.part).values["rack_units"].value)
    high = design.assemblies[contents["A"].assembly].height_u
    assert (height, high) == (48, 2)
    assert pressed(design, "A1", -1) == {"A1": 2, "B1": 4, "C1": 47}
    # At U3 it would stand on what is at U4, and so it would until U6 is free.
    lower = edits.set_field(design, ("racks", "row", "contents", "A", "u"), 2)
    assert pressed(lower, "A1", -1) == {"A1": 6, "B1": 4, "C1": 47}
    assert pressed(design, "A1", 1) is None
    assert pressed(design, "C1", -1) is None
    # Ten units down are more than there are: to the floor of the rack, as far as it is free.
    assert pressed(lower, "B1", 1, far=True) is None
    free = edits.set_field(lower, ("racks", "row", "contents", "A", "u"), 20)
    assert pressed(free, "B1", 1, far=True) == {"A1": 20, "B1": 1, "C1": 47}
