"""Racks lined up, spread, turned, put back and set apart."""

from __future__ import annotations

import pytest

from studio.design import arrays, edits
from studio.design.contents import place_box, shift_boxes
from studio.design.edits import Edit
from studio.design.model import Array, Design, Deviation
from studio.gui import arrange_edits, clip_edits
from studio.gui.arrange_edits import Side
from studio.ids import Address, RackId
from tests.builders import fabric_of, place, rack, two_racks

ROW = RackId("row")
PAIR = frozenset({"R01", "R02"})


def scattered() -> Design:
    """The array of two racks, 0.6 x 1.2 m at (1, 1) and (2, 1), and three single ones."""
    design = two_racks()
    for number, (x, y) in enumerate(((4.0, 3.0), (7.5, 5.0), (6.0, 1.5)), start=3):
        design = edits.put(design, "racks", f"s{number}", rack(x, y, first=number))
    return edits.set_field(design, ("racks", "s5", "rotation_deg"), 90)


def stands(design: Design) -> dict[str, tuple[float, float]]:
    racks = fabric_of(design).layout.racks
    return {one.label: (round(one.x_m, 6), round(one.y_m, 6)) for one in racks}


ALL = frozenset({"R01", "R02", "R03", "R04", "R05"})


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("left", {"R01": (1.0, 1.0), "R03": (1.0, 3.0), "R04": (1.0, 5.0), "R05": (1.0, 1.5)}),
        # Around all: x from 1 to 8.1, y from 1 to 6.2; the turned rack is 1.2 m wide.
        ("right", {"R01": (6.5, 1.0), "R03": (7.5, 3.0), "R04": (7.5, 5.0), "R05": (6.9, 1.5)}),
        ("centre", {"R01": (3.75, 1.0), "R03": (4.25, 3.0), "R04": (4.25, 5.0)}),
        ("top", {"R02": (2.0, 1.0), "R03": (4.0, 1.0), "R04": (7.5, 1.0), "R05": (6.0, 1.0)}),
        ("bottom", {"R02": (2.0, 5.0), "R03": (4.0, 5.0), "R04": (7.5, 5.0), "R05": (6.0, 5.6)}),
        ("middle", {"R02": (2.0, 3.0), "R03": (4.0, 3.0), "R05": (6.0, 3.3)}),
    ],
)
def test_racks_and_whole_arrays_line_up(
    side: Side, expected: dict[str, tuple[float, float]]
) -> None:
    design = scattered()
    after = arrange_edits.align(fabric_of(design), ALL, side)(design)
    places = stands(after)
    assert {label: places[label] for label in expected} == expected
    assert places["R02"][0] - places["R01"][0] == pytest.approx(1.0)
    assert not after.racks[ROW].array.moved


def test_equal_gaps_are_left_and_the_outermost_stay() -> None:
    design = scattered()
    after = stands(arrange_edits.distribute(fabric_of(design), ALL, "x")(design))
    # Widths 1.6, 0.6, 1.2 and 0.6 m in 7.1 m leave three gaps of 3.1 / 3 m.
    gap = 3.1 / 3
    assert after["R01"] == (1.0, 1.0)
    assert after["R04"] == (7.5, 5.0)
    assert after["R03"][0] == pytest.approx(2.6 + gap, abs=1e-4)
    assert after["R05"][0] == pytest.approx(3.2 + 2 * gap, abs=1e-4)


def test_two_racks_have_nothing_between_them_to_spread() -> None:
    design = scattered()
    chosen = frozenset({"R03", "R04"})
    assert arrange_edits.distribute(fabric_of(design), chosen, "x")(design) is design


def test_members_of_an_array_line_up_as_exceptions() -> None:
    design = scattered()
    chosen = frozenset({"R02", "R03"})
    after = arrange_edits.align(fabric_of(design), chosen, "bottom")(design)
    assert stands(after)["R02"] == (2.0, 3.0)
    assert stands(after)["R01"] == (1.0, 1.0)
    assert list(after.racks[ROW].array.moved) == ["1,0"]


def run(design: Design, edit: Edit) -> Design:
    return edit(design)


