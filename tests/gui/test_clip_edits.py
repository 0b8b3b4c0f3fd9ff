"""Racks and boxes copied, cut, pasted, duplicated and deleted: just what is selected."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.arrays import place_members
from studio.design.cabling import add_cables
from studio.design.contents import shift_boxes
from studio.design.model import Design, Deviation
from studio.errors import InvalidInput
from studio.fabric.places import find_links
from studio.gui import clip_edits, selection_edits
from studio.ids import Address, RackId
from tests.builders import fabric_of, joined, link, rack, two_racks

ROW = RackId("row")


def clip_of(design: Design, *selection: str) -> clip_edits.Clip:
    clip = clip_edits.copied(fabric_of(design), frozenset(selection))
    assert clip is not None
    return clip


def pasted(design: Design, clip: clip_edits.Clip, *selection: str) -> Design:
    boxes = clip_edits.paste_boxes(fabric_of(design), clip, frozenset(selection))
    return boxes(clip_edits.paste(fabric_of(design), clip)(design))


def deleted(design: Design, *selection: str) -> Design:
    return selection_edits.delete(fabric_of(design), frozenset(selection))(design)


def there(design: Design) -> set[str]:
    """Addresses of the boxes that are there."""
    fabric = fabric_of(design)
    names = fabric.layout.housing_by_label.items()
    return {f"{rack}/{box}" for (rack, box), n in names if fabric.housing_present[n]}


FIRST = {"R01/N1", "R01/N2", "R01/B1", "R01/S1"}
SECOND = {one.replace("R01", "R02") for one in FIRST}


def test_a_member_is_copied_alone_as_it_stands_with_what_it_has_of_its_own() -> None:
    design = place_members(two_racks(), ROW, {(1, 0): (0.5, 0.25)})
    design = shift_boxes(design, ROW, [("N", 1)], 4, [(1, 0)])
    design = edits.set_state(design, Address("R02/N1/chip[1]"), Deviation("failed"))
    after = pasted(design, clip_of(design, "R02"))
    layout = fabric_of(after).layout
    assert [one.label for one in layout.racks] == ["R01", "R02", "R03"]
    assert layout.racks[2].x_m == 2.5
    assert {box.label: box.u for box in layout.housings if box.rack == 2}["N2"] == 7
    assert after.exceptions[Address("R03/N1/chip[1]")].state == "failed"
    assert after.racks[ROW] == design.racks[ROW]


def test_what_was_copied_does_not_change_with_the_design() -> None:
    design = two_racks()
    clip = clip_of(design, "R01", "R02")
    smaller = edits.remove(design, "racks", "row")
    assert there(pasted(smaller, clip)) == FIRST | SECOND


def test_a_member_that_is_cut_leaves_a_gap_and_the_array_stays() -> None:
    design = two_racks()
    clip = clip_of(design, "R02")
    cut = deleted(design, "R02")
    assert there(cut) == FIRST
    assert cut.racks[ROW] == design.racks[ROW]
    assert there(pasted(cut, clip)) == FIRST | {one.replace("R01", "R03") for one in FIRST}


def test_mixed_selections_take_arrays_members_and_boxes_once() -> None:
    design = edits.put(two_racks(), "racks", "side", rack(5.0, 1.0, first=3))
    clip = clip_of(design, "R02", "R02/N1", "R03", "R01/B1", "rule:uplinks[0]")
    assert [key for key, _ in clip.racks.racks] == ["row", "side"]
    assert [(one.rack, one.name) for one in clip.boxes] == [("R01", "B")]
    after = pasted(design, clip)
    assert there(after) - there(design) == {
        "R01/B2",
        *(one.replace("R01", "R04") for one in FIRST),
    }


def test_cables_by_hand_inside_go_along_and_those_that_lead_out_do_not() -> None:
    cables = [
        link("R02/N1/leaf[0]", "R02/B1/spine[0]", cable="fibre"),
        link("R01/N1/leaf[0]", "R02/B1/spine[0]", cable="fibre"),
    ]
    design, _ = add_cables(two_racks(), cables)
    edit, made = clip_edits.duplicate(fabric_of(design), frozenset({"R02"}))
    fabric = fabric_of(edit(design))
    assert made(fabric) == {"R03"}
    by_hand = [key for key, rule in fabric.design.links.items() if rule.by_hand]
    assert by_hand == ["cable-1", "cable-2", "cable-3"]
    assert joined(fabric)[-1] == ("R03/N1/leaf[0]", "R03/B1/spine[0]")


def test_boxes_are_pasted_into_the_racks_selected() -> None:
    design = edits.put(two_racks(), "racks", "side", rack(5.0, 1.0, first=3))
    clip = clip_of(design, "R01/N2", "R01/B1")
    assert there(pasted(design, clip, "R03")) - there(design) == {"R03/N2", "R03/B1"}
    alone = pasted(design, clip, "R02")
    assert there(alone) - there(design) == {"R02/N3", "R02/B2"}
    assert there(pasted(design, clip, "R01", "R02")) - there(design) == {
        f"{one}/{box}" for one in ("R01", "R02") for box in ("N3", "B2")
    }
    # U3 and U10 are taken; the box of one unit comes first, to U5, then the node to U6-U7.
    units = {box.label: box.u for box in fabric_of(alone).layout.housings if box.rack == 1}
    assert (units["N3"], units["B2"]) == (6, 5)


def test_a_full_rack_takes_no_box_and_says_so() -> None:
    design = edits.set_field(two_racks(), ("racks", "row", "contents", "N", "array", "count"), 4)
    clip = clip_of(design, "R01/N1")
    tall = edits.set_field(design, ("assemblies", "node", "height_u"), 20)
    with pytest.raises(InvalidInput, match="no 20 free units"):
        pasted(tall, clip, "R02")


def test_boxes_selected_in_all_racks_go_and_one_alone_becomes_absent() -> None:
    design = two_racks()
    assert deleted(design, "R01/B1", "R02/B1").racks[ROW].contents.keys() == {"N", "S"}
    one = deleted(design, "R01/B1")
    assert one.racks[ROW] == design.racks[ROW]
    assert there(one) == (FIRST | SECOND) - {"R01/B1"}
    some = deleted(design, "R01/N1", "R02/N1")
    assert there(some) == (FIRST | SECOND) - {"R01/N1", "R02/N1"}
    every = ("R01/N1", "R02/N1", "R01/N2", "R02/N2")
    assert deleted(design, *every).racks[ROW].contents.keys() == {"B", "S"}


def test_what_stands_in_one_rack_alone_goes_with_its_deletion() -> None:
    design = two_racks()
    own = pasted(design, clip_of(design, "R01/B1"), "R02")
    assert deleted(own, "R02/B2") == design
    assert deleted(own, "R01", "R02", "R02/B2").racks == {}


def test_a_cable_that_stands_for_one_of_a_rule_goes_along_with_its_rack() -> None:
    # The rule joins R01/N2 with both spines of each rack; within a rack there is one.
    design = two_racks()
    cable = link(
        "R01/N2/leaf[0]", "R01/N1/leaf[0]", replaces=(Address("rule:uplinks[5]"),), by_hand=True
    )
    design = add_cables(design, [cable])[0]
    design = edits.set_state(design, Address("rule:uplinks[1]"), Deviation("failed"))
    after = pasted(design, clip_of(design, "R01"))
    fabric = fabric_of(after)
    new = after.exceptions.keys() - design.exceptions.keys()
    marked = {key: after.exceptions[key].state for key in new}
    assert sorted(marked.values()) == ["absent", "failed"]
    ends = joined(fabric)
    found = {state: ends[int(find_links(fabric.links, key)[0])] for key, state in marked.items()}
    assert found == {
        "absent": ("R03/N2/leaf[0]", "R03/B1/spine[0]"),
        "failed": ("R03/N1/leaf[0]", "R03/B1/spine[0]"),
    }
    copy = next(rule for key, rule in after.links.items() if key not in design.links)
    assert (copy.a, copy.b) == ("R03/N2/leaf[0]", "R03/N1/leaf[0]")
    assert {after.exceptions[one].state for one in copy.replaces} == {"absent"}


def test_copies_are_numbered_in_the_order_of_what_they_were_copied_from() -> None:
    # By name the second comes first.
    design = edits.put(two_racks(), "racks", "east", rack(3.0, 1.0, first=3))
    edit, made = clip_edits.duplicate(fabric_of(design), frozenset({"R01", "R02", "R03"}))
    after = fabric_of(edit(design))
    assert made(after) == {"R04", "R05", "R06"}
    by_label = {one.label: one.x_m for one in after.layout.racks}
    assert [by_label[name] for name in ("R04", "R05", "R06")] == [1.0, 2.0, 3.0]


def test_copies_do_not_stand_on_other_racks() -> None:
    # The cabinet is 1.2 m deep, and copies stand an aisle of 1.2 m behind it: at y = 3.4 m, where
    # there is one already, so another 2.4 m on.
    design = edits.put(two_racks(), "racks", "behind", rack(1.5, 4.0, first=9))
    edit, _ = clip_edits.duplicate(fabric_of(design), frozenset({"R01", "R02"}))
    copy = edit(design).racks[RackId("row-2")]
    assert copy.y_m == pytest.approx(1.0 + 2 * 2.4)
    # One that only touches is in nobody's way.
    design = edits.put(two_racks(), "racks", "behind", rack(1.5, 4.6, first=9))
    edit, _ = clip_edits.duplicate(fabric_of(design), frozenset({"R01", "R02"}))
    assert edit(design).racks[RackId("row-2")].y_m == pytest.approx(3.4)


def test_copies_stay_in_the_hall_while_it_has_room() -> None:
    # The row ends at y = 2.2 m. Another one behind an aisle would end at 4.6 m.
    def stands(design: Design) -> tuple[float, float]:
        edit, _ = clip_edits.duplicate(fabric_of(design), frozenset({"R01", "R02"}))
        copy = edit(design).racks[RackId("row-2")]
        return round(copy.x_m, 6), round(copy.y_m, 6)

    hall = edits.set_field(two_racks(), ("site", "depth_m"), 4.6)
    assert stands(hall) == (1.0, 3.4)
    low = edits.set_field(hall, ("site", "depth_m"), 4.5)
    # Two racks with the way between them are as wide as they stand apart: beside them.
    right = fabric_of(low).layout.racks[1].x_m + 0.6 - 1.0
    assert stands(low) == (round(1.0 + right, 6), 1.0)
    # Where the hall is full, behind it all the same.
    full = edits.set_field(low, ("site", "width_m"), 1.0)
    assert stands(full) == (1.0, 3.4)
