"""One rack of an array that is an exception: other boxes there, all else as in the array."""

from __future__ import annotations

import msgspec
import pytest

from studio.design import copying, edits
from studio.design.arrays import detach_array, detach_members
from studio.design.carrying import carry_single
from studio.design.contents import place_box, shift_boxes, straighten_boxes
from studio.design.members import contents_of, contents_path, make_own, share
from studio.design.model import Array, Design, Deviation, Placement
from studio.design.resizing import resize_array
from studio.errors import InvalidDesign
from studio.fabric.compiling import compile_design
from studio.ids import Address, AssemblyId, RackId, RuleId
from studio.storage.project_file import decode_design, encode_design
from tests.builders import fabric_of, joined, link, place, rack, small_catalog, two_racks

ROW, SIDE = RackId("row"), RackId("side")
FIRST, SECOND = (0, 0), (1, 0)


def stack(design: Design, label: str) -> dict[str, int]:
    """Rack units by label of what is there."""
    fabric = fabric_of(design)
    number = fabric.layout.rack_by_label[label]
    return {
        one.label: one.u
        for place, one in enumerate(fabric.layout.housings)
        if one.rack == number and fabric.housing_present[place]
    }


def box_in(design: Design, cell: tuple[int, int] | None, u: int = 20) -> Design:
    return place_box(design, ROW, cell, Placement(AssemblyId("box"), u), "X")


def test_a_box_moves_in_one_rack_alone_and_joins_the_array_again_when_back() -> None:
    before = two_racks()
    after = shift_boxes(before, ROW, [("N", 1)], 2, [SECOND])
    assert stack(after, "R01") == {"N1": 1, "N2": 3, "B1": 10, "S1": 12}
    assert stack(after, "R02") == {"N1": 1, "N2": 5, "B1": 10, "S1": 12}
    assert joined(fabric_of(after)) == joined(fabric_of(before))
    assert shift_boxes(after, ROW, [("N", 1)], -2, [SECOND]) == before
    assert straighten_boxes(after, ROW, [("N", 1)], [SECOND]) == before
    assert share(after, ROW, SECOND) == before


def test_what_is_no_exception_goes_on_following_the_array() -> None:
    design = shift_boxes(two_racks(), ROW, [("N", 1)], 2, [SECOND])
    design = shift_boxes(design, ROW, [("B", 0)], 10)
    assert stack(design, "R01")["B1"] == stack(design, "R02")["B1"] == 20
    design = shift_boxes(design, ROW, [("N", 0), ("N", 1)], 30)
    assert stack(design, "R01")["N2"] == 33
    assert stack(design, "R02")["N2"] == 5


def test_a_box_stands_in_one_rack_alone_and_rules_join_it() -> None:
    before = two_racks()
    after = box_in(before, SECOND)
    assert "X1" not in stack(after, "R01")
    assert stack(after, "R02")["X1"] == 20
    fabric = fabric_of(after)
    assert fabric.count("switch") == 7
    wide = edits.set_field(after, ("links", "uplinks", "b"), "R*/*/spine")
    assert fabric_of(wide).links.count == 16 + 4 * 3 * 2
    everywhere = box_in(before, None)
    assert fabric_of(everywhere).count("switch") == 8


def test_exceptions_outlive_a_smaller_array_and_go_along_when_it_is_cut_up() -> None:
    design = shift_boxes(two_racks(), ROW, [("N", 1)], 2, [SECOND])
    wanted = {label: stack(design, label) for label in ("R01", "R02")}
    assert resize_array(resize_array(design, ROW, 1, 1), ROW, 2, 1) == design
    for apart in (detach_array(design, ROW)[0], detach_members(design, ROW, [FIRST])[0]):
        assert {label: stack(apart, label) for label in wanted} == wanted
        assert joined(fabric_of(apart)) == joined(fabric_of(design))
    copies, made = copying.duplicate_racks(design, [ROW], 0.0, 3.0)
    assert copies.racks[made[0]].own_contents == design.racks[ROW].own_contents


