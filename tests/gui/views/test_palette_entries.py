from __future__ import annotations

from studio.gui.action_table import ACTIONS
from studio.gui.views.palette_entries import action_entries, found
from studio.languages import load_entries


def _first(typed: str) -> str:
    texts = {action.id: action.text for action in ACTIONS}
    enabled = {action.id: True for action in ACTIONS}
    entries = action_entries(ACTIONS, texts, enabled, dict(load_entries("zh")))
    return found(entries, typed)[0].target


def test_palette_finds_by_start_word_and_letters() -> None:
    assert _first("undo") == "edit.undo"
    assert _first("baseline") in ("run.pin", "run.unpin")
    assert _first("zmfit") == "view.fit"


def test_palette_finds_by_chinese_and_pinyin_initials() -> None:
    assert _first("撤销") == "edit.undo"
    assert _first("cx") == "edit.undo"
    assert _first("sfzqb") == "view.fit"
    assert _first("cz") == "edit.redo"


def test_palette_finds_by_what_an_action_does_behind_all_names() -> None:
    assert _first("hugging face") == "file.import_model"
    assert _first("config.json") == "file.import_model"
    assert _first("undo") == "edit.undo"
    assert _first("export") != "file.import_model"
