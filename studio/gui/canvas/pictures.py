"""The last sharp pictures, each with everything it was painted from, for undo and redo to bring."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from studio.gui.canvas.painting.frame import Frame
from studio.gui.canvas.painting.text import Fonts
from studio.gui.canvas.runs import Pixels, Runs, pack

MOST_BYTES = 48_000_000
"""Some sixty pictures of the drawing in a window of 1600 x 900; a larger one keeps fewer."""


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
    """Pictures by what they were painted from, the latest used ones, bounded in bytes.

    They are kept as runs of one colour, so that an undo far back finds its picture too.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Painted, Runs] = OrderedDict()
        self._fresh: tuple[Painted, QImage, QRect] | None = None
        """The newest picture, which is packed when there is time for it."""

    def __len__(self) -> int:
        return len(self._kept) + (self._fresh is not None)

    def keep(self, what: Painted, image: QImage, part: QRect) -> None:
        """Remember part of an image, in its own pixels; what is painted into it later is apart."""
        self.pack()
        self._fresh = (what, QImage(image), part)

    def pack(self) -> None:
        """Pack the newest picture; the least used ones give way to it."""
        if self._fresh is None:
            return
        what, image, part = self._fresh
        self._fresh = None
        runs = pack(_pixels(image.constBits(), image, part))
        if runs is None or runs.size_bytes > self._most_bytes:
            return
        self._kept[what] = runs
        self._kept.move_to_end(what)
        while self.size_bytes > self._most_bytes:
            self._kept.popitem(last=False)

    @property
    def size_bytes(self) -> int:
        """Return how much memory the packed pictures take."""
        return sum({id(runs): runs.size_bytes for runs in self._kept.values()}.values())

    def also(self, what: Painted, like: Painted) -> None:
        """Remember that something looks just like something else, as after a change of a price."""
        self.pack()
        found = self._kept.get(like)
        if found is not None:
            self._kept[what] = found

    def bring(self, what: Painted, image: QImage, part: QRect) -> bool:
        """Write the picture of this over part of an image; tells whether it is known."""
        self.pack()
        found = self._kept.get(what)
        if found is None:
            return False
        self._kept.move_to_end(what)
        found.unpack(_pixels(image.bits(), image, part))
        return True

    def forget(self) -> None:
        """Give up all pictures, as when another document is shown."""
        self._kept.clear()
        self._fresh = None


def _pixels(memory: bytes | bytearray | memoryview, image: QImage, part: QRect) -> Pixels:
    """Return part of the pixels of an image of four bytes each."""
    rows = np.frombuffer(memory, dtype=np.uint32).reshape(image.height(), -1)
    return rows[part.top() : part.bottom() + 1, part.left() : part.right() + 1]
