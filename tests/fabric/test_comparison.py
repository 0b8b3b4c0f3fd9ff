"""Two fabrics compared thing by thing, against counts worked out by hand."""

from __future__ import annotations

from studio.design.edits import move_racks, set_field, set_state
from studio.design.model import Design, Deviation
from studio.fabric.addresses import component_addresses
from studio.fabric.comparison import ADDED, CHANGED, MOVED, SAME, FabricComparison
from studio.ids import Address, RackId
from tests import builders


def compared(before: Design, after: Design) -> FabricComparison:
    return FabricComparison(builders.fabric_of(before), builders.fabric_of(after))


def test_addresses_at_once_are_those_of_single_components(two_racks: Design) -> None:
    layout = builders.fabric_of(two_racks).layout
    assert component_addresses(layout) == [layout.address(n) for n in range(layout.component_count)]


def test_nothing_differs_from_itself(two_racks: Design) -> None:
    found = compared(two_racks, two_racks)
    for codes in (found.racks, found.boxes, found.chips):
        assert set(codes.tolist()) == {SAME}
    assert not found.new_links.any()
    assert not found.links_removed
    assert not found.racks_removed
    assert not len(found.places_left)


def test_a_third_rack_is_new_with_all_its_boxes(two_racks: Design) -> None:
    found = compared(two_racks, set_field(two_racks, ("racks", "row", "array", "count"), 3))
    assert found.racks.tolist() == [SAME, SAME, ADDED]
    assert (found.boxes == ADDED).sum() == 4
    # Twice 6 x 3 pairs of leaf and spine in place of twice 4 x 2, and 4 chips in each new node.
    assert found.new_links.sum() == 2 * (6 * 3 - 4 * 2) + 2 * 4
    back = compared(found.after.design, two_racks)
    assert [rack.label for rack in back.racks_removed] == ["R03"]
    assert back.links_removed == found.new_links.sum()


def test_moved_racks_keep_their_links(two_racks: Design) -> None:
    found = compared(two_racks, move_racks(two_racks, [RackId("row")], 1.5, 0.0))
    assert found.racks.tolist() == [MOVED, MOVED]
    assert found.places_left[:, 0].tolist() == [1.0, 2.0]
    assert not found.new_links.any()


def test_fewer_parallel_links_are_counted_one_by_one(two_racks: Design) -> None:
    links = builders.fabric_of(two_racks).links
    uplinks = sum(len(one.a) for one in links.rules if one.name == "uplinks")
    found = compared(two_racks, set_field(two_racks, ("links", "uplinks", "multiplicity"), 1))
    assert found.links_removed == uplinks // 2
    assert not found.new_links.any()


def test_a_failed_chip_and_a_raised_box_are_changed_and_moved(two_racks: Design) -> None:
    after = set_state(two_racks, Address("R01/N1/chip[0]"), Deviation("failed"))
    after = set_field(after, ("racks", "row", "contents", "B", "u"), 20)
    found = compared(two_racks, after)
    assert (found.chips == CHANGED).sum() == 1
    assert (found.boxes == MOVED).sum() == 2
