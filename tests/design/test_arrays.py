"""Arrays of racks: members out of line and apart, and counts that grow and shrink."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.design import arrays, edits
from studio.design.model import Array, Design, Deviation, Shift
from studio.design.resizing import resize_array
from studio.errors import InvalidDesign, InvalidInput
from studio.fabric.compiling import compile_design
from studio.ids import Address, RackId
from studio.storage.project_file import decode_design, encode_design
from tests.builders import fabric_of, joined, link, rack, small_catalog, two_racks

ROW = RackId("row")


def field_of(count: int, rows: int, turn: int = 0) -> Design:
    """Two racks' contents in a field of racks, 1 m and 2 m apart."""
    design = edits.set_field(two_racks(), ("racks", "row", "rotation_deg"), turn)
    array = Array(count=count, rows=rows, pitch=1.0, row_pitch=2.0)
    return edits.set_field(design, ("racks", "row", "array"), array)


def stands(design: Design) -> dict[str, tuple[float, float, int]]:
    racks = fabric_of(design).layout.racks
    return {one.label: (round(one.x_m, 6), round(one.y_m, 6), one.rotation_deg) for one in racks}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_member_out_of_line_moves_alone_and_goes_back(turn: int) -> None:
    before = field_of(3, 2, turn)
    after = arrays.place_members(before, ROW, {(1, 1): (0.25, -0.5)})
    was, now = stands(before), stands(after)
    assert now.pop("R05") == (was["R05"][0] + 0.25, was["R05"][1] - 0.5, turn)
    was.pop("R05")
    assert now == was
    assert arrays.offset_of(after.racks[ROW], (1, 1)) == (0.25, -0.5)
    assert arrays.straighten(after, ROW, [(1, 1)]) == before
    assert arrays.place_members(after, ROW, {(1, 1): (0.0, 0.0)}) == before


def test_a_member_keeps_its_place_when_the_array_grows_and_comes_back_when_it_shrank() -> None:
    moved = arrays.place_members(field_of(2, 2), ROW, {(1, 1): (0.0, 0.5)})
    wide = resize_array(moved, ROW, 3, 2)
    assert stands(wide)["R05"] == (2.0, 3.5, 0)
    small = resize_array(moved, ROW, 1, 1)
    assert stands(small) == {"R01": (1.0, 1.0, 0)}
    assert resize_array(small, ROW, 2, 2) == moved


def test_a_member_turns_alone() -> None:
    after = arrays.turn_members(field_of(2, 1), ROW, [(0, 0)], 90)
    assert stands(after) == {"R01": (1.0, 1.0, 90), "R02": (2.0, 1.0, 0)}
    assert arrays.turn_members(after, ROW, [(0, 0)], 270) == field_of(2, 1)
    with pytest.raises(InvalidInput, match="90"):
        arrays.turn_members(after, ROW, [(0, 0)], 45)


def test_moving_a_member_compiles_like_anew() -> None:
    before = fabric_of(field_of(3, 2))
    design = arrays.place_members(before.design, ROW, {(2, 0): (0.3, 0.0)})
    quick = compile_design(design, small_catalog(), before)
    full = compile_design(design, small_catalog())
    assert quick.layout.racks == full.layout.racks
    assert quick.layout.housings is before.layout.housings
    np.testing.assert_array_equal(quick.geometry.length_m, full.geometry.length_m)


@given(
    count=st.integers(1, 4),
    rows=st.integers(1, 3),
    turn=st.sampled_from([0, 90]),
    data=st.data(),
)
def test_members_set_apart_mean_the_same_fabric(
    count: int, rows: int, turn: int, data: st.DataObject
) -> None:
    design = field_of(count, rows, turn)
    cells = list(arrays.cells(design.racks[ROW].array))
    design = arrays.place_members(design, ROW, {data.draw(st.sampled_from(cells)): (0.5, 0.25)})
    apart = data.draw(st.lists(st.sampled_from(cells), unique=True))
    after, made = arrays.detach_members(design, ROW, apart)
    assert len(made) == len(apart)
    old, new = fabric_of(design), fabric_of(after)
    assert stands(after) == stands(design)
    assert [one.label for one in new.layout.racks] == [one.label for one in old.layout.racks]
    assert joined(new) == joined(old)
    assert decode_design(encode_design(after)).design == after


def test_what_is_left_of_an_array_stays_live() -> None:
    after, made = arrays.detach_members(field_of(5, 1), ROW, [(2, 0)])
    assert made == (RackId("row-3"),)
    assert [(str(key), one.array.count) for key, one in after.racks.items()] == [
        ("row", 2),
        ("row-3", 1),
        ("row-part", 2),
    ]


def test_a_growing_array_makes_room_in_the_numbers_behind_it() -> None:
    design = edits.put(two_racks(), "racks", "east", rack(6.0, 1.0, first=3))
    design = edits.put(design, "racks", "far", rack(8.0, 1.0, first=10))
    design = edits.set_state(design, Address("R03"), Deviation("failed"))
    after = resize_array(design, ROW, 4, 1)
    assert stands(after).keys() == {"R01", "R02", "R03", "R04", "R05", "R10"}
    assert stands(after)["R05"] == (6.0, 1.0, 0)
    assert list(after.exceptions) == ["R05"]
    assert after.racks[RackId("far")] is design.racks[RackId("far")]


def test_racks_that_a_rule_names_by_number_are_not_renumbered() -> None:
    design = edits.put(two_racks(), "racks", "east", rack(6.0, 1.0, first=3))
    rule = link("R0[1-3]/N*/leaf", "R*/B*/spine")
    design = edits.put(design, "links", "special", rule)
    with pytest.raises(InvalidInput, match="R03 would become R04.*special"):
        resize_array(design, ROW, 3, 1)
    with pytest.raises(InvalidInput, match="at least 1 x 1"):
        resize_array(design, ROW, 0, 1)


@pytest.mark.parametrize(
    ("cell", "shift", "said"),
    [
        ("x", Shift(1.0), "write it as '3,0'"),
        ("0,0", Shift(1e9), "at most 100000 m"),
        ("0,0", Shift(turn_deg=45), "multiples of 90"),
    ],
)
def test_what_a_file_can_not_mean_is_named(cell: str, shift: Shift, said: str) -> None:
    array = msgspec.structs.replace(two_racks().racks[ROW].array, moved={cell: shift})
    design = edits.set_field(two_racks(), ("racks", "row", "array"), array)
    with pytest.raises(InvalidDesign, match=said):
        fabric_of(design)
