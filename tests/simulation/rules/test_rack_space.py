"""Fronts and rears of a rack that is 1.2 m deep: depths added by hand."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.finding import Finding
from studio.design.model import Design
from studio.simulation.rules.check import check
from tests.builders import fabric_of, two_racks


def back_to_back(front_m: float, rear_m: float, u: int) -> Design:
    """Return two racks with nodes at U1 to U4 of the front and a spine box at the rear."""
    design = edits.set_field(two_racks(), ("assemblies", "node", "depth_m"), front_m)
    design = edits.set_field(design, ("assemblies", "box", "depth_m"), rear_m)
    design = edits.set_field(design, ("racks", "row", "contents", "B", "face"), "rear")
    return edits.set_field(design, ("racks", "row", "contents", "B", "u"), u)


def found(design: Design) -> list[Finding]:
    return [one for one in check(fabric_of(design)) if one.rule == "rack-depth"]


@pytest.mark.parametrize(
    ("front_m", "rear_m", "u", "is_wrong"),
    [
        (0.8, 0.4, 3, False),
        (0.8, 0.41, 3, True),
        (0.8, 0.41, 4, True),
        # Above the nodes there is nothing to meet.
        (0.8, 0.41, 5, False),
        # A node that does not say how deep it is may leave room.
        (0.0, 1.1, 3, False),
    ],
)
def test_a_rear_may_not_meet_a_front(front_m: float, rear_m: float, u: int, is_wrong: bool) -> None:
    findings = found(back_to_back(front_m, rear_m, u))
    # Both racks are of one array, which is told of once.
    assert [one.address for one in findings] == (["R01/B1"] if is_wrong else [])
    if is_wrong:
        assert findings[0].message == (
            "meets R01/N2 in front of it: 1.21 m together, and the rack is 1.2 m deep"
        )


def test_the_fix_moves_the_rear_to_units_free_at_both_faces() -> None:
    design = back_to_back(0.8, 0.5, 3)
    fix = found(design)[0].fix
    assert fix is not None
    # Two nodes of 2 U from U1; the shelf at U12 does not say how deep it is.
    assert dict(fix.changes) == {("racks", "row", "contents", "B", "u"): 5}
    after = edits.apply_changes(design, fix.changes)
    assert check(fabric_of(after)) == ()
