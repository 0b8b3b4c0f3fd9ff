"""Undo, redo, merging and the clean mark."""

from __future__ import annotations

import pytest

from studio.design import edits
from studio.design.model import Design
from studio.errors import InvalidInput
from studio.session.history import History
from tests.builders import two_racks


def named(name: str) -> Design:
    return edits.set_field(two_racks(), ("name",), name)


A, B, C, D = (named(name) for name in "ABCD")


def walked(*designs: Design, key: str | None = None) -> History:
    history = History(A)
    for design in designs:
        history.push(design.name, design, key)
    return history


def test_steps_go_back_and_forth() -> None:
    history = walked(B, C)
    assert (history.current, history.place, history.undo_label) == (C, 2, "C")
    assert history.undo()
    assert (history.current, history.undo_label, history.redo_label) == (B, "B", "C")
    assert history.undo()
    assert not history.undo()
    assert history.current is A
    assert history.undo_label == ""
    assert history.redo()
    assert history.redo()
    assert not history.redo()
    assert history.current is C
    assert history.redo_label == ""


def test_an_edit_after_undo_drops_what_was_undone() -> None:
    history = walked(B, C)
    history.undo()
    history.push("D", D)
    assert [step.label for step in history.steps] == ["B", "D"]
    assert not history.redo()


def test_an_edit_that_changes_nothing_is_no_step() -> None:
    history = walked(B)
    history.push("again", B)
    assert len(history.steps) == 1


def test_steps_of_one_drag_are_one_step() -> None:
    history = walked(B, C, D, key="drag")
    assert history.place == 1
    assert history.undo_label == "B"
    history.undo()
    assert history.current is A
    history.redo()
    assert history.current is D


def test_another_key_or_the_end_of_a_drag_begins_a_step() -> None:
    history = walked(B, key="drag")
    history.push("other", C, "field")
    assert history.place == 2
    history.end_merge()
    history.push("other", D, "field")
    assert history.place == 3


def test_steps_without_a_key_never_merge() -> None:
    assert walked(B, C, D).place == 3


def test_a_drag_does_not_swallow_the_saved_state() -> None:
    history = walked(B, key="drag")
    history.mark_clean()
    history.push("more", C, "drag")
    assert not history.is_clean
    history.undo()
    assert history.current is B
    assert history.is_clean


def test_the_clean_mark_follows_the_saved_design() -> None:
    history = walked(B)
    assert not history.is_clean
    history.undo()
    assert history.is_clean
    history.redo()
    history.mark_clean()
    assert history.is_clean
    history.undo()
    assert not history.is_clean


def test_a_jump_goes_to_any_step() -> None:
    history = walked(B, C, D)
    for place, design in enumerate((A, B, C, D)):
        history.jump(place)
        assert history.current is design


@pytest.mark.parametrize("place", [-1, 4, 10**9])
def test_a_jump_beyond_the_history_is_refused(place: int) -> None:
    history = walked(B, C, D)
    with pytest.raises(InvalidInput, match=rf"step {place} does not exist; there are 3"):
        history.jump(place)
    assert history.current is D
