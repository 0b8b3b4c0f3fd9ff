"""The port map as rows of the table and lines of the inspector."""

from __future__ import annotations

import pytest

from studio.design.edits import set_state
from studio.design.model import Design, Deviation
from studio.gui.views.inspector_sections import inspector_sections
from studio.gui.views.sheets.query import touched
from studio.ids import Address
from tests.builders import bench, fabric_of, link, two_racks
from tests.gui.views.test_sheets import sheet_of, shown


def test_every_port_says_where_it_goes() -> None:
    sheet = sheet_of(two_racks(), "ports")
    rows = list(zip(shown(sheet, "chip"), shown(sheet, "port"), shown(sheet, "to"), strict=True))
    assert rows[0] == ("R01/N1/chip[0]", "up[0]", "R01/N1/leaf[0]")
    assert rows[1] == ("R01/N1/chip[0]", "up[1]", "")
    leaf = rows.index(("R01/N1/leaf[0]", "port[4]", "R01/B1/spine[0]"))
    assert shown(sheet, "to_port")[leaf : leaf + 2] == ["port[0]", "port[1]"]
    assert shown(sheet, "state")[leaf + 3 : leaf + 5] == ["In order", "Free"]
    assert sheet.address(leaf) == "rule:uplinks[0]"
    assert sheet.address(1) == "R01/N1/chip[0]"


def test_selecting_a_link_or_a_chip_finds_its_ports() -> None:
    sheet = sheet_of(two_racks(), "ports")
    assert len(sheet.rows_of("rule:uplinks[0]")) == 2
    assert len(sheet.rows_of("R01/N1/chip[0]")) == 6
    assert len(sheet.rows_of("R01/N1")) == 4 * 6 + 64
    assert touched(sheet, frozenset({"R01/N1/chip[0]"})) is not None


@pytest.mark.parametrize("design", [bench({"a": 2, "b": 2}, {})], ids=["no links"])
def test_a_design_without_links_has_free_ports_only(design: Design) -> None:
    sheet = sheet_of(design, "ports")
    for one in sheet.columns:
        assert one.values.text(0) is not None
    assert set(shown(sheet, "state")) == {"Free"}


def lines(address: str, design: Design | None = None) -> dict[str, str]:
    fabric = fabric_of(design or two_racks())
    sections = inspector_sections(fabric, frozenset({address}), "en")
    return {
        field.label: field.text
        for section in sections
        if section.title == "Port map"
        for field in section.fields
    }


def test_a_chip_tells_its_ports_by_the_boxes_they_go_to() -> None:
    assert lines("R01/N1/leaf[0]") == {
        "port[0:4]": "R01/N1: chip[0]:up[0], chip[1]:up[0], chip[2]:up[0], chip[3]:up[0]",
        "port[4:6]": "R01/B1/spine[0]:port[0:2]",
        "port[6:8]": "R02/B1/spine[0]:port[0:2]",
        "port[8:64]": "free",
    }


def test_a_failed_link_stands_apart_and_an_absent_one_is_free() -> None:
    design = set_state(two_racks(), Address("rule:uplinks[0]"), Deviation("failed"))
    design = set_state(design, Address("rule:uplinks[3]"), Deviation("absent"))
    found = lines("R01/N1/leaf[0]", design)
    assert found["port[4]"] == "R01/B1/spine[0]:port[0] (failed)"
    assert found["port[5]"] == "R01/B1/spine[0]:port[1]"
    assert found["port[7:64]"] == "free"


def test_links_that_find_no_port_are_told() -> None:
    design = bench({"a": 1, "b": 1}, {"many": link("**/a", "**/b", multiplicity=80)})
    assert lines("R01/N1/a[0]", design)["port"] == "16 links find no port"
