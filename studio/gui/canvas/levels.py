"""Which level of meaning a magnification shows: hall, rack, node, chip."""

from __future__ import annotations

from typing import Literal

Level = Literal["hall", "rack", "node", "chip"]

LEVELS: tuple[Level, ...] = ("hall", "rack", "node", "chip")

_FROM_RACK_PX = {"hall": 0.0, "rack": 118.0, "node": 520.0, "chip": 3400.0}
"""Width of a rack on the screen from which a level is shown."""

_HYSTERESIS = 0.12
"""A level is left only when the size is this far beyond the limit, so that it does not flicker."""


def level_at(rack_px: float, current: Level | None = None) -> Level:
    """Return the level for a rack that is `rack_px` wide on the screen.

    Parameters
    ----------
    current : the level shown so far, kept near a limit.
    """
    found = _plain_level(rack_px)
    if current is None or found == current:
        return found
    upward = LEVELS.index(found) > LEVELS.index(current)
    eased = rack_px / (1 + _HYSTERESIS) if upward else rack_px * (1 + _HYSTERESIS)
    settled = _plain_level(eased)
    if upward:
        return max(settled, current, key=LEVELS.index)
    return min(settled, current, key=LEVELS.index)


def _plain_level(rack_px: float) -> Level:
    found: Level = "hall"
    for level in LEVELS:
        if rack_px >= _FROM_RACK_PX[level]:
            found = level
    return found