def test_a_copy_of_the_array_s_placement_is_its_own_until_it_is_shared() -> None:
    own = make_own(two_racks(), ROW, SECOND, ["N"])
    assert contents_path(ROW, own.racks[ROW], SECOND, "N")[2:] == ("own_contents", "1,0", "N")
    assert contents_path(ROW, own.racks[ROW], FIRST, "N")[2:] == ("contents", "N")
    assert stack(own, "R02") == stack(two_racks(), "R02")
    fewer = edits.set_field(own, ("racks", "row", "own_contents", "1,0", "N", "array", "count"), 1)
    assert list(stack(fewer, "R02")) == ["N1", "B1", "S1"]
    assert list(stack(fewer, "R01")) == ["N1", "N2", "B1", "S1"]
    assert share(fewer, ROW, SECOND, ["N"]) == two_racks()


def test_a_box_goes_from_one_rack_of_the_array_to_another_and_home() -> None:
    before = edits.set_state(two_racks(), Address("R01/N2/chip[2]"), Deviation("failed"))
    after = carry_single(before, (ROW, FIRST), [("N", 1)], (ROW, SECOND), 20)
    assert stack(after, "R01") == {"N1": 1, "B1": 10, "S1": 12}
    assert stack(after, "R02") == {"N1": 1, "N2": 3, "B1": 10, "S1": 12, "N3": 23}
    assert after.exceptions == {
        Address("R02/N3/chip[2]"): Deviation("failed"),
        Address("R01/N2"): Deviation("absent"),
    }
    assert fabric_of(after).count("npu") == 16
    home = carry_single(after, (ROW, SECOND), [("N-2", 0)], (ROW, FIRST), -20)
    assert home == before


def test_a_box_goes_to_a_rack_of_its_own_and_back_into_the_array() -> None:
    before = edits.put(two_racks(), "racks", "side", rack(5.0, 1.0, first=3))
    after = carry_single(before, (ROW, SECOND), [("B", 0)], (SIDE, FIRST), 0)
    assert stack(after, "R03") == {"B1": 10}
    assert stack(after, "R01") == {"N1": 1, "N2": 3, "B1": 10, "S1": 12}
    assert stack(after, "R02") == {"N1": 1, "N2": 3, "S1": 12}
    assert carry_single(after, (SIDE, FIRST), [("B", 0)], (ROW, SECOND), 0) == before


def test_the_incremental_compile_sees_exceptions() -> None:
    before = fabric_of(two_racks())
    after = compile_design(box_in(two_racks(), SECOND), small_catalog(), before)
    assert after.layout.component_count == before.layout.component_count + 1


def test_a_file_keeps_exceptions_and_a_wrong_one_is_named() -> None:
    design = box_in(two_racks(), SECOND)
    assert decode_design(encode_design(design)).design == design
    for own, words in (
        ({"1;0": {}}, "member '1;0'; write it as '3,0'"),
        ({"1,0": {"N": place("gone", 1)}}, "rack 'row', member 1,0, placement 'N': assembly"),
        (
            {"1,0": {"X": place("node", 20, label="N{n}")}},
            "'N' and 'X' both have one labelled 'N1'",
        ),
    ):
        wrong = msgspec.structs.replace(design.racks[ROW], own_contents=own)
        with pytest.raises(InvalidDesign, match=words):
            fabric_of(edits.put(design, "racks", "row", wrong))


def test_a_wider_array_of_rows_takes_exceptions_and_cables_along() -> None:
    """In 2 x 2 racks the third is the first of the second row; in 3 x 2 the fourth is."""
    design = edits.set_field(
        two_racks(), ("racks", "row", "array"), Array(count=2, rows=2, pitch=1.0, row_pitch=2.0)
    )
    design = edits.set_state(design, Address("R03/N1"), Deviation("failed"))
    cable = link("R03/N1/leaf[0]", "R01/B1/spine[0]", by_hand=True)
    design = edits.put(design, "links", "cable-1", cable)
    wide = resize_array(design, ROW, 3, 2)
    assert list(wide.exceptions) == ["R04/N1"]
    assert wide.links[RuleId("cable-1")].a == "R04/N1/leaf[0]"
    assert resize_array(wide, ROW, 2, 2) == design
    gone = edits.set_state(wide, Address("R03/N2"), Deviation("failed"))
    assert list(resize_array(gone, ROW, 2, 2).exceptions) == ["R03/N1"]


def test_contents_of_a_single_rack_are_written_plainly() -> None:
    design = edits.put(two_racks(), "racks", "side", rack(5.0, 1.0, first=3))
    moved = carry_single(design, (ROW, FIRST), [("B", 0)], (SIDE, FIRST), 0)
    assert not moved.racks[SIDE].own_contents
    assert list(contents_of(moved.racks[SIDE], FIRST)) == ["B"]
