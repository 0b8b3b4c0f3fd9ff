"""What changed from one snapshot to another."""

from __future__ import annotations

import msgspec

from studio.design.diff import difference, field_changes
from studio.design.edits import move_racks, put, remove, set_field
from studio.design.model import Design
from studio.ids import RackId

ROW = RackId("row")


def test_equal_designs_do_not_differ(two_racks: Design) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(two_racks), type=Design)
    assert difference(two_racks, two_racks) == difference(two_racks, copy) == ()


def test_kinds_of_changes(two_racks: Design) -> None:
    rule = two_racks.links["uplinks"]  # type: ignore[index]
    cases = {
        "moved": move_racks(two_racks, [ROW], 2.0, 0.0),
        "changed": set_field(two_racks, ("racks", "row", "array", "count"), 3),
        "recabled": set_field(two_racks, ("links", "uplinks", "multiplicity"), 1),
        "added": put(two_racks, "racks", "more", two_racks.racks[ROW]),
        "removed": remove(two_racks, "links", "uplinks"),
    }
    for kind, after in cases.items():
        assert [one.kind for one in difference(two_racks, after)] == [kind]
    noted = put(two_racks, "links", "uplinks", msgspec.structs.replace(rule, note="new"))
    assert [one.kind for one in difference(two_racks, noted)] == ["changed"]


def test_fields_are_named_down_to_the_value(two_racks: Design) -> None:
    after = set_field(two_racks, ("racks", "row", "array", "count"), 3)
    after = set_field(after, ("racks", "row", "contents", "B", "u"), 11)
    (change,) = difference(two_racks, after)
    found = [(".".join(one.path), one.before, one.after) for one in field_changes(change)]
    assert found == [("array.count", 2, 3), ("contents.B.u", 10, 11)]


def test_going_back_is_the_same_turned_round(two_racks: Design) -> None:
    after = remove(move_racks(two_racks, [ROW], 1.0, 1.0), "links", "uplinks")
    there, back = difference(two_racks, after), difference(after, two_racks)
    assert [(one.before, one.after) for one in there] == [(one.after, one.before) for one in back]
