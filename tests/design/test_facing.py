"""Boxes turned from the front of their rack to its rear: one, some of an array, in one rack."""

from __future__ import annotations

import pytest

from studio.design import carrying
from studio.design.contents import ALL
from studio.design.edits import put
from studio.design.facing import other_face, turn_boxes
from studio.design.model import Array, Design
from studio.errors import UnknownName
from studio.ids import RackId
from tests.builders import fabric_of, place, rack, two_racks

ROW = RackId("row")
Boxes = dict[str, tuple[int, str]]


def stack() -> Design:
    """Return two racks, each with four nodes one above the other."""
    contents = {"N": place("node", 1, 4)}
    row = rack(1.0, 1.0, array=Array(2, 1, 0.6), contents=contents)
    return put(two_racks(links={}), "racks", "row", row)


def boxes(design: Design, label: str) -> Boxes:
    layout = fabric_of(design).layout
    number = layout.rack_by_label[label]
    return {box.label: (box.u, box.face) for box in layout.housings if box.rack == number}


def test_a_whole_array_of_boxes_turns_and_stays_one() -> None:
    design = turn_boxes(stack(), ROW, [("N", n) for n in range(4)])
    assert list(design.racks[ROW].contents) == ["N"]
    assert {face for _, face in boxes(design, "R02").values()} == {"rear"}
    assert turn_boxes(design, ROW, [("N", n) for n in range(4)]) == stack()


def test_some_boxes_of_an_array_turn_where_they_stand_with_their_labels() -> None:
    before = boxes(stack(), "R01")
    design = turn_boxes(stack(), ROW, [("N", 1), ("N", 2)])
    expected = {
        label: (u, "rear" if label in ("N2", "N3") else "front") for label, (u, _) in before.items()
    }
    assert boxes(design, "R01") == boxes(design, "R02") == expected
    assert [one.array.count for one in design.racks[ROW].contents.values()] == [1, 2, 1]


def test_a_box_turned_in_one_rack_alone_leaves_the_others() -> None:
    design = turn_boxes(stack(), ROW, [("N", 3)], [(1, 0)])
    assert boxes(design, "R01") == boxes(stack(), "R01")
    assert boxes(design, "R02")["N4"] == (boxes(stack(), "R02")["N4"][0], "rear")
    assert boxes(design, "R02")["N1"][1] == "front"
    # What turns for all later leaves the exception as it is.
    later = turn_boxes(design, ROW, [("N", 1)], ALL)
    assert [face for _, face in boxes(later, "R01").values()] == ["front", "rear", "front", "front"]
    assert boxes(later, "R02") == boxes(design, "R02")


def test_a_box_is_carried_to_the_other_face_of_another_rack() -> None:
    design = put(stack(), "racks", "side", rack(5.0, 1.0, label="X1"))
    moved = carrying.carry_boxes(design, ROW, [("N", 0)], RackId("side"), 4, is_turned=True)
    assert [(u - 4, face) for u, face in boxes(moved, "X1").values()] == [(1, "rear")]
    alone = carrying.carry_single(
        design, (ROW, (0, 0)), [("N", 0)], (RackId("side"), (0, 0)), 0, is_turned=True
    )
    assert [face for _, face in boxes(alone, "X1").values()] == ["rear"]


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="no box 9"):
        turn_boxes(stack(), ROW, [("N", 9)])
    assert other_face(other_face("front")) == "front"
