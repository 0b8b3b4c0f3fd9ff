"""What LibreOffice Calc and Excel put on the clipboard, byte by byte, pasted into the table."""

from __future__ import annotations

import pytest

from studio.design.model import Design
from studio.errors import InvalidInput
from studio.gui.views.numerals import with_points, write_commas
from studio.gui.views.sheets.clipboard import Target, pasted_cells, pasted_rows, read_grid
from studio.gui.views.sheets.markup import table_text
from tests.builders import two_racks
from tests.gui.views.test_sheets import column, plainly, sheet_of, shown

RACKS = "Rack type\tPosition x [m]\tPosition y [m]\tLabel pattern\tRacks in a row\tPitch [m]\r\n"


def added(text: str, kind: str = "racks", design: Design | None = None) -> Design:
    design = design or two_racks()
    edit = pasted_rows(sheet_of(design, kind), text, plainly, needs_header=True)
    assert edit is not None
    return edit(design)


def new_racks(text: str) -> list[tuple[float, float, str]]:
    racks = [one for key, one in added(text).racks.items() if key != "row"]
    return [(one.x_m, one.y_m, one.label) for one in racks]


def test_excel_with_english_numbers() -> None:
    """Lines end in CR LF, the last one too; a cell with a quote or a line break is quoted."""
    text = (
        RACKS + '\t1,234.50\t12\t"A ""row"""\t1\t0.8\r\nCabinet\t3.25\t4\t"two\r\nlines"\t1\t\r\n'
    )
    assert new_racks(text) == [(1234.5, 12.0, 'A "row"'), (3.25, 4.0, "two lines")]


def test_libreoffice_with_german_numbers() -> None:
    """Decimal commas and points between thousands; 3,125 is three and an eighth here."""
    text = RACKS.replace("\r\n", "\n") + "\t1.234,5\t0,6\tA{n}\t1\t0,8\n\t3,125\t4\tB{n}\t1\t1,25\n"
    assert new_racks(text) == [(1234.5, 0.6, "A{n}"), (3.125, 4.0, "B{n}")]


def test_french_and_swiss_groups_and_units_in_the_cells() -> None:
    text = RACKS + "\t1\u202f234,5\t120 cm\tA{n}\t1\t\n\t2'000\t1 m\tB{n}\t1\t\n"
    assert new_racks(text) == [(1234.5, 1.2, "A{n}"), (2000.0, 1.0, "B{n}")]


def test_a_file_with_a_mark_in_front_separated_by_semicolons() -> None:
    text = "\ufeff" + RACKS.replace("\t", ";") + ";5,5;6;A{n};1;\r\n;7,25;8;B{n};1;\r\n"
    assert new_racks(text) == [(5.5, 6.0, "A{n}"), (7.25, 8.0, "B{n}")]


def test_a_web_page_s_table_comes_as_markup() -> None:
    markup = (
        "<html><head><style>td{}</style></head><body><table border=0><colgroup></colgroup>"
        "<tr><th>Position&nbsp;x [m]<th>Position y [m]<th>Label pattern"
        "<tr><td>1,5</td><td> 2 \n</td><td><b>A</b>&amp;B</td></tr></table>"
        "<table><tr><td>other</td></tr></table></body></html>"
    )
    assert new_racks(table_text(markup)) == [(1.5, 2.0, "A&B")]
    assert table_text("<p>no table</p>") == ""
    assert table_text("<table><tr><td colspan=3>a<td>b<td colspan=x>c</table>") == "a\t\t\tb\tc"


