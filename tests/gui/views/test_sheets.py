"""The rows of the table twin: what they say, how they are found, and what entering cells does."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.design.model import Design
from studio.errors import InvalidInput
from studio.exchange.table import to_csv
from studio.fabric.compiling import compile_design
from studio.gui.views.sheets.clipboard import (
    Target,
    as_text,
    pasted_cells,
    pasted_rows,
    read_grid,
    shown_table,
)
from studio.gui.views.sheets.kinds import SHEETS
from studio.gui.views.sheets.pasting import Cell, cells_edit
from studio.gui.views.sheets.query import Query, touched, visible_rows
from studio.gui.views.sheets.sheet import Sheet, Source
from studio.gui.views.sheets.values import Numbers, natural_key
from tests import builders


def plainly(text: str) -> str:
    return text


def sheet_of(design: Design, kind: str) -> Sheet:
    fabric = compile_design(design, builders.small_catalog())
    return SHEETS[kind](Source(fabric, plainly, "en"))


def column(sheet: Sheet, key: str) -> int:
    number = sheet.column_number(key, plainly)
    assert number is not None
    return number


def shown(sheet: Sheet, key: str) -> list[str]:
    values = sheet.columns[column(sheet, key)].values
    return [values.text(row) for row in range(sheet.count)]


@pytest.fixture
def racks(two_racks: Design) -> Sheet:
    return sheet_of(two_racks, "racks")


def test_every_kind_has_a_row_per_object(two_racks: Design) -> None:
    fabric = compile_design(two_racks, builders.small_catalog())
    expected = {
        "racks": len(fabric.layout.racks),
        "nodes": len(fabric.layout.housings),
        "chips": fabric.layout.component_count,
        "links": fabric.links.count,
        "rules": len(fabric.links.rules),
        "parts": len(fabric.parts),
        # 16 chips of 4 + 2 ports, 6 switches of 64.
        "ports": 16 * 6 + 6 * 64,
    }
    assert {kind: sheet_of(two_racks, kind).count for kind in SHEETS} == expected


def test_addresses_of_rows_are_found_again(two_racks: Design) -> None:
    for kind in SHEETS:
        sheet = sheet_of(two_racks, kind)
        for row in range(sheet.count):
            assert row in sheet.rows_of(sheet.address(row)), (kind, sheet.address(row))


def test_made_at_once_and_one_by_one_addresses_are_the_same(two_racks: Design) -> None:
    source = Source(compile_design(two_racks, builders.small_catalog()), plainly, "en")
    layout = source.fabric.layout
    made = [layout.address(number) for number in range(layout.component_count)]
    assert source.chip_addresses == made


def test_a_member_of_an_array_goes_where_its_row_says(racks: Sheet, two_racks: Design) -> None:
    x, y = column(racks, "x"), column(racks, "y")
    edit = cells_edit(racks, [Cell(1, 2, x, "5 m"), Cell(1, 2, y, "3 m")])
    moved = sheet_of(edit(two_racks), "racks")
    assert shown(moved, "x") == ["1 m", "5 m"]
    assert shown(moved, "y") == ["1 m", "3 m"]
    turned = cells_edit(moved, [Cell(1, 2, column(moved, "rotation"), "90")])(edit(two_racks))
    assert shown(sheet_of(turned, "racks"), "rotation") == ["0°", "90°"]


def test_a_box_goes_to_the_unit_its_row_says(two_racks: Design) -> None:
    nodes = sheet_of(two_racks, "nodes")
    row = shown(nodes, "box").index("R01/N2")
    after = cells_edit(nodes, [Cell(row, row + 1, column(nodes, "u"), "20")])(two_racks)
    units = dict(zip(shown(nodes, "box"), shown(sheet_of(after, "nodes"), "u"), strict=True))
    assert units["R01/N1"] == "1"
    assert units["R01/N2"] == "20"


def test_what_members_of_an_array_share_cannot_differ(racks: Sheet) -> None:
    pitch = column(racks, "pitch")
    with pytest.raises(InvalidInput, match=r"row 2, column “Pitch”.*detach the array"):
        cells_edit(racks, [Cell(0, 1, pitch, "2 m"), Cell(1, 2, pitch, "3 m")])


def test_errors_name_row_and_column(racks: Sheet) -> None:
    cells = [Cell(0, 1, column(racks, "x"), "3 bananas"), Cell(1, 2, column(racks, "npus"), "9")]
    with pytest.raises(InvalidInput) as caught:
        cells_edit(racks, cells)
    assert "row 1, column “Position x”" in str(caught.value)
    assert "row 2, column “NPUs”" in str(caught.value)


def test_a_chip_is_marked_and_the_mark_is_seen(two_racks: Design) -> None:
    chips = sheet_of(two_racks, "chips")
    state = column(chips, "state")
    failed = cells_edit(chips, [Cell(2, 3, state, "Failed")])(two_racks)
    after = shown(sheet_of(failed, "chips"), "state")
    assert after.count("Failed") == 1
    assert after[2] == "Failed"
    repaired = cells_edit(sheet_of(failed, "chips"), [Cell(2, 3, state, "In order")])
    assert repaired(failed) == two_racks


def test_links_of_a_failed_rack_are_shown_as_failed(two_racks: Design) -> None:
    racks = sheet_of(two_racks, "racks")
    failed = cells_edit(racks, [Cell(0, 1, column(racks, "state"), "Failed")])(two_racks)
    links = sheet_of(failed, "links")
    ends = zip(shown(links, "from"), shown(links, "to"), shown(links, "state"), strict=True)
    place = f"{racks.address(0)}/"
    for a, b, state in ends:
        assert (state == "Failed") == (a.startswith(place) or b.startswith(place))


def test_a_value_of_a_part_is_changed_in_the_design_only(two_racks: Design) -> None:
    parts = sheet_of(two_racks, "parts")
    row = shown(parts, "part").index("chip")
    cell = Cell(row, row + 1, column(parts, "memory"), "2*48 GB")
    after = cells_edit(parts, [cell])(two_racks)
    assert after.parts["chip"].values["memory"].value == pytest.approx(96e9)  # type: ignore[index]
    assert shown(sheet_of(after, "parts"), "memory")[row] == "96 GB"


def test_words_filter_and_columns_filter_by_bounds(racks: Sheet) -> None:
    label = racks.address(0)
    assert list(visible_rows(racks, Query(text=label.lower()))) == [0]
    x = column(racks, "x")
    values = racks.columns[x].values
    assert isinstance(values, Numbers)
    bound = float(values.numbers.max())
    assert list(visible_rows(racks, Query(by_column={x: f">= {bound} m"}))) == [racks.count - 1]
    assert len(visible_rows(racks, Query(by_column={x: f"0..{bound} m"}))) == racks.count
    with pytest.raises(InvalidInput, match="filter"):
        visible_rows(racks, Query(by_column={x: "> 3 bananas"}))


def test_sorting_turns_round_and_keeps_the_rows(two_racks: Design) -> None:
    chips = sheet_of(two_racks, "chips")
    for number in range(len(chips.columns)):
        up = visible_rows(chips, Query(sort=number))
        down = visible_rows(chips, Query(sort=number, is_descending=True))
        assert sorted(up) == sorted(down) == list(range(chips.count))
    memory = chips.columns[column(chips, "memory")].values
    ordered = [
        memory.text(int(row)) for row in visible_rows(chips, Query(sort=column(chips, "memory")))
    ]
    blanks = [n for n, text in enumerate(ordered) if not text]
    assert blanks == list(range(len(ordered) - len(blanks), len(ordered)))


def test_numbers_in_names_sort_as_numbers() -> None:
    assert sorted(["R10", "R2", "R1"], key=natural_key) == ["R1", "R2", "R10"]


def test_only_what_is_selected_touches(two_racks: Design) -> None:
    links = sheet_of(two_racks, "links")
    chip = shown(links, "from")[0]
    rows = visible_rows(links, Query(only=frozenset({chip})))
    assert len(rows)
    ends = list(zip(shown(links, "from"), shown(links, "to"), strict=True))
    assert {n for n, pair in enumerate(ends) if chip in pair} == set(rows.tolist())
    assert not touched(links, ("nowhere/at/all[0]",)).any()


@given(st.data())
def test_pasting_back_what_was_copied_changes_nothing(data: st.DataObject) -> None:
    design = builders.two_racks()
    sheet = sheet_of(design, data.draw(st.sampled_from(list(SHEETS))))
    rows = data.draw(st.lists(st.integers(0, sheet.count - 1), min_size=1, max_size=4, unique=True))
    columns = data.draw(
        st.lists(st.integers(0, len(sheet.columns) - 1), min_size=1, max_size=5, unique=True)
    )
    text = as_text(sheet, rows, columns)
    if not text.strip():
        return
    target = Target(range(len(rows)), columns, is_area=False)
    edit = pasted_cells(sheet, text, target, lambda line: rows[line])
    assert edit(design) is design


def test_one_value_fills_an_area(two_racks: Design) -> None:
    chips = sheet_of(two_racks, "chips")
    target = Target(range(3), [column(chips, "state")], is_area=True)
    after = pasted_cells(chips, "failed", target, int)(two_racks)
    assert shown(sheet_of(after, "chips"), "state")[:4] == ["Failed"] * 3 + ["In order"]


def test_what_does_not_fit_is_said(racks: Sheet) -> None:
    target = Target([0], [column(racks, "note")], is_area=False)
    with pytest.raises(InvalidInput, match="2 x 1 cells were copied; 1 x 1 are left"):
        pasted_cells(racks, "a\nb", target, int)


def test_rows_under_a_header_become_racks_and_boxes(racks: Sheet, two_racks: Design) -> None:
    text = "Rack type\tPosition x [m]\tLabel pattern\r\n\t20\tNEW1\r\n\t2100 cm\tNEW2\r\n"
    edit = pasted_rows(racks, text, plainly, needs_header=True)
    assert edit is not None
    after = edit(two_racks)
    made = [rack for rack in after.racks.values() if rack.label.startswith("NEW")]
    assert [rack.x_m for rack in made] == [20.0, 21.0]
    nodes = sheet_of(after, "nodes")
    assembly = next(iter(two_racks.assemblies))
    edit = pasted_rows(nodes, f"NEW1,1,{assembly}\nNEW2,4,{assembly}", plainly, needs_header=False)
    assert edit is not None
    filled = sheet_of(edit(after), "nodes")
    found = zip(shown(filled, "rack"), shown(filled, "u"), strict=True)
    assert {("NEW1", "1"), ("NEW2", "4")} <= set(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Rack\nR9", "new rows have no column 'Rack'"),
        ("Position x\n1 m\n2 bananas", "row 2"),
        ("a\tb\tc\td\te\tf\tg\th", "row 1: 8 cells"),
        ("  ", "no text to paste"),
    ],
)
def test_rows_that_cannot_be_are_refused(racks: Sheet, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        pasted_rows(racks, text, plainly, needs_header=False)


def test_chips_take_no_rows(two_racks: Design) -> None:
    chips = sheet_of(two_racks, "chips")
    with pytest.raises(InvalidInput, match="racks, boxes, links and rules"):
        pasted_rows(chips, "a\tb", plainly, needs_header=False)


def test_commas_and_semicolons_are_told_from_texts() -> None:
    assert read_grid("a;b\nc;d") == (("a", "b"), ("c", "d"))
    assert read_grid("one, two") == (("one, two",),)
    assert read_grid('"x, y"\tz') == (("x, y", "z"),)


def test_a_file_of_what_is_shown_has_si_numbers_and_units(racks: Sheet) -> None:
    rows = visible_rows(racks, Query(sort=0, is_descending=True))
    text = to_csv(shown_table(racks, rows, plainly)).removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["Rack"] for line in lines] == [racks.address(int(row)) for row in rows]
    values = racks.columns[column(racks, "x")].values
    assert [float(line["Position x [m]"]) for line in lines] == [
        values.plain(int(row)) for row in rows
    ]


def test_an_edit_that_fails_says_where(two_racks: Design) -> None:
    racks = sheet_of(two_racks, "racks")
    edit = cells_edit(racks, [Cell(0, 1, column(racks, "id"), "")])
    with pytest.raises(InvalidInput, match="row 1, column “Array”"):
        edit(two_racks)
