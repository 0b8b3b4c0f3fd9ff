"""What a tool hears from the pointer, and what it asks for in return; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Button = Literal["left", "middle", "right", "none"]
Mode = Literal["replace", "add", "toggle", "subtract"]
Under = Literal["nothing", "thing", "movable", "selected", "edge"]
"""What is under the pointer; `movable` is a rack or box, `selected` one (or what is in it) that is
selected, `edge` the handle at the end of an array."""


@dataclass(frozen=True)
class PointerEvent:
    """One press, move or release at a pixel of the canvas."""

    kind: Literal["press", "move", "release"]
    x: float
    y: float
    button: Button = "none"
    shift: bool = False
    ctrl: bool = False
    alt: bool = False

    @property
    def mode(self) -> Mode:
        """Return how a selection made now joins the one there is.

        Shift with Ctrl does what Alt does: many window managers keep Alt with the mouse to
        themselves.
        """
        if self.shift and self.ctrl:
            return "subtract"
        if self.shift:
            return "add"
        if self.ctrl:
            return "toggle"
        return "subtract" if self.alt else "replace"


@dataclass(frozen=True)
class Pan:
    """Move the drawing by pixels."""

    dx: float
    dy: float


@dataclass(frozen=True)
class Pick:
    """Select what is at a pixel."""

    x: float
    y: float
    mode: Mode
    to_drag: bool = False
    """What is picked is dragged at once: a rack brings its array along."""


@dataclass(frozen=True)
class Marquee:
    """Select by rectangle; from right to left it takes what it touches."""

    x1: float
    y1: float
    x2: float
    y2: float
    mode: Mode
    done: bool

    @property
    def touching(self) -> bool:
        """Tell whether things only touched are meant too."""
        return self.x2 < self.x1


@dataclass(frozen=True)
class Drag:
    """Move what is held by pixels from where the drag began."""

    dx: float
    dy: float
    is_exact: bool
    """Snapping is meant the other way round than it is set: not at all, usually."""
    phase: Literal["move", "done", "cancel"]
    x: float = 0.0
    """Where the drag began."""
    y: float = 0.0
    is_switched: bool = False
    """A box is meant in all racks of its array instead of one, or the other way round."""
    is_straight: bool = False
    """Racks keep to one axis; a box goes to the other face of its rack."""

    @property
    def along_axis(self) -> tuple[float, float]:
        """Return the way in pixels, along one axis alone where that is meant."""
        if not self.is_straight:
            return self.dx, self.dy
        return (self.dx, 0.0) if abs(self.dx) >= abs(self.dy) else (0.0, self.dy)


@dataclass(frozen=True)
class ZoomArea:
    """Show a rectangle of pixels, or magnify about a point where it is empty."""

    x1: float
    y1: float
    x2: float
    y2: float
    inward: bool
    done: bool


@dataclass(frozen=True)
class Measure:
    """Measure from one pixel to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    done: bool


@dataclass(frozen=True)
class Wire:
    """Lead a cable from what is at one pixel to what is at another."""

    x1: float
    y1: float
    x2: float
    y2: float
    phase: Literal["move", "done", "cancel"]


Intent = Pan | Pick | Marquee | Drag | ZoomArea | Measure | Wire
Probe = Callable[[float, float], Under]
Moved = Callable[[float, float], tuple[float, float]]
"""Where what was at a pixel is after the view has changed."""


class Tool(Protocol):
    """A state machine over pointer events."""

    name: str

    def handle(self, event: PointerEvent, under: Probe) -> list[Intent]:
        """Take an event and return what shall happen."""
        ...

    def cancel(self) -> list[Intent]:
        """Give up what was begun."""
        ...

    def follow(self, moved: Moved) -> None:
        """Keep what was begun at its place in the hall after the view has changed."""
        ...
