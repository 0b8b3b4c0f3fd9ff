"""Exceptions made by entering values: one chip, or the boxes of one rack, and no others."""

from __future__ import annotations

from dataclasses import replace

from studio.design.members import own_of
from studio.design.model import Design
from studio.gui.arrange_edits import has_exceptions, put_back
from studio.gui.views.inspector_sections import inspector_sections
from studio.gui.views.sheets.kinds import SHEETS
from studio.gui.views.sheets.pasting import Cell, cells_edit
from studio.gui.views.sheets.sheet import Source
from studio.ids import RackId
from tests.builders import fabric_of, two_racks

ROW = RackId("row")
ONE = "R01/N2/chip[3]"


def entered(design: Design, kind: str, row: str, key: str, text: str, *, alone: bool) -> Design:
    """Enter a text into a cell of the table."""
    source = Source(fabric_of(design), str, "en")
    sheet = SHEETS[kind](replace(source, alone=alone))
    number = next(n for n in range(sheet.count) if sheet.address(n) == row)
    column = sheet.column_number(key, str)
    assert column is not None
    return cells_edit(sheet, [Cell(number, 1, column, text)])(design)


def different(design: Design) -> list[str]:
    layout = fabric_of(design).layout
    return [str(layout.address(number)) for number in layout.different.tolist()]


def test_a_chip_is_made_another_part_in_the_inspector_and_put_back() -> None:
    sections = inspector_sections(fabric_of(two_racks()), frozenset({ONE}), "en")
    field = next(f for one in sections for f in one.fields if f.label == "Only here")
    assert (field.value, field.can_reset) == ("", False)
    assert field.write is not None
    design = field.write(two_racks(), "other-chip")
    assert different(design) == [ONE]
    fabric = fabric_of(design)
    shown = inspector_sections(fabric, frozenset({ONE}), "en")
    field = next(f for one in shown for f in one.fields if f.label == "Only here")
    assert (field.value, field.can_reset) == ("other-chip", True)
    state = next(f for one in shown for f in one.fields if f.label == "State")
    assert state.value == ""
    assert has_exceptions(fabric, frozenset({ONE}))
    assert put_back(fabric, frozenset({ONE}))(design) == two_racks()


def test_in_the_table_a_chip_changes_with_its_group_or_alone() -> None:
    every = entered(two_racks(), "chips", ONE, "type", "Other-Chip", alone=False)
    assert different(every) == []
    assert every.assemblies != two_racks().assemblies
    one = entered(two_racks(), "chips", ONE, "type", "Other-Chip", alone=True)
    assert different(one) == [ONE]
    # Once an exception it stays one, whatever the switch says.
    back = entered(one, "chips", ONE, "type", "Chip", alone=False)
    assert (different(back), back.assemblies) == ([ONE], two_racks().assemblies)
    assert entered(back, "chips", ONE, "scope", "As in the assembly", alone=False) == two_racks()


def test_in_the_table_a_box_changes_in_all_racks_or_in_one() -> None:
    every = entered(two_racks(), "nodes", "R02/S1", "face", "Rear", alone=False)
    assert every.racks[ROW].contents["S"].face == "rear"
    one = entered(two_racks(), "nodes", "R02/S1", "face", "Rear", alone=True)
    assert one.racks[ROW].contents == two_racks().racks[ROW].contents
    assert own_of(one.racks[ROW], (1, 0))["S"].face == "rear"
    lifted = entered(two_racks(), "nodes", "R02/S1", "u", "20", alone=True)
    assert own_of(lifted.racks[ROW], (1, 0))["S"].u == 20
    assert entered(lifted, "nodes", "R02/S1", "scope", "As in the array", alone=True) == two_racks()
