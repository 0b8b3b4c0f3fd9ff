"""Which key presses are one step of the history."""

from __future__ import annotations

from studio.design import edits
from studio.gui.canvas.nudging import nudge
from tests.builders import fabric_of, two_racks


def test_presses_on_one_selection_are_one_step_and_on_another_a_step_of_their_own() -> None:
    fabric = fabric_of(edits.set_field(two_racks(), ("racks", "row", "array", "count"), 150))
    labels = frozenset(fabric.layout.rack_by_label)
    asked = [nudge(fabric, labels, 1, 0, far=far) for far in (False, True)]
    # All but the last rack: the two are alike for a long way.
    fewer = nudge(fabric, labels - {max(labels)}, 1, 0, far=False)
    assert asked[0] is not None
    assert asked[1] is not None
    assert fewer is not None
    assert asked[0].merge_key == asked[1].merge_key != fewer.merge_key
