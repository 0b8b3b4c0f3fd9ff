"""What stands out for a selection, a pointer and a drag; numbers only, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.fabric.arrays import BoolArray, IntArray
from studio.gui.canvas.addresses import Chosen, nothing
from studio.gui.canvas.picking import Hit, links_of
from studio.gui.canvas.scene import Scene

_MOST_LIT_RACKS = 8
"""With more racks selected, lit cabling would no longer tell anything apart."""


@dataclass(frozen=True)
class Lighting:
    """What is outlined as under the pointer, and whose cabling is lit."""

    hovered: Chosen
    lit: Chosen


def lighting(
    scene: Scene, selected: Chosen, hover: Hit | None, moving: BoolArray | None
) -> Lighting:
    """Return what stands out.

    Parameters
    ----------
    moving : shape (n_racks,). Racks that are dragged, None without a drag.
    """
    if moving is not None:
        # An array moves as a whole: show what goes along with the rack that is held.
        none = nothing()
        along = Chosen(np.flatnonzero(moving), none.housings, none.components, none.links)
        return Lighting(along, none)
    hovered = chosen_of(scene, hover) if hover is not None else nothing()
    large = hover is not None and hover.kind in ("rack", "housing")
    lit = nothing() if large else hovered
    if len(selected.racks) <= _MOST_LIT_RACKS:
        lit = _joined(lit, selected)
    return Lighting(hovered, lit)


def chosen_of(scene: Scene, hit: Hit) -> Chosen:
    """Return one thing as a choice; a trunk or cable stands for its links."""
    none, one = np.zeros(0, dtype=np.int64), np.array([hit.number])
    if hit.kind == "rack":
        return Chosen(one, none, none, none)
    if hit.kind == "housing":
        return Chosen(none, one, none, none)
    if hit.kind == "component":
        return Chosen(none, none, one, none)
    return Chosen(none, none, none, links_of(scene, hit))


def _joined(one: Chosen, other: Chosen) -> Chosen:
    return Chosen(
        _either(one.racks, other.racks),
        _either(one.housings, other.housings),
        _either(one.components, other.components),
        _either(one.links, other.links),
    )


def _either(one: IntArray, other: IntArray) -> IntArray:
    # The first use of numpy's sets loads its masked arrays, which would keep the window waiting.
    return np.union1d(one, other) if len(one) and len(other) else one if len(one) else other
