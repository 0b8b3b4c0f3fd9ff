"""The window end to end: what is shown follows the design, and what is entered changes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from studio.catalog.catalog import Catalog
from studio.design.edits import set_field
from studio.design.model import Design
from studio.gui.app import make_window, show_window
from studio.gui.canvas.requests import DropTarget
from studio.gui.main_window import MainWindow
from studio.gui.panels.library import MIME_TYPE
from studio.gui.plots.stream_plot import StreamPlot
from studio.gui.settings import Settings
from studio.gui.widgets.choice_editors import ChoiceEditor
from studio.gui.widgets.number_editor import NumberEditor
from studio.session.document import Document
from studio.session.library import find_design
from studio.storage.journal_folder import JournalFolder
from tests.gui.conftest import PATIENCE_MS, wait_for_result


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def _metric(window: MainWindow, key: str) -> str:
    return next(tile.row.value for tile in window.strip.tiles if tile.row and tile.row.key == key)


def test_opening_shows_figures_plots_and_inspector(window: MainWindow) -> None:
    assert window.page == "canvas"
    assert _metric(window, "transceiver_count") == "6,912"
    assert _metric(window, "optical_bandwidth_bit_per_s") == "5.53 Pb/s"
    assert window.plots.is_built
    assert window.plots.power.bars
    assert window.plots.time.bars
    assert window.inspector.editor("name").field is not None
    assert "CloudMatrix" in window.windowTitle()


def test_edit_is_followed_by_figures_differences_and_undo(
    qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    before = _metric(window, "compute_flops.bf16")
    window.workspace.apply(
        "fewer", lambda d: set_field(d, ("racks", "compute-west", "array", "count"), 3)
    )
    wait_for_result(qtbot, window)
    row = next(t.row for t in window.strip.tiles if t.row and t.row.key == "compute_flops.bf16")
    assert row.value != before
    assert row.change.startswith("−")
    assert row.sense == "worse"
    window.actions_made["edit.undo"].trigger()
    wait_for_result(qtbot, window)
    assert _metric(window, "compute_flops.bf16") == before
    assert not document.is_modified


def test_typing_in_the_inspector_edits_the_design(window: MainWindow, document: Document) -> None:
    window.workspace.select(frozenset({"R01"}))
    editor = window.inspector.editor("x_m")
    assert isinstance(editor, NumberEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    QTest.keyClicks(editor.line, "2*0.6 m")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    assert document.design.racks["compute-west"].x_m == pytest.approx(1.2)  # type: ignore[index]
    assert editor.line.text() == "1.2 m"


def test_wrong_entry_is_marked_and_changes_nothing(window: MainWindow, document: Document) -> None:
    window.workspace.select(frozenset({"R01"}))
    editor = window.inspector.editor("x_m")
    assert isinstance(editor, NumberEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    QTest.keyClicks(editor.line, "3 bananas")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    assert editor.line.property("wrong") == "true"
    assert "bananas" in window.notices.text
    assert not document.history.steps


def test_slider_moves_the_figures_and_is_one_step(
    qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    editor = window.inspector.editor("values.power_typical")
    assert isinstance(editor, NumberEditor)
    before = _metric(window, "power_w.typical")
    editor.slider.setSliderDown(True)
    for place in (60, 80, 100):
        editor.slider.setValue(place)
    editor.slider.setSliderDown(False)
    assert len(document.history.steps) == 1
    wait_for_result(qtbot, window)
    assert _metric(window, "power_w.typical") != before
    assert editor.field is not None
    assert editor.field.can_reset


def test_reset_brings_back_the_catalogue(window: MainWindow, document: Document) -> None:
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    editor = window.inspector.editor("values.memory")
    editor.entered.emit(64e9)
    assert document.design.parts
    field = window.inspector.editor("values.memory").field
    assert field is not None
    assert field.reset is not None
    window.workspace.apply("reset", field.reset)
    assert not document.design.parts


def test_mixed_values_are_shown_as_mixed_and_set_together(
    window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01", "R16"}))
    editor = window.inspector.editor("x_m")
    assert editor.field is not None
    assert editor.field.is_mixed
    editor.entered.emit(5.0)
    assert {document.design.racks[r].x_m for r in ("compute-west", "compute-east")} == {5.0}  # type: ignore[index]


def test_choosing_another_bin_changes_the_figures(qtbot: QtBot, window: MainWindow) -> None:
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    before = _metric(window, "compute_flops.bf16")
    editor = window.inspector.editor("variant")
    assert isinstance(editor, ChoiceEditor)
    assert editor.field is not None
    editor.entered.emit(editor.field.choices[1][0])
    wait_for_result(qtbot, window)
    assert _metric(window, "compute_flops.bf16") != before


def test_selection_goes_both_ways(window: MainWindow, document: Document) -> None:
    window.canvas.selection_changed.emit(frozenset({"R02"}))
    assert document.selection == {"R02"}
    window.workspace.select(frozenset({"R05"}))
    assert window.canvas.selection == {"R05"}


def _checked_planes(window: MainWindow) -> frozenset[str]:
    tree = window.layers._tree
    items = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    return frozenset(
        str(item.data(0, Qt.ItemDataRole.UserRole)).removeprefix("plane:")
        for item in items
        if item is not None and item.checkState(0) == Qt.CheckState.Checked
    )


def test_legend_and_layers_show_the_same_planes(window: MainWindow, document: Document) -> None:
    assert _checked_planes(window) == window.canvas.visible_planes == set(document.design.planes)
    window.canvas.toggle_plane("rdma")
    assert _checked_planes(window) == window.canvas.visible_planes == {"ub", "vpc"}
    window.layers._tree.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    assert _checked_planes(window) == window.canvas.visible_planes == {"vpc"}
    window.actions_made["edit.add_plane"].trigger()
    assert _checked_planes(window) == window.canvas.visible_planes == {"vpc", "plane"}
    window.open_path(find_design("gb200-nvl72"))
    assert _checked_planes(window) == window.canvas.visible_planes
    assert len(_checked_planes(window)) == len(window.layers._rows)


def test_dropping_a_rack_adds_one_and_selects_it(window: MainWindow, document: Document) -> None:
    window.canvas.part_dropped.emit(DropTarget("rack", "a3-compute-cabinet", 1.0, 1.0))
    assert len(document.fabric.layout.racks) == 17
    assert document.selection == {"R17"}


def test_library_offers_what_the_canvas_takes(window: MainWindow) -> None:
    tree = window.library.tree
    item = tree.topLevelItem(1).child(0)
    assert tree.mimeData([item]).hasFormat(MIME_TYPE)


def test_failing_a_node_is_followed_by_the_simulation(qtbot: QtBot, window: MainWindow) -> None:
    before = _metric(window, "memory_bytes")
    window.workspace.select(frozenset({"R01/N1"}))
    window.actions_made["edit.fail"].trigger()
    wait_for_result(qtbot, window)
    failed = _metric(window, "result.tokens_per_s")
    window.actions_made["edit.fail"].trigger()
    wait_for_result(qtbot, window)
    assert _metric(window, "memory_bytes") == before
    assert failed != _metric(window, "result.tokens_per_s")


def test_explain_opens_a_figure_down_to_its_source(window: MainWindow) -> None:
    window.strip.explain_requested.emit("power_w.typical")
    first = window.explain_panel.tree.topLevelItem(0)
    assert first is not None
    assert first.text(4)
    assert first.text(5)


def test_history_jumps_to_any_step(window: MainWindow, document: Document) -> None:
    for x in (1.0, 1.5, 2.5):
        window.workspace.apply(
            "move", lambda d, x=x: set_field(d, ("racks", "compute-west", "x_m"), x)
        )
    assert [row.place for row in window.history.rows] == [0, 1, 2, 3]
    window.history.jump_requested.emit(1)
    assert document.design.racks["compute-west"].x_m == 1.0  # type: ignore[index]


def test_run_plays_when_a_design_opens_and_can_be_paused_and_resumed(
    qtbot: QtBot, window: MainWindow
) -> None:
    assert window.run_panel.clock.is_playing
    window.actions_made["run.play"].trigger()
    assert not window.run_panel.clock.is_playing
    window.actions_made["run.play"].trigger()
    start = window.run_panel.clock.now_s
    qtbot.waitUntil(lambda: window.run_panel.clock.now_s > start, timeout=PATIENCE_MS)
    window.actions_made["run.play"].trigger()
    assert not window.run_panel.clock.is_playing


def test_language_and_theme_switch_live(window: MainWindow) -> None:
    window.settings.set("language", "zh")
    QApplication.processEvents()
    assert window.docks["inspector"].windowTitle() == "检查器"
    assert window.actions_made["file.open"].text() == "打开…"
    window.settings.set("language", "en")
    QApplication.processEvents()
    assert window.docks["inspector"].windowTitle() == "Inspector"
    window.settings.set("theme", "dark")
    assert window.theme.is_dark


def test_bad_file_leaves_the_document_open(
    window: MainWindow, document: Document, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.supernode"
    bad.write_text('{"format": "supernode", "format_version": 1, "design": {"id"')
    assert not window.open_path(bad)
    assert window.workspace.document is document
    assert "bad.supernode" in window.notices.text


def test_save_as_and_open_again(window: MainWindow, document: Document, tmp_path: Path) -> None:
    window.workspace.apply("name", lambda d: set_field(d, ("name",), "Mine"))
    assert window.isWindowModified()
    path = tmp_path / "mine.supernode"
    assert window.save_to(path)
    assert not window.isWindowModified()
    assert window.open_path(path)
    assert window.workspace.document is not None
    assert window.workspace.document.design.name == "Mine"
    assert window.settings.recent[0] == path.resolve()


def test_palette_lists_actions_objects_and_settings(window: MainWindow) -> None:
    from studio.gui.palette import PaletteDialog, entries_of, perform

    dialog = PaletteDialog(entries_of(window), window)
    dialog.line.setText("R07/B3")
    first = dialog.list.item(0).data(Qt.ItemDataRole.UserRole)
    dialog.deleteLater()
    perform(window, first)
    assert window.canvas.selection == {"R07/B3"}


def test_compare_reproduces_the_ratios(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("compare")
    window.compare.add(find_design("gb200-nvl72"))
    qtbot.waitUntil(lambda: len(window.compare.view.designs) == 2, timeout=PATIENCE_MS)
    texts = {row.label: row.cells[0].ratio for row in window.compare.view.rows}
    assert texts["BF16 compute, dense"] in ("1.66×", "1.67×")
    assert texts["NPU memory"].startswith("3.5")


def test_new_design_shows_an_empty_hall(window: MainWindow) -> None:
    window.actions_made["file.new"].trigger()
    assert window.page == "canvas"
    document = window.workspace.document
    assert document is not None
    assert not document.design.racks


def test_dropped_file_is_opened(empty_window: MainWindow) -> None:
    assert empty_window.page == "welcome"
    assert len(empty_window.welcome.cards) == 5
    empty_window.welcome.cards[0].chosen.emit(find_design("gb200-nvl72"))
    assert empty_window.page == "canvas"


def test_unsaved_work_of_an_ended_process_is_brought_back(
    window: MainWindow, tmp_path: Path
) -> None:
    journals = tmp_path / "journals"
    workspace = window.workspace
    workspace._journals = JournalFolder(journals)
    assert workspace.open(find_design("gb200-nvl72"))
    workspace.apply("name", lambda d: set_field(d, ("name",), "Half done"))
    kept = next(journals.iterdir())
    lost = journals / "lost-999999999.journal"
    lost = lost.with_suffix(kept.suffix)
    lost.write_bytes(kept.read_bytes())
    recovered = workspace.unsaved_before()
    assert recovered is not None
    assert workspace.recover(recovered)
    assert workspace.document is not None
    assert workspace.document.design.name == "Half done"
    assert workspace.document.is_modified
    workspace.undo()
    assert workspace.document.design.name != "Half done"
    assert not lost.exists()


def test_a_first_window_is_not_larger_than_its_screen(
    qapp: QApplication, settings: Settings, shipped_catalog: Catalog
) -> None:
    window = make_window(qapp, settings, shipped_catalog, "en", "light")
    room = window.screen().availableSize()
    show_window(window)
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    window.close()
    window.deleteLater()


def test_a_node_of_a_reference_design_is_dropped_into_a_new_hall(
    qtbot: QtBot, empty_window: MainWindow
) -> None:
    window = empty_window
    window.workspace.new(Design(id="new", name="New"))
    window.canvas.part_dropped.emit(DropTarget("assembly", "cloudmatrix-384:node", 2.0, 2.0))
    document = window.workspace.document
    assert document is not None
    assert document.fabric.count("npu") == 8
    assert [rack.part for rack in document.design.racks.values()] == ["a3-compute-cabinet"]
    window.canvas.part_dropped.emit(
        DropTarget("assembly", "cloudmatrix-384:node", 2.0, 2.0, rack="R01", u=20)
    )
    assert document.fabric.count("npu") == 16
    assert list(document.design.assemblies) == ["node"]
    window.workspace.undo()
    window.workspace.undo()
    assert document.design == Design(id="new", name="New")


def test_items_of_the_library_are_placed_by_keyboard(empty_window: MainWindow) -> None:
    window = empty_window
    window.workspace.new(Design(id="new", name="New"))
    document = window.workspace.document
    assert document is not None
    tree = window.library.tree
    (node,) = tree.findItems(
        "Atlas 900 A3 compute node", Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive
    )
    tree.setCurrentItem(node)
    for count in (8, 16):
        QTest.keyClick(tree, Qt.Key.Key_Return)
        assert document.fabric.count("npu") == count
    assert len(document.design.racks) == 1
    window.workspace.select(frozenset())
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert len(document.design.racks) == 2
    assert len({(rack.x_m, rack.y_m) for rack in document.design.racks.values()}) == 2
    for _ in range(3):
        window.workspace.undo()
    assert document.design == Design(id="new", name="New")


def test_a_design_without_a_job_is_offered_one(qtbot: QtBot, empty_window: MainWindow) -> None:
    window = empty_window
    window.workspace.new(Design(id="new", name="New"))
    window.show_page("canvas")
    wait_for_result(qtbot, window)
    assert [row.severity for row in window.problems.rows] == ["info"]
    offer = window.scenario_bar._offers["inference"]
    assert offer.isVisible()
    offer.click()
    wait_for_result(qtbot, window)
    assert not offer.isVisible()
    assert window.workspace.document is not None
    assert list(window.workspace.document.design.scenarios) == ["inference"]


def test_no_label_shows_the_tags_of_rich_text(qtbot: QtBot, window: MainWindow) -> None:
    window.build_plots()
    wait_for_result(qtbot, window)
    window.show_dock("run")
    assert isinstance(window.run_panel._plot, StreamPlot)
    assert "<span" in window.run_panel._plot._legend.text()
    labels = window.findChildren(QLabel)
    plain = [one.text() for one in labels if one.textFormat() == Qt.TextFormat.PlainText]
    assert plain
    assert not [text for text in plain if "</" in text or "&nbsp;" in text]


def test_every_panel_has_a_place_in_the_usual_layout(window: MainWindow) -> None:
    nowhere = Qt.DockWidgetArea.NoDockWidgetArea
    for width, height in ((1000, 640), (1280, 800), (2560, 1440)):
        window.resize(width, height)
        window.reset_layout()
        for name, dock in window.docks.items():
            assert window.dockWidgetArea(dock) != nowhere, name


def test_a_small_window_leaves_what_finds_no_room_to_the_inspector(window: MainWindow) -> None:
    """A laptop of 1366 x 768 points at 125 % has 1093 x 614 left."""
    window.resize(1280, 800)
    window.reset_layout()
    assert window.scenario_bar.line_of("Output").isVisible()
    window.resize(1000, 640)
    window.reset_layout()
    window.resize(1000, 640)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1000, 640)
    assert window.scenario_bar.line_of("TP").isVisible()
    assert not window.scenario_bar.line_of("Output").isVisible()
    assert window.library.isVisible()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.scenario_bar.line_of("Output").isVisible()


def _active_dp(document: Document) -> int:
    return document.design.scenarios[document.design.active_scenario].dp


def test_a_zero_that_means_automatic_says_so_and_clearing_brings_it_back(
    window: MainWindow, document: Document
) -> None:
    line = window.scenario_bar.line_of("DP")
    assert (line.text(), line.placeholderText()) == ("", "Auto")
    line.setFocus()
    QTest.keyClicks(line, "8*8")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert _active_dp(document) == 64
    assert line.text() == "64"
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert _active_dp(document) == 0
    assert (line.text(), line.placeholderText()) == ("", "Auto")
    assert len(document.history.steps) == 2


def test_the_longest_word_of_a_name_stands_whole_beside_its_field(window: MainWindow) -> None:
    window.workspace.select(frozenset({"plane:ub"}))
    label = next(
        label
        for label in window.inspector.findChildren(QLabel)
        if label.text() == "Oversubscription meant"
    )
    QApplication.processEvents()
    assert label.width() >= label.fontMetrics().horizontalAdvance("Oversubscription")


def test_a_field_of_the_scenario_bar_never_stands_without_its_name(window: MainWindow) -> None:
    for width in range(900, 1400, 23):
        window.resize(width, 800)
        QApplication.processEvents()
        shown = [pair for pair in window.scenario_bar.pairs if pair[1].isVisible()]
        assert shown
        for label, editor in shown:
            assert label.isVisible()
            assert not label.isHidden()
            assert label.geometry().right() < editor.geometry().left()


def test_cards_are_drawn_only_while_they_are_seen(empty_window: MainWindow) -> None:
    drawn = empty_window.document_pages._thumbnailer
    assert empty_window.page == "welcome"
    assert drawn._queue
    assert drawn._timer.isActive()
    assert empty_window.open_path(find_design("gb200-nvl72"))
    assert not drawn._queue
    assert not drawn._timer.isActive()
    empty_window.workspace.use(None)
    empty_window.show_page("welcome")
    assert drawn._queue
