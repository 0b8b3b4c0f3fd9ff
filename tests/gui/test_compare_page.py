"""The Compare page: any number of designs, every cell and bar open to its source, and files out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from studio.gui.commands.documents import write_comparison
from studio.gui.panels.compare import ComparePage
from studio.session.library import find_design
from tests.gui.conftest import PATIENCE_MS, KeptWindow

DESIGNS = ("dgx-h100-su32", "gb200-nvl72", "gb300-nvl72")


@pytest.fixture
def page(qtbot: QtBot, kept_window: KeptWindow) -> ComparePage:
    """Three designs side by side, ratios to the last one, nothing opened; shared by the module."""
    window = kept_window.window
    window.show_page("compare")
    page = window.compare
    page._close.click()
    page.table.scrollToTop()
    for place in range(page._list.count()):
        path = page._list.item(place).data(Qt.ItemDataRole.UserRole)
        if path not in {str(find_design(name)) for name in DESIGNS}:
            page._list.item(place).setCheckState(Qt.CheckState.Unchecked)
    for name in DESIGNS:
        page.add(find_design(name))
    qtbot.waitUntil(lambda: len(page.view.designs) == len(DESIGNS), timeout=PATIENCE_MS)
    return page


def column(page: ComparePage, design: int) -> int:
    return page.table._columns.index((design, False))


def row(page: ComparePage, name: str) -> int:
    return next(n for n, one in enumerate(page.view.rows) if one.name == name)


def test_the_reference_has_no_ratio_and_all_others_have_one(page: ComparePage) -> None:
    heads = [
        page.table.horizontalHeaderItem(place).text() for place in range(page.table.columnCount())
    ]
    names = page.view.designs
    assert heads == [names[0], "ratio", names[1], "ratio", names[2]]
    memory = row(page, "memory_bytes")
    assert page.table.verticalHeaderItem(memory).text() == page.view.rows[memory].label
    ratio = page.table.item(memory, column(page, 1) + 1)
    # 72 x 192 GB over 72 x 288 GB.
    assert ratio.text() == "0.667×"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("power_w.typical", "Power, typical"),
        ("injection_bandwidth_byte_per_s.scale_up", "Injection bandwidth"),
        ("result.tpot_s", "Time per output token"),
        ("result.tokens_per_s_per_npu", "Tokens per second of one NPU"),
        ("result.facility_power_w", "Power of the facility"),
    ],
)
def test_a_cell_opens_down_to_parts_of_its_own_design(
    qtbot: QtBot, page: ComparePage, name: str, title: str
) -> None:
    page.table.scrollToItem(page.table.item(row(page, name), column(page, 1)))
    place = page.table.visualItemRect(page.table.item(row(page, name), column(page, 1))).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    shown = page.explained.explanation
    assert shown is not None
    assert shown.title.startswith(f"GB200 NVL72 · {title}")
    assert page.explained.isVisible()
    assert page.explained.tree.topLevelItemCount() > 0
    page._close.click()
    assert not page.explained.isVisible()


def test_every_cell_with_a_value_opens(page: ComparePage) -> None:
    compared = page._compared()
    for one in page.view.rows:
        for design, cell in enumerate(one.cells):
            if cell.value == "–":
                continue
            page.table.opened.emit(design, one.name)
            assert page.explained.isVisible(), (compared[design].candidate.name, one.name)


def test_a_bar_opens_the_figure_it_draws(qtbot: QtBot, page: ComparePage) -> None:
    chart = page.chart
    top, bars = list(chart._groups())[-1]
    with qtbot.waitSignal(chart.opened) as opened:
        # The second bar of the first group: below its title and one bar.
        place = QPoint(30, round(top) + chart._line_px() + 17 + 5)
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [1, bars.name]


def test_error_bands_reach_into_table_and_bars(page: ComparePage) -> None:
    bars = {one.name: one for one in page.view.bars}
    low, high = bars["result.tokens_per_s"].bands[0] or (0.0, 0.0)
    assert 0 < low < bars["result.tokens_per_s"].shares[0] < high <= 1
    assert not any(bars["price_usd"].bands)
    item = page.table.item(row(page, "result.tokens_per_s"), column(page, 0))
    assert "Error band" in item.toolTip()


def test_the_comparison_goes_to_files(
    page: ComparePage, kept_window: KeptWindow, tmp_path: Path
) -> None:
    for ending in ("csv", "json", "png"):
        write_comparison(kept_window.window, tmp_path / f"out.{ending}")
    found = page.comparison()
    assert found is not None
    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert len(rows) == 2 + len(found.rows)
    memory = next(cells for cells in rows if cells[0] == "memory_bytes")
    assert memory[1] == "byte"
    assert float(memory[2]) == found.row("memory_bytes").values[0]
    tree = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert tree["designs"] == list(page.view.designs)
    assert not QImage(str(tmp_path / "out.png")).isNull()
    write_comparison(kept_window.window, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()


def test_without_designs_it_says_what_to_do(page: ComparePage) -> None:
    for place in range(page._list.count()):
        page._list.item(place).setCheckState(Qt.CheckState.Unchecked)
    assert page._empty.isVisible()
    assert page.comparison() is None
    assert not page._export.isEnabled()
