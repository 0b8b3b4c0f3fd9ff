"""What mouse and keys do together on the drawing, as the list of shortcuts tells it."""

from __future__ import annotations

from dataclasses import dataclass

from studio.gui.i18n import mark


@dataclass(frozen=True)
class MouseGesture:
    """One row: what is done with the mouse, the keys held meanwhile, and what happens."""

    text: str
    keys: str
    help: str


MOUSE_GESTURES: tuple[MouseGesture, ...] = (
    MouseGesture(
        mark("Frame to the right"), "", mark("Select what the frame encloses as a whole.")
    ),
    MouseGesture(mark("Frame to the left"), "", mark("Select all that the frame touches.")),
    MouseGesture(mark("Click or frame"), "Shift", mark("Add to the selection.")),
    MouseGesture(
        mark("Click or frame"), "Ctrl", mark("Add to the selection, or take out what is in it.")
    ),
    MouseGesture(mark("Click or frame"), "Ctrl+Shift; Alt", mark("Take out of the selection.")),
    MouseGesture(mark("Drag racks"), "Shift", mark("Keep to one axis.")),
    MouseGesture(
        mark("Drag racks"), "Alt", mark("Snap the other way round than set; S sets it for good.")
    ),
    MouseGesture(
        mark("Drag or drop a box"), "Ctrl", mark("Mean all racks of the array, or this one alone.")
    ),
    MouseGesture(mark("Drag a box"), "Shift", mark("Bring it to the other face of the rack.")),
    MouseGesture(mark("Drop a box"), "Shift", mark("Put it at the rear of the rack.")),
    MouseGesture(
        mark("Drag with the middle button"), "", mark("Move the view; so does Space with the left.")
    ),
    MouseGesture(mark("Wheel"), "", mark("Magnify at the pointer.")),
    MouseGesture(mark("Wheel"), "Shift", mark("Move the view sideways.")),
    MouseGesture(mark("Double click"), "", mark("Look into a rack, a box or a chip.")),
)
