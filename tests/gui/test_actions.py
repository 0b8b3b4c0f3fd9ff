from __future__ import annotations

from studio.gui.action_table import ACTIONS, MENUS, TOOLBAR, TOOLBAR_END
from studio.gui.actions import SEPARATOR, ActionState, key_sequences
from studio.gui.main_window import MainWindow
from studio.paths import resources_dir

SPECIAL = {SEPARATOR, "recent", "panels"}


def test_shortcuts_are_unique_and_valid() -> None:
    keys = [keys.toString() for action in ACTIONS for keys in key_sequences(action)]
    given = [text for action in ACTIONS for text in action.shortcut.split("; ") if text]
    assert len(keys) == len(given)
    assert len(keys) == len(set(keys))
    assert all(keys)


def test_every_action_has_a_text_and_a_sentence_of_help() -> None:
    for action in ACTIONS:
        assert action.text, action.id
        assert action.help.endswith("."), action.id


def test_ids_are_unique_and_every_action_is_in_a_menu() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    placed = {name for _, names in MENUS for name in names} - SPECIAL
    assert placed <= set(ids)
    missing = set(ids) - placed - {"file.clear_recent"}
    assert not missing


def test_toolbar_shows_known_actions_with_icons() -> None:
    known = {action.id: action for action in ACTIONS}
    for name in (*TOOLBAR, *TOOLBAR_END):
        if name != SEPARATOR:
            assert known[name].icon, name


def test_icons_exist() -> None:
    for action in ACTIONS:
        if action.icon:
            assert (resources_dir() / "icons" / f"{action.icon}.svg").is_file(), action.icon


def test_nothing_that_needs_a_design_is_possible_without_one() -> None:
    possible = {action.id for action in ACTIONS if action.enabled(ActionState())}
    assert "file.open" in possible
    assert not possible & {"file.save", "edit.undo", "edit.delete", "view.fit", "run.play"}


def test_actions_follow_the_state(window: MainWindow) -> None:
    assert not window.actions_made["edit.undo"].isEnabled()
    assert not window.actions_made["edit.duplicate"].isEnabled()
    window.workspace.select(frozenset({"R01"}))
    assert window.actions_made["edit.duplicate"].isEnabled()
    window.actions_made["edit.duplicate"].trigger()
    assert window.actions_made["edit.undo"].isEnabled()


def test_the_palette_opens_by_both_usual_keys(window: MainWindow) -> None:
    keys = [keys.toString() for keys in window.actions_made["help.palette"].shortcuts()]
    assert keys == ["Ctrl+K", "Ctrl+Shift+P"]


def test_redo_answers_to_the_keys_of_every_system(window: MainWindow) -> None:
    keys = [keys.toString() for keys in window.actions_made["edit.redo"].shortcuts()]
    assert keys == ["Ctrl+Y", "Ctrl+Shift+Z"]
