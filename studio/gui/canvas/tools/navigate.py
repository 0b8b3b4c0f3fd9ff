"""Pan and zoom by dragging."""

from __future__ import annotations

from studio.gui.canvas.tools.events import Intent, Moved, Pan, PointerEvent, Probe, ZoomArea


class PanTool:
    """Drag the drawing along."""

    name = "pan"

    def __init__(self) -> None:
        self._at: tuple[float, float] | None = None

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        del under
        if event.kind == "press":
            self._at = (event.x, event.y)
            return []
        if self._at is None:
            return []
        before, self._at = self._at, (event.x, event.y) if event.kind == "move" else None
        dx, dy = event.x - before[0], event.y - before[1]
        return [Pan(dx, dy)] if dx or dy else []

    def cancel(self) -> list[Intent]:
        """Let go of the drawing."""
        self._at = None
        return []

    def follow(self, moved: Moved) -> None:
        """Go on from where the pointer is: the view changed because of it."""
        del moved


class ZoomTool:
    """Drag a rectangle to see it, click to magnify, Alt- or Ctrl-click to go back."""

    name = "zoom"

    def __init__(self) -> None:
        self._from: tuple[float, float] | None = None

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        del under
        if event.kind == "press":
            self._from = (event.x, event.y) if event.button == "left" else None
            return []
        if self._from is None:
            return []
        x, y = self._from
        done = event.kind == "release"
        if done:
            self._from = None
        return [ZoomArea(x, y, event.x, event.y, inward=not (event.alt or event.ctrl), done=done)]

    def cancel(self) -> list[Intent]:
        """Forget the rectangle."""
        self._from = None
        return [ZoomArea(0, 0, 0, 0, inward=True, done=False)]

    def follow(self, moved: Moved) -> None:
        """Keep the first corner at its place in the hall after the view has changed."""
        if self._from is not None:
            self._from = moved(*self._from)
