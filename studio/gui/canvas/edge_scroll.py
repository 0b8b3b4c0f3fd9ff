"""Goes on past the edge: while something is dragged there, the view follows the pointer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, QTimer

TICK_MS = 25
BAND_PX = 20.0
"""Width along the edges inside which a drag already moves the view."""
_FAR_PX = 120.0
"""This far past the band the view moves fastest."""
FASTEST_PX = 32.0
"""In one tick."""


def pull(at: float, size: float) -> float:
    """Return the pixels that the view moves in a tick along one axis; positive to its end."""
    before, after = BAND_PX - at, at - (size - BAND_PX)
    depth = after if after > before else -before
    if max(before, after) <= 0:
        return 0.0
    share = min(abs(depth) / _FAR_PX, 1.0)
    return (1.0 if depth > 0 else -1.0) * max(1.0, FASTEST_PX * share)


class EdgeScroll:
    """Asks for the view to be moved as long as something is held at an edge."""

    def __init__(self, timer: QTimer, size: Callable[[], QSize], pan: Callable[[int, int], None]):
        self._size, self._pan = size, pan
        self._at = QPointF()
        self._is_armed = False
        self._timer = timer
        timer.setInterval(TICK_MS)
        timer.timeout.connect(self._tick)

    def drag_to(self, position: QPointF) -> None:
        """Take where the pointer is with what it drags."""
        self._at = position
        pulls = self._pulls()
        # A drag that begins at the edge is no wish to leave by it.
        self._is_armed |= pulls == (0, 0)
        if pulls == (0, 0) or not self._is_armed:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Take that nothing is dragged any more."""
        self._is_armed = False
        self._timer.stop()

    def _tick(self) -> None:
        self._pan(*self._pulls())

    def _pulls(self) -> tuple[int, int]:
        size = self._size()
        return round(pull(self._at.x(), size.width())), round(pull(self._at.y(), size.height()))
