"""The last sharp pictures, each with everything it was painted from, for undo and redo to bring."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtGui import QImage

from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Fonts

MOST_BYTES = 32_000_000
"""Six pictures of a window of 1600 x 900; a screen that takes more keeps fewer, or none."""


class Painted:
    """What a picture was painted from.

    Parameters
    ----------
    same : things that never change, told apart by identity; held, so that no other takes it over.
    equal : everything else, compared by value.
    """

    def __init__(self, same: tuple[object, ...], equal: tuple[object, ...]) -> None:
        self._same = same
        self._key = (tuple(id(one) for one in same), equal)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Painted) and self._key == other._key


def painted_from(frame: Frame, fonts: Fonts, ratio: float) -> Painted | None:
    """Return what tells a whole sharp picture from others.

    None where it is not worth keeping: overlays follow every evaluation, and what the pointer
    holds is on its way.
    """
    if not frame.sharp or frame.overlay is not None or frame.hidden_racks is not None:
        return None
    scene = frame.scene
    return Painted(
        (scene.fabric.design, scene.fabric.catalog, frame.theme, fonts),
        # A scene may show racks elsewhere before its design says so.
        (frame.viewport, frame.language, frame.level, frame.planes, ratio, scene.racks.tobytes()),
    )


class Pictures:
    """Pictures by what they were painted from, the latest used ones, bounded in bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Painted, QImage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, what: Painted) -> QImage | None:
        """Return the picture of this, None where it is not known any more."""
        found = self._kept.get(what)
        if found is not None:
            self._kept.move_to_end(what)
        return found

    def keep(self, what: Painted, picture: QImage) -> None:
        """Remember a picture; whoever paints into it later paints into a copy, as Qt has it."""
        self._kept[what] = QImage(picture)
        self._kept.move_to_end(what)
        while sum(one.sizeInBytes() for one in self._kept.values()) > self._most_bytes:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Give up all pictures, as when another document is shown."""
        self._kept.clear()
