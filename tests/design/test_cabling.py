"""Single cables drawn by hand, moved, taken away and given back."""

from __future__ import annotations

from typing import Any

from studio.design import cabling, edits
from studio.design.carrying import carry_boxes
from studio.design.model import Design, Deviation
from studio.design.resizing import resize_array
from studio.ids import Address, RackId, RuleId
from studio.simulation.rules.check import check
from studio.storage.project_file import decode_design, encode_design
from tests.builders import OPTICAL, fabric_of, joined, link, rack, two_racks

CABLE = RuleId("cable-1")
LEAF, SPINE = "R01/N1/leaf[0]", "R02/B1/spine[0]"


def drawn(**more: Any) -> Design:
    cable = link("R01/N1/leaf", "R02/B1/spine", **OPTICAL, **more)
    return cabling.add_cables(two_racks(), [cable])[0]


def test_a_cable_by_hand_is_one_link_more() -> None:
    before, after = fabric_of(two_racks()), fabric_of(drawn())
    assert joined(after) == [*joined(before), (LEAF, SPINE)]
    assert decode_design(encode_design(drawn())).design == drawn()


def test_a_moved_cable_stands_for_the_one_it_replaces_and_is_given_back() -> None:
    replaced = (Address("rule:uplinks[0]"),)
    after = drawn(replaces=replaced)
    fabric = fabric_of(after)
    first = int(fabric.links.start[[one.name for one in fabric.links.rules].index("uplinks")])
    assert not fabric.link_present[first]
    assert int(fabric.link_present.sum()) == fabric_of(two_racks()).links.count
    assert cabling.give_back(after, CABLE) == two_racks()


def test_taking_a_moved_cable_away_leaves_the_one_it_replaced_absent() -> None:
    after = drawn(replaces=(Address("rule:uplinks[0]"),))
    after = edits.set_state(after, Address("rule:cable-1[0]"), Deviation("failed"))
    after = cabling.take_cable(after, CABLE)
    assert list(after.exceptions) == ["rule:uplinks[0]"]
    assert "cable-1" not in after.links


def test_an_end_moves_and_each_cable_has_a_name_of_its_own() -> None:
    after = cabling.move_end(drawn(), CABLE, "b", "R01/B1/spine")
    assert joined(fabric_of(after))[-1] == (LEAF, "R01/B1/spine[0]")
    again, names = cabling.add_cables(after, [after.links[CABLE], after.links[CABLE]])
    assert names == ("cable-2", "cable-3")
    assert len(again.links) == 4


def test_cables_follow_racks_to_other_numbers_and_boxes_to_other_racks() -> None:
    design = edits.put(drawn(), "racks", "east", rack(6.0, 1.0, first=3))
    moved = carry_boxes(design, RackId("row"), [("N", 0)], RackId("east"), 0)
    assert moved.links[CABLE].a == "R03/N1/leaf"
    wide = resize_array(moved, RackId("row"), 4, 1)
    assert wide.links[CABLE].a == "R05/N1/leaf"
    assert joined(fabric_of(wide))[-1] == ("R05/N1/leaf[0]", SPINE)


def test_a_link_that_is_absent_takes_no_port() -> None:
    many = link("R*/N*/leaf", "R*/B*/spine", multiplicity=32, **OPTICAL)
    full = edits.put(two_racks(), "links", "uplinks", many)
    assert any(one.rule == "port-overuse" for one in check(fabric_of(full)))
    for place in range(512):
        full = edits.set_state(full, Address(f"rule:uplinks[{place}]"), Deviation("absent"))
    assert not any(one.rule == "port-overuse" for one in check(fabric_of(full)))
