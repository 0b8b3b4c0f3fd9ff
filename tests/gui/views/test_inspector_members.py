"""Single racks of an array and boxes of one rack alone, in the inspector and in the table."""

from __future__ import annotations

import pytest

from studio.design.arrays import offset_of, place_members
from studio.design.contents import shift_boxes
from studio.design.model import Design
from studio.gui.views.inspector_fields import InspectorField
from studio.gui.views.inspector_sections import inspector_sections
from studio.ids import RackId
from tests.builders import fabric_of, two_racks

ROW = RackId("row")


def fields(design: Design, *selection: str) -> dict[str, InspectorField]:
    sections = inspector_sections(fabric_of(design), frozenset(selection), "en")
    return {field.label: field for section in sections for field in section.fields}


def entered(design: Design, field: InspectorField, value: object) -> Design:
    assert field.write is not None
    return field.write(design, value)


def reset(design: Design, field: InspectorField) -> Design:
    assert field.can_reset
    assert field.reset is not None
    return field.reset(design)


def test_a_single_rack_of_an_array_is_moved_and_turned_by_its_fields() -> None:
    before = two_racks()
    along = fields(before, "R02")["Out of line along x"]
    assert (along.text, along.dimension, along.can_reset) == ("0 m", "length", False)
    moved = entered(before, along, 0.25)
    moved = entered(moved, fields(moved, "R02")["Out of line along y"], -0.5)
    assert offset_of(moved.racks[ROW], (1, 0)) == (0.25, -0.5)
    turned = entered(moved, fields(moved, "R02")["Turned further"], 90)
    assert fabric_of(turned).layout.racks[1].rotation_deg == 90
    shown = fields(turned, "R02")
    back = reset(turned, shown["Out of line along x"])
    back = reset(back, shown["Out of line along y"])
    assert reset(back, shown["Turned further"]) == before


def test_a_whole_array_or_a_single_rack_has_no_such_fields() -> None:
    assert "Out of line along x" not in fields(two_racks(), "R01", "R02")


def test_members_out_of_line_differently_are_mixed() -> None:
    wide = place_members(two_racks(), ROW, {(0, 0): (0.5, 0.0)})
    grown = entered(wide, fields(wide, "R01")["Racks in a row"], 3)
    both = fields(grown, "R01", "R02")["Out of line along x"]
    assert both.is_mixed
    assert both.can_reset
    same = entered(grown, both, 0.1)
    assert [offset_of(same.racks[ROW], (n, 0))[0] for n in range(3)] == [0.1, 0.1, 0.0]


def test_a_box_is_made_its_rack_s_own_changed_and_shared_again() -> None:
    before = two_racks()
    own = entered(before, fields(before, "R02/N2")["Values"], True)
    count = fields(own, "R02/N2")["Count"]
    assert count.key == "racks.row.own_contents.1,0.N.array.count"
    fewer = entered(own, count, 1)
    labels = [(box.rack, box.label) for box in fabric_of(fewer).layout.housings]
    assert [label for rack, label in labels if rack == 0] == ["N1", "N2", "B1", "S1"]
    assert [label for rack, label in labels if rack == 1] == ["N1", "B1", "S1"]
    assert fields(fewer, "R02")["Boxes of its own"].text == "1"
    assert reset(fewer, fields(fewer, "R02/N1")["Values"]) == before
    assert reset(fewer, fields(fewer, "R02")["Boxes of its own"]) == before


@pytest.mark.parametrize("chosen", [("R01/N2", "R02/N2"), ("R02/N2",)])
def test_boxes_that_follow_the_array_are_one_value(chosen: tuple[str, ...]) -> None:
    design = two_racks()
    lifted = entered(design, fields(design, *chosen)["Lowest rack unit"], 30)
    assert lifted == shift_boxes(design, ROW, [("N", 0), ("N", 1)], 29)
