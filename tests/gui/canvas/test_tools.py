from __future__ import annotations

from collections.abc import Sequence

import pytest

from studio.errors import UnknownName
from studio.gui.canvas.tools.events import (
    Drag,
    Intent,
    Marquee,
    Measure,
    Pan,
    Pick,
    PointerEvent,
    Tool,
    Under,
    ZoomArea,
)
from studio.gui.canvas.tools.toolbox import TOOLS, make_tool


def play(tool: Tool, under: Under, events: Sequence[PointerEvent]) -> list[Intent]:
    return [intent for event in events for intent in tool.handle(event, lambda _x, _y: under)]


def press(x: float, y: float, **keys: bool) -> PointerEvent:
    return PointerEvent("press", x, y, "left", **keys)


def move(x: float, y: float, **keys: bool) -> PointerEvent:
    return PointerEvent("move", x, y, "none", **keys)


def release(x: float, y: float, **keys: bool) -> PointerEvent:
    return PointerEvent("release", x, y, "left", **keys)


def test_a_click_selects() -> None:
    events = [press(5, 5), move(6, 5), release(6, 5, shift=True)]
    assert play(make_tool("select"), "thing", events) == [Pick(6, 5, "add")]


def test_dragging_from_the_floor_opens_a_marquee() -> None:
    events = [press(50, 50), move(20, 80), release(10, 90, ctrl=True)]
    intents = play(make_tool("select"), "nothing", events)
    assert intents == [
        Marquee(50, 50, 20, 80, "replace", done=False),
        Marquee(50, 50, 10, 90, "toggle", done=True),
    ]
    assert isinstance(intents[-1], Marquee)
    assert intents[-1].touching


def test_dragging_a_rack_selects_and_moves_it() -> None:
    events = [press(0, 0), move(10, 3), release(20, 3)]
    assert play(make_tool("select"), "movable", events) == [
        Pick(0, 0, "replace", to_drag=True),
        Drag(10, 3, is_exact=False, phase="move"),
        Drag(20, 3, is_exact=False, phase="done"),
    ]


def test_dragging_keeps_to_an_axis_with_shift_and_ignores_snapping_with_alt() -> None:
    events = [press(0, 0), move(10, 3, shift=True), move(10, 3, alt=True)]
    intents = play(make_tool("select"), "selected", events)
    assert intents == [
        Drag(10, 3, is_exact=False, phase="move", is_straight=True),
        Drag(10, 3, is_exact=True, phase="move"),
    ]
    assert [one.along_axis for one in intents if isinstance(one, Drag)] == [(10, 0), (10, 3)]


def test_keys_say_how_a_selection_joins_the_one_there_is() -> None:
    keys = {
        "replace": {},
        "add": {"shift": True},
        "toggle": {"ctrl": True},
        "subtract": {"alt": True},
    }
    for mode, held in keys.items():
        assert release(0, 0, **held).mode == mode
    # Window managers that move windows by Alt leave this one.
    assert release(0, 0, shift=True, ctrl=True).mode == "subtract"


def test_escape_gives_a_drag_up() -> None:
    tool = make_tool("select")
    play(tool, "selected", [press(0, 0), move(10, 3)])
    assert tool.cancel() == [Drag(0, 0, is_exact=False, phase="cancel")]
    assert play(tool, "selected", [move(50, 50), release(50, 50)]) == []


def test_the_move_tool_moves_from_anywhere() -> None:
    intents = play(make_tool("move"), "nothing", [press(0, 0), move(10, 0)])
    assert intents == [Drag(10, 0, is_exact=False, phase="move")]


def test_panning_follows_the_pointer() -> None:
    events = [press(0, 0), move(10, 5), move(12, 5), release(12, 5), move(90, 90)]
    assert play(make_tool("pan"), "thing", events) == [Pan(10, 5), Pan(2, 0)]


def test_zooming_takes_a_rectangle() -> None:
    events = [press(0, 0), move(30, 20), release(40, 20, alt=True)]
    assert play(make_tool("zoom"), "thing", events) == [
        ZoomArea(0, 0, 30, 20, inward=True, done=False),
        ZoomArea(0, 0, 40, 20, inward=False, done=True),
    ]
    by_ctrl = play(make_tool("zoom"), "thing", [press(0, 0), release(0, 0, ctrl=True)])
    assert by_ctrl == [ZoomArea(0, 0, 0, 0, inward=False, done=True)]


def test_measuring_works_by_drag_and_by_two_clicks() -> None:
    dragged = play(make_tool("measure"), "thing", [press(0, 0), move(9, 0), release(9, 0)])
    assert dragged[-1] == Measure(0, 0, 9, 0, done=True)
    clicks = [press(0, 0), release(0, 0), move(5, 7), press(5, 8, shift=True), release(5, 8)]
    clicked = play(make_tool("measure"), "thing", clicks)
    assert clicked[-1] == Measure(0, 0, 0, 8, done=True)


def test_other_buttons_do_nothing() -> None:
    for name in ("select", "zoom", "measure"):
        event = PointerEvent("press", 0, 0, "right")
        assert make_tool(name).handle(event, lambda _x, _y: "thing") == []


def test_unknown_tools_are_named() -> None:
    with pytest.raises(UnknownName, match="select"):
        make_tool("saw")
    assert all(make_tool(name).name == name for name in TOOLS)
