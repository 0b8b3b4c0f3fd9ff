"""Draw a single cable, or move an end of one: drag, or click at both ends."""

from __future__ import annotations

from studio.gui.canvas.tools.events import Intent, Moved, PointerEvent, Probe, Wire
from studio.gui.canvas.tools.select import DRAG_FROM_PX


class CableTool:
    """First end, then the other; between two clicks the view may be moved."""

    name = "cable"

    def __init__(self) -> None:
        self._from: tuple[float, float] | None = None
        self._pressed = False

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        if event.kind == "press":
            return self._press(event, under)
        if self._from is None:
            return []
        if event.kind == "move":
            return [self._wire(event, done=False)]
        dragged = self._pressed and self._distance(event) >= DRAG_FROM_PX
        self._pressed = False
        return self._finish(event) if dragged else []

    def cancel(self) -> list[Intent]:
        """Forget the first end."""
        self._from, self._pressed = None, False
        return [Wire(0, 0, 0, 0, "cancel")]

    def follow(self, moved: Moved) -> None:
        """Keep the first end at its place in the hall after the view has changed."""
        if self._from is not None:
            self._from = moved(*self._from)

    def _press(self, event: PointerEvent, under: Probe) -> list[Intent]:
        if event.button != "left":
            return []
        if self._from is not None:
            return self._finish(event)
        if under(event.x, event.y) == "nothing":
            return []
        self._from, self._pressed = (event.x, event.y), True
        return [self._wire(event, done=False)]

    def _finish(self, event: PointerEvent) -> list[Intent]:
        wire = self._wire(event, done=True)
        self._from, self._pressed = None, False
        return [wire]

    def _distance(self, event: PointerEvent) -> float:
        if self._from is None:
            return 0.0
        return max(abs(event.x - self._from[0]), abs(event.y - self._from[1]))

    def _wire(self, event: PointerEvent, *, done: bool) -> Wire:
        x, y = self._from or (event.x, event.y)
        return Wire(x, y, event.x, event.y, "done" if done else "move")
