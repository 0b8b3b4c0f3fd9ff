"""Select by click or marquee, and move selected racks; the tool that is always at hand."""

from __future__ import annotations

from typing import Literal

from studio.gui.canvas.tools.events import (
    Drag,
    Intent,
    Marquee,
    Moved,
    Pick,
    PointerEvent,
    Probe,
)

DRAG_FROM_PX = 4.0

_State = Literal["idle", "pressed", "dragging", "marquee"]


class SelectTool:
    """Press, then either click, drag what is movable, or open a marquee."""

    name = "select"

    def __init__(self, *, always_moves: bool = False) -> None:
        if always_moves:
            self.name = "move"
        self._always_moves = always_moves
        self._state: _State = "idle"
        self._x = self._y = 0.0
        self._movable = self._takes_hold = False

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        if event.kind == "press":
            return self._press(event, under) if event.button == "left" else []
        if self._state == "idle":
            return []
        return self._move(event) if event.kind == "move" else self._release(event)

    def cancel(self) -> list[Intent]:
        """Give up a drag or marquee."""
        state, self._state = self._state, "idle"
        if state == "dragging":
            return [Drag(0, 0, is_exact=False, phase="cancel")]
        if state == "marquee":
            return [Marquee(0, 0, 0, 0, "add", done=True)]
        return []

    def follow(self, moved: Moved) -> None:
        """Keep where the press was at its place in the hall after the view has changed."""
        self._x, self._y = moved(self._x, self._y)

    def _press(self, event: PointerEvent, under: Probe) -> list[Intent]:
        self._state = "pressed"
        self._x, self._y = event.x, event.y
        what = under(event.x, event.y)
        plain = not (event.shift or event.ctrl)
        self._movable = self._always_moves or (what in ("movable", "selected", "edge") and plain)
        self._takes_hold = what == "movable"
        return []

    def _move(self, event: PointerEvent) -> list[Intent]:
        begun: list[Intent] = []
        if self._state == "pressed":
            if max(abs(event.x - self._x), abs(event.y - self._y)) < DRAG_FROM_PX:
                return []
            self._state = "dragging" if self._movable else "marquee"
            if self._movable and self._takes_hold:
                begun.append(Pick(self._x, self._y, "replace", to_drag=True))
        if self._state == "dragging":
            return [*begun, self._drag(event, "move")]
        return [self._marquee(event, done=False)]

    def _release(self, event: PointerEvent) -> list[Intent]:
        state, self._state = self._state, "idle"
        if state == "dragging":
            return [self._drag(event, "done")]
        if state == "marquee":
            return [self._marquee(event, done=True)]
        return [Pick(event.x, event.y, event.mode)]

    def _drag(self, event: PointerEvent, phase: Literal["move", "done"]) -> Drag:
        dx, dy = event.x - self._x, event.y - self._y
        return Drag(dx, dy, event.alt, phase, self._x, self._y, event.ctrl, event.shift)

    def _marquee(self, event: PointerEvent, *, done: bool) -> Marquee:
        return Marquee(self._x, self._y, event.x, event.y, event.mode, done)
