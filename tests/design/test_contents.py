"""Boxes moved in and between racks."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.carrying import carry_boxes
from studio.design.contents import shift_boxes, straighten_boxes
from studio.design.model import Array, Design, Deviation
from studio.errors import InvalidDesign, UnknownName
from studio.ids import Address, RackId
from tests.builders import fabric_of, joined, place, rack, two_racks

ROW, SIDE = RackId("row"), RackId("side")


def with_side(**contents: object) -> Design:
    """The two racks and a third one of its own."""
    return edits.put(two_racks(), "racks", "side", rack(5.0, 1.0, first=3, contents=contents))


def stack(design: Design, label: str) -> dict[str, int]:
    layout = fabric_of(design).layout
    number = layout.rack_by_label[label]
    return {one.label: one.u for one in layout.housings if one.rack == number}


def test_one_box_of_an_array_moves_alone_in_every_rack_and_goes_back() -> None:
    before = two_racks()
    after = shift_boxes(before, ROW, [("N", 1)], 2)
    assert stack(after, "R01") == stack(after, "R02") == {"N1": 1, "N2": 5, "B1": 10, "S1": 12}
    assert joined(fabric_of(after)) == joined(fabric_of(before))
    assert straighten_boxes(after, ROW, [("N", 1)]) == before
    assert shift_boxes(after, ROW, [("N", 1)], -2) == before


def test_a_whole_array_of_boxes_moves_itself() -> None:
    after = shift_boxes(two_racks(), ROW, [("N", 0), ("N", 1)], 20)
    assert after.racks[ROW].contents["N"].u == 21
    assert not after.racks[ROW].contents["N"].array.moved


def test_a_box_goes_to_another_rack_with_its_exceptions() -> None:
    design = edits.set_state(with_side(), Address("R01/N1/chip[2]"), Deviation("failed"))
    after = carry_boxes(design, ROW, [("N", 0)], SIDE, 3)
    assert stack(after, "R03") == {"N1": 4}
    assert stack(after, "R01") == {"N2": 3, "B1": 10, "S1": 12}
    assert list(after.exceptions) == ["R03/N1/chip[2]"]
    fabric = fabric_of(after)
    assert fabric.count("npu") == 12
    assert float(fabric.component_factor.min()) == 0.0


def test_a_box_from_the_middle_leaves_two_live_arrays() -> None:
    design = with_side()
    array = Array(count=5)
    design = edits.set_field(design, ("racks", "row", "contents", "N", "array"), array)
    design = edits.set_field(design, ("racks", "row", "contents", "B", "u"), 20)
    design = edits.set_field(design, ("racks", "row", "contents", "S", "u"), 30)
    before = stack(design, "R01")
    after = carry_boxes(design, ROW, [("N", 2)], SIDE, 0)
    left = {label: u for label, u in before.items() if label != "N3"}
    assert stack(after, "R01") == left
    assert [one.array.count for one in after.racks[ROW].contents.values()] == [2, 2, 1, 1]


def test_a_label_that_is_taken_gets_the_next_free_number() -> None:
    after = carry_boxes(with_side(N=place("node", 1, 2)), ROW, [("N", 0)], SIDE, 9)
    assert stack(after, "R03") == {"N1": 1, "N2": 3, "N3": 10}


def test_boxes_that_are_not_there_and_places_below_the_floor_are_named() -> None:
    with pytest.raises(UnknownName, match="no box 7 of placement 'N'"):
        shift_boxes(two_racks(), ROW, [("N", 7)], 1)
    with pytest.raises(InvalidDesign, match="below U0"):
        fabric_of(shift_boxes(two_racks(), ROW, [("N", 1)], -9))
