"""Own part types through the inspector, sliders everywhere, and things found by their address."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.design.edits import set_field
from studio.gui.canvas.requests import DropTarget
from studio.gui.main_window import MainWindow
from studio.gui.palette import PaletteDialog, entries_of, perform
from studio.gui.views.palette_entries import at_address, found
from studio.gui.views.pinyin import readings
from studio.gui.widgets.number_editor import NumberEditor
from studio.languages import load_entries
from studio.session.document import Document
from studio.session.library import reference_design

REFERENCE = reference_design("cloudmatrix-384")


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def test_an_own_part_type_is_made_named_changed_and_used(
    window: MainWindow, document: Document
) -> None:
    assert not window.actions_made["edit.own_part"].isEnabled()
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    window.actions_made["edit.own_part"].trigger()
    (own,) = document.design.parts
    assert document.design.parts[own].base == "ascend-910c"
    window.inspector.editor(f"parts.{own}.name").entered.emit("Next NPU")
    window.inspector.editor(f"parts.{own}.values.memory").entered.emit(256e9)
    window.canvas.selection_changed.emit(frozenset({"R01/N1/npu[0]"}))
    choice = window.inspector.editor("contents.npu.part")
    assert choice.field is not None
    assert (own, "Next NPU") in choice.field.choices
    choice.entered.emit(own)
    assert document.fabric.part_by_id[own].value("memory") == 256e9
    assert len(document.history.steps) == 4
    for _ in range(4):
        window.actions_made["edit.undo"].trigger()
    assert not document.is_modified


def test_an_own_part_type_is_deleted_only_while_nothing_uses_it(
    window: MainWindow, document: Document
) -> None:
    delete = window.actions_made["edit.delete_part"]
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    assert not delete.isEnabled()
    window.actions_made["edit.own_part"].trigger()
    (own,) = document.design.parts
    path = ("assemblies", "node", "contents", "npu", "part")
    window.workspace.apply("use", lambda design: set_field(design, path, own))
    with_part = document.design
    delete.trigger()
    assert document.design is with_part
    assert "assemblies.node.contents.npu.part" in window.notices.text
    window.workspace.undo()
    window.inspect(f"part:{own}")
    assert delete.isEnabled()
    delete.trigger()
    assert not document.design.parts
    assert not delete.isEnabled()
    window.workspace.undo()
    assert own in document.design.parts


def test_an_own_part_type_is_in_the_library_and_goes_into_boxes(
    window: MainWindow, document: Document
) -> None:
    window.workspace.select(frozenset({"R01/N1/npu[0]"}))
    window.actions_made["edit.own_part"].trigger()
    (own,) = document.design.parts
    window.inspector.editor(f"parts.{own}.values.memory").entered.emit(256e9)
    window.library._search.setText("own-")
    (row,) = window.library._rows()
    assert row.text(0).endswith("256 GB")
    window.intents.drop(DropTarget("part", own, 0.0, 0.0, "R01", u=1, housing="R01/N1"))
    assert document.fabric.part_by_id[own].value("memory") == 256e9
    window.workspace.undo()
    window.intents.drop(DropTarget("part", own, 0.0, 0.0, "R01", u=40))
    (box,) = set(document.design.assemblies) - set(REFERENCE.assemblies)
    assert document.design.assemblies[box].contents["npu"].part == own


def test_every_number_has_a_slider(window: MainWindow) -> None:
    for chosen in ("", "R01", "R01/N1", "R01/N1/npu[0]", "rule:ub-uplinks"):
        window.workspace.select(frozenset({chosen} - {""}))
        editors = window.inspector.findChildren(NumberEditor)
        assert editors
        bare = [one.field.key for one in editors if one.field and one.field.high <= one.field.low]
        assert not bare


def test_a_chip_or_link_is_found_by_its_whole_address(
    window: MainWindow, document: Document
) -> None:
    dialog = PaletteDialog(entries_of(window), window)
    dialog.line.setText("R03/N2/npu[5]")
    first = dialog.list.item(0)
    assert first is not None
    assert first.text().startswith("R03/N2/npu[5]")
    dialog.deleteLater()
    (entry,) = at_address(document.fabric, "rule:ub-uplinks[7]")
    perform(window, entry)
    assert document.selection == {"rule:ub-uplinks[7]"}
    assert not at_address(document.fabric, "R03/N2/npu[99]")
    assert not at_address(document.fabric, "rule:ub-uplinks[999999]")


def test_every_action_is_found_by_pinyin_initials(window: MainWindow) -> None:
    chinese = load_entries("zh")
    for action in window.actions_made.table:
        text = chinese[action.text]
        spelt = readings(text)[0]
        assert len(spelt) == sum(mark.isalnum() for mark in text), (text, spelt)


def test_every_action_has_help_in_all_three_places(window: MainWindow) -> None:
    for action in window.actions_made.table:
        made = window.actions_made[action.id]
        assert made.statusTip(), action.id
        assert made.statusTip() in made.whatsThis()
        assert made.statusTip() in made.toolTip()


def test_the_scenario_bar_leaves_the_window_at_its_size(window: MainWindow) -> None:
    assert window.scenario_bar.findChildren(NumberEditor)
    for editor in window.scenario_bar.findChildren(NumberEditor):
        assert editor.slider.isHidden()
    assert window.width() == 1280


def test_a_design_is_opened_by_its_name(window: MainWindow, document: Document) -> None:
    (entry, *_) = found(entries_of(window), "nvl72")
    assert entry.kind == "design"
    perform(window, entry)
    opened = window.workspace.document
    assert opened is not None
    assert opened.design.name == "GB200 NVL72"
    recent = [one for one in entries_of(window) if one.kind == "design" and one.icon == "open"]
    assert recent[0].text == "gb200-nvl72.supernode"


def test_what_has_no_entry_is_said_and_cannot_be_chosen(window: MainWindow) -> None:
    dialog = PaletteDialog(entries_of(window), window)
    dialog.line.setText("qqqqqq")
    assert dialog.list.count() == 1
    assert dialog.list.item(0).text() == "Nothing has that name or address."
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.chosen is None
    dialog.deleteLater()
