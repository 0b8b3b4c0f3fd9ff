"""Selectors: what a pattern admits, and what is no selector."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.design.selector import LONGEST_SELECTOR, parse_selector
from studio.errors import InvalidInput


def admits(text: str, rack: str, placement: str, *path: tuple[str, int]) -> bool:
    selector = parse_selector(text)
    return selector.admits_place(rack, placement) and selector.admits_path(path)


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("R03/N2/npu[5]", True),
        ("R03/N2/npu", True),
        ("R03/N2/npu[*]", True),
        ("R*/N*/npu", True),
        ("R0[1-4]/N?/n*", True),
        ("R03/N2/npu[0:6]", True),
        ("R03/N2/npu[5:]", True),
        ("R03/N2/npu[:6]", True),
        ("R03/N2/npu[0:5]", False),
        ("R03/N2/npu[4]", False),
        ("R0[4-6]/N2/npu", False),
        ("R03/N3/npu", False),
        ("R03/N2/NPU", False),
        ("**/npu[5]", True),
        ("**/cpu", False),
        ("R03/N2/board/npu", False),
    ],
)
def test_a_selector_admits_what_its_pattern_says(text: str, is_meant: bool) -> None:
    assert admits(text, "R03", "N2", ("npu", 5)) is is_meant


def test_a_path_is_matched_step_by_step() -> None:
    path = (("board", 1), ("npu", 0))
    assert admits("R1/N1/board[1]/npu[0]", "R1", "N1", *path)
    assert not admits("R1/N1/board[0]/npu[0]", "R1", "N1", *path)
    assert not admits("R1/N1/npu", "R1", "N1", *path)
    assert admits("**/npu", "R1", "N1", *path)
    assert admits("**/board[1]/npu", "R1", "N1", *path)
    assert not admits("**/board[0]/npu", "R1", "N1", *path)


def test_a_group_pattern_may_hold_a_choice_of_letters() -> None:
    assert admits("R1/N1/l[ab]x[3]", "R1", "N1", ("lax", 3))
    assert not admits("R1/N1/l[ab]x[3]", "R1", "N1", ("lcx", 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R1",
        "R1/N1",
        "**",
        "R1/N1/",
        "R1/N1/npu[",
        "R1/N1/npu[]",
        "R1/N1/npu[1:2:3]",
        "R1/N1/npu[**]",
        "R1/N1/npu[1]x",
        "x" * (LONGEST_SELECTOR + 1),
        "[" * LONGEST_SELECTOR,
        "R1/N1/" + "[a" * 190,
    ],
)
def test_what_is_no_selector_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="selector") as caught:
        parse_selector(text)
    assert len(str(caught.value)) < 600


def test_many_stars_do_not_take_for_ever() -> None:
    assert not admits("R1/N1/" + "*a" * 150 + "b", "R1", "N1", ("a" * 300, 0))


@given(st.text(alphabet="RN*[]:0123/a?!-", max_size=40))
def test_any_text_is_a_selector_or_refused(text: str) -> None:
    try:
        selector = parse_selector(text)
    except InvalidInput:
        return
    assert selector.path