def test_what_is_out_of_line_or_absent_is_put_back() -> None:
    plain = two_racks()
    design = arrays.place_members(plain, ROW, {(1, 0): (0.0, 0.5)})
    design = arrays.turn_members(design, ROW, [(0, 0)], 90)
    design = shift_boxes(design, ROW, [("N", 1)], 3)
    design = edits.set_state(design, Address("R01/B1"), Deviation("absent"))
    chosen = frozenset({"R01", "R02", "R02/N2", "R01/B1"})
    fabric = fabric_of(design)
    assert arrange_edits.has_exceptions(fabric, frozenset({"R02"}))
    assert not arrange_edits.has_exceptions(fabric, frozenset({"R02/N1"}))
    assert run(design, arrange_edits.put_back(fabric, chosen)) == plain
    assert not arrange_edits.has_exceptions(fabric_of(plain), chosen)


def test_one_member_turns_and_comes_off_alone_and_all_of_them_together() -> None:
    design = edits.set_field(two_racks(), ("racks", "row", "array"), Array(count=3, pitch=1.0))
    fabric, one = fabric_of(design), frozenset({"R02"})
    turned = arrange_edits.rotate(fabric, one, 90)(design)
    assert [r.rotation_deg for r in fabric_of(turned).layout.racks] == [0, 90, 0]
    assert list(arrange_edits.detach(fabric, one)(design).racks) == ["row", "row-2", "row-part"]
    every = frozenset({"R01", "R02", "R03"})
    assert arrange_edits.rotate(fabric, every, 90)(design).racks[ROW].rotation_deg == 90
    assert list(arrange_edits.detach(fabric, every)(design).racks) == ["row-1", "row-2", "row-3"]
    assert arrange_edits.block_count(fabric, every) == 1
    assert arrange_edits.block_count(fabric, frozenset({"R01", "R03"})) == 2


def test_a_member_is_duplicated_alone_and_an_array_as_a_whole() -> None:
    design = two_racks()
    fabric = fabric_of(design)
    edit, made = clip_edits.duplicate(fabric, frozenset({"R02"}))
    after = edit(design)
    # 1.2 m of rack and 1.2 m of aisle below the original.
    assert stands(after)["R03"] == (2.0, 3.4)
    assert made(fabric_of(after)) == {"R03"}
    whole, made = clip_edits.duplicate(fabric, PAIR)
    assert made(fabric_of(whole(design))) == {"R03", "R04"}


def test_a_box_that_is_an_exception_is_put_back_and_one_that_stands_alone_stays() -> None:
    before = two_racks()
    own = shift_boxes(before, ROW, [("N", 1)], 2, [(1, 0)])
    extra = place_box(own, ROW, (1, 0), place("box", 30))
    for chosen in ("R02/N2", "R02"):
        selection = frozenset({chosen})
        assert arrange_edits.has_exceptions(fabric_of(extra), selection)
        after = arrange_edits.put_back(fabric_of(extra), selection)(extra)
        assert after == place_box(before, ROW, (1, 0), place("box", 30))
        assert not arrange_edits.has_exceptions(fabric_of(after), selection)


def test_a_box_turns_to_the_other_face_in_one_rack_or_in_all() -> None:
    def at_rear(design: Design) -> set[str]:
        layout = fabric_of(design).layout
        racks = layout.racks
        return {f"{racks[b.rack].label}/{b.label}" for b in layout.housings if b.face == "rear"}

    fabric = fabric_of(two_racks())
    alone = run(fabric.design, arrange_edits.turn(fabric, frozenset({"R01/N2"})))
    assert at_rear(alone) == {"R01/N2"}
    shared = run(fabric.design, arrange_edits.turn(fabric, frozenset({"R01/N2", "R02/N2"})))
    assert at_rear(shared) == {"R01/N2", "R02/N2"}
    assert not shared.racks[RackId("row")].own_contents
    again = arrange_edits.turn(fabric_of(alone), frozenset({"R01/N2"}))
    assert at_rear(run(alone, again)) == set()


@pytest.mark.parametrize("selected", ["R01/N2", "R01/N1", "R01"])
def test_a_box_turned_alone_is_put_back_into_its_array(selected: str) -> None:
    fabric = fabric_of(two_racks())
    turned = run(fabric.design, arrange_edits.turn(fabric, frozenset({"R01/N2"})))
    chosen = frozenset({selected})
    assert arrange_edits.has_exceptions(fabric_of(turned), chosen)
    assert run(turned, arrange_edits.put_back(fabric_of(turned), chosen)) == two_racks()
