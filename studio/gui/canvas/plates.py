"""Where labels stand in the pictures of the drawing, so that lit cabling passes behind them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from studio.gui.canvas.pictures import Painted
from studio.gui.canvas.viewport import Rect

_MOST_KEPT = 64
"""About as many as there are pictures kept for undo and redo."""


class Plates:
    """The plates of labels by what a picture was painted from."""

    def __init__(self) -> None:
        self._newest: Sequence[Rect] = ()
        self._kept: OrderedDict[Painted, Sequence[Rect]] = OrderedDict()

    def keep(self, what: Painted | None, plates: Sequence[Rect]) -> None:
        """Take down the plates of a picture that was painted just now."""
        self._newest = plates
        if what is not None:
            self._kept[what] = plates
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """Give up what belongs to another document."""
        self._newest = ()
        self._kept.clear()

    def of(self, what: Painted | None) -> Sequence[Rect]:
        """Return the plates of the picture that is shown."""
        if what is None:
            return self._newest
        # An edit that leaves the drawing as it was paints nothing: its plates are those before.
        return self._kept.get(what, self._newest)
