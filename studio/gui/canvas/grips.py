"""What the pointer can take hold of and drag: racks, edges of arrays, boxes; no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from studio.fabric.arrays import BoolArray, FloatArray, IntArray
from studio.gui.canvas.requests import EditRequest
from studio.gui.canvas.scene import Scene
from studio.gui.canvas.viewport import Rect
from studio.gui.i18n import mark


@dataclass(frozen=True)
class Ghost:
    """Something about to be there, in metres."""

    rect: Rect
    collides: bool = False
    text: str = ""
    """Said below it, a line each."""


@dataclass(frozen=True)
class Readout:
    """What is said beside the pointer during a drag."""

    text: str
    is_wrong: bool = False


ALONG_AXIS = mark("Shift: along one axis")


@dataclass(frozen=True)
class GhostWire:
    """A cable that is being drawn."""

    start: int
    """Component it begins at."""
    end: int
    """Component under the pointer, -1 for none."""
    to: tuple[float, float]
    """Where the pointer is, in metres."""
    is_wrong: bool = False


@dataclass(frozen=True)
class GhostLinks:
    """The links a rule would make, while it is asked for."""

    a: IntArray
    b: IntArray
    wrong: BoolArray
    """Those that a design rule speaks against."""


class Grip(Protocol):
    """Something held, from the press to the release."""

    label: str
    """What the step of the history is called, untranslated."""
    is_live: bool
    """Whether edits are asked for while it is held, or once at the release."""
    snaps: bool
    """Whether other things attract it."""
    with_shift: str
    """What Shift does meanwhile, untranslated."""

    @property
    def moving(self) -> BoolArray | None:
        """Return which racks are drawn apart because they move, shape (n_racks,)."""
        ...

    @property
    def guides(self) -> tuple[tuple[float, float, float, float], ...]:
        """Return lines in the hall that explain where it snaps, in metres."""
        ...

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """Return what would be there after a release."""
        ...

    def readout(self, scene: Scene) -> Readout:
        """Return what to say beside the pointer, with the drawing as it is by now."""
        ...

    def move(self, dx_m: float, dy_m: float, reach_m: float) -> None:
        """Follow the pointer.

        Parameters
        ----------
        dx_m, dy_m : way from where it was taken hold of, in metres.
        reach_m : how far other things attract it; 0 to go exactly where the pointer is.
        """
        ...

    def rects(self, scene: Scene) -> FloatArray:
        """Return where all racks are shown now, in metres."""
        ...

    def request(self) -> EditRequest | None:
        """Return the edit for the place reached, None where there is nothing new to ask for."""
        ...

    def give_up(self) -> EditRequest | None:
        """Return the edit that puts everything back, None where nothing was asked for."""
        ...

    def selected_after(self, scene: Scene) -> frozenset[str] | None:
        """Return what is selected once the edit is done, None for what was selected before."""
        ...
