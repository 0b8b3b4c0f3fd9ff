"""Measure a distance on the floor: drag, or click twice."""

from __future__ import annotations

from studio.gui.canvas.tools.events import Intent, Measure, Moved, PointerEvent, Probe
from studio.gui.canvas.tools.select import DRAG_FROM_PX


class MeasureTool:
    """First point, then second; Shift keeps to one axis."""

    name = "measure"

    def __init__(self) -> None:
        self._from: tuple[float, float] | None = None
        self._pressed = False

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        del under
        if event.kind == "press":
            return self._press(event)
        if self._from is None:
            return []
        if event.kind == "move":
            return [self._measure(event, done=False)]
        dragged = self._pressed and self._distance(event) >= DRAG_FROM_PX
        self._pressed = False
        if not dragged:
            return []
        measured = self._measure(event, done=True)
        self._from = None
        return [measured]

    def cancel(self) -> list[Intent]:
        """Forget the first point."""
        self._from = None
        self._pressed = False
        return [Measure(0, 0, 0, 0, done=True)]

    def follow(self, moved: Moved) -> None:
        """Keep the first point at its place in the hall after the view has changed."""
        if self._from is not None:
            self._from = moved(*self._from)

    def _press(self, event: PointerEvent) -> list[Intent]:
        if event.button != "left":
            return []
        if self._from is None:
            self._from, self._pressed = (event.x, event.y), True
            return []
        measured = self._measure(event, done=True)
        self._from, self._pressed = None, False
        return [measured]

    def _distance(self, event: PointerEvent) -> float:
        if self._from is None:
            return 0.0
        return max(abs(event.x - self._from[0]), abs(event.y - self._from[1]))

    def _measure(self, event: PointerEvent, *, done: bool) -> Measure:
        x, y = self._from or (event.x, event.y)
        x2, y2 = event.x, event.y
        if event.shift:
            x2, y2 = (x2, y) if abs(x2 - x) >= abs(y2 - y) else (x, y2)
        return Measure(x, y, x2, y2, done)