def test_numbers_of_one_paste_are_read_alike() -> None:
    assert write_commas(["1,500", "0,6"])
    assert not write_commas(["1,500", "0.6", "0,6"])
    assert not write_commas(["1,500", "2"])
    assert with_points("1,500 m") == "1500 m"
    assert with_points("1,500 m", has_commas=True) == "1.500 m"
    sheet = sheet_of(two_racks(), "racks")
    target = Target([0, 1], [column(sheet, "x")], is_area=True)
    after = pasted_cells(sheet, "1,50\n2,5", target, lambda line: line)(two_racks())
    assert shown(sheet_of(after, "racks"), "x") == ["1.5 m", "2.5 m"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RACKS + "\tabc\t1\tX\t1\t\n", "row 1"),
        (RACKS + "\t1\t2\tX\t1.5\t\n", "not a whole number"),
        (RACKS + "\t1\t2\tX\t1e400\t\n", "row 1"),
        (RACKS + "\tnan\t2\tX\t1\t\n", "row 1"),
        (RACKS + "No such rack\t1\t2\tX\t1\t\n", "not possible"),
        (RACKS + "\t1\t2\tX\t1\t\t\t9\n", "cells; the columns are"),
        (RACKS + "\t#REF!\t2\tX\t1\t\n", "row 1"),
        (RACKS + "\t########\t2\tX\t1\t\n", "row 1"),
    ],
)
def test_what_no_number_is_is_named_with_its_row(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        added(text)


def test_inches_are_no_quotes() -> None:
    assert read_grid('19" rack\tb') == (('19" rack', "b"),)


RULES = "Link rule\tPlane\tScheme\tParameters\tA side\tB side\tLinks per pair\tCable\n"


def test_link_rules_are_added_and_their_scheme_is_edited() -> None:
    line = "west\tUp\tClos tier\tuplinks=2\tR*/N*/leaf\tR*/B*/spine\t1\tFibre\n"
    after = added(RULES + line, "rules")
    rules = sheet_of(after, "rules")
    assert shown(rules, "scheme")[-1] == "Clos tier"
    assert shown(rules, "parameters")[-1] == "uplinks=2"
    assert shown(rules, "links")[-1] == "8"
    row = rules.count - 1
    target = Target([row], [column(rules, "scheme"), column(rules, "parameters")], is_area=True)
    ring = pasted_cells(rules, "Stride\tstep=3, offset=1", target, lambda line: line)(after)
    assert shown(sheet_of(ring, "rules"), "parameters")[-1] == "step=3, offset=1"
    torus = Target([row], [column(rules, "scheme"), column(rules, "parameters")], is_area=True)
    grid = pasted_cells(rules, "Torus\t2 × 2", torus, lambda line: line)(after)
    assert shown(sheet_of(grid, "rules"), "parameters")[-1] == "dims=2x2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uplinks=two", "uplinks|number"),
        ("count=2", "no parameter 'count'; it has uplinks"),
        ("uplinks=1.5", "not a whole number"),
    ],
)
def test_parameters_that_cannot_be_are_refused(text: str, message: str) -> None:
    line = f"west\tUp\tClos tier\t{text}\tR*/N*/leaf\tR*/B*/spine\t1\tFibre\n"
    with pytest.raises(InvalidInput, match=message):
        added(RULES + line, "rules")


def test_a_cable_schedule_becomes_single_cables_like_the_rules() -> None:
    text = "From\tTo\tCable\nR01/N1/leaf[0]\tR02/B1/spine[0]\tCopper\n"
    text += "R02/B1/spine[0]\tR01/N2/leaf[0]\t\n"
    after = added(text, "links")
    cables = [rule for rule in after.links.values() if rule.by_hand]
    assert [(rule.a, rule.b, rule.cable) for rule in cables] == [
        ("R01/N1/leaf[0]", "R02/B1/spine[0]", "copper"),
        ("R02/B1/spine[0]", "R01/N2/leaf[0]", "fibre"),
    ]


def test_an_end_entered_elsewhere_makes_an_exception_of_the_rule() -> None:
    design = two_racks()
    links = sheet_of(design, "links")
    row = shown(links, "link").index("rule:uplinks[3]")
    ends = Target([row], [column(links, "from"), column(links, "to")], is_area=True)
    moved = "R02/N2/leaf[0]\tR01/B1/spine[0]"
    after = pasted_cells(links, moved, ends, lambda line: line)(design)
    assert after.exceptions["rule:uplinks[3]"].state == "absent"  # type: ignore[index]
    cable = after.links["cable-1"]  # type: ignore[index]
    assert (cable.a, cable.b, cable.replaces) == (*moved.split("\t"), ("rule:uplinks[3]",))
    again = sheet_of(after, "links")
    last = Target([again.count - 1], [column(again, "cable")], is_area=True)
    copper = pasted_cells(again, "Copper", last, lambda line: line)(after)
    assert copper.links["cable-1"].cable == "copper"  # type: ignore[index]
    with pytest.raises(InvalidInput, match="change it there"):
        pasted_cells(again, "Copper", Target([row], last.columns, True), lambda line: line)
    with pytest.raises(InvalidInput, match="names 4 components"):
        pasted_cells(links, "R02/N2/chip", ends, lambda line: line)
